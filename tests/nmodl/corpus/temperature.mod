: celsius, a factor for it that is set in INITIAL, and names that are words elsewhere: R, min, max, F, gamma, index.
NEURON { SUFFIX temperature RANGE q10, rate, R, min, max, F, gamma, index }
PARAMETER { q10 = 2.5 celsius (degC) R = 3 min = 1 max = 5 F = 0.5 gamma = 0.2 index = 4 }
ASSIGNED { v (mV) rate }
STATE { x }
INITIAL { rate = q10^((celsius - 12) / 10) x = min }
BREAKPOINT { SOLVE states METHOD cnexp }
DERIVATIVE states { x' = rate * gamma * (max + R * F - index * x) }
