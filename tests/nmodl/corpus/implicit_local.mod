: derivimplicit with the rates in LOCAL variables and a function, and a condition among the equations.
NEURON { SUFFIX implicit_local NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 0.0002 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
STATE { n w }
INITIAL { n = opening(v) w = 0 }
BREAKPOINT {
    SOLVE states METHOD derivimplicit
    i = g * n * (1 - w) * (v + 80)
}
DERIVATIVE states {
    LOCAL inf, tau, drive
    inf = opening(v)
    tau = 2 + n
    if (v > -40) { drive = n } else { drive = 0.1 }
    n' = (inf - n) / tau
    w' = drive * (1 - w) / 10 - w / 15
}
FUNCTION opening(v (mV)) { opening = 1 / (1 + exp(-(v + 45) / 9)) }
