: A current whose slope changes much within a millivolt, where NEURON's difference quotient shows.
NEURON {
    SUFFIX curved
    NONSPECIFIC_CURRENT i
    RANGE g
}
PARAMETER { g = 5e-4 (S/cm2) }
ASSIGNED {
    v (mV)
    i (mA/cm2)
}
BREAKPOINT {
    LOCAL m
    m = 1 / (1 + exp(-(v + 50) / 3))
    i = g * m * m * (v - 20)
}
