: Adds to a variable of something else in its current, which NEURON computes twice a step.
NEURON {
    SUFFIX counted
    POINTER total
    NONSPECIFIC_CURRENT i
    RANGE own, gain
}
PARAMETER { gain = 1 }
ASSIGNED { v (mV)  total  own  i (mA/cm2) }
INITIAL { own = 0 }
BREAKPOINT {
    own = own + gain*v
    total = total + gain*v
    i = 1e-5*(v + 70)
}
