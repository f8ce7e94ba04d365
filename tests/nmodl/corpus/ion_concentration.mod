: A concentration that a mechanism writes; the reversal potential follows from it (ion_style as NEURON chooses it).
NEURON { SUFFIX ion_concentration USEION ca READ cai, eca WRITE cai, ica RANGE depth, tau, seen, g }
UNITS { FARADAY = (faraday) (coulomb) }
PARAMETER { depth = 0.1 (um) tau = 20 (ms) rest = 0.00005 (mM) g = 0.0001 (S/cm2) }
ASSIGNED { v (mV) ica (mA/cm2) eca (mV) seen (mV) }
STATE { cai (mM) }
INITIAL { cai = rest }
BREAKPOINT {
    SOLVE states METHOD cnexp
    ica = g * (v - eca) / (1 + exp(-(v + 20) / 8))
    seen = eca
}
DERIVATIVE states { cai' = -(10000) * ica / (2 * FARADAY * depth) - (cai - rest) / tau }
