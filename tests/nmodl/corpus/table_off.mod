: usetable = 0: the same routine without its rows.
NEURON { SUFFIX table_off RANGE n GLOBAL ninf }
ASSIGNED { v (mV) n ninf }
BREAKPOINT {
    rates(v)
    n = ninf
}
PROCEDURE rates(v (mV)) {
    TABLE ninf FROM -100 TO 100 WITH 10
    ninf = 1 / (1 + exp(-(v + 38) / 7))
}
