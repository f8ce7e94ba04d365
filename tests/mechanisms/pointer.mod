NEURON {
	POINT_PROCESS gap
	NONSPECIFIC_CURRENT i
	POINTER vgap
	RANGE r
}
PARAMETER { r = 1e10 (megohm) }
ASSIGNED { v (mV) vgap (mV) i (nA) }
BREAKPOINT { i = (v - vgap)/r }
