NEURON { SUFFIX c RANGE a, b }
ASSIGNED { v (mV) a b }
INITIAL { rates(v) a = scaled(3) }
PROCEDURE rates(v (mV)) { b = exp(v / 50) }
FUNCTION scaled(x) { scaled = 2 * x }
