COMMENT
Source that spikes at given times.

The times (ms, ascending, none before the run's start) are the instance's own list, which the
network gives it; play_size() is how many there are and play_at(i) is the i-th, from 0. The
source holds one event at a time in the queue: each spike sends for the next.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL VecStim
}

ASSIGNED {
    index
}

INITIAL {
    index = 0
    if (index < play_size()) {
        net_send(play_at(index) - t, 1)
    }
}

: Flag 1 is the source's own event; events from outside have no effect.
NET_RECEIVE (w) {
    if (flag == 1) {
        net_event(t)
        index = index + 1
        if (index < play_size()) {
            net_send(play_at(index) - t, 1)
        }
    }
}
