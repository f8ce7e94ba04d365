: Class g: what prints, and what ends the run.
NEURON { SUFFIX c RANGE a, b, debug }
PARAMETER { debug = 0 }
ASSIGNED { v (mV) a b }
INITIAL {
    a = 1
VERBATIM
    if (debug == 1) { printf("a:%g,%g\n", t, a); }
    fprintf(stderr, "v %g\n", v);
    fflush(stdout);
ENDVERBATIM
    b = checked(v)
}
FUNCTION checked(x) {
VERBATIM
    if (_lx > 1e3) { hoc_execerror("too high", 0); }
ENDVERBATIM
    checked = x
}
