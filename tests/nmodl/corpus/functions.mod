: The functions that NMODL has built in.
NEURON { SUFFIX functions RANGE a, b, c, d, e, f, g, h }
ASSIGNED { v (mV) a b c d e f g h }
BREAKPOINT {
    LOCAL x
    x = v / 100
    a = sin(x) + 10 * cos(x) + 100 * tan(x / 2)
    b = exp(x) + log(x + 2) + 10 * log10(x + 2)
    c = sqrt(x + 3) + pow(x + 2, 1.7) + fabs(x)
    d = sinh(x) + cosh(x) + tanh(x)
    e = asin(x / 2) + 10 * acos(x / 2) + 100 * atan(x) + atan2(x, 2)
    f = floor(v / 7) + 0.1 * ceil(v / 3)
    g = x^3 - (-x)^2 + 2^-x
    h = fmod(fabs(v), 7)
}
