: An artificial cell that sends an event at computed times, without input.
NEURON { ARTIFICIAL_CELL vector_source RANGE number, sent }
PARAMETER { number = 5 }
ASSIGNED { sent }
INITIAL { sent = 0 net_send(1.003, 1) }
NET_RECEIVE (w) {
    if (flag == 1 && sent < number) {
        sent = sent + 1
        net_event(t)
        net_send(sent * 1.5, 1)
    }
}
