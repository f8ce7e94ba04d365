TITLE habits of thirty years: INDEPENDENT, mho, v and celsius in PARAMETER, UNITSOFF that is never closed

COMMENT
 Nothing in here is read: BREAKPOINT { } "
ENDCOMMENT

INDEPENDENT {t FROM 0 TO 1 WITH 1 (ms)}
NEURON {
	SUFFIX old_style
	USEION k READ ek WRITE ik
	RANGE gbar, undeclared, ik
	GLOBAL taumin
}
UNITS {
	(mA) = (milliamp)
	(mV) = (millivolt)
}
PARAMETER {
	v (mV)
	celsius = 6.3 (degC)
	dt (ms)
	ek = -90 (mV)
	gbar = .004 (mho/cm2) <0,1e9>
	taumin = 0.5 (ms)	? an old comment
	unused
}
STATE { n FROM 0 TO 1 }
ASSIGNED { ik (mA/cm2) }
ASSIGNED { ninf  tau (ms) }
UNITSOFF
INITIAL { rates(v) n = ninf }
BREAKPOINT { SOLVE states METHOD cnexp  ik = gbar*n*(v-ek) }
DERIVATIVE states { rates(v)  n' = (ninf - n)/tau }
PROCEDURE rates(v) { LOCAL a, b a = exp((v+20)/9) b = 1/(1 + a)
	tau = 3*b
	if (tau < taumin) { tau = taumin } ninf = 1 - b }
