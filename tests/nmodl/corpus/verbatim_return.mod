: A FUNCTION whose value C sets or returns, with its arguments under their names there.
NEURON { SUFFIX verbatim_return RANGE a, b }
ASSIGNED { v (mV) a b }
BREAKPOINT {
    a = larger(v, -40)
    b = early(v)
}
FUNCTION larger(x, y) {
    VERBATIM
    _llarger = (_lx > _ly) ? _lx : _ly;
    ENDVERBATIM
}
FUNCTION early(x) {
    VERBATIM
    if (_lx < -30.) return -1.;
    return _lx * 2.;
    ENDVERBATIM
}
