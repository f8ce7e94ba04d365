: state_discontinuity: as an assignment to a state; at_time: whether an edge lies within the step.
NEURON { POINT_PROCESS discontinuity NONSPECIFIC_CURRENT i RANGE edges, del }
PARAMETER { del = 15.01 (ms) }
ASSIGNED { v (mV) i (nA) edges }
STATE { g (uS) }
INITIAL { g = 0 edges = 0 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    if (at_time(del)) { edges = t }
    i = g * (v + 10)
    if (t > del) { i = i - 0.03 }
}
DERIVATIVE states { g' = -g / 2 }
NET_RECEIVE (w) { state_discontinuity(g, g + w) }
