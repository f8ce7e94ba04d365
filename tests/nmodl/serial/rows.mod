: Each row of the table reads what the row before left.
NEURON {
	SUFFIX rows
	NONSPECIFIC_CURRENT i
	RANGE g, n
	GLOBAL inf, fac, tau
}
PARAMETER { g = 1e-4 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) inf fac tau (ms) }
STATE { n }
INITIAL {
	rates(v)
	n = inf
}
BREAKPOINT {
	SOLVE states METHOD cnexp
	i = g*n*(v + 65)
}
DERIVATIVE states {
	rates(v)
	n' = fac*(inf - n)/tau
}
PROCEDURE rates(v (mV)) {
	TABLE inf, fac, tau FROM -100 TO 100 WITH 40
	inf = 1/(1 + exp(-(v + 50)/9))
	fac = 1/(1 + tau)
	tau = 2 + 3*exp(-((v + 60)/30)^2)
}
