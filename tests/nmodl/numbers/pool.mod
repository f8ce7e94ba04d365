: The calcium that a current brings.
NEURON {
    SUFFIX pool
    USEION ca READ ica WRITE cai
}
ASSIGNED { ica (mA/cm2) }
STATE { cai (mM) }
INITIAL { cai = 1e-4 }
BREAKPOINT { SOLVE fill METHOD cnexp }
DERIVATIVE fill { cai' = -ica * 0.5 - (cai - 1e-4) / 5 }
