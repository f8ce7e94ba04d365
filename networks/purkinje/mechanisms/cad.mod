: Calcium in a shell under the membrane of the cerebellar Purkinje cell: entry, a pump, and decay.
:   T. Miyasho et al., Brain Research 891:106 (2001), doi:10.1016/S0006-8993(00)03206-6; ModelDB 17664
:   after A. Destexhe, Z. F. Mainen and T. J. Sejnowski (1993)

NEURON {
    THREADSAFE
    SUFFIX cad
    USEION ca READ ica, cai WRITE cai
    RANGE depth, kt, kd, cainf, taur
}

UNITS {
    (mM) = (milli/liter)
    (um) = (micron)
    (mA) = (milliamp)
    (msM) = (ms mM)
}

CONSTANT { FARADAY = 96489 (coulomb) }

PARAMETER {
    depth = 0.1 (um)
    taur = 2 (ms)
    cainf = 4e-5 (mM)
    kt = 4e-5 (mM/ms)
    kd = 4e-5 (mM)
}

ASSIGNED {
    ica (mA/cm2)
    drive (mM/ms)
}

STATE { cai (mM) }

INITIAL {
    cai = kd
}

BREAKPOINT {
    SOLVE state METHOD derivimplicit
}

DERIVATIVE state {
    drive = -(10000)*ica/(2*FARADAY*depth)
    IF (drive < 0) {
        drive = 0
    }
    cai' = drive - kt*cai/(cai + kd) + (cainf - cai)/taur
}
