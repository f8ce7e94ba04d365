: A DERIVATIVE block for derivimplicit that INITIAL calls: in NEURON the states stay and the other variables are set.
NEURON {
    SUFFIX implicit
    NONSPECIFIC_CURRENT i
    RANGE g, e, early
}
PARAMETER {
    g = 2e-4 (S/cm2)
    e = 10 (mV)
}
ASSIGNED {
    v (mV)
    i (mA/cm2)
    minf
    early
}
STATE { m }
INITIAL {
    m = 0.4
    states()
    early = minf
}
BREAKPOINT {
    SOLVE states METHOD derivimplicit
    i = g*m*(v - e)
}
DERIVATIVE states {
    minf = 1/(1 + exp(-(v + 45)/7))
    m' = (minf - m)/5
}
