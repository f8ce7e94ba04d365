: GLOBALs that are written before they are read in each call.
NEURON { SUFFIX global_scratch USEION k READ ek WRITE ik RANGE gbar GLOBAL ninf, ntau }
PARAMETER { gbar = 0.003 (S/cm2) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) ninf ntau (ms) }
STATE { n }
INITIAL { rates(v) n = ninf }
BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * n^4 * (v - ek)
}
DERIVATIVE states { rates(v) n' = (ninf - n) / ntau }
PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 0.01 * vtrap(-(v + 55), 10)
    b = 0.125 * exp(-(v + 65) / 80)
    ntau = 1 / (a + b)
    ninf = a * ntau
}
FUNCTION vtrap(x, y) {
    if (fabs(x / y) < 1e-6) { vtrap = y * (1 - x / y / 2) } else { vtrap = x / (exp(x / y) - 1) }
}
