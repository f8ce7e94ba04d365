: A channel with five states, of which one follows from conservation, in a steady state at first.
NEURON { SUFFIX channel RANGE c1, c2, c3, o, i, k }
PARAMETER { k = 2 (/ms) }
ASSIGNED { v (mV) up (/ms) down (/ms) }
STATE { c1 c2 c3 o i }
INITIAL { SOLVE scheme STEADYSTATE sparse }
BREAKPOINT { SOLVE scheme METHOD sparse }
KINETIC scheme {
    rates(v)
    ~ c1 <-> c2 (3 * up, down)
    ~ c2 <-> c3 (2 * up, 2 * down)
    ~ c3 <-> o (up, 3 * down)
    ~ o <-> i (0.3, 0.01)
    ~ i <-> c1 (0.02, 0.001)
    CONSERVE c1 + c2 + c3 + o + i = 1
}
PROCEDURE rates(v (mV)) {
    up = k * exp(v / 25)
    down = 0.1 * exp(-v / 30)
}
