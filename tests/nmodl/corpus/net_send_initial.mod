: Each connection sends an event from the INITIAL of NET_RECEIVE, which comes with that connection's weights.
NEURON { POINT_PROCESS net_send_initial NONSPECIFIC_CURRENT i RANGE tau, early, late, when, own }
PARAMETER { tau = 3 (ms) }
ASSIGNED { v (mV) i (nA) early late when (ms) own }
STATE { g (uS) }
INITIAL { g = 0  early = 0  late = 0  when = -1  own = 0  net_send(2.003, 5) }
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * v
}
DERIVATIVE states { g' = -g / tau }
NET_RECEIVE (w (uS), count) {
    INITIAL {
        count = 3
        net_send(0, 2)
        if (w > 0.003) { net_send(1000*w + 0.503, 3) }
        net_send(12.01, 4)
    }
    if (flag == 0) { g = g + w  count = count + 1 }
    if (flag == 2) { early = early + count + 1000*w }
    if (flag == 3) { late = late + 1  when = t  g = g + w }
    if (flag == 4) { own = own + count*w  net_send(1.01, 3) }
    if (flag == 5) { late = late + 100 }
}
