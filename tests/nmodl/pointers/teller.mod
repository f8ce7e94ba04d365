: Sets a GLOBAL that another mechanism reads: the last instance's value is what it hears.
NEURON {
    SUFFIX teller
    GLOBAL told
    RANGE factor
}
PARAMETER { factor = 1 }
ASSIGNED { told (mV)  v (mV) }
INITIAL { told = factor*v }
BREAKPOINT { told = factor*v }
