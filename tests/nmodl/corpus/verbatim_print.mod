: printf in VERBATIM and in NMODL: a message that changes nothing (class g).
NEURON { SUFFIX verbatim_print RANGE x }
ASSIGNED { v (mV) x }
INITIAL {
    x = 0
    VERBATIM
    if (v > 1000.) { printf("v is %g\n", v); }
    ENDVERBATIM
}
BREAKPOINT {
    if (v > 1000) { printf("never %g\n", v) }
    x = x + 1
}
