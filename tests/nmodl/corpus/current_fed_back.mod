: A current that is made from what it was, and one that is not set on all paths.
NEURON {
    SUFFIX current_fed_back
    USEION ca READ ica, eca WRITE ica
    USEION k READ ik, ek WRITE ik
    RANGE before, other, s
}
ASSIGNED { v (mV) eca (mV) ica (mA/cm2) ek (mV) ik (mA/cm2) before (mA/cm2) other (mA/cm2) }
STATE { s }
INITIAL { s = 0.1 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    before = ica
    ica = 1e-4 * s * (v - eca) + 0.2 * ica
    other = ik
    if (v > -70) { ik = 1e-5 * (v - ek) }
}
DERIVATIVE states { s' = 0.1 - s - 3 * ica }
