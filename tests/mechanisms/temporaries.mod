TITLE GLOBALs as scratch paper : every call sets them before it reads them

NEURON {	: a comment behind the brace { stays
	SUFFIX scratch
	USEION k READ ek WRITE ik
	RANGE gbar
	GLOBAL minf, mtau, q10
}

PARAMETER {
	gbar = 0.01 (S/cm2)
}

ASSIGNED {
	v (mV)
	ek (mV)
	ik (mA/cm2)
	celsius (degC)
	minf
	mtau (ms)
	q10
}

STATE { m }

BREAKPOINT {
	SOLVE states METHOD cnexp
	ik = gbar*m*(v - ek)
}

INITIAL {
	q10 = 3^((celsius - 20)/10)
	rates(v)
	m = minf
}

DERIVATIVE states {
	rates(v)
	m' = (minf - m)/mtau
}

PROCEDURE rates(v (mV)) {
	minf = 1/(1 + exp(-(v + 40)/5))
	mtau = (1 + 4*exp(-((v + 40)/20)^2))/q10
}
