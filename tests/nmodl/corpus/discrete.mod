: DISCRETE: a difference equation that looks one step back.
NEURON { SUFFIX discrete RANGE y }
ASSIGNED { v (mV) y }
STATE { x }
INITIAL { x = 0.3 }
BREAKPOINT {
    SOLVE advance
    y = 10 * x
}
DISCRETE advance { x = 3.7 * x@1 * (1 - x@1) }
