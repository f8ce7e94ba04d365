COMMENT
Leaky integrate-and-fire cell: each event moves the potential at once.

    tau m' = -m,   m -> m + w at an event

When an event takes m above 1 the cell fires, and for refrac ms ignores what arrives; then
m starts from 0. Between events m is known in closed form, so there is nothing to integrate.

    tau      time constant of the membrane          ms
    refrac   refractory time                        ms
    m        potential (threshold 1); 2 while refractory
    w        weight, in units of the threshold

R. B. Stein (1965), A theoretical analysis of neuronal variability, Biophys. J. 5:173-194,
DOI 10.1016/S0006-3495(65)86709-1. The event-driven form: N. T. Carnevale and M. L. Hines
(2006), The NEURON Book, chapter 10, DOI 10.1017/CBO9780511541612.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL IntFire1
    RANGE tau, refrac, m
}

PARAMETER {
    tau = 10 (ms) <1e-9, 1e9>
    refrac = 5 (ms) <0, 1e9>
}

ASSIGNED {
    m
    t0 (ms)
    refractory
}

INITIAL {
    m = 0
    t0 = t
    refractory = 0
}

: Flag 1 is the cell's own event at the end of its refractory time.
NET_RECEIVE (w) {
    if (refractory == 0) {
        m = m * exp(-(t - t0) / tau) + w
        t0 = t
        if (m > 1) {
            m = 2
            refractory = 1
            net_send(refrac, 1)
            net_event(t)
        }
    } else if (flag == 1) {
        m = 0
        t0 = t
        refractory = 0
    }
}

: The potential at the present time, drawn with a spike: 2 for 0.5 ms, then -1 while refractory.
FUNCTION M() {
    if (refractory == 0) {
        M = m * exp(-(t - t0) / tau)
    } else if (t - t0 < 0.5) {
        M = 2
    } else {
        M = -1
    }
}
