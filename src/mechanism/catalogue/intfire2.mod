COMMENT
Integrate-and-fire cell driven by a slow synaptic current.

    taus i' = ib - i,   i -> i + w at an event
    taum m' = i - m

The cell fires when m rises through 1; then m starts again from 0 while i goes on. The
current must be the slower of the two: taus > taum.

    taus   time constant of the current      ms
    taum   time constant of the membrane     ms
    ib     constant part of the current      1 (in units of the threshold)
    i, m   current and potential             1
    w      weight                            1

Between events, with f = taus / (taus - taum) and d the time since the last one,

    i(d) = ib + (i - ib) exp(-d/taus)
    m(d) = ib + f (i - ib) exp(-d/taus) + (m - ib - f (i - ib)) exp(-d/taum)

so the next crossing of 1 can be computed. Each event computes it anew, and moves the
cell's own event (flag 1) there.

N. T. Carnevale and M. L. Hines (2006), The NEURON Book, chapter 10,
DOI 10.1017/CBO9780511541612.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL IntFire2
    RANGE taus, taum, ib, i, m
}

PARAMETER {
    taus = 20 (ms) <1e-9, 1e9>
    taum = 10 (ms) <1e-9, 1e9>
    ib = 0
}

ASSIGNED {
    i
    m
    t0 (ms)
}

INITIAL {
    i = ib
    m = 0
    t0 = t
    if (taus <= taum) {
        taus = taum + 0.1
    }
    net_send(crossing(ib, 0, 0), 1)
}

NET_RECEIVE (w) {
    LOCAL inow, f
    f = taus / (taus - taum)
    inow = I()
    if (flag == 1) {
        net_event(t)
        m = 0
        net_send(crossing(ib, (inow - ib) * f, 0), 1)
    } else {
        m = M()
        inow = inow + w
        if (m >= 1) {
            net_move(t)
        } else {
            net_move(t + crossing(ib, (inow - ib) * f, m))
        }
    }
    i = inow
    t0 = t
}

: The potential at the present time.
FUNCTION M() {
    LOCAL f
    f = taus / (taus - taum)
    M = ib + f * ((i - ib) * exp(-(t - t0) / taus)) + (m - (ib + (i - ib) * f)) * exp(-(t - t0) / taum)
}

: The current at the present time.
FUNCTION I() {
    I = ib + (i - ib) * exp(-(t - t0) / taus)
}

: Time until
:
:     a + b exp(-d/taus) + (c - a - b) exp(-d/taum)
:
: first rises through 1, given that it begins at c < 1; 1e9 when it never does.
:
: With x = exp(-d/taum) and r = taum/taus this asks for the root of 1 = a + b x^r + k x, with
: k = c - a - b, that is next below x = 1. Newton's method started from where the tangent at
: x = 1 meets the threshold reaches it from the right side. Where that tangent leads out of
: 0 < x <= 1 (b far below zero), y = exp(-d/taus) is the better variable: 1 = a + k y^(1/r) + b y,
: started from y = 0.
FUNCTION crossing(a, b, c) (ms) {
    LOCAL r, k, slope, top, height, x, slow, never
    r = taum / taus
    k = c - a - b
    slope = r * b + k
    x = (1 - c + slope) / slope
    slow = 0
    never = 0
    if (a <= 1 && a + b <= 1) {
        never = 1
    } else if (a > 1 && b <= 0) {
        : It ends above the threshold, and rises all the way.
        if (slope >= 0 || x <= 0) {
            slow = 1
        }
    } else {
        : It rises to a maximum, at x = top, which must lie ahead and above the threshold.
        top = (-k / (r * b))^(1 / (r - 1))
        height = a + b * top^r + k * top
        if (top >= 1 || height <= 1) {
            never = 1
        }
    }
    if (never == 1) {
        crossing = 1e9
    } else if (slow == 1) {
        crossing = -taus * log(root(a, k, b, 1 / r, 0))
    } else {
        crossing = -taum * log(root(a, b, k, r, x))
    }
}

: Newton's method for 1 = a + b x^r + c x, kept within 0 < x <= 1. Most crossings take 3 or 4
: rounds, none of 120,000 random ones took more than 9; after 11 the last value is taken.
FUNCTION root(a, b, c, r, start) {
    LOCAL x, value, step
    x = start
    value = 0
    step = 1
    FROM turn = 1 TO 11 {
        if (fabs(step) > 1e-6 || fabs(value - 1) > 1e-6) {
            value = a + b * x^r + c * x
            step = (1 - value) / (r * b * x^(r - 1) + c)
            x = x + step
            if (x <= 0) {
                x = 1e-4
            } else if (x > 1) {
                x = 1
            }
        }
    }
    root = x
}
