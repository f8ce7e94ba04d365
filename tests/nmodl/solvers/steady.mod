: A steady state of a scheme that multiplies states.
NEURON { SUFFIX steady RANGE a, b, ab, k }
PARAMETER { k = 3 }
ASSIGNED { v (mV) }
STATE { a b ab }
INITIAL {
    a = 1
    b = 0.6
    SOLVE scheme STEADYSTATE sparse
}
BREAKPOINT { SOLVE scheme METHOD sparse }
KINETIC scheme {
    ~ a + b <-> ab (k, 0.5 * exp(v / 40))
    CONSERVE a + ab = 1
    CONSERVE b + ab = 0.6
}
