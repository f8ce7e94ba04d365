: NEURON runs BREAKPOINT at v + 0.001 mV and at v: what it hands on from call to call is made twice a step.
NEURON {
    POINT_PROCESS breakpoint_twice
    NONSPECIFIC_CURRENT i
    RANGE g, calls, passed, u, most, kept
}
PARAMETER {
    tau = 3 (ms)
    e = -70 (mV)
}
ASSIGNED {
    v (mV)
    dt (ms)
    i (nA)
    g (uS)
    calls
    passed (ms)
    last (ms)
    u
    most (nA)
    kept
}
INITIAL {
    g = 0
    calls = 0
    last = 0
    u = 0
    most = -1
    kept = 0
}
BREAKPOINT {
    calls = calls + 1
    passed = t - last
    last = t
    u = u + passed*(0.02*(v + 65) - 0.1*u)
    g = g + dt/2*(1e-3/(1 + exp(-(v + 40)/5)) - g)/tau
    i = g*(v - e) - 1e-5*u
    if (i > most) { most = i }
    if (t > 12) { kept = 1 }
}
