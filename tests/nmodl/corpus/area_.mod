: area and diam, the geometry of the compartment.
NEURON { SUFFIX area_ RANGE a, d }
ASSIGNED { v (mV) area (um2) diam (um) a d }
INITIAL { a = area d = diam }
BREAKPOINT { d = diam * v }
