: LOCAL names that hide others, in nested blocks; a LOCAL array.
NEURON { SUFFIX local_shadow RANGE x, y }
ASSIGNED { v (mV) x y }
BREAKPOINT {
    LOCAL a, q[2]
    a = v
    q[0] = 1
    q[1] = a
    if (v > -40) {
        LOCAL a
        a = 5
        x = a + q[1]
    } else {
        x = a
    }
    y = a + q[0]
}
