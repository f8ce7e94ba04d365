: A random stream that hoc would set; without it the NMODL between two VERBATIM blocks counts (class c). Drawn numbers differ, so only
: what holds for all of them is compared.
NEURON { POINT_PROCESS verbatim_stream RANGE draws, inside POINTER donotuse THREADSAFE }
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
        _lpick = 0.5;
    } else {
ENDVERBATIM
        pick = scop_random()
VERBATIM
    }
ENDVERBATIM
}
