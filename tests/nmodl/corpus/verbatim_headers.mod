: Headers and prototypes in VERBATIM (class b).
NEURON { SUFFIX verbatim_headers RANGE x }
VERBATIM
#include <stdlib.h>
#include <math.h>
extern double dummy_unused;
ENDVERBATIM
ASSIGNED { v (mV) x }
BREAKPOINT { x = half(v) }
FUNCTION half(x) {
    half = x / 2
}
