: SOLVE of a PROCEDURE without METHOD: states stepped by hand, as files of before 1995 do.
NEURON { SUFFIX solve_procedure USEION k READ ek WRITE ik RANGE gbar, inf, fac }
PARAMETER { gbar = 0.01 (S/cm2) dt (ms) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) inf fac }
STATE { n }
INITIAL { rates(v) n = inf }
BREAKPOINT {
    SOLVE states
    ik = gbar * n^4 * (v - ek)
}
PROCEDURE states() {
    rates(v)
    n = n + fac * (inf - n)
}
PROCEDURE rates(v (mV)) {
    inf = 1 / (1 + exp(-(v + 50) / 10))
    fac = 1 - exp(-dt / (1 + 0.05 * fabs(v)))
}
