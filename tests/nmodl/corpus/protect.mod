: PROTECT and MUTEX: what NEURON locks between threads.
NEURON { SUFFIX protect RANGE x, y THREADSAFE }
ASSIGNED { v (mV) x y }
INITIAL {
    PROTECT x = 2
    y = 0
}
BREAKPOINT {
    MUTEXLOCK
    x = x * 0.5 + v
    MUTEXUNLOCK
    PROTECT y = x + 1
}
