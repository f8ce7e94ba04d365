: Runge and Kutta, with time in the equations.
NEURON { SUFFIX rungekutta RANGE a, b, k }
PARAMETER { k = 2 (/ms) }
ASSIGNED { v (mV) }
STATE { a b }
INITIAL { a = 1 b = 0.1 }
BREAKPOINT { SOLVE change METHOD runge }
DERIVATIVE change {
    a' = -k * a + b * sin(t)
    b' = a - b - 0.1 * b * b * b + 0.01 * v
}
