: NEURON runs a BREAKPOINT that makes a current twice in each step, so that what it counts counts twice; what only saves work
: is the same both times.
NEURON {
	SUFFIX passed_on
	NONSPECIFIC_CURRENT i
	RANGE n, sum, on, next, before, after, g, last, factor
}
PARAMETER { g0 = 1e-5 }
ASSIGNED { v (mV) i (mA/cm2) n sum on next (ms) before after g last factor }
INITIAL {
	n = 0  sum = 0  on = 0  next = 0  before = 0  after = 0  g = g0  last = 0  factor = 0
}
BREAKPOINT {
	n = n + 1
	sum = 0.9*sum + v
	if (t >= next) {
		on = 1
		next = t + 4.99
	} else {
		on = 0.5
	}
	: `after` is left as it was made the first time.
	after = before
	before = t
	if (floor(t) != last) {
		last = floor(t)
		factor = exp(-last/20)
	}
	g = 0.99*g + 2e-7
	i = factor*g*(on + 1e-3*(t - after))*(v + 60)
}
