: Linear equations that need the largest coefficient as pivot.
NEURON { SUFFIX linearsystem RANGE a, b, c, k }
PARAMETER { k = 2 }
ASSIGNED { v (mV) }
STATE { a b c }
INITIAL { SOLVE system }
BREAKPOINT { SOLVE system }
LINEAR system {
    ~ b * 1e-3 + c = v
    ~ a + k * b - c * exp(v / 50) = 1
    ~ 2 * a - b = -k + c
}
