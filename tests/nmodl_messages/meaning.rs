//! Names, calls, equations.

use crate::{and, changed, check, does};

#[test]
fn names() {
    let cases = [
        does("an undeclared name that is like another", 1, "ninf = gbra"),
        does("an undeclared name that is like none", 1, "ninf = xyzzy"),
        does("another case", 1, "ninf = TAU"),
        does("an undeclared name that is set", 1, "nimf = 3"),
        does("a LOCAL used outside of its block", 1, "if (v > 0) { LOCAL a a = 1 }\n    ninf = a"),
        does("a FUNCTION as a variable", 1, "ninf = opening"),
        does("a variable as a function", 1, "ninf = tau(3)"),
        does("a block of equations as a variable", 1, "ninf = states"),
        does("an unknown function", 1, "ninf = openig(v)"),
        does("a function of C", 1, "ninf = cbrt(v)"),
        does("an argument too few", 1, "ninf = opening()"),
        does("an argument too many", 1, "rates(v, 3)"),
        does("a built-in with wrong arguments", 1, "ninf = exp(v, 2)"),
        does("pow with one argument", 1, "ninf = pow(v)"),
        does("v is set", 0, "v = 3"),
        does("t is set", 1, "t = 3"),
        does("dt is set", 1, "dt = 3"),
        does("celsius is set", 1, "celsius = 3"),
        does("a function is set outside of itself", 1, "opening = 3"),
        does("an argument of another routine", 1, "ninf = x"),
        changed("a name twice", 1, &[("tau = 5 (ms)", "tau = 5 (ms)\n    tau = 6 (ms)")]),
        changed("PARAMETER and STATE", 1, &[("STATE { n }", "STATE { n tau }")]),
        changed("a state and a function", 1, &[("STATE { n }", "STATE { n opening }")]),
        changed(
            "an argument twice",
            1,
            &[("FUNCTION opening(v (mV))", "FUNCTION opening(v (mV), v)"), ("opening(v)", "opening(v, 1)")],
        ),
        changed("RANGE and GLOBAL", 1, &[("RANGE gbar, ninf", "RANGE gbar, ninf GLOBAL gbar")]),
        changed("a state in GLOBAL", 1, &[("RANGE gbar, ninf", "RANGE gbar, ninf GLOBAL n")]),
        changed("a RANGE name that is nowhere", 0, &[("RANGE gbar, ninf", "RANGE gbar, nimf")]),
        and("a function twice", 1, "FUNCTION opening(x) { opening = x }"),
        and("recursion", 1, "FUNCTION f(x) { f = f(x - 1) }"),
        and(
            "a circle of three",
            1,
            "FUNCTION f(x) { f = g(x) }\nFUNCTION g(x) { g = h(x) }\nFUNCTION h(x) { h = f(x) }",
        ),
    ];
    check("names", &cases);
}

#[test]
fn arrays() {
    let cases = [
        changed(
            "an array without an index",
            1,
            &[("    ninf\n}", "    ninf\n    x[3]\n}"), ("n = ninf", "n = x")],
        ),
        changed("an index on what is no array", 1, &[("n = ninf", "n = ninf[0]")]),
        changed(
            "an index past the end",
            1,
            &[("    ninf\n}", "    ninf\n    x[3]\n}"), ("n = ninf", "n = x[3]")],
        ),
        changed(
            "a negative index",
            1,
            &[("    ninf\n}", "    ninf\n    x[3]\n}"), ("n = ninf", "n = x[-1]")],
        ),
        changed("an array of no elements", 1, &[("    ninf\n}", "    ninf\n    x[0]\n}")]),
        changed("a length that is not DEFINEd", 1, &[("    ninf\n}", "    ninf\n    x[N]\n}")]),
        changed("a length that is a broken number", 1, &[("    ninf\n}", "    ninf\n    x[2.5]\n}")]),
        and("DEFINE of a broken number", 1, "DEFINE N 2.5"),
        and("DEFINE without a number", 1, "DEFINE N"),
    ];
    check("arrays", &cases);
}

