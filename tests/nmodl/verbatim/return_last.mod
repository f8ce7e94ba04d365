: Class a: `return 0;` last in a PROCEDURE, an empty block.
NEURON { SUFFIX c RANGE a, b }
ASSIGNED { v (mV) a b }
INITIAL { rates(v) a = scaled(3) }
PROCEDURE rates(v (mV)) {
    b = exp(v / 50)
VERBATIM
    return 0;
ENDVERBATIM
}
FUNCTION scaled(x) {
VERBATIM
ENDVERBATIM
    scaled = 2 * x
}
