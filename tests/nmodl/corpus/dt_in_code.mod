: dt and t in code.
NEURON { SUFFIX dt_in_code RANGE x, y }
ASSIGNED { v (mV) dt (ms) x y }
INITIAL { x = dt y = t }
BREAKPOINT {
    SOLVE forward METHOD after_cvode
    y = t * 2
}
PROCEDURE forward() { x = x + dt * (v / 100 - x) }
