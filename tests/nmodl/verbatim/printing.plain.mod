NEURON { SUFFIX c RANGE a, b, debug }
PARAMETER { debug = 0 }
ASSIGNED { v (mV) a b }
INITIAL { a = 1 if (v <= 1e3) { b = v } }
