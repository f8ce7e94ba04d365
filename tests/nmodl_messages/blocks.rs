//! TABLE, loops, events, INCLUDE, and what stands in the wrong block.

use crate::{and, case, changed, check, does};

const SYNAPSE: &str = "NEURON { POINT_PROCESS syn NONSPECIFIC_CURRENT i }\nASSIGNED { v (mV) i (nA) }\nSTATE { g }\nINITIAL { g = 0 }\nBREAKPOINT { i = g * v }\n";

fn synapse(title: &'static str, errors: usize, more: &str) -> crate::Case {
    case(title, errors, format!("{SYNAPSE}{more}\n"))
}

fn table(title: &'static str, errors: usize, statement: &str) -> crate::Case {
    changed(title, errors, &[("    ninf = open", &format!("    {statement}\n    ninf = open"))])
}

#[test]
fn tables() {
    let cases = [
        table("TABLE without FROM", 1, "TABLE ninf"),
        table("TABLE without WITH", 1, "TABLE ninf FROM -100 TO 100"),
        table("TABLE of no rows", 1, "TABLE ninf FROM -100 TO 100 WITH 0"),
        table("TABLE of a broken number of rows", 1, "TABLE ninf FROM -100 TO 100 WITH 20.5"),
        table("TABLE of an undeclared name", 1, "TABLE nimf FROM -100 TO 100 WITH 200"),
        table("TABLE without names in a PROCEDURE", 1, "TABLE FROM -100 TO 100 WITH 200"),
        table(
            "TABLE that depends on an undeclared name",
            1,
            "TABLE ninf DEPEND temp FROM -100 TO 100 WITH 200",
        ),
        does("TABLE in BREAKPOINT", 1, "TABLE ninf FROM -100 TO 100 WITH 200"),
        and(
            "TABLE in a routine of two arguments",
            1,
            "FUNCTION f(a, b) {\n    TABLE FROM 0 TO 1 WITH 10\n    f = a + b\n}",
        ),
        and(
            "TABLE in a routine of no argument",
            1,
            "FUNCTION f() {\n    TABLE FROM 0 TO 1 WITH 10\n    f = 1\n}",
        ),
    ];
    check("tables", &cases);
}

#[test]
fn statements() {
    let cases = [
        does("FROM without TO", 1, "FROM i = 0 { ninf = i }"),
        does("FROM with a step of 0", 1, "FROM i = 0 TO 3 BY 0 { ninf = i }"),
        does("a for loop of C", 1, "for (i = 0; i < 3; i = i + 1) { ninf = i }"),
        does("WHILE without a condition", 1, "WHILE { ninf = 1 }"),
        does("return", 1, "return"),
        does("a label", 1, "LOCAL a\n    goto a"),
        does("the counter after its loop", 1, "FROM i = 0 TO 3 { ninf = i }\n    ninf = i"),
        does("SUFFIX in BREAKPOINT", 1, "SUFFIX other"),
        does("USEION in BREAKPOINT", 1, "USEION na READ ena"),
        does("CONDUCTANCE of an undeclared name", 1, "CONDUCTANCE g USEION k"),
        does("CONDUCTANCE of an ion that is not used", 1, "CONDUCTANCE gbar USEION na"),
        does("net_send in BREAKPOINT", 1, "net_send(1, 2)"),
        does("a text as a value", 1, "ninf = \"high\""),
        does("WATCH in BREAKPOINT", 1, "WATCH (v > 0) 2"),
        does("obsolete words", 1, "PARTIAL"),
        and("INCLUDE of nothing", 1, "INCLUDE \"not_there.inc\""),
        and("INCLUDE without quotes", 1, "INCLUDE other.inc"),
        and("DEFINE of a keyword", 1, "DEFINE STATE 3"),
        and("BEFORE what", 1, "BEFORE LUNCH { ninf = 1 }"),
    ];
    check("statements", &cases);
}

#[test]
fn events() {
    let cases = [
        and("NET_RECEIVE in a density mechanism", 1, "NET_RECEIVE (w) { n = n + w }"),
        synapse("NET_RECEIVE twice", 1, "NET_RECEIVE (w) { g = g + w }\nNET_RECEIVE (w) { g = g + w }"),
        synapse("NET_RECEIVE without an argument", 1, "NET_RECEIVE () { g = g + 1 }"),
        synapse(
            "two INITIALs in NET_RECEIVE",
            1,
            "NET_RECEIVE (w, x) { INITIAL { x = 0 } INITIAL { x = 1 } g = w }",
        ),
        synapse("net_send without a flag", 1, "NET_RECEIVE (w) { net_send(3) }"),
        synapse("net_event without a time", 1, "NET_RECEIVE (w) { net_event() }"),
        synapse("a weight outside of NET_RECEIVE", 1, "NET_RECEIVE (w) { g = w }\nPROCEDURE p() { g = w }"),
        synapse("flag outside of NET_RECEIVE", 1, "NET_RECEIVE (w) { g = w }\nPROCEDURE p() { g = flag }"),
        synapse("flag is set", 1, "NET_RECEIVE (w) { flag = 1 }"),
        synapse("an undeclared name in NET_RECEIVE", 1, "NET_RECEIVE (w) { g = g + wight }"),
        synapse("net_move in INITIAL", 1, "NET_RECEIVE (w) { g = w }\nINITIAL { net_move(3) }"),
    ];
    check("events", &cases);
}
