: The ion's own variable under its C name, read and kept (class d).
NEURON { SUFFIX verbatim_ion USEION ca READ cai, cao WRITE ica RANGE seen }
ASSIGNED { v (mV) cai (mM) cao (mM) ica (mA/cm2) seen }
BREAKPOINT {
    VERBATIM
    cai = _ion_cai;
    ENDVERBATIM
    seen = cai * 1000
    ica = 0.00001 * (v - 100)
}
