COMMENT
One side of a gap junction: a conductance to a compartment of another cell.

    i = g (v - vgap)

    g      conductance of the junction                     uS
    vgap   membrane potential on the other side            mV
    i      current that leaves this cell                   nA
ENDCOMMENT

NEURON {
    POINT_PROCESS Gap
    NONSPECIFIC_CURRENT i
    RANGE g, i
    POINTER vgap
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    g = 0.001 (uS) <0, 1e9>
}

ASSIGNED {
    v (mV)
    vgap (mV)
    i (nA)
}

BREAKPOINT {
    i = g * (v - vgap)
}
