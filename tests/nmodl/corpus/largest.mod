: The largest current so far, which NEURON takes from the first of its two runs of BREAKPOINT, at v + 0.001 mV. Nothing else passes on.
NEURON {
	SUFFIX largest
	NONSPECIFIC_CURRENT i
	RANGE most, least
}
PARAMETER { g = 1e-4 (S/cm2)  e = -65.2 (mV) }
ASSIGNED { v (mV)  i (mA/cm2)  most (mA/cm2)  least (mA/cm2) }
INITIAL { most = 0  least = 0 }
BREAKPOINT {
	i = g*(v - e)
	if (i > most) { most = i }
	if (i < least) { least = i }
}
