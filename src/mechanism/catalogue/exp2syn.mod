COMMENT
Synapse whose conductance rises and decays: the difference of two exponentials, scaled so
that one event of weight w, alone, peaks at w.

    i = g (v - e),   g = B - A
    A' = -A / tau1,   B' = -B / tau2
    A -> A + weight factor,   B -> B + weight factor   at an event

The peak of exp(-t / tau2) - exp(-t / tau1) comes after

    tp = tau1 tau2 / (tau2 - tau1) ln(tau2 / tau1)

and factor is the inverse of its height. At tau1 = tau2 that is 0 / 0, so the rise is held
to at most 0.9999 of the decay (there the shape is that of an alpha function), and to at
least 1e-9 of it.

    tau1, tau2   time constants of rise and decay   ms
    e            reversal potential                 mV
    g, A, B      conductances                       uS
    weight       peak conductance                   uS
    i            outward current                    nA

A. Destexhe, Z. F. Mainen and T. J. Sejnowski (1994), Synthesis of models for excitable
membranes, synaptic transmission and neuromodulation using a common kinetic formalism,
J. Comput. Neurosci. 1:195-230, DOI 10.1007/BF00961734.
ENDCOMMENT

NEURON {
    POINT_PROCESS Exp2Syn
    NONSPECIFIC_CURRENT i
    RANGE tau1, tau2, e, i, g
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau1 = 0.1 (ms) <1e-9, 1e9>
    tau2 = 10 (ms) <1e-9, 1e9>
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    factor
}

STATE {
    A (uS)
    B (uS)
}

INITIAL {
    LOCAL tp
    if (tau1 / tau2 > 0.9999) {
        tau1 = 0.9999 * tau2
    }
    if (tau1 / tau2 < 1e-9) {
        tau1 = 1e-9 * tau2
    }
    tp = (tau1 * tau2) / (tau2 - tau1) * log(tau2 / tau1)
    factor = 1 / (exp(-tp / tau2) - exp(-tp / tau1))
    A = 0
    B = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    g = B - A
    i = g * (v - e)
}

DERIVATIVE decay {
    A' = -A / tau1
    B' = -B / tau2
}

NET_RECEIVE (weight (uS)) {
    A = A + weight * factor
    B = B + weight * factor
}
