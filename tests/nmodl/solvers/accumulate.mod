: The concentration of an ion is a state.
NEURON { SUFFIX accumulate USEION ca READ ica, cai WRITE cai RANGE tau, k }
PARAMETER { tau = 7 (ms) k = 0.1 }
ASSIGNED { ica (mA/cm2) v (mV) }
STATE { cai (mM) }
BREAKPOINT { SOLVE change METHOD cnexp }
DERIVATIVE change { cai' = -k * ica + 1e-6 * (60 + v) + (5e-5 - cai) / tau }
