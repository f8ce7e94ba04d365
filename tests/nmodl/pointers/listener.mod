: Reads a GLOBAL that another mechanism sets at every step.
NEURON {
    SUFFIX listener
    EXTERNAL told_teller
    RANGE heard, g
    NONSPECIFIC_CURRENT i
}
PARAMETER { g = 1e-4 (S/cm2) }
ASSIGNED { told_teller  heard (mV)  v (mV)  i (mA/cm2) }
INITIAL { heard = told_teller }
BREAKPOINT {
    heard = told_teller
    i = g*(v - heard - 10)
}
