: A LINEAR block: the steady state of a scheme of three states from its equations.
NEURON { SUFFIX linear NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 0.0003 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) a b }
STATE { x u z }
INITIAL { SOLVE steady }
BREAKPOINT {
    SOLVE steady
    i = g * z * (v + 20)
}
LINEAR steady {
    a = exp((v + 40) / 20)
    b = exp(-(v + 40) / 30)
    ~ -a * x + b * u = 0
    ~ a * x - (b + 2 * a) * u + b * z = 0
    ~ x + u + z = 1
}
