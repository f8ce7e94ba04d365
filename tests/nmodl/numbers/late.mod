: Tables of a variable that INITIAL sets: NEURON makes them when they are first used, which is after that.
NEURON {
    SUFFIX late
    NONSPECIFIC_CURRENT i
    RANGE minf, mtau
    GLOBAL k
}
PARAMETER { g = 1e-4 (S/cm2) }
ASSIGNED {
    v (mV)
    celsius (degC)
    i (mA/cm2)
    k
    minf
    mtau (ms)
}
STATE { m }
INITIAL {
    k = 8 + celsius / 10
    rates(v)
    m = minf + opening(v)
}
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * m * (v + 80)
}
DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
}
FUNCTION opening(v (mV)) {
    TABLE FROM -100 TO 100 WITH 100
    opening = exp(v / k) / 1000
}
PROCEDURE rates(v (mV)) {
    TABLE minf, mtau FROM -100 TO 100 WITH 200
    minf = 1 / (1 + exp(-(v + 40) / k))
    mtau = 1 + 4 * exp(-((v + 40) / 30)^2) + opening(v)
}
