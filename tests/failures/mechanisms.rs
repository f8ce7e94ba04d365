//! NMODL files.

use crate::{Case, case, check};

/// The good file with pieces replaced.
fn leak(title: &'static str, edits: &[(&str, &str)]) -> Case {
    let mut text = include_str!("good/leak.mod").to_owned();
    for (old, new) in edits {
        assert!(text.contains(old), "{title}: `{old}` is not in the good file");
        text = text.replacen(old, new, 1);
    }
    case(title).file("leak.mod", text)
}

const CURRENT: &str = "g * m * (v - e)";
const BREAKPOINT: &str = "BREAKPOINT {";

#[test]
fn texts() {
    let cases = [
        case("a file that is not there").edit("\"leak.mod\"", "\"leek.mod\""),
        case("a folder without .mod files").edit("\"leak.mod\"", "\"results\""),
        case("empty").file("leak.mod", ""),
        case("only a comment").file("leak.mod", ": nothing yet\n"),
        case("a binary file").file("leak.mod", (0..=255).collect::<Vec<u8>>()),
        case("a web page").file("leak.mod", "<!DOCTYPE html>\n<html><body>404</body></html>\n"),
        leak(
            "a brace left open",
            &[("    m' = (steady(v) - m) / tau\n}", "    m' = (steady(v) - m) / tau\n")],
        ),
        leak("a parenthesis left open", &[(CURRENT, "g * m * (v - e")]),
        leak("an operator too many", &[(CURRENT, "g * * m")]),
        leak("a comment without its end", &[(BREAKPOINT, "COMMENT\nBREAKPOINT {")]),
        leak("an unknown block", &[("INITIAL {", "INITIALIZE {")]),
        leak(
            "mistakes in three blocks",
            &[("tau = 5 (ms)", "tau = (ms)"), (CURRENT, "g * "), ("STATE { m }", "STATE { m, }")],
        ),
        leak("another SUFFIX", &[("SUFFIX leak", "SUFFIX leek")]),
        leak("no SUFFIX", &[("SUFFIX leak", "")]),
    ];
    check("mechanism_texts", &cases);
}

#[test]
fn meaning() {
    let cases = [
        leak(
            "undeclared names",
            &[(CURRENT, "g * n * (v - E)"), ("(steady(v) - m) / tau", "(steady(v) - m) / tua")],
        ),
        leak("an undeclared function", &[("m = steady(v) }", "m = stedy(v) }")]),
        leak("an argument too many", &[("m = steady(v) }", "m = steady(v, 1) }")]),
        leak("declared twice", &[("STATE { m }", "STATE { m tau }")]),
        leak("no current is written", &[("i = g", "j = g")]),
        leak("SOLVE of nothing", &[("SOLVE states", "SOLVE state")]),
        leak("an unknown method", &[("cnexp", "cnexpp")]),
        leak("a derivative outside of its block", &[("i = g", "m' = 0\n    i = g")]),
        leak("recursion", &[("exp(-(v + 40) / 10 (mV))", "steady(v - 1)")]),
        leak(
            "recursion through another",
            &[
                ("exp(-(v + 40) / 10 (mV))", "other(v)"),
                (BREAKPOINT, "FUNCTION other(x) { other = steady(x) }\nBREAKPOINT {"),
            ],
        ),
        leak("a parameter that is assigned", &[("i = g", "celsius = 3\n    i = g")]),
    ];
    check("mechanism_meaning", &cases);
}

/// What NEURON takes too, and is yet hardly meant.
#[test]
fn warnings() {
    let old = [&b"TITLE a leak, in \xb5S\n"[..], include_bytes!("good/leak.mod")].concat();
    let cases = [
        case("a micro sign of the time before UTF-8").file("leak.mod", old).fine(),
        leak("a RANGE variable that is none", &[("RANGE g, e", "RANGE g, e, gbar")]).fine(),
        leak("a state without its equation", &[("STATE { m }", "STATE { m h }")]).fine(),
        leak(
            "a current that is never computed",
            &[
                ("NONSPECIFIC_CURRENT i", "NONSPECIFIC_CURRENT i, j"),
                ("    i (mA/cm2)\n", "    i (mA/cm2)\n    j (mA/cm2)\n"),
            ],
        )
        .fine(),
    ];
    check("mechanism_warnings", &cases);
}

