: ELECTRODE_CURRENT: positive inwards.
NEURON { POINT_PROCESS electrode ELECTRODE_CURRENT i RANGE amp, slope }
PARAMETER { amp = 0.02 (nA) slope = 0.0005 (uS) }
ASSIGNED { v (mV) i (nA) }
BREAKPOINT { i = amp - slope * (v + 65) + 0.02 * sin(t / 2) }
