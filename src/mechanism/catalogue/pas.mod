COMMENT
Leak of a passive membrane: a constant conductance in series with a battery.

    i = g (v - e)

    g   conductance per area     S/cm2
    e   reversal potential       mV
    i   outward current          mA/cm2

The membrane of the cable equation: A. L. Hodgkin and W. A. H. Rushton (1946),
The electrical constants of a crustacean nerve fibre, Proc. R. Soc. B 133:444-479,
DOI 10.1098/rspb.1946.0024.
ENDCOMMENT

NEURON {
    SUFFIX pas
    NONSPECIFIC_CURRENT i
    RANGE g, e
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g = 0.001 (S/cm2) <0, 1e9>
    e = -70 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

BREAKPOINT {
    i = g * (v - e)
}
