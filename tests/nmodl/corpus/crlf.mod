: Lines that end in CR LF, as from another system.
NEURON { SUFFIX crlf RANGE y }
ASSIGNED { v (mV) y }
BREAKPOINT {
    y = v * 2 ? twice
    if (v > 0) {
        y = v * 3
    }
}
