NEURON { POINT_PROCESS c RANGE a, n, p }
PARAMETER { p = 3 }
ASSIGNED { a n }
INITIAL {
    a = 0
    if (p > 2) { a = 1 n = n + 1 } else { a = 2 }
    if (p > 3) { a = 50 }
    n = n + 10
}
NET_RECEIVE (w, u) {
    INITIAL { if (w <= 1) { u = 4 } }
    u = u * 2 + flag
    if (w - 1 >= 0) {
        a = a + w
        net_send(2.5, 1)
        net_event(t)
    }
}
