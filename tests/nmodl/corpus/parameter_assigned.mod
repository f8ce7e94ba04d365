: A PARAMETER that code assigns.
NEURON { SUFFIX parameter_assigned RANGE depth, y }
PARAMETER { depth = 2 }
ASSIGNED { v (mV) y }
INITIAL { depth = depth + 1 }
BREAKPOINT { y = depth * v }
