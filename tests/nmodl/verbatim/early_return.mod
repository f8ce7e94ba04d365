: Class d: `return` in the middle, in branches, in loops; a latch on a threshold.
NEURON { SUFFIX c RANGE a, b, d, e, fired, p }
PARAMETER { p = 2 }
ASSIGNED { v (mV) a b d e fired }
INITIAL {
    a = first_above(p)
    b = branch(p)
    d = late(p)
    e = late(-p)
    fired = 0
    latch()
}
FUNCTION first_above(x) {
VERBATIM
    int i;
    for (i = 1; i <= 6; i++) {
        if (i * i > _lx) return i;
    }
    return -1;
ENDVERBATIM
}
FUNCTION branch(x) {
VERBATIM
    if (_lx < 0) { return 1; } else if (_lx < 1) { return 2; }
ENDVERBATIM
    branch = 10 + x
}
FUNCTION late(x) {
    if (x > 0) {
        late = 5
        if (x > 1) {
VERBATIM
            return _llate + 1;
ENDVERBATIM
        }
    }
    late = late + 100
}
PROCEDURE latch() {
VERBATIM
    if ((v >= -70) && !fired) { fired = 1; }
    if (fired && (v < -70)) { fired = 0; }
    return 0;
ENDVERBATIM
}
