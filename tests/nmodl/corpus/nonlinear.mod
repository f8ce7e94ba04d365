: A NONLINEAR block: two equations for two unknowns at each step, by Newton's method.
NEURON { SUFFIX nonlinear RANGE k }
PARAMETER { k = 2 }
ASSIGNED { v (mV) }
STATE { x u }
INITIAL { x = 1 u = 1 }
BREAKPOINT { SOLVE balance }
NONLINEAR balance {
    ~ x * x + u = 3 + 0.01 * v
    ~ x * u * k = 1
}
