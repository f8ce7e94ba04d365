: CONSTRUCTOR and DESTRUCTOR.
NEURON { POINT_PROCESS constructor RANGE made, y }
ASSIGNED { v (mV) made y }
CONSTRUCTOR { made = 3 }
DESTRUCTOR { made = 0 }
BREAKPOINT { y = made * v }
