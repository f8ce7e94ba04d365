NEURON {
    SUFFIX owner
    GLOBAL area_of, other
}
PARAMETER { area_of = 2.5  other = 3 }
