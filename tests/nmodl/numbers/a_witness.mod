: Looks at an ion, and at v, between the steps of other mechanisms. NEURON orders mechanisms by the names of their files.
NEURON {
    SUFFIX witness
    USEION ca READ ica, cai
    RANGE before, after, end, highest, count
}
ASSIGNED {
    v (mV)
    ica (mA/cm2)
    cai (mM)
    before (mA/cm2)
    after (mM)
    end (mM)
    highest (mV)
    count
}
INITIAL {
    before = 0
    after = 0
    end = 0
    highest = -100
    count = 0
}
BREAKPOINT { }
BEFORE BREAKPOINT { before = ica }
AFTER SOLVE { after = cai }
BEFORE STEP {
    end = cai * 1e3 + ica
    count = count + 1
    if (v > highest) { highest = v }
}
