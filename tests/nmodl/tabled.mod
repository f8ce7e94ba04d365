: A channel whose table uses a RANGE parameter, and whose routine sets more than its table holds.
COMMENT
In Latin-1: 6.3 °C.
ENDCOMMENT
NEURON {
  SUFFIX tabled
  NONSPECIFIC_CURRENT i
  RANGE g, shift, i
  GLOBAL q, last
}
INCLUDE "gate.inc"
PARAMETER { g = 0.0005 (S/cm2)  shift = 0 (mV)  celsius (degC) }
ASSIGNED { v (mV) i (mA/cm2) q last ninf }
STATE { n }
INITIAL { rates(v)  n = ninf }
BREAKPOINT {
  SOLVE states METHOD cnexp
  i = g * q * n * (v + 80) + 1e-6 * last
}
DERIVATIVE states {
  rates(v)
  n' = (ninf - n) * q / 4
}
PROCEDURE rates(u (mV)) {
  TABLE ninf DEPEND celsius FROM -100 TO 60 WITH 160
  q = 3^((celsius - 20) / 10)
  last = u
  ninf = gate(u + shift)
}
