: BEFORE and AFTER: statements at the edges of a step.
NEURON { SUFFIX before_after NONSPECIFIC_CURRENT i RANGE entered, breaks, solved, steps, vlast }
ASSIGNED { v (mV) i (mA/cm2) entered breaks solved steps vlast (mV) }
STATE { m }
BEFORE INITIAL { entered = 3 }
INITIAL { m = 0 breaks = 0 steps = 0 solved = 0 vlast = v }
BEFORE BREAKPOINT { breaks = breaks + 0.5 }
BREAKPOINT {
    SOLVE states METHOD cnexp
    i = 0.0001 * m * (v + 65)
}
DERIVATIVE states { m' = (entered - m) / 5 }
AFTER SOLVE { solved = solved + 1 }
BEFORE STEP { steps = steps + 1 vlast = v }
