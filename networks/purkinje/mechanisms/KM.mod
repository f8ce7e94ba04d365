: Muscarinic potassium current of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664

NEURON {
    THREADSAFE
    SUFFIX KM
    USEION k WRITE ik
    RANGE gkbar, ek, minf, mstep
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gkbar = 4e-05 (S/cm2)
    ek = -85 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    dt (ms)
    ik (mA/cm2)
    minf mstep
}

STATE { m }

INITIAL {
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states
    ik = gkbar*m*(v - ek)
}

: One exact step of the gate at constant v.
PROCEDURE states() {
    rates(v)
    m = m + mstep*(minf - m)
}

PROCEDURE rates(v (mV)) {
    LOCAL q, sum
    TABLE minf, mstep DEPEND dt, celsius FROM -100 TO 100 WITH 200
    q = 3^((celsius - 37)/10 (degC))
    sum = 3.3 (/ms)*(exp((v + 35)/40 (mV)) + exp(-(v + 35)/20 (mV)))/200
    minf = 1/(1 + exp(-(v + 35)/10 (mV)))
    mstep = 1 - exp(-dt*q*sum)
}
