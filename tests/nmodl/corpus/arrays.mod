: Arrays: of RANGE variables, states and LOCALs; elements by numbers, DEFINEd names and computed indices.
NEURON { SUFFIX arrays RANGE x, sum, which }
DEFINE N 4
ASSIGNED { v (mV) x[N] sum which w[2] dt (ms) }
STATE { s[N] }
INITIAL {
    FROM i = 0 TO N - 1 {
        s[i] = i / 10
        x[i] = 0
    }
    w[0] = 0.5
    w[1] = 2
}
BREAKPOINT {
    LOCAL k, part[3]
    SOLVE states METHOD after_cvode
    sum = 0
    FROM i = 0 TO 2 { part[i] = s[i] * w[i / 2] }
    FROM i = 0 TO 2 { sum = sum + part[i] }
    k = (v > -60) + 2 * (v > -10)
    which = s[k]
    x[k] = x[k] + 1
    x[N - 2] = v
}
PROCEDURE states() {
    s[0] = s[0] + dt * (1 - s[0]) / 3
    FROM i = 1 TO N - 2 { s[i] = s[i] + dt * (s[i-1] - s[i]) / 7 }
    s[N-1] = 0.01 * v
}
