COMMENT
A conductance that opens with a gating variable of another cell.
ENDCOMMENT

NEURON {
    POINT_PROCESS GatePost
    NONSPECIFIC_CURRENT i
    POINTER gate
    RANGE gmax
}

PARAMETER {
    gmax = 0.02 (microsiemens)
}

ASSIGNED {
    v (millivolt)
    gate
    i (nanoamp)
}

BREAKPOINT {
    i = gmax * gate^3 * v
}
