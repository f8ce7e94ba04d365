: net_send: a point process that sends itself events, told apart by flag.
NEURON { POINT_PROCESS net_send_ NONSPECIFIC_CURRENT i RANGE on, wakes }
ASSIGNED { v (mV) i (nA) on wakes }
INITIAL {
    on = 0
    wakes = 0
    net_send(1.51, 7)
}
BREAKPOINT { i = -0.05 * on }
NET_RECEIVE (w) {
    if (flag == 0) {
        on = on + w
        net_send(2.303, 2)
    } else if (flag == 2) {
        on = on * 0.5
    } else {
        wakes = wakes + 1
        net_send(3.007, 7)
    }
}
