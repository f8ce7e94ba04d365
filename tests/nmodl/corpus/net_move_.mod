: net_move and net_event in an artificial cell: the next firing time moves with every input.
NEURON { ARTIFICIAL_CELL net_move_ RANGE next, fired }
PARAMETER { interval = 9.001 (ms) }
ASSIGNED { next (ms) fired }
INITIAL {
    next = t + interval
    fired = 0
    net_send(interval, 1)
}
NET_RECEIVE (w) {
    if (flag == 1) {
        net_event(t)
        fired = fired + 1
        next = t + interval
        net_send(interval, 1)
    } else {
        next = t + (next - t) * 0.7
        net_move(next)
    }
}
