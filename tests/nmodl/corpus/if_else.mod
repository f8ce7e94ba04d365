: if, else if, else, with and without braces of their own in each other; upper-case IF.
NEURON { SUFFIX if_else RANGE a, b, c }
ASSIGNED { v (mV) a b c }
INITIAL { c = 0 }
BREAKPOINT {
    if (v < -70) {
        a = 1
    } else if (v < -30) {
        a = 2
        if (v < -50) { b = v } else { b = -v }
    } else if (v < 0) {
        a = 3
    } else {
        a = 4
        b = 0
    }
    IF (v > 0) { c = c + 1 } ELSE { c = c + 0.001 }
}
