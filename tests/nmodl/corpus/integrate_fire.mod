: An artificial cell that decays between events and fires at a threshold; net_event in the future.
NEURON { ARTIFICIAL_CELL integrate_fire RANGE m, tau, refractory }
PARAMETER { tau = 10 (ms) refractory = 2.003 (ms) }
ASSIGNED { m t0 (ms) quiet }
INITIAL { m = 0 t0 = 0 quiet = 0 }
NET_RECEIVE (w) {
    if (flag == 1) {
        quiet = 0
        m = 0
        t0 = t
    } else if (quiet == 0) {
        m = m * exp(-(t - t0) / tau) + w
        t0 = t
        if (m > 0.9) {
            quiet = 1
            net_event(t)
            net_send(refractory, 1)
        }
    }
}
