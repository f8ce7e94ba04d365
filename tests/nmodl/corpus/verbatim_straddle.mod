: Braces of C that straddle NMODL.
NEURON { SUFFIX verbatim_straddle RANGE x }
ASSIGNED { v (mV) x }
BREAKPOINT {
    VERBATIM
    if (v > -30.) {
    ENDVERBATIM
    x = 1
    VERBATIM
    } else {
    ENDVERBATIM
    x = 2 * v
    VERBATIM
    }
    ENDVERBATIM
}
