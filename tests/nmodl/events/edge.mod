: at_time, where a value is taken from it.
NEURON {
    POINT_PROCESS Edge
    RANGE del, dur, amp, on
    ELECTRODE_CURRENT i
}

UNITS { (nA) = (nanoamp) }

PARAMETER {
    del = 3.01 (ms)
    dur = 5 (ms)
    amp = 0.1 (nA)
}

ASSIGNED {
    i (nA)
    on
}

INITIAL { on = 0 }

BREAKPOINT {
    if (at_time(del)) {
        on = 1
    }
    if (at_time(del + dur)) {
        on = 0
    }
    i = on * amp
}
