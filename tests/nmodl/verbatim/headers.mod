: Class b: included headers, prototypes, declarations of what is elsewhere.
VERBATIM
#include <stdlib.h>
#include "misc.h"
#ifndef NRN_VERSION_GTEQ_8_2_0
extern double* vector_vec();
#define SCALE 7
#else
#define SCALE 2
#endif
#if defined(CORENEURON_BUILD) || !NRN_VERSION_GTEQ(9, 0, 0)
#error never
#elif SCALE > 1
#define HALF(x) ((x) / 2.)
#endif
extern double nrn_ghk(double, double, double, double);
static const char rcsid[] = "$Id$";
typedef struct Pair { double a[2]; int n; } Pair;
ENDVERBATIM
NEURON { SUFFIX c RANGE a }
ASSIGNED { v (mV) a }
INITIAL {
VERBATIM
    a = HALF(v + SCALE);
ENDVERBATIM
}
