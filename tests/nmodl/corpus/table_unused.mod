: The same with usetable = 0: what INITIAL sets counts.
NEURON { SUFFIX table_unused RANGE shift, minf, mtau, last, m THREADSAFE }
PARAMETER { early = 4 (mV) }
ASSIGNED { v (mV) shift (mV) minf mtau (ms) last }
STATE { m }
INITIAL { shift = 7 * early  rates(v)  m = minf }
BREAKPOINT { SOLVE states METHOD cnexp }
DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
}
PROCEDURE rates(u (mV)) {
    TABLE minf, mtau FROM -100 TO 100 WITH 200
    last = shift + u
    minf = 1 / (1 + exp(-(u + 38 + shift) / 7))
    mtau = 0.5 + 2 * exp(-((u + 40 + shift) / 30)^2)
}
