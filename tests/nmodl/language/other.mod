: Another calcium current, so that the sum is not this one's own.
NEURON {
    SUFFIX other
    USEION ca READ eca WRITE ica
}
ASSIGNED {
    v (mV)
    ica (mA/cm2)
    eca (mV)
}
BREAKPOINT { ica = 1e-6*(v - eca) }
