//! What names mean and what the checks say, by small mechanisms.

use volley::diagnostic::{Diagnostics, Severity, Sources};
use volley::nmodl::meaning::{
    Builtin, CurrentKind, IonRole, Meaning, MechanismKind, Storage, SymbolId, analyse,
};
use volley::nmodl::parse;

fn analysed(text: &str) -> (Sources, Result<Meaning, Diagnostics>) {
    let mut sources = Sources::default();
    let id = sources.add("test.mod", text);
    let module = parse(&sources, id).unwrap_or_else(|said| panic!("{}", said.render(&sources, false)));
    let meaning = analyse(&module);
    (sources, meaning)
}

fn meaning(text: &str) -> Meaning {
    let (sources, meaning) = analysed(text);
    meaning.unwrap_or_else(|said| panic!("{}", said.render(&sources, false)))
}

/// Codes of all messages and what each points at.
fn said(text: &str) -> Vec<(&'static str, String)> {
    let (sources, meaning) = analysed(text);
    let said = match meaning {
        Ok(meaning) => meaning.warnings,
        Err(said) => said,
    };
    said.iter()
        .map(|d| (d.code, d.labels.first().map(|l| sources.text(l.span).to_string()).unwrap_or_default()))
        .collect()
}

/// A density mechanism around some text.
fn density(text: &str) -> String {
    format!("NEURON {{ SUFFIX x }}\nASSIGNED {{ y z }}\nPARAMETER {{ p = 1 }}\n{text}")
}

fn find(meaning: &Meaning, name: &str) -> SymbolId {
    meaning.find(name).unwrap_or_else(|| panic!("`{name}` is a symbol"))
}

fn storage(meaning: &Meaning, name: &str) -> Storage {
    meaning.symbol(find(meaning, name)).storage
}

