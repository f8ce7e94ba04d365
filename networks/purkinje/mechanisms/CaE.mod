: Class-E calcium current of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX CaE
    USEION ca WRITE ica
    RANGE gcabar, eca, minf, mstep, hinf, hstep
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gcabar = 0.0005 (S/cm2)
    eca = 135 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    dt (ms)
    ica (mA/cm2)
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
    ica = gcabar*m*h*(v - eca)
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
    a = 2.6 (/ms)/(1 + exp((v + 7)/(-8 (mV))))
    b = 0.18 (/ms)/(1 + exp((v + 26)/4 (mV)))
    sum = a + b
    minf = a/sum
    mstep = 1 - exp(-dt*q*sum/4)
    a = 0.0025 (/ms)/(1 + exp((v + 32)/8 (mV)))
    b = 0.19 (/ms)/(1 + exp((v + 42)/(-10 (mV))))
    sum = a + b
    hinf = a/sum
    hstep = 1 - exp(-dt*q*sum/10)
}
