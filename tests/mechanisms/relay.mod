NEURON {
	SUFFIX relay
	NONSPECIFIC_CURRENT i
	GLOBAL total
}
ASSIGNED { v (mV) i (mA/cm2) total }
BREAKPOINT {
	total = total + v
	i = 1e-6*total
}
