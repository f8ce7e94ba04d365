: derivimplicit with non-linear equations: Newton's method at each step.
NEURON { SUFFIX implicit_nonlinear USEION ca READ ica WRITE cai RANGE depth, pumped }
UNITS { F = (faraday) (coulomb) }
PARAMETER { depth = 0.1 (um) kd = 0.0004 (mM) vmax = 0.002 (mM/ms) }
ASSIGNED { ica (mA/cm2) pumped (mM/ms) }
STATE { cai (mM) bound (mM) }
INITIAL { bound = cai / (cai + kd) * 0.01 }
BREAKPOINT { SOLVE states METHOD derivimplicit }
DERIVATIVE states {
    pumped = vmax * cai / (cai + kd)
    cai' = -(10000) * ica / (2 * F * depth) - pumped - 20 * cai * (0.01 - bound) + 0.1 * bound
    bound' = 20 * cai * (0.01 - bound) - 0.1 * bound
}
