: Events at the same time: `code` tells in which order they came. Also a loop that sends as often as a variable tells, and a
: self-event that is moved. A long array keeps the times.
NEURON {
    POINT_PROCESS Order
    RANGE code, many, older
}

DEFINE LONG 60

PARAMETER { many = 3 }

ASSIGNED {
    code
    k
    n
    older (ms)
    seen[LONG] (ms)
}

INITIAL {
    code = 1
    k = 0
    n = 0
    older = 0
    FROM j = 0 TO LONG - 1 {
        seen[j] = -1
    }
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
    seen[n] = t
    n = n + 1
    older = seen[n / 2] + seen[LONG - 1]
}
