: A random stream that hoc would set; without it the NMODL between two VERBATIM blocks counts (class c). Drawn numbers differ, so only
: what holds for all of them is compared.
NEURON { POINT_PROCESS verbatim_stream RANGE draws, inside POINTER donotuse THREADSAFE }
VERBATIM
#ifndef NRN_VERSION_GTEQ_8_2_0
double nrn_random_pick(void* r);
#define RANDCAST
#else
#define RANDCAST (Rand*)
#endif
ENDVERBATIM
ASSIGNED { draws inside donotuse }
INITIAL { draws = 0 inside = 0 }
NET_RECEIVE (w) {
    LOCAL u
    u = pick()
    draws = draws + 1
    if (u > 0 && u < 1) { inside = inside + 1 }
}
FUNCTION pick() {
VERBATIM
    if (_p_donotuse) {
        _lpick = nrn_random_pick(RANDCAST _p_donotuse);
    } else {
ENDVERBATIM
        pick = scop_random()
VERBATIM
    }
ENDVERBATIM
}
