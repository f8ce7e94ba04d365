NEURON { SUFFIX c USEION ca READ cai, eca WRITE ica RANGE a, g }
PARAMETER { g = 0.1 }
ASSIGNED { v (mV) cai eca ica a }
BREAKPOINT {
    a = cai / (cai + 0.5)
    if (v > 1e6) { a = eca }
    ica = g * a * (v - eca)
}
