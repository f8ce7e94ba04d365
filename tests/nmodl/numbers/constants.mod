: Constants as NEURON's table of units has them.
NEURON {
    SUFFIX constants
    RANGE faraday, gas
}
UNITS {
    F = (faraday) (coulomb)
    R = (k-mole) (joule/degC)
}
ASSIGNED {
    faraday
    gas
}
INITIAL {
    faraday = F
    gas = R
}
