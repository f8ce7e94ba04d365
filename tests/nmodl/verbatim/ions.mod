: NEURON's own names: _ion_x, _lx, POINTERless _v, a name with the suffix.
NEURON { SUFFIX c USEION ca READ cai, eca WRITE ica RANGE a, g }
PARAMETER { g = 0.1 }
ASSIGNED { v (mV) cai eca ica a }
BREAKPOINT {
VERBATIM
    cai = _ion_cai;
    update_c(_p, _ppvar, _thread, _nt, _ion_cai);
ENDVERBATIM
    ica = g * a * (v - eca)
}
PROCEDURE update(c) {
VERBATIM
    a = _lc / (_lc + 0.5);
    if (_v > 1e6) { a = _ion_eca; }
ENDVERBATIM
}
