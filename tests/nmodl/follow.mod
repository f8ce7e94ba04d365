: A leak whose conductance is scaled by another mechanism's gate at the same place.
NEURON {
  SUFFIX follow
  POINTER gate
  NONSPECIFIC_CURRENT i
  RANGE g, i, s
}
PARAMETER { g = 0.001 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) gate }
STATE { s }
INITIAL { s = gate }
BREAKPOINT {
  SOLVE states METHOD cnexp
  i = g * s * (v + 70)
}
DERIVATIVE states { s' = (gate - s) / 2 }
