: Persistent sodium current of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX NaP
    USEION na WRITE ina
    RANGE gnabar, ena, minf, mstep
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 0.001 (S/cm2)
    ena = 45 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    dt (ms)
    ina (mA/cm2)
    minf mstep
}

STATE { m }

INITIAL {
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states
    ina = gnabar*m^3*(v - ena)
}

: One exact step of each gate at constant v.
PROCEDURE states() {
    rates(v)
    m = m + mstep*(minf - m)
}

PROCEDURE rates(v (mV)) {
    LOCAL q, a, b, sum
    TABLE minf, mstep DEPEND dt, celsius FROM -100 TO 100 WITH 200
    q = 3^((celsius - 37)/10 (degC))
    a = 200 (/ms)/(1 + exp((v - 18)/(-16 (mV))))
    b = 25 (/ms)/(1 + exp((v + 58)/8 (mV)))
    sum = a + b
    minf = a/sum
    mstep = 1 - exp(-dt*q*sum)
}
