: INCLUDE: a FUNCTION and a DEFINE from another file.
NEURON { SUFFIX including RANGE y }
ASSIGNED { v (mV) y }
INCLUDE "including.inc"
BREAKPOINT { y = TWICE * opening(v, -40, 5) }
