: A conductance that is raised at two times, as synapses were written before there were events.
NEURON {
    POINT_PROCESS Steps
    NONSPECIFIC_CURRENT i
    RANGE first, i, passed
}
PARAMETER {
    first = 0 (ms)
    tau = 2 (ms)
    rise = 0.002 (uS)
}
ASSIGNED {
    v (mV)
    i (nA)
    passed
}
STATE { g (uS) }
INITIAL {
    g = 0
    passed = at_time(first)
}
BREAKPOINT {
    SOLVE decay METHOD cnexp
    FROM k = 0 TO 1 {
        if (at_time(first + k * 3)) {
            state_discontinuity(g, g + rise)
        }
    }
    i = g * v
}
DERIVATIVE decay { g' = -g / tau }
