COMMENT
Integrate-and-fire cell with a fast excitatory and a slower, alpha-like inhibitory current.

    e'  = -ke e                          e  -> e + w   at an event with w > 0
    i1' = -ki1 i1                        i1 -> i1 + w  at an event with w <= 0
    i2' = -ki2 i2 + ai1 i1
    m'  = -km m + ae e + ai2 i2

with ke = 1/taue, ki1 = 1/taui1, ki2 = 1/taui2, km = 1/taum. The cell fires when m reaches 1;
then m starts again from 0 and the currents go on. The factors ae, ai1 and ai2 are such that,
from rest, an excitatory event of weight 1 takes m to a peak of 1, an inhibitory event of
weight -1 takes i2 to -1 and m to -1.

    taue, taui1, taui2, taum     time constants, taue < taui2 and taui1 < taui2      ms
    e, i1, i2, m                 currents and potential, in units of the threshold   1
    ae, ai1, ai2                 scale factors                                       1/ms
    eps                          the cell fires when m > 1 - eps                     1
    taueps                       least distance between two time constants           ms
    nself, nexcite, ninhibit     events so far: its own, excitatory, inhibitory      1

Between events, d after the last one,

    e(d)  = e exp(-ke d)
    i1(d) = i1 exp(-ki1 d)
    i2(d) = i2 exp(-ki2 d) + bi1 i1 (exp(-ki2 d) - exp(-ki1 d))
    m(d)  = m exp(-km d) + be e (exp(-km d) - exp(-ke d))
            + (bi2 i2 + a i1) (exp(-km d) - exp(-ki2 d)) - b i1 (exp(-km d) - exp(-ki1 d))

There is no closed form for the time at which m reaches 1. But as inhibition outlasts excitation,
one step of Newton's method along the present slope always lands before it: the cell sends
itself an event (flag 1) for then, and comes nearer each time until m > 1 - eps.

The cell: N. T. Carnevale and M. L. Hines (2006), The NEURON Book, chapter 10,
DOI 10.1017/CBO9780511541612. Why the bound holds, and for which time constants: R. A. J. van
Elburg and A. van Ooyen (2009), Generalization of the event-based Carnevale-Hines integration
scheme for integrate-and-fire models, Neural Comput. 21:1913-1930.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL IntFire4
    RANGE taue, taui1, taui2, taum, e, i1, i2, m, ae, ai2, ai1
    RANGE nself, nexcite, ninhibit
    GLOBAL eps, taueps
}

PARAMETER {
    taue = 5 (ms) <0, 1e9>
    taui1 = 10 (ms) <0, 1e9>
    taui2 = 20 (ms) <0, 1e9>
    taum = 50 (ms) <0, 1e9>
    eps = 1e-6 <1e-9, 0.01>
    taueps = 0.01 (ms) <1e-9, 1e9>
}

ASSIGNED {
    e
    i1
    i2
    m
    t0 (ms)
    nself
    nexcite
    ninhibit
    ke (1/ms)
    ki1 (1/ms)
    ki2 (1/ms)
    km (1/ms)
    ae (1/ms)
    ai1 (1/ms)
    ai2 (1/ms)
    be
    bi1
    bi2
    a
    b
}

INITIAL {
    separate()
    scale()
    e = 0
    i1 = 0
    i2 = 0
    m = 0
    t0 = t
    nself = 0
    nexcite = 0
    ninhibit = 0
    net_send(wait(), 1)
}

NET_RECEIVE (w) {
    LOCAL i2now, mnow
    i2now = i2_after(t - t0)
    mnow = m_after(t - t0)
    e = e * exp(-ke * (t - t0))
    i1 = i1 * exp(-ki1 * (t - t0))
    i2 = i2now
    m = mnow
    t0 = t
    if (m > 1 - eps) {
        net_event(t)
        m = 0
    }
    if (flag == 1) {
        nself = nself + 1
        net_send(wait(), 1)
    } else {
        if (w > 0) {
            nexcite = nexcite + 1
            e = e + w
        } else {
            ninhibit = ninhibit + 1
            i1 = i1 + w
        }
        net_move(t + wait())
    }
}

: The potential, the excitatory and the inhibitory current at the present time.
FUNCTION M() {
    M = m_after(t - t0)
}

FUNCTION E() (1/ms) {
    E = ae * (e * exp(-ke * (t - t0)))
}

FUNCTION I() (1/ms) {
    I = ai2 * i2_after(t - t0)
}

FUNCTION i2_after(d (ms)) {
    i2_after = i2 * exp(-ki2 * d) + bi1 * i1 * (exp(-ki2 * d) - exp(-ki1 * d))
}

