: The forward Euler method.
NEURON { SUFFIX by_euler NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 0.0005 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
STATE { u w }
INITIAL { u = 0.1 w = 0 }
BREAKPOINT {
    SOLVE states METHOD euler
    i = g * u * (v + 70)
}
DERIVATIVE states {
    u' = u * (1 - u) - w * u + 0.0005 * (v + 65)
    w' = 0.1 * (u - w)
}
