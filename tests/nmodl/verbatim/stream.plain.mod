NEURON { POINT_PROCESS c RANGE a, b RANDOM donotuse }
ASSIGNED { a b }
INITIAL { a = random_negexp(donotuse) b = random_uniform(donotuse) }
NET_RECEIVE (w) { a = a + w * random_negexp(donotuse) }
