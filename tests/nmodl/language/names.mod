: Names as NEURON takes them: a DERIVATIVE block that INITIAL calls, a LOCAL of the file that hides an ASSIGNED variable, a
: GLOBAL that nobody declares, names in COMPARTMENT that are not there, defaults of more than six digits, functions of NEURON's
: mathematical library.
NEURON {
    SUFFIX names
    NONSPECIFIC_CURRENT i
    RANGE g, e, factor, hidden, library
    GLOBAL q10
    THREADSAFE
}
PARAMETER {
    g = 0.000312345678 (S/cm2)
    e = -31.23456789 (mV)
    shift = 1234567.89e-5 (mV)
}
ASSIGNED {
    v (mV)
    i (mA/cm2)
    minf
    factor
    hidden
    library
}
STATE {
    m
    a
    b
}
INITIAL {
    factor = 2.5
    m = 0.25
    states()
    a = 1
    b = 0
}
BREAKPOINT {
    SOLVE states METHOD cnexp
    SOLVE scheme METHOD sparse
    library = gauss(v, -50, 12.5) + hyperbol(m, 2, 0.7) + revhyperbol(m, 2, 0.7)
    library = library + sigmoid(a, 2, 0.7, 3) + revsigmoid(a, 3, 0.6, 2)
    i = g*m*a*(v - e)
}
LOCAL hidden
DERIVATIVE states {
    q10 = 3
    hidden = 1.5 + exp((v + 40)/80)
    minf = 1/(1 + exp(-(v + 40 + shift)/9))
    m' = q10*(minf - m)/(factor*hidden)
}
KINETIC scheme {
    COMPARTMENT 2 {a absent}
    ~ a <-> b (0.3, 0.1)
}
