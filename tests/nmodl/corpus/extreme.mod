: exp of large and small values, a guarded 0/0, and constants near the ends of what a number can be.
NEURON { SUFFIX extreme RANGE a, b, c, d }
ASSIGNED { v (mV) a b c d }
BREAKPOINT {
    a = exp(v * 8)
    b = 1e-300 * exp(-v * 8) * 1e-5
    if (fabs(v + 20) < 1e-4) { c = 5 } else { c = (v + 20) / (1 - exp(-(v + 20) / 5)) }
    d = 1.7e308 * 0.5 / exp(v * v / 100)
}
