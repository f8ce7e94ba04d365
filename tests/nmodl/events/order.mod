: Events at the same time: `code` tells in which order they came. Also a loop that sends as often as a variable tells, and a
: self-event that is moved.
NEURON {
    POINT_PROCESS Order
    RANGE code, many
}

PARAMETER { many = 3 }

ASSIGNED {
    code
    k
}

INITIAL {
    code = 1
    k = 0
}

NET_RECEIVE (w) {
    if (flag == 0) {
        came(w)
        if (w == 2) {
            net_send(2, 5)
            net_send(0.5, 1)
            net_move(t + 2)
            net_send(2, 6)
        }
        if (w == 4) {
            k = 0
            net_send(1, 7)
            WHILE (k < many) {
                k = k + 1
                if (k != 2) {
                    net_send(1, 7 + k)
                }
            }
            net_send(1, 12)
        }
    } else {
        came(flag)
    }
}

PROCEDURE came(x) {
    code = fmod(31 * code + x, 1000003)
}
