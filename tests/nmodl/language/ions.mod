: Variables of ions: a current that is read and written, and variables that are only read but set.
NEURON {
    SUFFIX ions
    USEION ca READ ica, eca WRITE ica
    USEION k READ ki, ko
    RANGE g, pool, ratio
}
PARAMETER { g = 2e-5 (S/cm2) }
ASSIGNED {
    v (mV)
    ica (mA/cm2)
    eca (mV)
    ki (mM)
    ko (mM)
    ratio
}
STATE {
    m
    pool
}
INITIAL {
    ki = 70
    ratio = ko/ki
    m = 0
    pool = 0
}
BREAKPOINT {
    SOLVE states METHOD cnexp
    ki = 90
    ica = g*m*(v - eca)*ki/90
}
DERIVATIVE states {
    m' = (1/(1 + exp(-(v + 45)/7)) - m)/4
    : All calcium currents of the compartment, hh's neighbour's too.
    pool' = -ica*100 - pool/20
}
