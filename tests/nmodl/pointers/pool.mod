: Writes an ion's concentration elsewhere, and reads a variable of its own mechanism there.
NEURON {
    SUFFIX pool
    POINTER beside, conc
    RANGE mine
}
ASSIGNED { v (mV)  beside  conc (mM)  mine }
INITIAL { mine = 0 }
BREAKPOINT {
    SOLVE go
}
PROCEDURE go() {
    mine = 0.9*beside + 0.001*v
    conc = 2e-4 + 1e-6*mine
}
