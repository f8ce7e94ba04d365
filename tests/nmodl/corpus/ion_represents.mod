: REPRESENTS, and a negative charge.
NEURON { SUFFIX ion_represents USEION cl READ ecl, cli WRITE icl VALENCE -1 REPRESENTS CHEBI:17996 RANGE g, seen }
PARAMETER { g = 0.0002 (S/cm2) }
ASSIGNED { v (mV) ecl (mV) cli (mM) icl (mA/cm2) seen }
BREAKPOINT {
    icl = g * (v - ecl)
    seen = cli
}
