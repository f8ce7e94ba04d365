: ELECTRODE_CURRENT of a density mechanism.
NEURON { SUFFIX electrode_density ELECTRODE_CURRENT i RANGE amp }
PARAMETER { amp = 0.002 (mA/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT { i = amp * (t > 14 && t < 20) - 0.00001 * (v + 65) }
