: FUNCTION_TABLEs: of one argument at equal steps and at points of their own, of two arguments, and constant.
NEURON {
    SUFFIX tables
    NONSPECIFIC_CURRENT i
    RANGE g, e, seen
}
PARAMETER {
    g = 3e-4 (S/cm2)
    e = -20 (mV)
}
ASSIGNED {
    v (mV)
    i (mA/cm2)
    seen
}
STATE { m h }
INITIAL {
    m = minf(v)
    h = 0.5
    seen = 0
}
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g*m*gain(v, h)*share(v)*(v - e)
    seen = gain(v, h)
}
DERIVATIVE states {
    m' = (minf(v) - m)/mtau(v)
    h' = (minf(v + 20) - h)/(2*mtau(v - 10))
}
FUNCTION_TABLE minf(v (mV))
FUNCTION_TABLE mtau(v (mV)) (ms)
FUNCTION_TABLE gain(v (mV), h)
FUNCTION_TABLE share(v (mV))
