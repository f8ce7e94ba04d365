COMMENT
A substance that diffuses along the cable and does nothing else.
ENDCOMMENT

NEURON {
    SUFFIX plain
    RANGE D, start
}

PARAMETER {
    D = 0.5
    start = 1
}

ASSIGNED { diam (micron) }

STATE { c }

BREAKPOINT { SOLVE move METHOD sparse }

INITIAL { c = start }

KINETIC move {
    COMPARTMENT diam * diam { c }
    LONGITUDINAL_DIFFUSION D * diam * diam { c }
    ~ c << (0)
}
