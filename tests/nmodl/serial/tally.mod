: Cells that fire later the more all of them have fired.
NEURON {
	ARTIFICIAL_CELL tally
	RANGE own
	GLOBAL total
}
ASSIGNED { own total }
INITIAL {
	total = total + 1
	own = total
	net_send(own, 1)
}
NET_RECEIVE (w) {
	total = total + 1
	own = total
	net_event(t)
	net_send(1 + 0.0137*total, 1)
}
