: A current that is read before it is set: the first run of BREAKPOINT finds the sum of all mechanisms, the second what the first left.
NEURON {
    SUFFIX current_read_before
    USEION ca READ ica, eca WRITE ica
    RANGE before, after, s
}
ASSIGNED { v (mV) eca (mV) ica (mA/cm2) before (mA/cm2) after (mA/cm2) }
STATE { s }
INITIAL { s = 0.1 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    before = ica
    ica = 1e-4 * s * (v - eca)
    after = ica
}
DERIVATIVE states { s' = 0.1 - s - 3 * ica }