FUNCTION m_after(d (ms)) {
    LOCAL leak
    leak = exp(-km * d)
    m_after = m * leak + be * e * (leak - exp(-ke * d)) + (bi2 * i2 + a * i1) * (leak - exp(-ki2 * d)) - b * i1 * (leak - exp(-ki1 * d))
}

: A time within which m cannot reach 1; 1e9 when it is not rising.
FUNCTION wait() (ms) {
    LOCAL slope
    slope = -km * m + ae * e + ai2 * i2
    if (slope > 1e-9) {
        wait = (1 - m) / slope
    } else {
        wait = 1e9
    }
}

: Bring the time constants into the range where the method holds and no difference of two
: rates vanishes. Each correction may upset the one before by rounding, so the order, and
: the checks made twice, are those of NEURON: they decide the values a run uses.
PROCEDURE separate() {
    LOCAL other
    : Room for the at most three steps down that follow.
    if (taui2 < 4 * taueps) {
        taui2 = 4 * taueps
    }
    if (taui1 < 3 * taueps) {
        taui1 = 3 * taueps
    }
    if (taue < 2 * taueps) {
        taue = 2 * taueps
    }

    : Excitation shorter than inhibition.
    if (taue > taui2 || taui2 - taue < taueps) {
        taue = taui2 - taueps
    }
    : Inhibition rises faster than it decays.
    if (taui1 > taui2) {
        other = taui2
        taui2 = taui1
        taui1 = other
    }
    if (taui2 - taui1 < taueps) {
        taui1 = taui2 - taueps
    }

    : The membrane apart from all three.
    if (taum > taui2) {
        if (taum - taui2 < taueps) {
            taum = taui2 + taueps
        }
    } else {
        if (taui2 - taum < taueps) {
            taum = taui2 - taueps
        }
        if (fabs(taui1 - taum) < taueps) {
            taum = taui1 - taueps
        }
        if (fabs(taui1 - taum) < taueps) {
            if (taui1 < taum) {
                taum = taui1 - taueps
            } else {
                taui1 = taum - taueps
            }
        }
        if (fabs(taue - taum) < taueps) {
            if (taue < taum) {
                taum = taue - taueps
            } else {
                taue = taum - taueps
            }
        }
        if (fabs(taui1 - taum) < taueps) {
            taum = taui1 - taueps
        }
    }
}

: The rates, and the factors that give unit peaks.
PROCEDURE scale() {
    LOCAL tp
    ke = 1 / taue
    ki1 = 1 / taui1
    ki2 = 1 / taui2
    km = 1 / taum

    tp = log(km / ke) / (km - ke)
    be = 1 / (exp(-km * tp) - exp(-ke * tp))
    ae = be * (ke - km)

    tp = log(ki2 / ki1) / (ki2 - ki1)
    bi1 = 1 / (exp(-ki2 * tp) - exp(-ki1 * tp))
    ai1 = bi1 * (ki1 - ki2)

    : m(d) for i1 = 1 and bi2 = 1, at its peak, is what bi2 has to be the inverse of.
    tp = peak_time()
    a = bi1
    b = a * (ki2 - km) / (ki1 - km)
    bi2 = 1 / (a * (exp(-km * tp) - exp(-ki2 * tp)) - b * (exp(-km * tp) - exp(-ki1 * tp)))
    ai2 = bi2 * (ki2 - km)
    a = bi2 * bi1
    b = a * (ki2 - km) / (ki1 - km)
}

: Has the sign of m'(d) after an i1 of 1 alone (for ki1 > ki2).
FUNCTION rising(d (ms)) {
    rising = (ki2 * exp(-d * ki2) - km * exp(-d * km)) / (ki2 - km) - (ki1 * exp(-d * ki1) - km * exp(-d * km)) / (ki1 - km)
}

: When m peaks after an i1 of 1 alone: the decade between 1e-9 and 1e9 ms that holds the peak,
: then halves of it down to 1e-6 ms. (50 halvings do for the widest decade.)
FUNCTION peak_time() (ms) {
    LOCAL low, high, middle
    low = 1
    high = 1
    FROM decade = 1 TO 10 {
        if (low > 1e-9 && rising(low) < 0) {
            high = low
            low = low / 10
        }
    }
    FROM decade = 1 TO 9 {
        if (high < 1e9 && rising(high) > 0) {
            low = high
            high = high * 10
        }
    }
    middle = low
    FROM halving = 1 TO 50 {
        if (high - low > 1e-6) {
            middle = (low + high) / 2
            if (rising(middle) > 0) {
                low = middle
            } else {
                high = middle
            }
        }
    }
    peak_time = middle
}
