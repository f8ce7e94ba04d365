: Reactions in a FROM loop, between elements of an array.
NEURON { SUFFIX kinetic_loop RANGE p }
PARAMETER { p = 0.2 }
ASSIGNED { v (mV) }
STATE { s[4] }
INITIAL { FROM i = 0 TO 3 { s[i] = 0.25 } }
BREAKPOINT { SOLVE chain METHOD sparse }
KINETIC chain {
    FROM i = 0 TO 2 {
        ~ s[i] <-> s[i+1] (p * exp(v / 40), 0.3)
    }
}
