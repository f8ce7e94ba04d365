: Leaves its digit behind in one place for each block that runs: what stands there tells the order of all blocks.
NEURON {
    POINT_PROCESS Order
    POINTER place
    RANGE digit, last
    NONSPECIFIC_CURRENT i
}
PARAMETER { digit = 1 }
ASSIGNED { place  last  i (nA)  v (mV) }
BEFORE INITIAL { place = fmod(10*place + 7*digit + 1, 9973) }
INITIAL { place = fmod(10*place + 7*digit + 2, 9973) }
AFTER INITIAL { place = fmod(10*place + 7*digit + 3, 9973) }
BEFORE BREAKPOINT { place = fmod(10*place + 7*digit + 4, 9973) }
BREAKPOINT {
    SOLVE go
    last = place
    i = 0
}
PROCEDURE go() { place = fmod(10*place + 7*digit + 5, 9973) }
AFTER SOLVE { place = fmod(10*place + 7*digit + 6, 9973) }
BEFORE STEP { place = fmod(10*place + 7*digit + 7, 9973) }
