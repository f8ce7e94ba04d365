: The Goldman-Hodgkin-Katz current, built in as nrn_ghk; Nernst's equation by hand.
NEURON { SUFFIX ghk_ USEION ca READ cai, cao WRITE ica RANGE perm, e1, flux }
UNITS { R = (k-mole) (joule/degC) F = (faraday) (coulomb) }
PARAMETER { perm = 0.00001 (cm/s) }
ASSIGNED { v (mV) cai (mM) cao (mM) ica (mA/cm2) e1 (mV) flux celsius (degC) }
BREAKPOINT {
    e1 = 1000 * R * (celsius + 273.15) / (2 * F) * log(cao / cai)
    flux = nrn_ghk(v, cai, cao, 2)
    ica = perm * flux
}
