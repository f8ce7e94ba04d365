: Fast sodium current of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX NaF
    USEION na WRITE ina
    RANGE gnabar, ena, minf, mstep, hinf, hstep
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
    minf mstep hinf hstep
}

STATE { m h }

INITIAL {
    rates(v)
    m = minf
    h = hinf
}

BREAKPOINT {
    SOLVE states
    ina = gnabar*m^3*h*(v - ena)
}

: One exact step of each gate at constant v.
PROCEDURE states() {
    rates(v)
    m = m + mstep*(minf - m)
    h = h + hstep*(hinf - h)
}

PROCEDURE rates(v (mV)) {
    LOCAL q, a, b, sum
    TABLE minf, mstep, hinf, hstep DEPEND dt, celsius FROM -100 TO 100 WITH 200
    q = 3^((celsius - 37)/10 (degC))
    a = 35 (/ms)/exp((v + 5)/(-10 (mV)))
    b = 7 (/ms)/exp((v + 65)/20 (mV))
    sum = a + b
    minf = a/sum
    mstep = 1 - exp(-dt*q*sum)
    a = 0.225 (/ms)/(1 + exp((v + 80)/10 (mV)))
    b = 7.5 (/ms)/exp((v - 3)/(-18 (mV)))
    sum = a + b
    hinf = a/sum
    hstep = 1 - exp(-dt*q*sum)
}
