: Writes a parameter of another mechanism, of which hidden values are made once.
NEURON {
    POINT_PROCESS Ramp
    POINTER out
    RANGE rate, level
}
PARAMETER { rate = 0.1  level = 1 }
ASSIGNED { out  v (mV) }
BREAKPOINT {
    if (t > 2) { out = level + rate*t }
}
