: Reactions that lead nowhere (->), sources and drains (<<), fluxes, a factor in front of a state.
NEURON { POINT_PROCESS kinetic_decay NONSPECIFIC_CURRENT i RANGE loss, gained }
ASSIGNED { v (mV) i (nA) loss gained }
STATE { glu (mM) rec open }
INITIAL { glu = 0 rec = 1 open = 0 }
BREAKPOINT {
    SOLVE scheme METHOD sparse
    i = 0.001 * open * v
}
KINETIC scheme {
    ~ glu -> (0.8)
    loss = f_flux
    ~ rec + 2 glu <-> open (2, 0.3)
    gained = f_flux - b_flux
    ~ glu << (0.001)
    ~ open << (-0.002 * open)
}
NET_RECEIVE (w) { glu = glu + w }
