: A DISCRETE block that looks back two and three steps.
NEURON {
    SUFFIX discrete
    RANGE before
}
ASSIGNED { before }
STATE { x y }
INITIAL {
    x = 1
    y = 1
}
BREAKPOINT { SOLVE step }
DISCRETE step {
    x = 0.5*x@1 + 0.25*x@2 + 0.1
    before = x@1
    if (x@3 > 0) {
        y = y@1 + 1
    }
}
