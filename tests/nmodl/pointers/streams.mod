: All functions of a RANDOM variable.
NEURON {
    POINT_PROCESS Streams
    RANDOM first, second
    RANGE uniform, between, normal, wide, exponential, scaled, word, pick, later, renamed, steps
}
PARAMETER { place = 6 }
ASSIGNED {
    uniform between normal wide exponential scaled word pick later renamed steps
    v (mV)
}
INITIAL {
    uniform = random_uniform(first)
    between = random_uniform(first, -2, 3)
    normal = random_normal(first)
    wide = random_normal(first, 10, 4)
    exponential = random_negexp(first)
    scaled = random_negexp(first, 5)
    word = random_ipick(first)
    pick = random_dpick(second)
    random_setseq(first, place)
    later = random_uniform(first)
    random_setids(second, 7, 8, 9)
    random_setseq(second, 0)
    renamed = random_uniform(second)
    steps = 0
}
BREAKPOINT {
    steps = random_uniform(first)
}
NET_RECEIVE (w) {
    if (w > 0) { random_setseq(first, w) }
}
