UNITS { (mV) = (millivolt)  (mA) = (milliamp)  (S) = (siemens) } : a leak with a gate, to have something to break
NEURON {
    SUFFIX leak
    NONSPECIFIC_CURRENT i
    RANGE g, e
}

PARAMETER {
    g = 0.001 (S/cm2)
    e = -65 (mV)
    tau = 5 (ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

STATE { m }

INITIAL { m = steady(v) }

BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * m * (v - e)
}

DERIVATIVE states {
    m' = (steady(v) - m) / tau
}

FUNCTION steady(v (mV)) {
    steady = 1 / (1 + exp(-(v + 40) / 10 (mV)))
}
