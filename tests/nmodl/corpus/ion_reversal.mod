: A reversal potential that a mechanism writes.
NEURON { SUFFIX ion_reversal USEION na WRITE ena RANGE base }
PARAMETER { base = 50 (mV) }
ASSIGNED { v (mV) ena (mV) }
INITIAL { ena = base }
BREAKPOINT { ena = base + 0.1 * v + t / 10 }
