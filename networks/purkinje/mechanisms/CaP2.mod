: P-type calcium current of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX CaP2
    USEION ca WRITE ica
    RANGE gcabar, eca, minf, mstep
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
    minf mstep
}

STATE { m }

INITIAL {
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states
    ica = gcabar*m*(v - eca)
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
    a = 8.5 (/ms)/(1 + exp((v - 8)/(-12.5 (mV))))
    b = 35 (/ms)/(1 + exp((v + 74)/14.5 (mV)))
    sum = a + b
    minf = a/sum
    mstep = 1 - exp(-dt*q*sum)
}
