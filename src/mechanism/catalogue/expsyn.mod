COMMENT
Synapse whose conductance jumps at each event and decays with one time constant.

    i = g (v - e),   g' = -g / tau,   g -> g + weight at an event

    tau      time constant of decay    ms
    e        reversal potential        mV
    g        conductance               uS
    weight   jump in conductance       uS
    i        outward current           nA

The limit of a very short transmitter pulse in A. Destexhe, Z. F. Mainen and
T. J. Sejnowski (1994), Synthesis of models for excitable membranes, synaptic transmission
and neuromodulation using a common kinetic formalism, J. Comput. Neurosci. 1:195-230,
DOI 10.1007/BF00961734.
ENDCOMMENT

NEURON {
    POINT_PROCESS ExpSyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 0.1 (ms) <1e-9, 1e9>
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
}

STATE {
    g (uS)
}

INITIAL {
    g = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE (weight (uS)) {
    g = g + weight
}
