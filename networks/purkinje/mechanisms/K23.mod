: Calcium-dependent potassium current (K2) of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX K23
    USEION ca READ cai
    USEION k WRITE ik
    RANGE gkbar, ek, minf, mstep, zinf, zstep
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
    (S) = (siemens)
}

PARAMETER {
    gkbar = 0.00039 (S/cm2)
    ek = -85 (mV)
}

ASSIGNED {
    v (mV)
    dt (ms)
    cai (mM)
    ik (mA/cm2)
    minf mstep zinf zstep
}

STATE { m z }

INITIAL {
    rates(v, cai)
    m = minf
    z = zinf
}

BREAKPOINT {
    SOLVE states
    ik = gkbar*m*z^2*(v - ek)
}

: One exact step of each gate at constant v and cai; z has a time constant of 10 ms.
PROCEDURE states() {
    rates(v, cai)
    m = m + mstep*(minf - m)
    z = z + zstep*(zinf - z)
}

PROCEDURE rates(v (mV), cai (mM)) {
    LOCAL a, b
    a = 25 (/ms)
    b = 0.075 (/ms)/exp((v + 5)/10 (mV))
    minf = a/(a + b)
    mstep = 1 - exp(-dt*(a + b))
    zinf = 1/(1 + 20 (mM)/(1000*cai))
    zstep = 1 - exp(-dt/10 (ms))
}
