: The table is asked for in BREAKPOINT only, by a mechanism that is thread safe, and INITIAL sets what it is made of.
NEURON { SUFFIX table_in_breakpoint NONSPECIFIC_CURRENT i RANGE scale, g THREADSAFE }
PARAMETER { gbar = 1e-5 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) scale g (S/cm2) }
INITIAL { scale = 3 }
BREAKPOINT {
    open(v)
    i = g * (v + 60)
}
PROCEDURE open(u (mV)) {
    TABLE g FROM -100 TO 100 WITH 50
    g = gbar * (1 + scale) / (1 + exp(-(u + 20) / 9))
}
