: START of states and x0 parameters: what states begin with where INITIAL does not set them.
NEURON { SUFFIX start_values RANGE c0 }
PARAMETER { a0 = 0.7 c0 = 0.2 }
STATE { a b c }
INITIAL { b = 1 }
BREAKPOINT { SOLVE states METHOD cnexp }
DERIVATIVE states {
    a' = -a / 8
    b' = -b / 4
    c' = (1 - c) / 5
}
