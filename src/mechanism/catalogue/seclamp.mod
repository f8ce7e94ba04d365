COMMENT
Single-electrode voltage clamp with three levels: a battery behind a series resistance.

    vc ---[ rs ]--- cell
    i = (vc - v) / rs   while the clamp is on,   0 afterwards
    charge' = i

The command vc is amp1 for the first dur1 ms, amp2 for the next dur2, amp3 for the next
dur3; then the clamp lets go. It is on from the beginning of the run.

    dur1, dur2, dur3   durations of the levels               ms
    amp1, amp2, amp3   levels                                mV
    rs                 series resistance                     megohm
    vc                 command potential                     mV
    i                  injected current, positive inwards    nA
    charge             injected since the start              pC

While the voltage of a step is being solved, i is a line in the unknown v. Once that v is
known, i is computed again from it; that is the current the electrode really passed, so it
is the one to record. (The charge is what makes this a step of integration, and is handy by
itself.)

The method: A. L. Hodgkin, A. F. Huxley and B. Katz (1952), Measurement of current-voltage
relations in the membrane of the giant axon of Loligo, J. Physiol. 116:424-448,
DOI 10.1113/jphysiol.1952.sp004716.
ENDCOMMENT

NEURON {
    POINT_PROCESS SEClamp
    ELECTRODE_CURRENT i
    RANGE dur1, amp1, dur2, amp2, dur3, amp3, rs, vc, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (pC) = (picocoulomb)
}

PARAMETER {
    rs = 1 (megohm) <1e-9, 1e9>
    dur1 = 0 (ms) <0, 1e9>
    amp1 = 0 (mV)
    dur2 = 0 (ms) <0, 1e9>
    amp2 = 0 (mV)
    dur3 = 0 (ms) <0, 1e9>
    amp3 = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    vc (mV)
    on
}

STATE {
    charge (pC)
}

INITIAL {
    charge = 0
    on = 0
}

BREAKPOINT {
    SOLVE delivered METHOD cnexp
    command()
    pass()
}

DERIVATIVE delivered {
    pass()
    charge' = i
}

: Which level is in force now, if any.
PROCEDURE command() {
    on = 1
    if (t < dur1) {
        vc = amp1
    } else if (t < dur1 + dur2) {
        vc = amp2
    } else if (t < dur1 + dur2 + dur3) {
        vc = amp3
    } else {
        vc = 0
        on = 0
    }
}

PROCEDURE pass() {
    if (on == 1) {
        i = (vc - v) / rs
    } else {
        i = 0
    }
}
