//! Files as people break them: several mistakes at once, each told, none made up.

use crate::{and, case, changed, check, does};

/// A calcium channel with two gates, a table, a function and a pump.
const CHANNEL: &str = "\
TITLE a calcium channel
COMMENT
two gates
ENDCOMMENT
UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (mM) = (milli/liter)
    FARADAY = (faraday) (coulomb)
}
NEURON {
    SUFFIX cal
    USEION ca READ cai, eca WRITE ica
    RANGE gmax, minf, taum
    GLOBAL shift
}
PARAMETER {
    gmax = 0.002 (S/cm2) <0, 1e9>
    shift = 3 (mV)
    half[3] (mV)
}
ASSIGNED {
    v (mV)
    cai (mM)
    eca (mV)
    ica (mA/cm2)
    minf
    taum (ms)
    y[3]
}
STATE { m h FROM 0 TO 1 }
INITIAL {
    rates(v + shift)
    m = minf
    h = 1
}
BREAKPOINT {
    SOLVE gates METHOD cnexp
    ica = gmax * m * m * h * (v - eca)
}
DERIVATIVE gates {
    rates(v + shift)
    m' = (minf - m) / taum
    h' = (alpha(v, 3) - h) / taum
}
PROCEDURE rates(u (mV)) {
    LOCAL a, b
    a = alpha(u, 10)
    b = 0.1 * exp(-u / 20)
    taum = 1 / (a + b)
    minf = a * taum
    if (taum < 0.1) {
        taum = 0.1
    } else {
        taum = taum + 0
    }
}
FUNCTION alpha(u (mV), k (mV)) {
    alpha = 1 / (1 + exp(-u / k))
}
";

/// The channel with pieces replaced.
fn broken(title: &'static str, errors: usize, edits: &[(&str, &str)]) -> crate::Case {
    let mut text = CHANNEL.to_owned();
    for (old, new) in edits {
        assert!(text.contains(old), "{title}: `{old}` is not in the channel");
        text = text.replacen(old, new, 1);
    }
    case(title, errors, text)
}

#[test]
fn syntax() {
    let cases = [
        broken("nothing", 0, &[]),
        broken("an operator missing in two procedures", 2, &[("a + b", "a b"), ("-u / k", "-u k")]),
        broken(
            "an unknown statement and an undeclared name",
            2,
            &[("    a = alpha(u, 10)", "    a = alpha(u, 10)\n    compute a"), ("m = minf", "m = mnif")],
        ),
        broken("a parenthesis missing in a call", 1, &[("exp(-u / 20)", "exp(-u / 20")]),
        broken("a parenthesis missing after if", 1, &[("if (taum < 0.1) {", "if (taum < 0.1 {")]),
        broken("a brace missing after if", 1, &[("if (taum < 0.1) {", "if (taum < 0.1)")]),
        broken("a brace missing before else", 1, &[("    } else {", "    else {")]),
        broken("a brace missing at the end of a block", 1, &[("(v - eca)\n}", "(v - eca)\n")]),
        broken("a brace missing at the end of PARAMETER", 1, &[("half[3] (mV)\n}", "half[3] (mV)\n")]),
        broken("a brace missing at the end of NEURON", 1, &[("GLOBAL shift\n}", "GLOBAL shift\n")]),
        broken("a brace missing at the end of STATE", 1, &[("FROM 0 TO 1 }", "FROM 0 TO 1")]),
        broken("the opening brace of a block missing", 1, &[("INITIAL {", "INITIAL")]),
        broken("the opening brace of ASSIGNED missing", 1, &[("ASSIGNED {", "ASSIGNED")]),
        broken("ENDCOMMENT missing", 1, &[("ENDCOMMENT\n", "")]),
        broken("ENDVERBATIM missing", 1, &[("INITIAL {\n", "INITIAL {\nVERBATIM\n    m = 1;\n")]),
        broken("a title without its word", 1, &[("TITLE a calcium", "a calcium")]),
        broken("a keyword of another case", 1, &[("BREAKPOINT {", "Breakpoint {")]),
        broken("a misspelt block", 1, &[("PARAMETER {", "PARAMETERS {")]),
        broken("a misspelt NEURON", 1, &[("NEURON {", "NUERON {")]),
        broken(
            "semicolons all over",
            3,
            &[("m = minf", "m = minf;"), ("h = 1\n", "h = 1;\n"), ("a + b)", "a + b);")],
        ),
        broken("a limit without its end", 1, &[("<0, 1e9>", "<0, 1e9")]),
        broken("a value with a comma", 1, &[("shift = 3", "shift = 3,5")]),
        broken("a comment of C", 1, &[("shift = 3 (mV)", "shift = 3 (mV) // in vitro")]),
        broken("a comment of Python", 1, &[("    h = 1", "    # start\n    h = 1")]),
        broken("two equals", 1, &[("m = minf", "m == minf")]),
        broken("a power of Python", 1, &[("gmax * m * m", "gmax * m**2")]),
        broken("a colon for an equals sign", 1, &[("m = minf", "m := minf")]),
        broken("else if without its condition", 1, &[("else {", "else if {")]),
        broken("a USEION without READ", 1, &[("USEION ca READ cai, eca WRITE", "USEION ca cai, eca WRITE")]),
        broken(
            "a mistake in NEURON, one in PARAMETER, one in STATE",
            3,
            &[("GLOBAL shift", "GLOBAL"), ("gmax = 0.002", "gmax = two"), ("STATE { m h", "STATE { m, h")],
        ),
        broken(
            "five blocks with a mistake each",
            5,
            &[
                ("shift = 3 (mV)", "shift = (mV)"),
                ("m = minf", "m = (minf"),
                ("* (v - eca)", "* * (v - eca)"),
                ("/ taum\n    h'", "/ \n    h'"),
                ("1 / (1 + exp(-u / k))", "1 / 1 + exp(-u / k))"),
            ],
        ),
    ];
    check("damaged_syntax", &cases);
}

