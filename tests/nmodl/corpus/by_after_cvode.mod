: METHOD after_cvode on a PROCEDURE: the step is taken after the integration.
NEURON { SUFFIX by_after_cvode RANGE n, runs }
ASSIGNED { v (mV) runs }
STATE { n }
INITIAL { n = 0 runs = 0 }
BREAKPOINT { SOLVE states METHOD after_cvode }
PROCEDURE states() {
    n = n + 0.01 * (v + 65 - n)
    runs = runs + 1
}
