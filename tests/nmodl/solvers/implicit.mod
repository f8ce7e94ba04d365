: Coupled equations that are not linear, by Newton's method.
NEURON { SUFFIX implicit RANGE a, b, k, flux }
PARAMETER { k = 0.4 (/ms) }
ASSIGNED { v (mV) flux }
STATE { a b }
INITIAL { a = 0.2 b = 0.9 }
BREAKPOINT { SOLVE change METHOD derivimplicit }
DERIVATIVE change { LOCAL q
    q = k * exp(v / 40)
    flux = q * a * b
    a' = flux * (1 - a) - 3 * a * a
    b' = 0.5 - flux - 0.1 * b * b * b
}
