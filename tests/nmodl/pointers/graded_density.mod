: Sees a voltage through a POINTER.
NEURON {
    SUFFIX graded_density
    POINTER vpre
    RANGE seen, gain
}
PARAMETER { gain = 1 }
ASSIGNED { vpre (mV)  seen (mV) }
INITIAL { seen = gain*vpre }
BREAKPOINT { SOLVE look }
PROCEDURE look() { seen = gain*vpre }
