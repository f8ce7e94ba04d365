: COMPARTMENT: volumes of states, with an index and without; an ion's concentration that follows a state.
NEURON { SUFFIX compartment USEION ca READ cai, ica WRITE cai RANGE total }
DEFINE SHELLS 3
UNITS { PI = (pi) (1) F = (faraday) (coulomb) }
ASSIGNED { v (mV) ica (mA/cm2) cai (mM) volume[SHELLS] total diam (um) }
STATE { ca[SHELLS] (mM) store (mM) }
INITIAL {
    FROM i = 0 TO SHELLS - 1 {
        volume[i] = (SHELLS - i) / 6
        ca[i] = cai
    }
    store = 0.1
    total = 0
}
BREAKPOINT { SOLVE diffusion METHOD sparse }
KINETIC diffusion {
    COMPARTMENT i, diam * diam * volume[i] { ca }
    COMPARTMENT 50 { store }
    ~ ca[0] << (-ica * PI * diam / (2 * F) * 10000)
    FROM i = 0 TO SHELLS - 2 {
        ~ ca[i] <-> ca[i+1] (20, 20)
    }
    ~ ca[0] <-> store (3, 0.001)
    cai = ca[0]
    total = ca[0] + ca[1] + ca[2]
}
