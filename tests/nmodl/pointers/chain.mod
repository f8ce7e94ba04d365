: Counts on through one place that all its instances share: each sees what the one before it left.
NEURON {
    POINT_PROCESS Chain
    POINTER total
    RANGE gain, seen
}
PARAMETER { gain = 1 }
ASSIGNED { total  seen  v (mV) }
INITIAL { seen = total }
BREAKPOINT {
    SOLVE advance
}
PROCEDURE advance() {
    seen = total
    if (v > -70) { total = total + gain } else { total = 0.5*total }
}
NET_RECEIVE (w) { total = total + 100*w }
