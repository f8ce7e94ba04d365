: Leak of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664

NEURON {
    SUFFIX Leak
    NONSPECIFIC_CURRENT il
    RANGE gl, el
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gl = 0.0003 (S/cm2)
    el = -80 (mV)
}

ASSIGNED {
    v (mV)
    il (mA/cm2)
}

BREAKPOINT {
    il = gl*(v - el)
}
