NEURON { ARTIFICIAL_CELL c }
ASSIGNED { index etime (ms) space }
INITIAL {
    index = 0
    element()
    if (index > 0) { net_send(etime - t, 1) }
}
NET_RECEIVE (w) {
    if (flag == 1) {
        net_event(t)
        element()
        if (index > 0) { net_send(etime - t, 1) }
    }
}
PROCEDURE element() {
    LOCAL i
    if (index < 0) { i = ceil(index) } else { i = floor(index) }
    if (i >= 0) {
        if (i < play_size()) {
            etime = play_at(i)
            index = index + 1
        } else {
            index = -1
        }
    }
}
