: Delayed rectifier of the cerebellar Purkinje cell.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after E. De Schutter and J. M. Bower, J. Neurophysiol. 71:375 (1994), doi:10.1152/jn.1994.71.1.375

NEURON {
    THREADSAFE
    SUFFIX Khh
    USEION k WRITE ik
    RANGE gkbar, ek, ninf, nstep
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gkbar = 0.036 (S/cm2)
    ek = -85 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    dt (ms)
    ik (mA/cm2)
    ninf nstep
}

STATE { n }

INITIAL {
    rates(v)
    n = ninf
}

BREAKPOINT {
    SOLVE states
    ik = gkbar*n^4*(v - ek)
}

: One exact step of each gate at constant v.
PROCEDURE states() {
    rates(v)
    n = n + nstep*(ninf - n)
}

PROCEDURE rates(v (mV)) {
    LOCAL q, a, b, sum
    TABLE ninf, nstep DEPEND dt, celsius FROM -100 TO 100 WITH 200
    q = 3^((celsius - 37)/10 (degC))
    a = 0.01 (/mV-ms)*ratio(-(v + 55), 10)
    b = 0.125 (/ms)*exp(-(v + 65)/80 (mV))
    sum = a + b
    ninf = a/sum
    nstep = 1 - exp(-dt*q*sum)
}

: x/(exp(x/y) - 1), continued where it is 0/0.
FUNCTION ratio(x (mV), y (mV)) (mV) {
    IF (fabs(x/y) < 1e-6) {
        ratio = y*(1 - x/y/2)
    } ELSE {
        ratio = x/(exp(x/y) - 1)
    }
}
