COMMENT
A calcium current that grows with time, different from place to place.
ENDCOMMENT

NEURON {
    SUFFIX leakca
    USEION ca WRITE ica
    RANGE amp
}

PARAMETER { amp = 0 (mA/cm2) }

ASSIGNED { ica (mA/cm2) }

BREAKPOINT { ica = -amp * (1 - exp(-t / 5)) }
