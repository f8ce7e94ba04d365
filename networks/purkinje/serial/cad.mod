: The calcium shell of ../mechanisms/cad.mod, each of which also leaks into the next one by way of a GLOBAL: an instance reads what
: the one before it wrote, so no two can run at the same time. docs/tutorial-threads.md meets it.

NEURON {
    SUFFIX cad
    USEION ca READ ica, cai WRITE cai
    RANGE depth, kt, kd, cainf, taur
    GLOBAL before, share
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
    share = 0.01 (/ms)
}

ASSIGNED {
    ica (mA/cm2)
    drive (mM/ms)
    before (mM)
}

STATE { cai (mM) }

INITIAL {
    cai = kd
    before = kd
}

BREAKPOINT {
    SOLVE state METHOD derivimplicit
}

DERIVATIVE state {
    drive = -(10000)*ica/(2*FARADAY*depth)
    IF (drive < 0) {
        drive = 0
    }
    drive = drive + share*(before - cai)
    before = cai
    cai' = drive - kt*cai/(cai + kd) + (cainf - cai)/taur
}
