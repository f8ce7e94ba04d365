: Two SOLVEs in one BREAKPOINT: KINETIC and DERIVATIVE.
NEURON { SUFFIX solve_two RANGE k }
PARAMETER { k = 0.3 (/ms) }
ASSIGNED { v (mV) }
STATE { a b x }
INITIAL { a = 1 b = 0 x = 0 }
BREAKPOINT {
    SOLVE scheme METHOD sparse
    SOLVE states METHOD cnexp
}
KINETIC scheme { ~ a <-> b (k, 0.1) }
DERIVATIVE states { x' = (b - x) / 2 }
