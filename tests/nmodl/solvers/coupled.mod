: Coupled linear equations: one round of Newton's method is exact.
NEURON { SUFFIX coupled RANGE a, b, c, k }
PARAMETER { k = 2 (/ms) }
ASSIGNED { v (mV) }
STATE { a b c }
INITIAL { a = 1 }
BREAKPOINT { SOLVE change METHOD derivimplicit }
DERIVATIVE change {
    a' = -k * a + b
    b' = k * a - 3 * b + 0.01 * v * c
    c' = 2 * b - c + 0.3
}
