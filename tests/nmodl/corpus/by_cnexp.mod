: DERIVATIVE by cnexp: linear equations, exact over a step; the rates in a PROCEDURE that sets RANGE variables.
NEURON { SUFFIX by_cnexp USEION na READ ena WRITE ina RANGE gbar, minf, mtau, hinf, htau }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { gbar = 0.02 (S/cm2) }
STATE { m h }
ASSIGNED { v (mV) ena (mV) ina (mA/cm2) minf hinf mtau (ms) htau (ms) }
INITIAL {
    rates(v)
    m = minf
    h = hinf
}
BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar * m^3 * h * (v - ena)
}
DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
}
PROCEDURE rates(v (mV)) {
    minf = 1 / (1 + exp(-(v + 38) / 7))
    mtau = 0.1 + 0.4 * exp(-((v + 40) / 30)^2)
    hinf = 1 / (1 + exp((v + 60) / 6))
    htau = 1 + 8 / (1 + exp((v + 50) / 10))
}
