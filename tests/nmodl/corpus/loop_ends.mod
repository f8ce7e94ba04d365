: The end and the step of a FROM loop are computed anew in each round.
NEURON {
	SUFFIX loop_ends
	RANGE n, falling, growing, halved, known, nested
}
ASSIGNED { v (mV) n falling growing halved known nested }
INITIAL { falling = 0  growing = 0  halved = 0  known = 0  nested = 0 }
BREAKPOINT { LOCAL k
	n = 3 + 2*sin(t)
	falling = 0
	FROM i = 0 TO n {
		falling = falling + i + 1
		n = n - 0.6
	}
	growing = 0
	n = v/40
	FROM i = 0 TO n {
		growing = growing + 1
		if (i < 4) { n = n + 0.75 }
	}
	halved = 0
	k = 1
	FROM i = 0 TO 12 BY k {
		halved = halved + i
		k = k + 1
	}
	known = 0
	k = 6
	FROM i = 0 TO k {
		known = known + 1
		k = k - 1
	}
	nested = 0
	n = 1
	FROM i = 0 TO n {
		FROM j = i TO n {
			nested = nested + 10*i + j
			if (n < 4) { n = n + 1 }
		}
	}
}
