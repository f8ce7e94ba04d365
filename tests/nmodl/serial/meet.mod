: Synapses that draw on one pool.
NEURON {
	POINT_PROCESS meet
	NONSPECIFIC_CURRENT i
	RANGE s, i, seen, place, e
	GLOBAL pool
}
PARAMETER { e = 0 (mV) pool = 1 }
ASSIGNED { v (mV) i (nA) seen place }
STATE { s (uS) }
INITIAL {
	s = 0
	pool = pool + 1
	place = pool
}
BREAKPOINT {
	SOLVE states METHOD cnexp
	i = s*(v - e)
}
DERIVATIVE states { s' = -s/2 }
NET_RECEIVE (w (uS)) {
	pool = 0.7*pool + 100*w
	seen = pool
	s = s + w*pool
}
