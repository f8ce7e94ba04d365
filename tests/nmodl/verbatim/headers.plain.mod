NEURON { SUFFIX c RANGE a }
ASSIGNED { v (mV) a }
INITIAL { a = (v + 2) / 2 }
