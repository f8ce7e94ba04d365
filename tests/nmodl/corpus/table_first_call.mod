: Not thread safe, as a GLOBAL is set: the table is made by the first call in INITIAL, between two values of `shift`.
NEURON { SUFFIX table_first_call RANGE shift, minf, last, m GLOBAL calls }
ASSIGNED { v (mV) shift (mV) minf last calls }
STATE { m }
INITIAL { calls = 1  shift = 5  rates(v)  m = minf  shift = -20 }
BREAKPOINT { SOLVE states METHOD cnexp }
DERIVATIVE states {
    rates(v)
    m' = (minf - m) / 2
}
PROCEDURE rates(u (mV)) {
    TABLE minf FROM -100 TO 100 WITH 200
    last = u + shift
    minf = 1 / (1 + exp(-(u + 38 + shift) / 7))
}
