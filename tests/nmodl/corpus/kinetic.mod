: A channel of four states: reactions there and back, rates that depend on the voltage, CONSERVE.
NEURON { SUFFIX kinetic USEION k READ ek WRITE ik RANGE gbar }
PARAMETER { gbar = 0.01 (S/cm2) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) up (/ms) down (/ms) }
STATE { c1 c2 o blocked }
INITIAL { SOLVE scheme STEADYSTATE sparse }
BREAKPOINT {
    SOLVE scheme METHOD sparse
    ik = gbar * o * (v - ek)
}
KINETIC scheme {
    rates(v)
    ~ c1 <-> c2 (3 * up, down)
    ~ c2 <-> o (up, 3 * down)
    ~ o <-> blocked (0.05, 0.01)
    CONSERVE c1 + c2 + o + blocked = 1
}
PROCEDURE rates(v (mV)) {
    up = 0.5 * exp((v + 30) / 20)
    down = 0.2 * exp(-(v + 30) / 25)
}
