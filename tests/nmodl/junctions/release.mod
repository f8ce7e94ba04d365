COMMENT
A graded synapse: what is released follows the presynaptic potential, in the currents and in the state.
ENDCOMMENT

NEURON {
    POINT_PROCESS Release
    NONSPECIFIC_CURRENT i
    POINTER pre
    RANGE gmax, tau, s, direct
}

PARAMETER {
    gmax = 0.01 (microsiemens)
    tau = 3 (ms)
}

ASSIGNED {
    v (millivolt)
    pre (millivolt)
    i (nanoamp)
    direct
}

STATE { s }

INITIAL { s = 1 / (1 + exp(-(pre + 20) / 5)) }

BREAKPOINT {
    SOLVE go METHOD cnexp
    direct = 1 / (1 + exp(-(pre + 20) / 5))
    i = gmax * (0.8 * s + 0.2 * direct) * (v + 80)
}

DERIVATIVE go {
    s' = (1 / (1 + exp(-(pre + 20) / 5)) - s) / tau
}
