: A gate moved by hand, with the C that old versions of NEURON wanted.
NEURON { SUFFIX byhand NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 0.001 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) minf mexp dt (ms) }
STATE { m }
BREAKPOINT {
	SOLVE states
	i = g*m*(v + 70)
}
INITIAL { rates(v) m = minf }
PROCEDURE states() {
	rates(v)
	m = m + mexp*(minf - m)
	VERBATIM
	return 0;
	ENDVERBATIM
}
PROCEDURE rates(v) {
	minf = 1/(1 + exp(-v/10))
	mexp = 1 - exp(-dt/5)
}
