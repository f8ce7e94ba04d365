: A concentration outside the cell that is written.
NEURON { SUFFIX ion_outside USEION k READ ko, ek WRITE ko, ik RANGE g }
PARAMETER { g = 0.0005 (S/cm2) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) }
STATE { ko (mM) }
INITIAL { ko = 2.5 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = g * (v - ek)
}
DERIVATIVE states { ko' = 100 * g * (v + 80) / 10 - (ko - 2.5) / 30 }
