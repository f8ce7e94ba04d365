TITLE Sodium current of a CA1 pyramidal cell, without slow inactivation

COMMENT
The sodium current that makes the spikes of the cells in the Hopfield-Brody
network of transient synchrony:

    Hopfield JJ, Brody CD (2000) What is a moment? "Cortical" sensory
    integration over a brief interval. Proc Natl Acad Sci USA 97:13919-13924.
    https://doi.org/10.1073/pnas.250483697
    Hopfield JJ, Brody CD (2001) What is a moment? Transient synchrony as a
    collective mechanism for spatiotemporal integration. Proc Natl Acad Sci
    USA 98:1282-1287. https://doi.org/10.1073/pnas.98.3.1282

The kinetics are M. Migliore's, from his models of CA1 pyramidal cells, used in
his conductance-based version of the network (ModelDB 2798).

    ina = gbar m^3 h (v - ena)

m activates, h inactivates. The forward and backward rate of each depend on the
voltage in the form  a x / (1 - exp(-x / q))  with x the distance from the half
point. Rates are given at 24 degC and grow by q10 for every 10 degC. Neither
time constant goes below its floor. The steady state of h is a Boltzmann curve
of its own; it is not taken from the rates of h.

The steady states and time constants are RANGE variables: every instance has
its own, so instances on different threads never share storage.
ENDCOMMENT

NEURON {
    SUFFIX nans
    USEION na READ ena WRITE ina
    RANGE gbar, minf, hinf, mtau, htau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.015 (S/cm2)

    : m: half point, rates and slope
    vhalfm = -30 (mV)
    am = 0.4 (/ms/mV)
    bm = 0.124 (/ms/mV)
    qm = 7.2 (mV)
    mtaumin = 0.02 (ms)

    : h: half point, rates and slope of the time constant
    vhalfh = -45 (mV)
    ah = 0.03 (/ms/mV)
    bh = 0.01 (/ms/mV)
    qh = 1.5 (mV)
    htaumin = 0.5 (ms)

    : h: half point and slope of the steady state
    vhalfhinf = -50 (mV)
    qhinf = 4 (mV)

    : temperature: the rates hold at celsiusref
    q10 = 2 (1)
    celsiusref = 24 (degC)
    celsiusstep = 10 (degC)

    : nearer than this to the half point, the rate is taken at its limit
    xlimit = 1e-6 (mV)
}

STATE {
    m (1)
    h (1)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    minf (1)
    hinf (1)
    mtau (ms)
    htau (ms)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar * m^3 * h * (v - ena)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
}

: Steady states and time constants at the voltage u.
PROCEDURE rates(u (mV)) {
    LOCAL a, b, qt

    qt = q10^((celsius - celsiusref) / celsiusstep)

    a = trap(u - vhalfm, am, qm)
    b = trap(vhalfm - u, bm, qm)
    minf = a / (a + b)
    mtau = 1 / (a + b) / qt
    if (mtau < mtaumin) {
        mtau = mtaumin
    }

    a = trap(u - vhalfh, ah, qh)
    b = trap(vhalfh - u, bh, qh)
    hinf = 1 / (1 + exp((u - vhalfhinf) / qhinf))
    htau = 1 / (a + b) / qt
    if (htau < htaumin) {
        htau = htaumin
    }
}

: a x / (1 - exp(-x / q)), and a q where x is so small that this is 0 / 0.
FUNCTION trap(x (mV), a (/ms/mV), q (mV)) (/ms) {
    if (fabs(x / xlimit) > 1) {
        trap = a * x / (1 - exp(-x / q))
    } else {
        trap = a * q
    }
}
