: at_time in a stimulus of its own.
NEURON { POINT_PROCESS at_time_ ELECTRODE_CURRENT i RANGE del, dur, amp }
PARAMETER { del = 15.01 (ms) dur = 4 (ms) amp = 0.05 (nA) }
ASSIGNED { i (nA) }
INITIAL { i = 0 }
BREAKPOINT {
    at_time(del)
    at_time(del + dur)
    if (t < del + dur && t >= del) { i = amp } else { i = 0 }
}