#[test]
fn meaning() {
    let cases = [
        broken("three wrong indices", 3, &[("h = 1\n", "h = y[3] + y[-1] + half[7]\n")]),
        broken("an index of an array of one", 1, &[("y[3]", "y[1]"), ("h = 1\n", "h = y[1]\n")]),
        broken(
            "an undeclared name in each of three blocks",
            3,
            &[("m = minf", "m = minff"), ("gmax * m * m", "gbar * m * m"), ("a * taum", "a * tau_m")],
        ),
        broken(
            "a name twice, and another twice",
            2,
            &[
                ("shift = 3 (mV)", "shift = 3 (mV)\n    shift = 4 (mV)"),
                ("    minf\n", "    minf\n    gmax\n"),
            ],
        ),
        broken(
            "three words of the language as names",
            3,
            &[
                ("    shift = 3 (mV)", "    shift = 3 (mV)\n    STEP = 4\n    FROM = 2"),
                ("    taum (ms)", "    taum (ms)\n    TABLE"),
            ],
        ),
        broken(
            "a word of the language as a name everywhere",
            1,
            &[("LOCAL a, b", "LOCAL a, STEP"), ("b = 0.1", "STEP = 0.1"), ("a + b", "a + STEP")],
        ),
        broken(
            "two BREAKPOINTs and two INITIALs",
            0,
            &[("DERIVATIVE gates", "INITIAL { h = 0 }\nBREAKPOINT { ica = 0 }\nDERIVATIVE gates")],
        ),
        broken(
            "two PROCEDUREs of one name",
            1,
            &[("FUNCTION alpha", "PROCEDURE rates(u) { minf = u }\nFUNCTION alpha")],
        ),
        broken("a current that is never set", 0, &[("ica = gmax", "minf = gmax")]),
        broken("a misspelt unit", 1, &[("(millivolt)", "(millivot)")]),
        broken("a misspelt unit of a current", 1, &[("(milliamp)", "(miliamp)")]),
        broken("a unit of nothing", 1, &[("(millivolt)", "(florps)")]),
        broken(
            "three wrong calls",
            3,
            &[
                ("alpha(v, 3)", "alpha(v)"),
                ("alpha(u, 10)", "alhpa(u, 10)"),
                ("rates(v + shift)\n    m = minf", "rates()\n    m = minf"),
            ],
        ),
        broken("a mistake of syntax and one of meaning in one line", 2, &[("m = minf", "m = minff +")]),
        broken("a lost declaration makes no name unknown", 1, &[("taum (ms)\n", "taum (ms\n")]),
        broken(
            "a lost procedure makes no call unknown",
            1,
            &[("PROCEDURE rates(u (mV)) {", "PROCEDURE rates(u (mV) {")],
        ),
        broken(
            "a lost ion makes no name unknown",
            1,
            &[("USEION ca READ cai, eca", "USEION ca READ cai eca")],
        ),
    ];
    check("damaged_meaning", &cases);
}

#[test]
fn c() {
    let c = |title, errors, code: &str| does(title, errors, &format!("VERBATIM\n{code}\n    ENDVERBATIM"));
    let cases = [
        c(
            "goto, malloc and fopen",
            4,
            "    double* p = malloc(8);\n    FILE* f = fopen(\"a\", \"r\");\n    fgets(0, 1, f);\n    if (ninf > 1) goto done;\n    ninf = p[0];\n    done: ninf = 2;",
        ),
        c(
            "a mistake of syntax does not hide malloc and fopen",
            3,
            "    ninf = 3 4;\n    p = malloc(8);\n    f = fopen(\"a\", \"r\");\n    free(p);",
        ),
        c(
            "a structure looked into at many places",
            1,
            "    ninf = s->a;\n    ninf = s->b;\n    ninf = s->c + s->a;",
        ),
        c("names that nobody declares", 2, "    ninf = aaa;\n    ninf = bbb;"),
        and(
            "C and a mistake elsewhere",
            2,
            "PROCEDURE p() {\nVERBATIM\n    ninf = malloc(3);\nENDVERBATIM\n}\nPROCEDURE q() { p() ninf = mystery }\nINITIAL { q() }",
        ),
        c("a label alone", 0, "    start: ninf = 2;"),
    ];
    check("damaged_c", &cases);
}

#[test]
fn long_lines() {
    let many = " + ninf".repeat(300);
    let name = "n".repeat(3000);
    let spaces = " ".repeat(5000);
    let cases = [
        does("far to the right", 1, &format!("ninf = 1{many} + unknown + 2{many}")),
        does("a name of 3000 letters", 1, &format!("ninf = {name}")),
        does("two places far apart in a line", 1, &format!("ninf = (1{spaces}+ v")),
        changed(
            "tabs and letters of two bytes",
            1,
            &[("    n = ninf", "\t\tn =\tninf + nimf : \u{b5}s, 37 \u{b0}C")],
        ),
        changed(
            "letters of two bytes before the place",
            1,
            &[("    n = ninf", "    printf(\"\u{b5}\u{b5}\u{b5}\") n = nimf")],
        ),
    ];
    check("long_lines", &cases);
}
