: Reads a concentration that nobody but a POINTER writes.
NEURON {
    SUFFIX tracer
    USEION ca READ cai
    RANGE seen
}
ASSIGNED { cai (mM)  seen }
INITIAL { seen = cai }
BREAKPOINT { seen = 1000*cai }
