: D-type potassium current of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX KD
    USEION k WRITE ik
    RANGE gkbar, ek, minf, mstep, hinf, hstep
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gkbar = 0.045 (S/cm2)
    ek = -85 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    dt (ms)
    ik (mA/cm2)
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
    ik = gkbar*m*h*(v - ek)
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
    a = 8.5 (/ms)/(1 + exp((v + 17)/(-12.5 (mV))))
    b = 35 (/ms)/(1 + exp((v + 99)/14.5 (mV)))
    sum = a + b
    minf = a/sum
    mstep = 1 - exp(-dt*q*sum/10)
    a = 0.0015 (/ms)/(1 + exp((v + 89)/8 (mV)))
    b = 0.0055 (/ms)/(1 + exp((v + 83)/(-8 (mV))))
    sum = a + b
    hinf = a/sum
    hstep = 1 - exp(-dt*1.6*q*sum)
}
