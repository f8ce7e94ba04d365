: Counters and an average that pass from one instance to the next, in every block of a density mechanism.
NEURON {
	SUFFIX chain
	NONSPECIFIC_CURRENT i
	RANGE g, i, seen, place, mean
	GLOBAL calls, last
}
PARAMETER {
	g = 1e-4 (S/cm2)
	start = 0.3
}
ASSIGNED { v (mV) i (mA/cm2) calls last seen place mean }
LOCAL kept
STATE { m }
INITIAL {
	start = 0.9*start + 0.01
	m = start
	place = calls
	calls = calls + 1
	kept = start
}
BREAKPOINT {
	SOLVE states METHOD cnexp
	calls = calls + 1
	seen = calls
	if (v > -60) { last = 0.9*last }
	i = g*m*(1 + 0.1*last)*(v + 70) + 1e-9*calls
}
DERIVATIVE states {
	kept = 0.5*kept + 0.5/(1 + exp(-(v + 55)/8))
	last = kept
	mean = kept
	m' = (kept - m)/3
}