#[test]
fn unsupported() {
    let cases = [
        leak(
            "C that keeps memory of its own",
            &[(
                CURRENT,
                "g * m * (v - e)\n    VERBATIM\n    double *p = (double *) malloc(8);\n    ENDVERBATIM",
            )],
        ),
        leak(
            "FUNCTION_TABLE without values",
            &[(BREAKPOINT, "FUNCTION_TABLE ft(v (mV))\nBREAKPOINT {"), ("i = g", "i = ft(v) * g")],
        ),
        leak("INCLUDE of a file that is not there", &[(BREAKPOINT, "INCLUDE \"units.inc\"\nBREAKPOINT {")]),
        leak("INCLUDE of itself", &[(BREAKPOINT, "INCLUDE \"leak.mod\"\nBREAKPOINT {")]),
        leak(
            "three loops in each other",
            &[(
                "i = g",
                "FROM a = 1 TO 2000 { FROM b = 1 TO 2000 { FROM c = 1 TO 2000 { i = i + a } } }\n    i = g",
            )],
        ),
        leak(
            "an array larger than memory",
            &[
                ("STATE { m }", "STATE { m big[2000000000] }"),
                ("DERIVATIVE states {", "DERIVATIVE states {\n    big' = 0"),
            ],
        ),
        leak(
            "a TABLE of 0 intervals",
            &[("    steady = 1", "    TABLE FROM -100 TO 100 WITH 0\n    steady = 1")],
        ),
        leak(
            "a TABLE of a thousand million",
            &[("    steady = 1", "    TABLE FROM -100 TO 100 WITH 1000000000\n    steady = 1")],
        ),
    ];
    check("mechanism_unsupported", &cases);
}

#[test]
fn monsters() {
    let many = |text: &str| text.repeat(100_000);
    // Every function calls the one before it twice: forty short lines that mean a million million calls.
    let mut doubling = String::from("FUNCTION f0(x) { f0 = exp(x) }\n");
    for n in 1..40 {
        doubling += &format!("FUNCTION f{n}(x) {{ f{n} = f{p}(x) + f{p}(x + 1) }}\n", p = n - 1);
    }
    let cases = [
        leak("100,000 parentheses", &[(CURRENT, &format!("{}v{}", many("("), many(")")))]),
        leak("100,000 parentheses without an end", &[(CURRENT, &many("("))]),
        leak("100,000 signs", &[(CURRENT, &format!("{}v", many("-")))]),
        leak("100,000 powers", &[(CURRENT, &format!("v{}", many("^v")))]),
        leak(
            "100,000 blocks in each other",
            &[("i = g", &format!("{}{}\n    i = g", many("if (v) {"), many("}")))],
        ),
        leak(
            "100,000 else ifs",
            &[("i = g", &format!("if (v) {{ i = 1 }}{}\n    i = g", many(" else if (v) { i = 1 }")))],
        ),
        leak(
            "calls that double forty times",
            &[(BREAKPOINT, &format!("{doubling}BREAKPOINT {{")), (CURRENT, "f39(v)")],
        ),
        leak(
            "calls that double twenty times",
            &[(BREAKPOINT, &format!("{doubling}BREAKPOINT {{")), (CURRENT, "f20(v)")],
        ),
        leak(
            "100,000 else ifs that never hold",
            &[("i = g", &format!("if (0) {{ i = 1 }}{}\n    i = g", many(" else if (0) { i = q }")))],
        ),
        leak("a name of 100,000 letters", &[(CURRENT, &many("n"))]),
        leak("100,000 mistakes", &[("i = g", &format!("{}\n    i = g", many("\n    q = q")))]),
    ];
    check("mechanism_monsters", &cases);
}
