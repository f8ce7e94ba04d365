TITLE A-type potassium current of a CA1 pyramidal cell, proximal form

COMMENT
The transient potassium current that sets the pace of the cells in the
Hopfield-Brody network of transient synchrony:

    Hopfield JJ, Brody CD (2000) What is a moment? "Cortical" sensory
    integration over a brief interval. Proc Natl Acad Sci USA 97:13919-13924.
    https://doi.org/10.1073/pnas.250483697
    Hopfield JJ, Brody CD (2001) What is a moment? Transient synchrony as a
    collective mechanism for spatiotemporal integration. Proc Natl Acad Sci
    USA 98:1282-1287. https://doi.org/10.1073/pnas.98.3.1282

The kinetics are M. Migliore's, used in his conductance-based version of the
network (ModelDB 2798), after his models of CA1 pyramidal cells:

    Migliore M, Hoffman DA, Magee JC, Johnston D (1999) Role of an A-type K+
    conductance in the back-propagation of action potentials in the dendrites
    of hippocampal pyramidal neurons. J Comput Neurosci 7:5-15.
    https://doi.org/10.1023/A:1008906225285

    ik = gkabar n l (v - ek)

n activates, l inactivates. Both follow a two-state barrier: charge z moves
across the membrane with kinetic factor  exp(z F (v - vhalf) / (R T)).  The
charge that opens n itself depends on the voltage. Only the time constant of n
depends on the temperature by a q10; that of l is a straight line in v. Neither
goes below its floor.

The steady states and time constants are RANGE variables: every instance has
its own, so instances on different threads never share storage.
ENDCOMMENT

NEURON {
    SUFFIX kap
    USEION k READ ek WRITE ik
    RANGE gkabar, ninf, linf, ntau, ltau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gkabar = 0.05 (S/cm2)

    : n: half point, charge far below vhalfz, extra charge far above it
    vhalfn = 11 (mV)
    zetan = -1.5 (1)
    dzetan = -1 (1)
    vhalfz = -40 (mV)
    qz = 5 (mV)

    : n: rate at the half point, place of the barrier, floor
    a0n = 0.05 (/ms)
    gmn = 0.55 (1)
    ntaumin = 0.1 (ms)

    : l: half point and charge
    vhalfl = -56 (mV)
    zetal = 3 (1)

    : l: the line of its time constant, and the floor
    ltauslope = 0.26 (ms/mV)
    vltau = -50 (mV)
    ltaumin = 2 (ms)

    : temperature: a0n holds at celsiusref
    q10 = 5 (1)
    celsiusref = 24 (degC)
    celsiusstep = 10 (degC)
    celsiuszero = 273.16 (degC)

    : the constants of nature as the published model rounded them
    faraday = 9.648e4 (coulomb)
    gas = 8.315 (joule/degC)
    mvtov = 1e-3 (volt/mV)
}

STATE {
    n (1)
    l (1)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    ninf (1)
    linf (1)
    ntau (ms)
    ltau (ms)
}

INITIAL {
    rates(v)
    n = ninf
    l = linf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gkabar * n * l * (v - ek)
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n) / ntau
    l' = (linf - l) / ltau
}

: Steady states and time constants at the voltage u.
PROCEDURE rates(u (mV)) {
    LOCAL a, k, qt, zeta

    qt = q10^((celsius - celsiusref) / celsiusstep)
    k = mvtov * faraday / (gas * (celsiuszero + celsius))

    zeta = zetan + dzetan / (1 + exp((u - vhalfz) / qz))
    a = exp(k * zeta * (u - vhalfn))
    ninf = 1 / (1 + a)
    ntau = exp(k * zeta * gmn * (u - vhalfn)) / (qt * a0n * (1 + a))
    if (ntau < ntaumin) {
        ntau = ntaumin
    }

    a = exp(k * zetal * (u - vhalfl))
    linf = 1 / (1 + a)
    ltau = ltauslope * (u - vltau)
    if (ltau < ltaumin) {
        ltau = ltaumin
    }
}
