: Two ions' currents and one of no ion in one mechanism; the reversal potentials are read.
NEURON {
    SUFFIX ion_current
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT il, ih
    RANGE gna, gk, gl
}
PARAMETER { gna = 0.0001 (S/cm2) gk = 0.0003 (S/cm2) gl = 0.0002 (S/cm2) }
ASSIGNED { v (mV) ena (mV) ek (mV) ina (mA/cm2) ik (mA/cm2) il (mA/cm2) ih (mA/cm2) }
BREAKPOINT {
    ina = gna * (v - ena)
    ik = gk * (v - ek)
    il = gl * (v + 60)
    ih = 0.00005 * (v + 30) / (1 + exp((v + 80) / 10))
}
