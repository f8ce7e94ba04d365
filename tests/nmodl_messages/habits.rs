//! Habits of other languages, and what NEURON does not take: several mistakes at once, each told.

use crate::{and, case, changed, check, does};

#[test]
fn habits() {
    let cases = [
        does("and", 1, "if (v > 0 and v < 3) { ninf = 1 }"),
        does("or", 1, "if (v > 0 or v < 3) { ninf = 1 }"),
        does("one ampersand", 1, "if (v > 0 & v < 3) { ninf = 1 }"),
        does("one bar", 1, "if (v > 0 | v < 3) { ninf = 1 }"),
        does("and outside of parentheses", 1, "ninf = v > 0 and v < 3"),
        does("elif", 1, "if (v > 0) { ninf = 1 } elif (v < -3) { ninf = 2 } else { ninf = 3 }"),
        does("elseif on a line of its own", 1, "if (v > 0) { ninf = 1 }\n    elseif (v < -3) { ninf = 2 }"),
        does("ln", 1, "ninf = ln(v)"),
        does("min and max", 2, "ninf = max(v, 2) + min(v, 3)"),
        does("a comment of C after a value", 1, "ninf = 1 // a comment"),
        does("division of whole numbers", 1, "ninf = v//2"),
        does("a choice of C", 0, "ninf = v > 0 ? 1 : 2"),
        does("a question in a comment", 0, "ninf = v ? is this right: I do not know"),
        changed("a unit without parentheses", 1, &[("0.01 (S/cm2)", "0.01 S/cm2")]),
        changed("an expression as a default", 1, &[("tau = 5 (ms)", "tau = 5*2 (ms)")]),
        changed("a number with two points as a default", 1, &[("tau = 5 (ms)", "tau = 5.1.2 (ms)")]),
        changed("an expression as the length of an array", 1, &[("    ninf\n}", "    ninf\n    b[5/0]\n}")]),
    ];
    check("habits", &cases);
}

#[test]
fn other_languages() {
    let cases = [
        does("LOCAL without a comma", 1, "LOCAL q r\n    q = 1"),
        does("a number of C", 1, "ninf = 0.1f"),
        does("a hexadecimal number", 1, "ninf = 0x10"),
        does("a call without parentheses", 1, "ninf = sqrt v"),
        changed("USING", 1, &[("METHOD cnexp", "USING cnexp")]),
        changed("a method in capitals", 1, &[("METHOD cnexp", "METHOD CNEXP")]),
        changed("a derivative as a quotient", 1, &[("n' =", "dn/dt =")]),
        changed("READS", 1, &[("READ ek", "READS ek")]),
        and("a function of C", 1, "void other(double v) {\n    ninf = v\n}"),
        and("a function of Python", 1, "def other(x):\n    return x"),
    ];
    check("other_languages", &cases);
}

#[test]
fn not_in_neuron() {
    let cases = [
        and("a FUNCTION with the name of a built-in one", 1, "FUNCTION exp(x) { exp = x }"),
        and("a PROCEDURE with such a name", 1, "PROCEDURE net_send(x) { ninf = x }"),
        and("a FUNCTION_TABLE with such a name", 1, "FUNCTION_TABLE gauss(x)"),
        and("a FUNCTION with a name that NEURON leaves free", 0, "FUNCTION fmax(x, y) { fmax = x + y }"),
        changed("cnexp in INITIAL", 1, &[("    n = ninf\n}", "    SOLVE states METHOD cnexp\n}")]),
        changed("READ twice", 1, &[("READ ek WRITE ik", "READ ek READ ik")]),
        changed("two charges", 1, &[("WRITE ik", "WRITE ik VALENCE 1 VALENCE 2")]),
        changed(
            "LOCAL after a statement",
            0,
            &[("    rates(v)\n    n'", "    rates(v)\n    LOCAL a\n    n'")],
        ),
        changed(
            "two LOCALs",
            0,
            &[("    rates(v)\n    n'", "    LOCAL a\n    LOCAL b\n    rates(v)\n    n'")],
        ),
        changed("a FUNCTION in RANGE", 0, &[("RANGE gbar, ninf", "RANGE gbar, ninf, opening")]),
        changed("a concentration that is never set", 1, &[("WRITE ik", "WRITE ik, ki")]),
        changed("a value for an array", 0, &[("tau = 5 (ms)", "tau = 5 (ms)\n    b[3] = 4")]),
        changed(
            "a fraction and a call in an index",
            2,
            &[
                ("    ninf\n}", "    ninf b[3]\n}"),
                ("    ik =", "    ninf = b[0.5*2] + b[2*opening(v)]\n    ik ="),
            ],
        ),
        and("a rate that is a sum", 0, "STATE { a b }\nKINETIC k { ~ a <-> b (1 + exp(v/50), (2 + v)) }"),
        and("AFTER BREAKPOINT", 1, "AFTER BREAKPOINT { ninf = 1 }"),
        and("BEFORE SOLVE and AFTER STEP", 2, "BEFORE SOLVE { ninf = 1 }\nAFTER STEP { ninf = 2 }"),
        changed("a block that nobody solves", 0, &[("    SOLVE states METHOD cnexp\n", "")]),
        and("a scheme that nobody solves", 0, "STATE { a b }\nKINETIC k { ~ a <-> b (1, 2) }"),
        changed("a block that is called", 0, &[("SOLVE states METHOD cnexp", "states()")]),
        changed("a method for KINETIC", 1, &[("METHOD cnexp", "METHOD sparse")]),
    ];
    check("not_in_neuron", &cases);
}

