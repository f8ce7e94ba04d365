: WATCH: two conditions at once, one that takes the place of both, one that holds already, one on the time; and a jump of v.
NEURON {
    POINT_PROCESS Watcher
    RANGE high, low, ups, downs, last, wrong, late
}

PARAMETER {
    high = 0 (mV)
    low = -40 (mV)
}

ASSIGNED {
    v (mV)
    ups
    downs
    last (ms)
    wrong
    late (ms)
}

INITIAL {
    ups = 0
    downs = 0
    last = -1
    wrong = 0
    late = 0
    net_send(0, 1)
    net_send(12.313, 4)
    net_send(30.017, 7)
}

NET_RECEIVE (w) {
    if (flag == 1) {
        WATCH (v > high) 2
        WATCH (v < low) 3
    } else if (flag == 2) {
        ups = ups + 1
        last = t
    } else if (flag == 3) {
        downs = downs + 1
    } else if (flag == 4) {
        WATCH (v > -200) 5
        WATCH (t > 20) 6
    } else if (flag == 5) {
        wrong = wrong + 1
    } else if (flag == 6) {
        late = t
        net_send(0, 1)
    } else if (flag == 7) {
        WATCH (v > high) 2
    } else {
        v = v + w
    }
}
