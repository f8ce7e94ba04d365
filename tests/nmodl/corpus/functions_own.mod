: FUNCTIONs and PROCEDUREs of the file: several arguments, none, calls in calls, arguments that are set inside.
NEURON { SUFFIX functions_own RANGE a, b, c, scale }
PARAMETER { scale = 2 }
ASSIGNED { v (mV) a b c }
BREAKPOINT {
    a = twice(plus(v, 1)) + nothing()
    both(v, a)
    c = shrink(v)
}
FUNCTION twice(x) { twice = scale * x }
FUNCTION plus(x, y) { plus = x + y }
FUNCTION nothing() { nothing = 0.25 }
PROCEDURE both(x, y) {
    LOCAL z
    z = plus(x, twice(y))
    b = z / 100
}
FUNCTION shrink(x) {
    if (x > 20) { x = 20 }
    if (x < -50) { x = -50 }
    shrink = x / 10
    shrink = shrink + 1
}
