: NET_RECEIVE: a weight that adds to a state.
NEURON { POINT_PROCESS net_receive NONSPECIFIC_CURRENT i RANGE tau, e, last }
PARAMETER { tau = 3 (ms) e = 0 (mV) }
ASSIGNED { v (mV) i (nA) last (ms) }
STATE { g (uS) }
INITIAL { g = 0 last = -1 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * (v - e)
}
DERIVATIVE states { g' = -g / tau }
NET_RECEIVE (weight (uS)) {
    g = g + weight
    last = t
}
