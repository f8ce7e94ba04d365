COMMENT
Calcium whose concentration itself is the STATE that diffuses.
ENDCOMMENT

NEURON {
    SUFFIX ionic
    USEION ca READ ica, cai WRITE cai
    RANGE pump, D
}

UNITS {
    FARADAY = (faraday) (10000 coulomb)
    PI = (pi) (1)
}

PARAMETER {
    D = 0.25
    pump = 0.02
    cai0 = 1e-4 (milli/liter)
}

ASSIGNED {
    diam (micron)
    ica (mA/cm2)
}

STATE { cai (milli/liter) }

BREAKPOINT { SOLVE move METHOD sparse }

INITIAL { cai = cai0 }

KINETIC move {
    COMPARTMENT PI * diam * diam / 4 { cai }
    LONGITUDINAL_DIFFUSION D * PI * diam * diam / 4 { cai }
    ~ cai << (-ica * PI * diam / (2 * FARADAY) - pump * PI * diam * (cai - cai0))
}
