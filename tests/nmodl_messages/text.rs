//! Letters, numbers, braces, comments: what cannot be read at all.

use crate::{and, case, changed, check, does};

#[test]
fn misspelt_heads() {
    let cases = [
        changed("two after each other", 2, &[("PARAMETER", "PARAMETR"), ("STATE {", "STAT {")]),
        changed("three", 3, &[("STATE {", "STATES {"), ("ASSIGNED", "ASIGNED"), ("INITIAL", "INITAL")]),
        changed("of routines", 2, &[("PROCEDURE", "PROCEDUR"), ("FUNCTION", "FUNCTON")]),
    ];
    check("misspelt_heads", &cases);
}

#[test]
fn words() {
    let cases = [
        case("an empty file", 1, ""),
        does("a semicolon", 1, "gbar = 2;"),
        does("a letter of no language", 1, "ninf = 2 \u{b5}"),
        does("a curly quote", 1, "ninf = \u{201c}2\u{201d}"),
        does("a backslash", 1, "ninf = v \\ 2"),
        does("an operator of C", 1, "ninf += 2"),
        does("a remainder", 1, "ninf = v % 2"),
        does("a bit operator", 1, "ninf = v & 2"),
        does("an assignment in a condition", 1, "if (v = 3) { ninf = 1 }"),
        does("a comma for a point", 1, "ninf = 0,5"),
        does("two points", 1, "ninf = 0.5.1"),
        does("an exponent without a number", 1, "ninf = 1e"),
        does("a number too large", 1, "ninf = 1e999"),
        does("a function without parentheses", 1, "ninf = exp v"),
        does("a square bracket for a parenthesis", 1, "ninf = (v + 3]"),
        does("an expression alone", 1, "v + 3"),
        does("half an expression", 1, "ninf ="),
        does("a lower-case keyword", 1, "from i = 0 to 3 { ninf = i }"),
        changed("a keyword as a name", 1, &[("tau = 5 (ms)", "tau = 5 (ms)\n    STATE = 5")]),
        changed("a parameter without a value after =", 1, &[("tau = 5 (ms)", "tau = (ms)")]),
        changed("an expression as a parameter's value", 1, &[("tau = 5 (ms)", "tau = 5 * 2 (ms)")]),
        changed("a unit without its end", 1, &[("tau = 5 (ms)", "tau = 5 (ms")]),
    ];
    check("words", &cases);
}

#[test]
fn braces() {
    let cases = [
        changed("a brace missing before a block", 1, &[("    n = ninf\n}", "    n = ninf\n")]),
        changed("a brace missing at the end", 1, &[("/ 9))\n}", "/ 9))\n")]),
        changed("a brace missing inside a block", 1, &[("    rates(v)\n    n'", "    if (v > 0) {\n    n'")]),
        changed("a brace too many", 1, &[("    n = ninf\n}", "    n = ninf\n}\n}")]),
        changed("a brace of NEURON missing", 1, &[("ninf\n}\nPARAMETER", "ninf\nPARAMETER")]),
        changed("a brace of PARAMETER missing", 1, &[("5 (ms)\n}", "5 (ms)\n")]),
        changed("no brace after a name", 1, &[("DERIVATIVE states {", "DERIVATIVE states")]),
        changed("no brace after if", 1, &[("    ik =", "    if (v > 0) ik =")]),
        changed("a parenthesis missing", 1, &[("(ninf - n) / tau", "(ninf - n / tau")]),
        changed("a parenthesis too many", 1, &[("(ninf - n) / tau", "(ninf - n)) / tau")]),
        and("a block without a name", 1, "PROCEDURE { ninf = 1 }"),
        and("a comment without its end", 1, "COMMENT\nall that follows"),
        and("an end without a comment", 1, "ENDCOMMENT"),
        and("VERBATIM without its end", 1, "VERBATIM\nint x;"),
        and("ENDVERBATIM alone", 1, "ENDVERBATIM"),
        and("an unknown block", 1, "DERIVATE other { n' = 1 }"),
        and("a statement outside of a block", 1, "ninf = 3"),
        and("a function of C", 1, "double f(double x) { return x; }"),
        and("else without if", 1, "PROCEDURE p() { else { ninf = 1 } }"),
    ];
    check("braces", &cases);
}

#[test]
fn several() {
    let cases = [
        changed(
            "a mistake in each of four blocks",
            4,
            &[
                ("tau = 5 (ms)", "tau = = 5 (ms)"),
                ("    n = ninf", "    n = ninf +"),
                ("gbar * n", "gbar * * n"),
                ("(v + 40) / 9", "(v + 40) / )"),
            ],
        ),
        changed(
            "four mistakes of meaning",
            4,
            &[
                ("n = ninf", "n = nimf"),
                ("gbar * n", "gmax * n"),
                ("opening(v)", "opening(v, 3)"),
                ("METHOD cnexp", "METHOD cnexpp"),
            ],
        ),
        changed(
            "one undeclared name, used three times",
            1,
            &[("PARAMETER", "ASSIGNED { q }\nPARAMETER"), ("n = ninf", "n = a + a"), ("gbar * n", "a * n")],
        ),
        changed("a state that is not declared", 1, &[("STATE { n }", "STATE { m }")]),
        changed(
            "a broken block does not spoil the others",
            1,
            &[("    rates(v)\n    n' =", "    rates(v\n    n' =")],
        ),
        changed(
            "a broken declaration hides no name",
            1,
            &[("    ninf\n}\nINITIAL", "    ninf (\n}\nINITIAL")],
        ),
        case(
            "the NEURON block alone is broken",
            1,
            "NEURON { SUFFIX a RANGE }\nASSIGNED { v (mV) x }\nBREAKPOINT { x = v }",
        ),
        case("a text that is no NMODL", 1, "import neuron\nfrom neuron import h\nprint('hello')\n"),
    ];
    check("several", &cases);
}
