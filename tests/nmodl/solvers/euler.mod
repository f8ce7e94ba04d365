: Euler's method takes all slopes from before the step.
NEURON { SUFFIX forward RANGE a, b, k }
PARAMETER { k = 2 (/ms) }
ASSIGNED { v (mV) }
STATE { a b }
INITIAL { a = 1 b = 0.1 }
BREAKPOINT { SOLVE change METHOD euler }
DERIVATIVE change {
    a' = -k * a * b
    b' = a - b + 0.01 * v
}
