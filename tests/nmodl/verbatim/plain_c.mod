: Class d: declarations, whole numbers, operators, conditions, switch, loops of known length, helper functions.
VERBATIM
#define LAST 5
static double cof[6] = {76.18009173, -86.50532033, 24.01409822, -1.231739516, 0.120858003e-2, -0.536382e-5};
static double shift = 1.5;
static double squared(double x) { return x * x; }
static int sign_of(double x)
{
    if (x > 0) return 1;
    if (x < 0) return -1;
    return 0;
}
ENDVERBATIM
NEURON { SUFFIX c RANGE a, b, d, e, f, g, h, p }
PARAMETER { p = 3 }
ASSIGNED { v (mV) a b d e f g h }
INITIAL {
    LOCAL k
    k = 7
VERBATIM
    {
        int j, n = 7, m;
        double sum = 1.0, old;
        for (j = 0; j <= LAST; j++) {
            if (j == 3) continue;
            sum += cof[j] / (v + j);
        }
        a = sum + j;
        m = -n / 2;          /* -3, as whole numbers are cut */
        b = m + n % 4 + 1 / 2 + 1 / 2.;
        m = v;               // cut too
        old = m++ * 2;
        d = old + (m > -64 ? 10 : 20) + squared(shift) + sign_of(v);
        switch ((int)p) {
            case 1: e = 1; break;
            case 2:
            case 3: e = 2;
            case 4: e += 5; break;
            default: e = 9;
        }
        f = v > -70 && !(p == 4) || n;
        g = h = _lk * 2;
        do_it_twice(_threadargscomma_ 3.);
        for (n = 0; n < 10; n += 2) {
            if (n > p) break;
            h += n;
        }
        h += n * 100;
    }
ENDVERBATIM
}
PROCEDURE do_it_twice(x) {
VERBATIM
    g += _lx; g += _lx;
ENDVERBATIM
}