const CHANNEL: &str = "
NEURON {
    SUFFIX chan
    USEION na READ ena WRITE ina
    USEION ca READ cai WRITE cai VALENCE 2
    NONSPECIFIC_CURRENT il
    RANGE gbar, g, never
    GLOBAL q10, minf
}
UNITS { (mA) = (milliamp) FARADAY = (faraday) (coulomb) }
PARAMETER { gbar = 0.123456789 (S/cm2) <0, 1> q10 = 3 other = 2 v = 7 celsius = 36 ena = 50 m0 = 0.25 }
CONSTANT { z = 2 }
ASSIGNED { g ina il minf tau[2] v hidden }
STATE { m h START 0.5 cai (mM) <1e-4> }
LOCAL file
INITIAL { m = minf }
INITIAL { h = 1 }
BREAKPOINT { SOLVE states METHOD cnexp rates(v) g = gbar*m*h ina = g*(v - ena) il = 0 hidden = other + z }
DERIVATIVE states { m' = (minf - m)/tau[0] h' = -h/tau[1] cai' = -ina/FARADAY }
PROCEDURE rates(u) { TABLE minf FROM 0 TO 1 WITH 2 minf = u file = u }
";

#[test]
fn every_name_gets_its_storage() {
    let meaning = meaning(CHANNEL);
    assert_eq!(meaning.kind, MechanismKind::Density);
    assert_eq!(meaning.name.text, "chan");
    for (name, expected) in [
        ("gbar", Storage::RangeParameter),
        ("q10", Storage::GlobalParameter),
        ("other", Storage::GlobalParameter),
        ("m0", Storage::GlobalParameter),
        ("g", Storage::RangeAssigned),
        ("il", Storage::RangeAssigned),
        ("minf", Storage::GlobalAssigned),
        ("tau", Storage::InstanceAssigned),
        ("hidden", Storage::InstanceAssigned),
        ("ena", Storage::Ion),
        ("ina", Storage::Ion),
        ("v", Storage::Builtin(Builtin::Voltage)),
        ("celsius", Storage::Builtin(Builtin::Celsius)),
        ("dt", Storage::Builtin(Builtin::Step)),
        ("FARADAY", Storage::Constant),
        ("z", Storage::Constant),
        ("file", Storage::FileLocal),
        ("usetable", Storage::GlobalParameter),
    ] {
        assert_eq!(storage(&meaning, name), expected, "{name}");
    }
    let gbar = meaning.symbol(find(&meaning, "gbar"));
    assert_eq!((gbar.default, gbar.limits), (0.123457, Some((0.0, 1.0))));
    assert_eq!(gbar.unit.as_deref(), Some("S/cm2"));
    assert_eq!(meaning.symbol(find(&meaning, "tau")).length, Some(2));
    assert_eq!(meaning.symbol(find(&meaning, "FARADAY")).default, 96485.33212331001);
    assert_eq!(meaning.symbol(find(&meaning, "ena")).default, 0.0);
    assert_eq!(meaning.initial.as_ref().map(|b| b.statements.len()), Some(2));
    let warned: Vec<_> = meaning.warnings.iter().map(|d| d.code).collect();
    assert_eq!(warned, ["nmodl/two-blocks", "nmodl/never-declared"]);
}

#[test]
fn states_know_what_they_start_from() {
    let meaning = meaning(CHANNEL);
    let start = |state: &str| match storage(&meaning, state) {
        Storage::State { initial } => initial.map(|id| meaning.symbol(id)),
        other => panic!("{other:?}"),
    };
    let m = start("m").unwrap();
    assert_eq!((m.name.as_str(), m.default, m.implicit), ("m0", 0.25, false));
    let h = start("h").unwrap();
    assert_eq!((h.name.as_str(), h.default, h.implicit), ("h0", 0.5, true));
    // A concentration starts from the ion's.
    assert!(start("cai").is_none());
    assert_eq!(meaning.symbol(find(&meaning, "cai")).tolerance, Some(1e-4));
}

#[test]
fn a_start_value_declared_after_its_state_is_found() {
    let meaning = meaning(
        "NEURON { SUFFIX x RANGE m0 } STATE { m } PARAMETER { m0 = 2 }
         BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { m' = -m }",
    );
    let Storage::State { initial: Some(id) } = storage(&meaning, "m") else { panic!("a start value") };
    assert_eq!(meaning.symbol(id).storage, Storage::RangeParameter);
}

#[test]
fn a_routine_of_that_name_is_no_start_value() {
    let meaning = meaning(
        "NEURON { SUFFIX x } STATE { m } BREAKPOINT { SOLVE s METHOD cnexp }
         DERIVATIVE s { m' = -m } FUNCTION m0() { m0 = 1 }",
    );
    let Storage::State { initial: Some(id) } = storage(&meaning, "m") else { panic!("a start value") };
    assert_eq!(meaning.symbol(id).default, 0.0);
}

#[test]
fn ions_and_currents_are_listed() {
    let meaning = meaning(CHANNEL);
    let ina = meaning.symbol(find(&meaning, "ina")).ion.unwrap();
    assert_eq!((ina.role, ina.read, ina.write), (IonRole::Current, false, true));
    let cai = meaning.symbol(find(&meaning, "cai")).ion.unwrap();
    assert_eq!((cai.role, cai.read, cai.write), (IonRole::Inside, true, true));
    assert_eq!(meaning.ions[1].valence, Some(2.0));
    let kinds: Vec<_> = meaning.currents.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [CurrentKind::Ionic(ina.ion), CurrentKind::Nonspecific]);
}

#[test]
fn the_kind_follows_from_the_first_line() {
    for (text, kind) in [
        ("NEURON { POINT_PROCESS x }", MechanismKind::PointProcess),
        ("NEURON { ARTIFICIAL_CELL x }", MechanismKind::ArtificialCell),
        ("NEURON { SUFFIX nothing }", MechanismKind::RoutinesOnly),
    ] {
        assert_eq!(meaning(text).kind, kind);
    }
}

#[test]
fn names_of_routines_hide_others() {
    let text = density(
        "FUNCTION f(y) { LOCAL p p = y f = p }
         FUNCTION ghk(a) { ghk = a }
         BREAKPOINT { LOCAL v v = f(1) y = ghk(v) FROM i = 0 TO 2 { z = i } }",
    );
    assert_eq!(said(&text), []);
}

#[test]
fn unknown_names_are_said_once_with_a_suggestion() {
    let text = density("BREAKPOINT { y = gbra + gbra z = expp(1) }\nPARAMETER { gbar = 1 }");
    let (sources, meaning) = analysed(&text);
    let shown = meaning.unwrap_err().render(&sources, false);
    assert_eq!(shown.matches("nmodl/undeclared").count(), 1);
    assert!(shown.contains("did you mean `gbar`?"), "{shown}");
    assert!(shown.contains("did you mean `exp`?"), "{shown}");
}

#[test]
fn code_is_checked() {
    for (text, code, at) in [
        ("BREAKPOINT { unknown = 1 }", "nmodl/undeclared", "unknown"),
        ("BREAKPOINT { y = unknown(1) }", "nmodl/unknown-function", "unknown"),
        ("BREAKPOINT { y = exp(1, 2) }", "nmodl/arguments", "exp(1, 2)"),
        ("BREAKPOINT { y = f() }\nFUNCTION f(a) { f = a }", "nmodl/arguments", "f()"),
        ("BREAKPOINT { y = p(2) }", "nmodl/variable-as-function", "p"),
        ("BREAKPOINT { y = f }\nFUNCTION f(a) { f = a }", "nmodl/function-as-variable", "f"),
        ("BREAKPOINT { f = 1 }\nFUNCTION f(a) { f = a }", "nmodl/cannot-set", "f"),
        ("BREAKPOINT { c = 1 }\nCONSTANT { c = 3 }", "nmodl/cannot-set", "c"),
        ("BREAKPOINT { t = 1 }", "nmodl/cannot-set", "t"),
        ("BREAKPOINT { y = y[1] }", "nmodl/index", "y[1]"),
        ("BREAKPOINT { y = a }\nASSIGNED { a[2] }", "nmodl/index", "a"),
        ("FUNCTION f(a) { f = f(a - 1) }", "nmodl/recursion", "f(a - 1)"),
        ("FUNCTION f(a) { f = g(a) }\nFUNCTION g(a) { g = f(a) }", "nmodl/recursion", "f(a)"),
        ("FUNCTION f(a, a) { f = a }", "nmodl/duplicate", "a"),
        ("ASSIGNED { p }", "nmodl/duplicate", "p"),
        ("PARAMETER { p = 2 }", "nmodl/duplicate", "p"),
        ("FUNCTION y(a) { y = a }", "nmodl/duplicate", "y"),
        ("STATE { v }", "nmodl/duplicate", "v"),
        ("NEURON { SUFFIX again }", "nmodl/two-names", "again"),
        ("NEURON { RANGE y GLOBAL y }", "nmodl/range-and-global", "y"),
        ("NEURON { USEION na READ eka }", "nmodl/ion-variable", "eka"),
        ("NEURON { USEION na READ ena USEION na WRITE ina }", "nmodl/duplicate", "na"),
        ("NET_RECEIVE (w) { }", "nmodl/net-receive", "NET_RECEIVE (w) { }"),
        ("INITIAL { net_send(1, 1) }", "nmodl/misplaced", "net_send(1, 1)"),
        ("INITIAL { y = play_size() }", "nmodl/misplaced", "play_size()"),
        ("INITIAL { y = random_uniform(p) }", "nmodl/random", "p"),
        ("NEURON { RANDOM r } INITIAL { y = r }", "nmodl/random", ""),
        (
            "PROCEDURE q(a, b) { TABLE y FROM 0 TO 1 WITH 2 y = a }",
            "nmodl/table",
            "TABLE y FROM 0 TO 1 WITH 2",
        ),
        ("INITIAL { CONDUCTANCE y }", "nmodl/misplaced", "y"),
        ("BREAKPOINT { CONDUCTANCE y USEION na }", "nmodl/undeclared", "na"),
        ("UNITS { K = (volts) (milivolt) }", "nmodl/unit", "(milivolt)"),
        ("BREAKPOINT { SOLVE states METHOD cnexp }", "nmodl/no-such-block", "states"),
    ] {
        let found = said(&density(text));
        assert_eq!(found.first().map(|(c, _)| *c), Some(code), "{text}: {found:?}");
        if !at.is_empty() {
            assert_eq!(found[0].1, at, "{text}");
        }
        assert_eq!(found.len(), 1, "one mistake, one message: {text}: {found:?}");
    }
}

#[test]
fn equations_are_checked() {
    let with = |body: &str| format!("NEURON {{ SUFFIX x }}\nSTATE {{ m n }}\n{body}");
    for (text, code) in [
        ("BREAKPOINT { SOLVE s METHOD cnex } DERIVATIVE s { m' = 1 n' = 1 }", "nmodl/method"),
        ("BREAKPOINT { SOLVE s METHOD newton } DERIVATIVE s { m' = 1 n' = 1 }", "nmodl/method"),
        ("BREAKPOINT { SOLVE s } KINETIC s { ~ m <-> n (1, 2) }", "nmodl/method"),
        ("BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { m' = 1 m' = 2 n' = 1 }", "nmodl/two-equations"),
        (
            "BREAKPOINT { SOLVE s METHOD cnexp\nSOLVE r METHOD cnexp }
             DERIVATIVE s { m' = 1 n' = 1 } DERIVATIVE r { m' = 1 }",
            "nmodl/two-solvers",
        ),
        (
            "BREAKPOINT { SOLVE s METHOD cnexp\nSOLVE s METHOD cnexp } DERIVATIVE s { m' = 1 n' = 1 }",
            "nmodl/two-solves",
        ),
        (
            "BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { m' = 1 n' = 1 a' = 1 } ASSIGNED { a }",
            "nmodl/not-a-state",
        ),
        ("BREAKPOINT { m' = 1 n = 1 }", "nmodl/derivative"),
        ("BREAKPOINT { m = n' n = 1 }", "nmodl/derivative"),
        ("BREAKPOINT { SOLVE s METHOD sparse } KINETIC s { ~ m + n << (2) }", "nmodl/reaction"),
        ("BREAKPOINT { SOLVE s METHOD sparse } KINETIC s { ~ 1.5 m <-> n (1, 2) }", "nmodl/reaction"),
        ("BREAKPOINT { m = m@1 n = 1 }", "nmodl/misplaced"),
        ("NEURON { GLOBAL m } BREAKPOINT { m = 1 n = 1 }", "nmodl/global-state"),
    ] {
        let found = said(&with(text));
        assert_eq!(found.iter().map(|(c, _)| *c).collect::<Vec<_>>(), [code], "{text}");
    }
    for text in [
        "BREAKPOINT { SOLVE s METHOD cnexp } DERIVATIVE s { if (m > 0) { m' = 1 } else { m' = 2 } n' = 1 }",
        "BREAKPOINT { if (t > 1) { SOLVE s METHOD cnexp } else { SOLVE s METHOD cnexp } } DERIVATIVE s { m' = 1 n' = 1 }",
        "BREAKPOINT { SOLVE s METHOD sparse } INITIAL { SOLVE s STEADYSTATE sparse } KINETIC s { ~ m <-> n (1, f_flux) }",
        "BREAKPOINT { SOLVE s } PROCEDURE s() { m = m + 1 n = m }",
    ] {
        assert_eq!(said(&with(text)), [], "{text}");
    }
}

#[test]
fn slips_that_neuron_runs_are_warnings() {
    for (text, code) in [
        ("NEURON { SUFFIX x RANGE gone }", "nmodl/never-declared"),
        ("NEURON { SUFFIX x NONSPECIFIC_CURRENT i } ASSIGNED { i }", "nmodl/current-never-set"),
        ("NEURON { SUFFIX x } STATE { m }", "nmodl/no-equation"),
        ("NEURON { SUFFIX x } ASSIGNED { a a }", "nmodl/duplicate"),
        ("NEURON { SUFFIX x } INITIAL { } INITIAL { }", "nmodl/two-blocks"),
        ("NEURON { SUFFIX x } UNITS { K = (volt) (joule) }", "nmodl/unit"),
        ("NEURON { SUFFIX x } INITIAL { v = v + 1 }", "nmodl/sets-v"),
        ("NEURON { SUFFIX x USEION k READ ek } INITIAL { ek = 1 }", "nmodl/read-only-ion"),
        ("NEURON { SUFFIX x GLOBAL q } INITIAL { q = 1 }", "nmodl/never-declared"),
        ("NEURON { SUFFIX x } ASSIGNED { q } LOCAL q INITIAL { q = 1 }", "nmodl/hidden"),
        ("NEURON { SUFFIX x } ASSIGNED { q } INITIAL { q = 2 (v - 3) }", "nmodl/number-unit"),
        ("NEURON { SUFFIX x } ASSIGNED { q } INITIAL { q = 2 (1 + 3) }", "nmodl/number-unit"),
    ] {
        let meaning = meaning(text);
        let codes: Vec<_> = meaning.warnings.iter().map(|d| d.code).collect();
        assert_eq!(codes, [code], "{text}");
        assert!(meaning.warnings.iter().all(|d| d.severity < Severity::Error));
    }
}

#[test]
fn a_unit_must_exist() {
    let text = "NEURON { SUFFIX x } UNITS { (mx) = (millix) } ASSIGNED { y (mx) }";
    assert_eq!(said(text).iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["nmodl/unit"]);
}

#[test]
fn a_mechanism_needs_a_name() {
    assert_eq!(said("ASSIGNED { y }")[0].0, "nmodl/no-name");
    assert_eq!(said("")[0].0, "nmodl/empty");
}

#[test]
fn an_artificial_cell_has_no_membrane() {
    let text = "NEURON { ARTIFICIAL_CELL x NONSPECIFIC_CURRENT i } NET_RECEIVE (w) { i = v }";
    let codes: Vec<_> = said(text).into_iter().map(|(c, _)| c).collect();
    assert_eq!(codes, ["nmodl/no-membrane", "nmodl/no-membrane"]);
    let text = "NEURON { ARTIFICIAL_CELL x } ASSIGNED { k }
        INITIAL { k = play_size() if (k > 0) { net_send(play_at(0), 1) } }
        NET_RECEIVE (w) { INITIAL { w = 1 } if (flag == 1) { net_event(t) } }";
    assert_eq!(said(text), []);
}

#[test]
fn receiving_events_is_checked() {
    let with = |body: &str| format!("NEURON {{ POINT_PROCESS x }}\n{body}");
    for (text, code) in [
        ("NET_RECEIVE () { }", "nmodl/net-receive"),
        ("NET_RECEIVE (w) { } NET_RECEIVE (w) { }", "nmodl/duplicate"),
        ("NET_RECEIVE (w) { INITIAL { } INITIAL { } }", "nmodl/duplicate"),
        ("NET_RECEIVE (w) { WATCH (v) 1 }", "nmodl/watch"),
        ("NET_RECEIVE (w) { FOR_NETCONS (a, b) { } }", "nmodl/arguments"),
    ] {
        assert_eq!(said(&with(text)).iter().map(|(c, _)| *c).collect::<Vec<_>>(), [code], "{text}");
    }
}
