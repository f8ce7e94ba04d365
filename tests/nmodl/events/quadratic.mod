: A point process with a potential of its own that rises without bound: a condition resets it (Izhikevich 2003,
: DOI 10.1109/TNN.2003.820440).
NEURON {
    POINT_PROCESS Quadratic
    RANGE drive, count
}

PARAMETER {
    drive = 10
    top = 30
}

STATE { x u }

ASSIGNED { count }

INITIAL {
    x = -65
    u = 0.2 * x
    count = 0
    net_send(0, 1)
}

BREAKPOINT {
    SOLVE motion METHOD derivimplicit
}

DERIVATIVE motion {
    x' = 0.04 * x * x + 5 * x + 140 - u + drive
    u' = 0.02 * (0.2 * x - u)
}

NET_RECEIVE (w) {
    if (flag == 1) {
        WATCH (x > top) 2
    } else if (flag == 2) {
        net_event(t)
        x = -65
        u = u + 8
        count = count + 1
    } else {
        x = x + w
    }
}
