: derivimplicit with linear, coupled equations: one step of backward Euler.
NEURON { SUFFIX implicit_linear RANGE k }
PARAMETER { k = 0.4 (/ms) }
ASSIGNED { v (mV) }
STATE { a b c }
INITIAL { a = 1 b = 0.2 c = 0 }
BREAKPOINT { SOLVE states METHOD derivimplicit }
DERIVATIVE states {
    a' = -k * a + 0.15 * b
    b' = k * a - 0.3 * b + 0.001 * v
    c' = b - c
}
