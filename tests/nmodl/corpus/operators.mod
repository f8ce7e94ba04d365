: Operators: their order, comparisons as numbers, and, or, not; signs before and after powers; unit factors in parentheses.
NEURON { SUFFIX operators RANGE a, b, c, d, e, f }
ASSIGNED { v (mV) a b c d e f }
BREAKPOINT {
    LOCAL x
    x = v / 50
    a = 2 - 3 - 4 + 8 / 4 / 2 * x
    b = -x^2 + 2^3^0.5 - -x
    c = (x > 0) + 2 * (x >= 0.4) + 4 * (x < -1) + 8 * (x <= -0.4) + 16 * (x == 0) + 32 * (x != 0)
    d = (x > -1 && x < 0 || x > 0.2) + 2 * !(x > 0)
    e = (1e-3) * v + 2 (mV) + (0.5 (mV)) * 3
    f = !x + !!x
}
