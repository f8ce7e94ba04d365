: Powers of gates, whole and broken; a current whose slope is steep.
NEURON { SUFFIX gating_pow NONSPECIFIC_CURRENT i RANGE g, p }
PARAMETER { g = 0.001 (S/cm2) p = 2.5 }
ASSIGNED { v (mV) i (mA/cm2) }
STATE { m }
INITIAL { m = 0.3 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * m^p * m^2 * (v + 60) / (1 + 0.28 * exp(-0.062 * v))
}
DERIVATIVE states { m' = (0.5 + 0.005 * v - m) / 3 }
