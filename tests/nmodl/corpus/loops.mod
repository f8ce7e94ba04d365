: FROM with and without BY, up and over computed bounds; WHILE with a bound that differs from step to step; loops in loops.
NEURON { SUFFIX loops RANGE a, b, c, d, halvings }
ASSIGNED { v (mV) a b c d halvings }
BREAKPOINT {
    LOCAL r, n
    a = 0
    FROM i = 1 TO 5 { a = a + i * v }
    b = 0
    FROM i = 0 TO 10 BY 3 { b = b * 2 + i }
    c = 0
    n = 3 + (v > -30)
    FROM i = 0 TO n {
        FROM j = 0 TO 2 { c = c + i * j }
    }
    r = fabs(v)
    halvings = 0
    WHILE (r > 1) {
        r = r / 2
        halvings = halvings + 1
    }
    d = r
}
