: A counter kept in C.
NEURON {
	SUFFIX cside
	NONSPECIFIC_CURRENT i
	RANGE turn, i
}
VERBATIM
static double made = 0.;
ENDVERBATIM
ASSIGNED { v (mV) i (mA/cm2) turn }
INITIAL {
VERBATIM
	made = made + 1.;
	turn = made;
ENDVERBATIM
}
BREAKPOINT { i = 1e-6*turn*(v + 65) }
