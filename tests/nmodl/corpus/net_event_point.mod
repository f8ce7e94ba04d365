: A point process that sends events on: what comes in is passed on after a while.
NEURON { POINT_PROCESS net_event_point RANGE count }
ASSIGNED { count }
INITIAL { count = 0 }
NET_RECEIVE (w) {
    if (flag == 0) { net_send(0.507, 3) } else { count = count + 1 net_event(t) }
}
