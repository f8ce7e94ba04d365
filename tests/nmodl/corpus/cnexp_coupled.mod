: cnexp where it is not exact: two equations that read each other, each solved with the other one held still.
NEURON { SUFFIX cnexp_coupled RANGE a, b }
PARAMETER { k = 0.4 (/ms) l = 0.15 (/ms) }
STATE { a b }
INITIAL { a = 1 b = 0.2 }
BREAKPOINT { SOLVE states METHOD cnexp }
DERIVATIVE states {
    a' = -k * a + l * b
    b' = k * a - l * b - 0.05 * b
}
