: Loops whose rounds differ from instance to instance, and elements of arrays that are computed.
NEURON { SUFFIX loops RANGE power, k, steps, sum, filled }
DEFINE N 5
PARAMETER { k = 2 exponent = 3 }
ASSIGNED { v (mV) power steps sum filled[N] }
INITIAL { calculate() }
BREAKPOINT { SOLVE calculate }
PROCEDURE calculate() { LOCAL x, n
    power = 1
    FROM i = 1 TO exponent { power = power * (1 + v / 100) }
    x = 100 + v * k / 2
    steps = 0
    WHILE (x > 1) {
        if (steps < 3) { x = x / 1.5 } else { x = x / 2 }
        steps = steps + 1
    }
    n = steps - 2
    if (n > N - 1) { n = N - 1 }
    sum = 0
    FROM i = 0 TO n {
        filled[i] = x * i + t
        FROM j = i TO n { sum = sum + filled[i] * j }
    }
}
