COMMENT
Sodium, potassium and leak currents of the squid giant axon.

    ina = gnabar m^3 h (v - ena)
    ik  = gkbar n^4 (v - ek)
    il  = gl (v - el)

    x' = (xinf - x) / xtau   for x = m, h, n
    xinf = a / (a + b),   xtau = 1 / (q10 (a + b)),   q10 = 3^((celsius - 6.3) / 10)

with the rates a and b (1/ms at 6.3 degC) of

    m:  a = 0.1 (v + 40) / (1 - exp(-(v + 40) / 10)),   b = 4 exp(-(v + 65) / 18)
    h:  a = 0.07 exp(-(v + 65) / 20),                   b = 1 / (1 + exp(-(v + 35) / 10))
    n:  a = 0.01 (v + 55) / (1 - exp(-(v + 55) / 10)),  b = 0.125 exp(-(v + 65) / 80)

    gnabar, gkbar, gl, gna, gk   conductances per area   S/cm2
    el, ena, ek, v               potentials              mV
    ina, ik, il                  outward currents        mA/cm2
    xtau                         time constants          ms
    m, h, n, xinf                fractions               1

The potential is the inside minus the outside, with rest at -65 mV; the paper measures the
opposite sign from rest. The gates are read from tables of 1 mV over -100 to 100 mV,
linearly between the entries and constant outside; set usetable_hh to 0 to compute them at
each step instead.

A. L. Hodgkin and A. F. Huxley (1952), A quantitative description of membrane current and
its application to conduction and excitation in nerve, J. Physiol. 117:500-544,
DOI 10.1113/jphysiol.1952.sp004764.
ENDCOMMENT

NEURON {
    SUFFIX hh
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT il
    RANGE gnabar, gkbar, gl, el, gna, gk
    GLOBAL minf, hinf, ninf, mtau, htau, ntau
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 0.12 (S/cm2) <0, 1e9>
    gkbar = 0.036 (S/cm2) <0, 1e9>
    gl = 0.0003 (S/cm2) <0, 1e9>
    el = -54.3 (mV)
}

STATE {
    m
    h
    n
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    il (mA/cm2)
    gna (S/cm2)
    gk (S/cm2)
    minf
    hinf
    ninf
    mtau (ms)
    htau (ms)
    ntau (ms)
}

INITIAL {
    gates(v)
    m = minf
    h = hinf
    n = ninf
}

BREAKPOINT {
    SOLVE kinetics METHOD cnexp
    gna = gnabar * m * m * m * h
    gk = gkbar * n * n * n * n
    ina = gna * (v - ena)
    ik = gk * (v - ek)
    il = gl * (v - el)
}

DERIVATIVE kinetics {
    gates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
    n' = (ninf - n) / ntau
}

: Steady states and time constants of the three gates at one potential.
PROCEDURE gates(vm (mV)) {
    LOCAL opening, closing, q10
    TABLE minf, hinf, ninf, mtau, htau, ntau DEPEND celsius FROM -100 TO 100 WITH 200

    UNITSOFF
    q10 = 3^((celsius - 6.3) / 10)

    opening = 0.1 * linoid(vm + 40, 10)
    closing = 4 * exp(-(vm + 65) / 18)
    minf = opening / (opening + closing)
    mtau = 1 / (q10 * (opening + closing))

    : For h the "closing" rate is that of inactivation.
    opening = 0.07 * exp(-(vm + 65) / 20)
    closing = 1 / (1 + exp(-(vm + 35) / 10))
    hinf = opening / (opening + closing)
    htau = 1 / (q10 * (opening + closing))

    opening = 0.01 * linoid(vm + 55, 10)
    closing = 0.125 * exp(-(vm + 65) / 80)
    ninf = opening / (opening + closing)
    ntau = 1 / (q10 * (opening + closing))
    UNITSON
}

: x / (1 - exp(-x / k)), by its series close to x = 0 where that is 0 / 0.
FUNCTION linoid(x, k) {
    UNITSOFF
    if (fabs(x / k) < 1e-6) {
        linoid = k * (1 + x / k / 2)
    } else {
        linoid = x / (1 - exp(-x / k))
    }
    UNITSON
}
