: The same kind of block more than once: what they hold is put together, in order.
NEURON { SUFFIX blocks_twice RANGE a }
NEURON { RANGE b }
PARAMETER { k = 3 }
PARAMETER { l = 4 }
ASSIGNED { v (mV) a }
ASSIGNED { b }
STATE { s }
STATE { r }
INITIAL { s = k r = l }
BREAKPOINT {
    SOLVE one METHOD cnexp
    a = s * r
    b = v
}
DERIVATIVE one {
    s' = -s / 6
    r' = (s - r) / 3
}