#[test]
fn equations() {
    let cases = [
        changed("the derivative of a parameter", 1, &[("n' =", "tau' =")]),
        changed("the derivative of an undeclared name", 1, &[("n' =", "m' = 1\n    n' =")]),
        changed(
            "a misspelt derivative",
            1,
            &[("STATE { n }", "STATE { n gate }"), ("n' =", "gat' = 1 gate' = 2\n    n' =")],
        ),
        changed("a second derivative", 1, &[("n' =", "n'' =")]),
        changed("two equations for one state", 1, &[("n' =", "n' = 1\n    n' =")]),
        changed("a state without its equation", 0, &[("STATE { n }", "STATE { n m }")]),
        does("an equation in BREAKPOINT", 1, "n' = 3"),
        does("a reaction in BREAKPOINT", 1, "~ n <-> ninf (1, 2)"),
        changed("an unknown method", 1, &[("METHOD cnexp", "METHOD cnexpt")]),
        changed("a method that is no word", 1, &[("METHOD cnexp", "METHOD 3")]),
        changed("METHOD without a method", 1, &[("METHOD cnexp", "METHOD")]),
        changed("a method for another kind of block", 1, &[("METHOD cnexp", "METHOD newton")]),
        changed("SOLVE of nothing", 1, &[("SOLVE states", "SOLVE state")]),
        changed("SOLVE of a function", 1, &[("SOLVE states METHOD cnexp", "SOLVE opening")]),
        changed("SOLVE without a name", 1, &[("SOLVE states METHOD cnexp", "SOLVE")]),
        does("SOLVE twice", 1, "SOLVE states METHOD cnexp"),
        and(
            "two solvers for one state",
            1,
            "DERIVATIVE other { n' = -n }\nBREAKPOINT { SOLVE other METHOD euler }",
        ),
        and(
            "a scheme without a method",
            1,
            "STATE { a b }\nKINETIC k { ~ a <-> b (1, 2) }\nBREAKPOINT { SOLVE k }",
        ),
        and(
            "a rate is missing",
            1,
            "STATE { a b }\nKINETIC k { ~ a <-> b (1) }\nBREAKPOINT { SOLVE k METHOD sparse }",
        ),
        and(
            "a rate too many",
            1,
            "STATE { a b }\nKINETIC k { ~ a -> (1, 2) }\nBREAKPOINT { SOLVE k METHOD sparse }",
        ),
        and("no rates", 1, "STATE { a b }\nKINETIC k { ~ a <-> b }\nBREAKPOINT { SOLVE k METHOD sparse }"),
        and(
            "CONSERVE of what is no state",
            1,
            "STATE { a b }\nKINETIC k { ~ a <-> b (1, 2) CONSERVE a + tau = 1 }\nBREAKPOINT { SOLVE k METHOD sparse }",
        ),
        and(
            "COMPARTMENT of what is no state",
            0,
            "STATE { a b }\nKINETIC k { COMPARTMENT tau { a c } ~ a <-> b (1, 2) }\nBREAKPOINT { SOLVE k METHOD sparse }",
        ),
        and(
            "a LINEAR block that is not linear",
            1,
            "STATE { a b }\nLINEAR l { ~ a * b = 1 ~ a + b = 2 }\nBREAKPOINT { SOLVE l }",
        ),
        and(
            "fewer equations than unknowns",
            1,
            "STATE { a b }\nLINEAR l { ~ a + b = 2 }\nBREAKPOINT { SOLVE l }",
        ),
        and(
            "more equations than unknowns",
            1,
            "STATE { a }\nLINEAR l { ~ a = 2 ~ a = 3 }\nBREAKPOINT { SOLVE l }",
        ),
        and(
            "an equation of no state",
            1,
            "STATE { a }\nLINEAR l { ~ a = 2 ~ tau = 3 }\nBREAKPOINT { SOLVE l }",
        ),
    ];
    check("equations", &cases);
}
