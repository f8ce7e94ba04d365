NEURON { SUFFIX c RANGE a, b, d, e, fired, p }
PARAMETER { p = 2 }
ASSIGNED { v (mV) a b d e fired }
INITIAL { a = 2 b = 12 d = 6 e = 100 fired = 1 }
