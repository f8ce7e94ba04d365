COMMENT
Two-electrode voltage clamp with three levels, its amplifiers included.

A measuring amplifier follows the cell's potential, with an optional part fac of the
output to make up for the drop across the stimulating electrode:

    vi = v + fac (vo - v)

Its signal and the command meet at the input e of the control amplifier, whose feedback
has the time constant tau1; the control amplifier has the time constant tau2 and drives
the cell through rstim:

    tau1 (vi - e)' + (vi - e) = stim + e
    tau2 vo' + vo = -gain e
    i = (vo - v) / rstim

so that at rest, with much gain, e is 0 and vi is stim. The command stim is amp[0] for
dur[0] ms, then amp[1] for dur[1], then amp[2] for dur[2]; then the clamp lets go.

    dur[3]         durations of the levels               ms
    amp[3]         levels                                mV
    gain           of the control amplifier              1
    rstim          resistance of the electrode           megohm
    tau1, tau2     time constants                        ms
    fac            part of the electrode compensated     1
    e, vo, vi      potentials as above                   mV
    e0, vo0, vi0   the same at the last step's end       mV
    i              injected current, positive inwards    nA
    charge         injected since the start              pC

The circuit is linear and stiff, and must be solved together with v: over a step it is taken
by backward Euler, which by hand gives, with a = tau1/dt and b = tau2/dt,

    e = p + q vo,   p = ((1 + a) (1 - fac) v - stim - a (vi0 - e0)) / (2 + a)
                    q = (1 + a) fac / (2 + a)
    vo = (b vo0 - gain p) / (1 + b + gain q)

a line in v. Once the step's v is known the same line gives the amplifiers' new potentials,
and the current that was really passed, which is the one to record. (The charge makes this
a step of integration, and is handy by itself.) Do not put two clamps on one place: each
would fight the other.

The method: A. L. Hodgkin, A. F. Huxley and B. Katz (1952), Measurement of current-voltage
relations in the membrane of the giant axon of Loligo, J. Physiol. 116:424-448,
DOI 10.1113/jphysiol.1952.sp004716.
ENDCOMMENT

NEURON {
    POINT_PROCESS VClamp
    ELECTRODE_CURRENT i
    RANGE dur, amp, gain, rstim, tau1, tau2, fac
    RANGE e, vo, vi, e0, vo0, vi0, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (pC) = (picocoulomb)
}

PARAMETER {
    dur[3] (ms) <0, 1e9>
    amp[3] (mV)
    gain = 1e5 <0, 1e9>
    rstim = 1 (megohm) <1e-9, 1e9>
    tau1 = 0.001 (ms) <0, 1e9>
    tau2 = 0 (ms) <0, 1e9>
    fac = 0
}

ASSIGNED {
    v (mV)
    dt (ms)
    i (nA)
    stim (mV)
    on
    e (mV)
    vo (mV)
    vi (mV)
    e0 (mV)
    vo0 (mV)
    vi0 (mV)
}

STATE {
    charge (pC)
}

INITIAL {
    charge = 0
    on = 0
    e = 0
    vo = v
    vi = v
    e0 = 0
    vo0 = v
    vi0 = v
}

BREAKPOINT {
    SOLVE delivered METHOD cnexp
    command()
    pass()
}

DERIVATIVE delivered {
    pass()
    e0 = e
    vo0 = vo
    vi0 = vi
    charge' = i
}

: Which level is in force now, if any.
PROCEDURE command() {
    on = 1
    if (t < dur[0]) {
        stim = amp[0]
    } else if (t < dur[0] + dur[1]) {
        stim = amp[1]
    } else {
        stim = amp[2]
        if (t > dur[0] + dur[1] + dur[2]) {
            on = 0
        }
    }
}

: The amplifiers' potentials one step after e0, vo0 and vi0, were v the cell's; and the current.
PROCEDURE pass() {
    LOCAL a, b, p, q
    if (on == 1) {
        a = tau1 / dt
        b = tau2 / dt
        p = ((1 + a) * (1 - fac) * v - stim - a * (vi0 - e0)) / (2 + a)
        q = (1 + a) * fac / (2 + a)
        vo = (b * vo0 - gain * p) / (1 + b + gain * q)
        vi = v + fac * (vo - v)
        e = p + q * vo
        i = (vo - v) / rstim
    } else {
        i = 0
    }
}
