NEURON { SUFFIX c RANGE a, b, d, e, f, g, h, p }
PARAMETER { p = 3 }
ASSIGNED { v (mV) a b d e f g h }
INITIAL {
    LOCAL k, sum
    k = 7
    sum = 1
    sum = sum + 76.18009173 / (v + 0)
    sum = sum + -86.50532033 / (v + 1)
    sum = sum + 24.01409822 / (v + 2)
    sum = sum + 0.120858003e-2 / (v + 4)
    sum = sum + -0.536382e-5 / (v + 5)
    a = sum + 6
    b = -3 + 3 + 0 + 0.5
    d = -65 * 2 + 20 + 1.5 * 1.5 + -1
    e = 7
    f = 1
    g = 14 + 3 + 3
    h = 14 + 0 + 2 + 400
}
