: LOCAL of the file: scratch paper that several blocks share within one call.
NEURON { SUFFIX file_local NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 0.0003 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
STATE { m }
LOCAL inf, tau
INITIAL { rates(v) m = inf }
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * m * (v + 70)
}
DERIVATIVE states {
    rates(v)
    m' = (inf - m) / tau
}
PROCEDURE rates(v (mV)) {
    inf = 1 / (1 + exp(-(v + 40) / 8))
    tau = 1 + 3 * inf
}
