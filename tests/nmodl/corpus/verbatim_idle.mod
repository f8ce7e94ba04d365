: VERBATIM that does nothing: `return 0;` last in a PROCEDURE, and an empty block (class a).
NEURON { SUFFIX verbatim_idle RANGE x, y }
ASSIGNED { v (mV) x y }
BREAKPOINT {
    set(v)
    VERBATIM
    ENDVERBATIM
}
PROCEDURE set(v (mV)) {
    x = 2 * v
    y = x + 1
    VERBATIM
    return 0;
    ENDVERBATIM
}
