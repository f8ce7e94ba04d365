: CONSTANT, DEFINE, constants of the units database, factors between units.
NEURON { SUFFIX constant RANGE a, b, c, d, e }
UNITS {
    (mV) = (millivolt)
    (um) = (micron)
    F = (faraday) (coulomb)
    R = (k-mole) (joule/degC)
    PI = (pi) (1)
    FARADAY = (faraday) (kilocoulombs)
    q = (e) (coulomb)
}
CONSTANT { ten = 10 half = 0.5 (mV) }
DEFINE SEVEN 7
ASSIGNED { v (mV) a b c d e }
BREAKPOINT {
    a = R * (273.15 + ten) / F
    b = half * SEVEN * PI
    c = FARADAY * 1000 - F
    d = q * 1e19
    e = F / v
}
