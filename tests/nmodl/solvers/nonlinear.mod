: Equations that are not linear.
NEURON { SUFFIX nonlinearsystem RANGE a, b, k }
PARAMETER { k = 2 }
ASSIGNED { v (mV) }
STATE { a b }
INITIAL { a = 1 b = 1 SOLVE system }
BREAKPOINT { SOLVE system METHOD newton }
NONLINEAR system {
    ~ a * a + b = 3 + 0.01 * v
    ~ a * b = exp(v / 100) * k / 2
}
