: Calcium in shells, with a buffer and a pump: states multiplied, volumes, arrays, an ion's concentration as a state.
NEURON { SUFFIX shells USEION ca READ ica, cai WRITE cai RANGE ca, buffer, pump, k, net }
DEFINE N 4
PARAMETER { k = 5 (/ms) }
ASSIGNED { ica (mA/cm2) cai (mM) v (mV) net volume[N] }
STATE { ca[N] (mM) buffer[N] (mM) bound[N] (mM) pump pumpca }
INITIAL {
    FROM i = 0 TO N - 1 {
        ca[i] = cai
        buffer[i] = 0.01
        bound[i] = 0.001 * i
        volume[i] = 1 / (i + 1)
    }
    pump = 0.02
    pumpca = 0
}
BREAKPOINT { SOLVE scheme METHOD sparse }
KINETIC scheme {
    COMPARTMENT i, volume[i] { ca buffer bound }
    COMPARTMENT 2 { pump pumpca }
    ~ ca[0] << (-ica * 5 + 0.00002)
    FROM i = 0 TO N - 2 {
        ~ ca[i] <-> ca[i+1] (0.3, 0.3)
    }
    FROM i = 0 TO N - 1 {
        ~ ca[i] + buffer[i] <-> bound[i] (k * 20, 0.2)
    }
    ~ 2 ca[0] + pump <-> pumpca (k * 1000, 0.01)
    net = f_flux - b_flux
    ~ pumpca -> (0.05)
    ~ pump << (0.001)
    cai = ca[0]
}
