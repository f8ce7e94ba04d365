: A graded synapse: its conductance follows the voltage elsewhere in the cell.
NEURON {
  POINT_PROCESS Graded
  POINTER vpre
  RANGE g, e, gmax
  NONSPECIFIC_CURRENT i
}
PARAMETER { gmax = 0.01 (uS)  e = -80 (mV) }
ASSIGNED { v (mV) vpre (mV) g (uS) i (nA) }
BREAKPOINT {
  g = gmax / (1 + exp(-(vpre + 40) / 5))
  i = g * (v - e)
}