#[test]
fn beside_syntax() {
    // What each of these says must stand beside a mistake of syntax elsewhere.
    let slip = ("tau = 5 (ms)", "tau = 5.1.2 (ms)");
    let also = |title, errors, edits: &[(&str, &str)]| {
        let mut all = vec![slip];
        all.extend(edits);
        changed(title, errors, &all)
    };
    let cases = [
        also("an unknown method", 2, &[("cnexp", "cnexpp")]),
        also("SOLVE of nothing", 2, &[("SOLVE states", "SOLVE gates")]),
        also("a method for another block", 2, &[("cnexp", "newton")]),
        also("two equations", 2, &[("n' =", "n' = 1\n    n' =")]),
        also("the derivative of what is no state", 2, &[("n' =", "ninf' = 1\n    n' =")]),
        also("a variable of another ion", 2, &[("READ ek", "READ eca")]),
        also("an event without NET_RECEIVE", 2, &[("    ik =", "    net_send(1, 2)\n    ik =")]),
        also(
            "a name of a built-in function",
            2,
            &[("FUNCTION opening", "FUNCTION exp(x) { exp = x }\nFUNCTION opening")],
        ),
        changed(
            "a statement that is lost declares nothing",
            2,
            &[("    n = ninf", "    n = ninf +"), ("opening(v)", "opening(v, ninf)")],
        ),
        changed(
            "a LOCAL that is lost makes no name unknown",
            1,
            &[("    n = ninf", "    LOCAL a b\n    a = 1\n    b = 2\n    n = ninf")],
        ),
        changed(
            "a variable of C that is lost makes no name unknown",
            1,
            &[("    n = ninf", "    double a = 1\n    n = ninf + a")],
        ),
        changed(
            "a loop of C that is lost makes no name unknown",
            1,
            &[("    n = ninf", "    for (i = 0; i < 3; i++)\n    n = ninf + i")],
        ),
        changed(
            "a NET_RECEIVE that is lost makes no event wrong",
            1,
            &[
                ("SUFFIX", "POINT_PROCESS"),
                ("INITIAL {", "NET_RECEIVE (w {\n    ninf = w\n}\nINITIAL {\n    net_send(1, 2)"),
            ],
        ),
        changed(
            "a kind that is lost makes no block wrong",
            1,
            &[("SUFFIX", "POINT_PROCES"), ("INITIAL {", "NET_RECEIVE (w) {\n    ninf = w\n}\nINITIAL {")],
        ),
        changed(
            "a file that cannot be read makes no name unknown",
            1,
            &[("PARAMETER {", "INCLUDE \"more.inc\"\nPARAMETER {"), ("n = ninf", "n = mnif")],
        ),
        case(
            "mistakes of all kinds",
            8,
            "NEURON { SUFFIX e2 USEION na READ ena, foo RANGE a }\nPARAMETER { q = 1 }\nASSIGNED { a v ena }\nSTATE { s }\nINITIAL { a = 1 +\n}\nBREAKPOINT { SOLVE nowhere METHOD cnexp }\nDERIVATIVE st { s' = -s s' = 3\n q' = 3 }\nPROCEDURE r() { s' = 3 net_send(1) }",
        ),
    ];
    check("beside_syntax", &cases);
}

#[test]
fn other_line_ends() {
    let old_mac = |title, errors, text: String| case(title, errors, text.replace('\n', "\r"));
    let cases = [
        old_mac(
            "line ends of old Macs",
            2,
            "NEURON { SUFFIX a RANGE x }\nASSIGNED { v (mV) x } : all of it\nBREAKPOINT {\n    x = y\n    x = 2 z\n}\n".into(),
        ),
        case("line ends of Windows", 1, "NEURON { SUFFIX a RANGE x }\r\nASSIGNED { v x }\r\nBREAKPOINT {\r\n    x = y\r\n}\r\n"),
    ];
    check("other_line_ends", &cases);
}
