: TABLE: rates interpolated from rows; a RANGE parameter in DEPEND.
NEURON { SUFFIX table USEION na READ ena WRITE ina RANGE gbar GLOBAL minf, mtau, shift THREADSAFE }
PARAMETER { gbar = 0.02 (S/cm2) shift = 3 (mV) }
ASSIGNED { v (mV) ena (mV) ina (mA/cm2) minf mtau (ms) celsius (degC) }
STATE { m }
INITIAL { rates(v) m = minf }
BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar * m^3 * (v - ena)
}
DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
}
PROCEDURE rates(v (mV)) {
    TABLE minf, mtau DEPEND shift, celsius FROM -100 TO 100 WITH 200
    minf = 1 / (1 + exp(-(v + 38 - shift) / 7))
    mtau = (0.1 + 0.4 * exp(-((v + 40 - shift) / 30)^2)) * 3^((celsius - 22) / 10)
}
