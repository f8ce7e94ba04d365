: Reads GLOBALs of another mechanism, which is placed nowhere.
NEURON {
    SUFFIX reader
    EXTERNAL area_of_owner, other_owner
    RANGE x, y
}
ASSIGNED { area_of_owner  other_owner  x  y  v (mV) }
INITIAL { x = area_of_owner }
BREAKPOINT { y = x*exp(other_owner) + v }
