: INITIAL sets what DEPEND names: in INITIAL the table is the one made before, in steps the one made after.
NEURON { SUFFIX table_depend RANGE shift, minf, begin, m THREADSAFE }
ASSIGNED { v (mV) shift (mV) minf begin }
STATE { m }
INITIAL { shift = 12  rates(v)  begin = minf  m = minf }
BREAKPOINT { SOLVE states METHOD cnexp }
DERIVATIVE states {
    rates(v)
    m' = (minf - m) / 2
}
PROCEDURE rates(u (mV)) {
    TABLE minf DEPEND shift FROM -100 TO 100 WITH 200
    minf = 1 / (1 + exp(-(u + 38 + shift) / 7))
}
