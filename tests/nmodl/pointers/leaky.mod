: A current and a decay whose parameters others write.
NEURON {
    SUFFIX leaky
    RANGE g, tau, x
    NONSPECIFIC_CURRENT i
}
PARAMETER { g = 1e-4 (S/cm2)  tau = 5 (ms)  e = -60 (mV) }
STATE { x }
ASSIGNED { v (mV)  i (mA/cm2) }
INITIAL { x = 1 }
BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g*(v - e)/tau
}
DERIVATIVE decay { x' = (0.01*v - x)/tau }
