COMMENT
Synapse that opens once, at a fixed time, along an alpha function.

    i = g (v - e)
    g = gmax x exp(1 - x),   x = (t - onset) / tau,   for 0 <= x <= 10, and 0 elsewhere

The peak, gmax, comes at onset + tau. After ten time constants the conductance, by then
0.12 % of the peak, is taken as zero.

    onset   time of opening         ms
    tau     time to peak            ms
    gmax    peak conductance        uS
    e       reversal potential      mV
    i       outward current         nA

W. Rall (1967), Distinguishing theoretical synaptic potentials computed for different
soma-dendritic distributions of synaptic input, J. Neurophysiol. 30:1138-1168,
DOI 10.1152/jn.1967.30.5.1138.
ENDCOMMENT

NEURON {
    POINT_PROCESS AlphaSynapse
    NONSPECIFIC_CURRENT i
    RANGE onset, tau, gmax, e, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    onset = 0 (ms)
    tau = 0.1 (ms) <1e-3, 1e6>
    gmax = 0 (uS) <0, 1e9>
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
}

BREAKPOINT {
    g = gmax * alpha((t - onset) / tau)
    i = g * (v - e)
}

FUNCTION alpha(x) {
    if (x >= 0 && x <= 10) {
        alpha = x * exp(1 - x)
    } else {
        alpha = 0
    }
}
