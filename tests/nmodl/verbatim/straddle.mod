: Braces that open in one block and close in another, around NMODL.
NEURON { POINT_PROCESS c RANGE a, n, p }
PARAMETER { p = 3 }
ASSIGNED { a n }
INITIAL {
    a = 0
VERBATIM
    if (p > 2) {
ENDVERBATIM
        a = 1
        n = n + 1
VERBATIM
    } else {
ENDVERBATIM
        a = 2
VERBATIM
    }
    if (p > 3)
ENDVERBATIM
    a = 50
    n = n + 10
}
NET_RECEIVE (w, u) {
    INITIAL {
VERBATIM
        if (_args[0] > 1) return;
ENDVERBATIM
        u = 4
    }
VERBATIM
    _args[1] = _args[1] * 2 + _lflag;
    if (w_of(_args[0]) < 0) { return; }
ENDVERBATIM
    a = a + w
VERBATIM
    net_send(_tqitem, _args, _pnt, t + 2.5, 1.);
    net_event(_pnt, _nt->_t);
ENDVERBATIM
}
FUNCTION w_of(x) { w_of = x - 1 }
