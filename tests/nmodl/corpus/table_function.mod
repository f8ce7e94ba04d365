: TABLE without names, in FUNCTIONs; the table ends within the range of the voltage.
NEURON { SUFFIX table_function RANGE a, b }
ASSIGNED { v (mV) a b }
BREAKPOINT {
    a = alpha(v)
    b = beta(v + 10)
}
FUNCTION alpha(v (mV)) {
    TABLE FROM -60 TO 10 WITH 35
    alpha = exp(v / 20)
}
FUNCTION beta(v (mV)) {
    TABLE DEPEND celsius FROM -100 TO 100 WITH 50
    beta = celsius * v^2
}
PARAMETER { celsius (degC) }
