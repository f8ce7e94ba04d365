: Several weights, some of them the connection's own state; INITIAL in NET_RECEIVE.
NEURON { POINT_PROCESS net_weights NONSPECIFIC_CURRENT i RANGE tau, used, seen }
PARAMETER { tau = 4 (ms) recover = 20 (ms) }
ASSIGNED { v (mV) i (nA) used seen }
STATE { g (uS) }
INITIAL { g = 0 used = 0 seen = 0 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * v
}
DERIVATIVE states { g' = -g / tau }
NET_RECEIVE (w (uS), r, tlast (ms), count) {
    INITIAL {
        r = 1
        tlast = t
        count = 10
    }
    r = 1 - (1 - r) * exp(-(t - tlast) / recover)
    g = g + w * r
    used = r
    r = r * 0.6
    tlast = t
    count = count + 1
    seen = seen + count
}
