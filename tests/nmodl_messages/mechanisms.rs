//! The NEURON block: names, ions, currents, pointers.

use crate::{case, changed, check, does};

#[test]
fn neuron_block() {
    let cases = [
        changed("no name", 1, &[("    SUFFIX good\n", "")]),
        changed("SUFFIX without a name", 1, &[("SUFFIX good\n", "SUFFIX\n")]),
        changed("two names", 1, &[("SUFFIX good", "SUFFIX good POINT_PROCESS better")]),
        case("no NEURON block", 1, "ASSIGNED { v x }\nBREAKPOINT { x = v }"),
        changed("an unknown statement", 1, &[("RANGE gbar, ninf", "RANGES gbar, ninf")]),
        changed("a lower-case statement", 1, &[("RANGE gbar, ninf", "range gbar, ninf")]),
        changed("RANGE without names", 1, &[("RANGE gbar, ninf", "RANGE")]),
        changed("a comma too many", 1, &[("RANGE gbar, ninf", "RANGE gbar,, ninf")]),
        changed("a unit in RANGE", 1, &[("RANGE gbar, ninf", "RANGE gbar (S/cm2), ninf")]),
        changed(
            "SUFFIX nothing",
            1,
            &[("SUFFIX good\n    USEION k READ ek WRITE ik", "SUFFIX nothing\n    NONSPECIFIC_CURRENT ik")],
        ),
        case(
            "a file of functions for hoc",
            1,
            "NEURON { SUFFIX nothing }\nFUNCTION twice(x) { twice = 2 * x }",
        ),
        case(
            "an artificial cell with a membrane",
            1,
            "NEURON { ARTIFICIAL_CELL a NONSPECIFIC_CURRENT i }\nASSIGNED { i }\nNET_RECEIVE (w) { net_event(t) }",
        ),
        case(
            "an artificial cell that reads v",
            1,
            "NEURON { ARTIFICIAL_CELL a RANGE x }\nASSIGNED { v x }\nNET_RECEIVE (w) { x = v net_event(t) }",
        ),
        case(
            "an artificial cell with BREAKPOINT",
            1,
            "NEURON { ARTIFICIAL_CELL a RANGE x }\nASSIGNED { x }\nBREAKPOINT { x = t }\nNET_RECEIVE (w) { net_event(t) }",
        ),
    ];
    check("neuron_block", &cases);
}

#[test]
fn ions_and_currents() {
    let cases = [
        changed("a current that is never set", 0, &[("ik = gbar", "ninf = gbar")]),
        changed(
            "a reversal potential that is not read",
            1,
            &[("READ ek WRITE", "WRITE"), ("    ek (mV)\n", "")],
        ),
        changed("USEION twice", 1, &[("    RANGE gbar", "    USEION k READ ki\n    RANGE gbar")]),
        changed("a variable of another ion", 1, &[("READ ek", "READ eca")]),
        changed("a misspelt ion variable", 1, &[("READ ek", "READ kin")]),
        changed("USEION without an ion", 1, &[("USEION k READ", "USEION READ")]),
        changed("USEION without READ or WRITE", 1, &[("USEION k READ ek WRITE ik", "USEION k ek ik")]),
        changed("VALENCE that is no number", 1, &[("WRITE ik", "WRITE ik VALENCE one")]),
        does("a read-only concentration is set", 0, "ek = -80"),
        changed("a current named twice", 1, &[("RANGE gbar", "NONSPECIFIC_CURRENT ik RANGE gbar")]),
        changed("a PARAMETER as a current", 0, &[("RANGE gbar", "NONSPECIFIC_CURRENT tau RANGE gbar")]),
    ];
    check("ions_and_currents", &cases);
}

#[test]
fn shared() {
    let cases = [
        changed("a RANDOM that is read", 1, &[("RANGE gbar", "RANDOM r RANGE gbar"), ("n = ninf", "n = r")]),
        changed("a draw from what is no RANDOM", 1, &[("n = ninf", "n = random_uniform(tau)")]),
        changed("a draw without a stream", 1, &[("n = ninf", "n = random_uniform(0, 1)")]),
    ];
    check("shared", &cases);
}
