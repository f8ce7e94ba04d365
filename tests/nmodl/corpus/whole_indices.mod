: Indices and the bounds of FROM are ints: every name in them is cut before it is used, and a quotient is one of ints.
NEURON {
	SUFFIX whole_indices
	RANGE doubled, halves, rounds, steps, moved, below, k, n, a
}
DEFINE LAST 7
ASSIGNED { v (mV) doubled halves rounds steps moved below k n a[8] }
INITIAL { FROM i = 0 TO LAST { a[i] = i*i + 1 }  k = 1.5  n = 3 }
BREAKPOINT { LOCAL q, w
	doubled = a[k*2]
	halves = a[n/2 + n/2] + 100*a[(LAST - n)/2]
	rounds = 0
	FROM i = 0 TO k + k { rounds = rounds + 1 }
	q = 1.9
	FROM i = q*2 TO n*2 BY q + q { rounds = rounds + 10*i }
	w = 3 + 2.5*sin(t)
	moved = a[w + k] + 100*a[w/2 + w/2]
	steps = 0
	FROM i = w - k TO w + k { steps = steps + 1 + i*i }
	below = 0
	FROM i = 0 TO 3 { below = below + a[i/2 + w/(i + 1)] }
	a[k*q + 5] = 7 + w
}
