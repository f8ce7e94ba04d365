: FOR_NETCONS: every event changes the weights of all connections, in an order that counts, and one of them by two names.
NEURON {
    POINT_PROCESS Plastic
    RANGE g, mark, total, count
    NONSPECIFIC_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    e = 0 (mV)
    tau = 5 (ms)
}

ASSIGNED {
    v (mV)
    i (nA)
    mark
    total
    count
}

STATE { g (uS) }

INITIAL {
    g = 0
    mark = 0
    total = 0
    count = 0
    net_send(0, 1)
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE (w (uS), a (uS), before (ms)) {
    INITIAL {
        a = 0
        before = -1000
    }
    if (flag == 0) {
        state_discontinuity(g, g + w + a)
        before = t
        mark = 0
        FOR_NETCONS (w1, a1, b1) {
            a1 = 0.9 * a1
            mark = 0.5 * mark + w1 + a1
        }
        a = a + 0.0001
        total = 0
        FOR_NETCONS (w1, a1, b1) {
            total = total + a1
            if (a1 > 0.00015) {
                net_send(0.313, 3)
            }
        }
    } else if (flag == 1) {
        WATCH (v > -20) 2
    } else if (flag == 2) {
        FOR_NETCONS (w1, a1, b1) {
            if (b1 > -1000) {
                a1 = a1 + 0.0002 * exp((b1 - t) / 20)
            }
        }
    } else {
        count = count + 1
    }
}
