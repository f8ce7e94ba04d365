COMMENT
Current clamp: one rectangular pulse of current into the cell.

    i = amp   for del <= t < del + dur,   0 otherwise

    del   start of the pulse                       ms
    dur   its duration                             ms
    amp   its amplitude, positive depolarizes      nA
    i     injected current                         nA
ENDCOMMENT

NEURON {
    POINT_PROCESS IClamp
    ELECTRODE_CURRENT i
    RANGE del, dur, amp, i
}

UNITS {
    (nA) = (nanoamp)
}

PARAMETER {
    del = 0 (ms)
    dur = 0 (ms) <0, 1e9>
    amp = 0 (nA)
}

ASSIGNED {
    i (nA)
}

INITIAL {
    i = 0
}

BREAKPOINT {
    if (t >= del && t < del + dur) {
        i = amp
    } else {
        i = 0
    }
}
