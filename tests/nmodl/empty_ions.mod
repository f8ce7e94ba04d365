: Concentrations that may be zero or less, and an ion without a charge. Its name is given twice, as some published files do.
NEURON {
  SUFFIX Emptyions
  POINT_PROCESS Emptyions
  USEION ca READ eca WRITE cai, cao
  USEION zz READ ezz WRITE zzi VALENCE 0
  RANGE inside, outside, eca_seen, ezz_seen
}
PARAMETER { inside = 0  outside = 2 }
ASSIGNED { cai cao eca zzi ezz eca_seen ezz_seen v }
INITIAL { cai = inside  cao = outside  zzi = 3 }
BREAKPOINT {
  cai = inside
  cao = outside
  eca_seen = eca
  ezz_seen = ezz
}
DESTRUCTOR { cai = 0 }
