: Anomalous rectifier of the cerebellar Purkinje cell: one gate that follows with two time constants.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664

NEURON {
    THREADSAFE
    SUFFIX Kh
    USEION k WRITE ik
    RANGE gkbar, ek, minf, fast, slow
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gkbar = 0.0003 (S/cm2)
    ek = -30 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    dt (ms)
    ik (mA/cm2)
    minf fast slow
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

: The step is the mean of two: 0.8 of one with 38 ms and 0.2 of one with 319 ms.
PROCEDURE states() {
    rates(v)
    m = 0.8*(m + fast*(minf - m)) + 0.2*(m + slow*(minf - m))
}

PROCEDURE rates(v (mV)) {
    LOCAL q
    TABLE minf, fast, slow DEPEND dt, celsius FROM -100 TO 100 WITH 200
    q = 3^((celsius - 37)/10 (degC))
    minf = 1/(1 + exp((v + 78)/7 (mV)))
    fast = 1 - exp(-dt*q/38 (ms))
    slow = 1 - exp(-dt*q/319 (ms))
}
