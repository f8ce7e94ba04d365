NEURON { SUFFIX drift RANGE slow, tau }
PARAMETER { tau = 50 (ms) }
STATE { slow }
INITIAL { slow = 0 }
BREAKPOINT { SOLVE moves METHOD euler }
DERIVATIVE moves { slow' = (1 - slow)/tau }
