: Calcium-dependent potassium current (BK) of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX KC3
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
    gkbar = 0.06 (S/cm2)
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
    a = 7.5 (/ms)
    b = 0.11 (/ms)/exp((v - 35)/14.9 (mV))
    minf = a/(a + b)
    mstep = 1 - exp(-dt*(a + b))
    zinf = 1/(1 + 400 (mM)/(1000*cai))
    zstep = 1 - exp(-dt/10 (ms))
}
