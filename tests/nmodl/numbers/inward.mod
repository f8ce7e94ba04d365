: A calcium current.
NEURON {
    SUFFIX inward
    USEION ca READ eca WRITE ica
    RANGE g
}
PARAMETER { g = 2e-5 (S/cm2) }
ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
}
BREAKPOINT { ica = g * (v - eca) / (1 + exp(-(v + 30) / 5)) }
