COMMENT
Two shells between which a substance moves, and along the cable in each. It flows into the outer one where `source` is not 0.
ENDCOMMENT

NEURON {
    SUFFIX shells
    RANGE source, start
    GLOBAL D
}

PARAMETER {
    D = 0.6
    source = 0
    start = 0.01
}

ASSIGNED {
    diam (micron)
    share[2]
}

STATE { c[2] bound }

BREAKPOINT { SOLVE move METHOD sparse }

INITIAL {
    share[0] = 0.7
    share[1] = 0.3
    c[0] = start
    c[1] = start / 2
    bound = start / 10
}

KINETIC move {
    COMPARTMENT i, diam * diam * share[i] { c }
    COMPARTMENT diam * diam { bound }
    LONGITUDINAL_DIFFUSION i, D * diam * diam * share[i] { c }
    ~ c[0] << (source * diam)
    ~ c[0] <-> c[1] (0.3 * diam, 0.3 * diam)
    ~ c[0] <-> bound (0.05 * diam * diam, 0.02 * diam * diam)
}
