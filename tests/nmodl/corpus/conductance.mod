: CONDUCTANCE names the conductance of a current, which is not derived then; one for an ion, one for none.
NEURON { SUFFIX conductance USEION k READ ek WRITE ik NONSPECIFIC_CURRENT il RANGE gbar, gl, gk }
PARAMETER { gbar = 0.002 (S/cm2) gl = 0.0001 (S/cm2) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) il (mA/cm2) gk (S/cm2) }
STATE { n }
INITIAL { n = 0.2 }
BREAKPOINT {
    CONDUCTANCE gk USEION k
    CONDUCTANCE gl
    SOLVE states METHOD cnexp
    gk = gbar * n
    ik = gk * (v - ek)
    il = gl * (v + 60)
}
DERIVATIVE states { n' = (1 / (1 + exp(-(v + 40) / 9)) - n) / 4 }
