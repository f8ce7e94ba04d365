: The current reads what SOLVE left, which is the last instance's; INITIAL reads what nobody has set.
NEURON {
	SUFFIX echo
	NONSPECIFIC_CURRENT i
	RANGE g, h
	GLOBAL minf, hinf, hexp
}
PARAMETER { g = 2e-4 (S/cm2) minf = 0.25 }
ASSIGNED { v (mV) i (mA/cm2) dt (ms) hinf hexp }
STATE { h }
INITIAL { h = 0.5 + hinf }
BREAKPOINT {
	SOLVE states
	i = g*minf*h*(v - 20)
}
PROCEDURE states() {
	rates(v)
	h = h + hexp*(hinf - h)
}
PROCEDURE rates(v (mV)) {
	TABLE minf, hinf, hexp DEPEND dt FROM -100 TO 100 WITH 200
	minf = 1/(1 + exp(-(v + 40)/7))
	hinf = 1/(1 + exp((v + 60)/6))
	hexp = 1 - exp(-dt/4)
}
