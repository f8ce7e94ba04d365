NEURON {
  SUFFIX pool
  USEION ca READ ica WRITE cai
  RANGE depth
}
UNITS { F = (faraday) (coulomb) }
PARAMETER { depth = 0.1 (um) }
ASSIGNED { ica (mA/cm2) }
STATE { cai (mM) }
INITIAL { cai = 5e-5 }
BREAKPOINT {
  SOLVE pump METHOD euler  : not linear
}
DERIVATIVE pump {
  cai' = -10000*ica/(2*F*depth) - 2e-5*cai/(cai + 4e-5)
}
