: An ion that NEURON does not know, with its VALENCE, its concentrations read.
NEURON { SUFFIX ion_valence USEION zn READ zni, zno, ezn WRITE izn VALENCE 2 RANGE g, back }
PARAMETER { g = 0.0001 (S/cm2) }
ASSIGNED { v (mV) zni (mM) zno (mM) ezn (mV) izn (mA/cm2) back }
BREAKPOINT {
    izn = g * (v - ezn)
    back = zni / zno
}
