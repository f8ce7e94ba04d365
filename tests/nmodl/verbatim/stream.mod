: Class c: a stream that hoc would set, with NMODL between two blocks for when it does not.
NEURON { POINT_PROCESS c RANGE a, b THREADSAFE POINTER donotuse }
VERBATIM
#ifndef NRN_VERSION_GTEQ_8_2_0
double nrn_random_pick(void* r);
void* nrn_random_arg(int argpos);
#define RANDCAST
#else
#define RANDCAST (Rand*)
#endif
ENDVERBATIM
ASSIGNED { a b donotuse }
INITIAL { a = erand() b = urand() }
NET_RECEIVE (w) { a = a + w * erand() }
FUNCTION erand() {
VERBATIM
    if (_p_donotuse) {
        /* the Random must be set to Random.negexp(1) */
        _lerand = nrn_random_pick(RANDCAST _p_donotuse);
    } else {
        if (_nt != nrn_threads) {
            hoc_execerror("multithread random", "only via hoc Random");
        }
ENDVERBATIM
        erand = exprand(1)
VERBATIM
    }
ENDVERBATIM
}
FUNCTION urand() {
VERBATIM
    double value = 0.0;
    if (_p_donotuse != NULL) {
        value = nrnran123_dblpick((nrnran123_State*)_p_donotuse);
        return value;
    } else {
ENDVERBATIM
        urand = scop_random()
VERBATIM
    }
ENDVERBATIM
    urand = value
}
PROCEDURE noiseFromRandom() {
VERBATIM
    {
        void** pv = (void**)(&_p_donotuse);
        if (ifarg(1)) { *pv = nrn_random_arg(1); } else { *pv = (void*)0; }
    }
ENDVERBATIM
}
