: Plain C on the mechanism's variables: declarations, if, switch, for, while, a static function, a latch (class d).
NEURON { SUFFIX verbatim_plain USEION ca READ cai RANGE a, b, c, latch, clamped }
VERBATIM
static double square(double x) { return x * x; }
ENDVERBATIM
ASSIGNED { v (mV) a b c latch clamped cai (mM) }
INITIAL { latch = 0 }
BREAKPOINT {
    LOCAL z
    z = v / 10
    VERBATIM
    {
        int i;
        double sum = 0.;
        for (i = 0; i < 4; i++) { sum += i * _lz; }
        a = sum;
        b = square(v) + (v > 0 ? 1.5 : -1.5);
        while (sum > 1.) { sum /= 2.; }
        c = sum + fabs(v);
        switch ((int)(v / 30.)) {
        case 0: clamped = 1; break;
        case -1: clamped = 2; break;
        default: clamped = 3;
        }
        if (v > -10. && latch == 0) latch = cai * 1e5;
    }
    ENDVERBATIM
}
