//! The check of units: each rule by a small mechanism, what is said, and programs made at random.

use proptest::prelude::*;
use volley::diagnostic::{Severity, Sources};
use volley::nmodl::dimensions::{Checked, check};
use volley::nmodl::parse;

const UNITS: &str = "UNITS {
    (mV) = (millivolt) (mA) = (milliamp) (nA) = (nanoamp) (S) = (siemens) (uS) = (microsiemens)
    (mM) = (milli/liter) (um) = (micron)
    FARADAY = (faraday) (coulomb)
    R = (k-mole) (joule/degC)
}
";

fn checked(text: &str) -> (Sources, Checked) {
    let mut sources = Sources::default();
    let id = sources.add("test.mod", text);
    let module =
        parse(&sources, id).unwrap_or_else(|said| panic!("{}\n{text}", said.render(&sources, false)));
    let checked = check(&module, &sources);
    (sources, checked)
}

/// A density mechanism with some variables around statements.
fn with(statements: &str) -> String {
    format!(
        "NEURON {{ SUFFIX x USEION ca READ cai WRITE ica RANGE g }}
{UNITS}
PARAMETER {{ g = 1 (S/cm2) e = 0 (mV) d = 1 (um) q free tau = 1 (ms) list[3] (mV) }}
ASSIGNED {{ v (mV) celsius (degC) ica (mA/cm2) i (mA/cm2) big (volt) cai (mM) a (/ms) area (um2) one (1) }}
STATE {{ m n (mM) }}
FUNCTION f(x (mV), y) (/ms) {{ f = 1 (/mV-ms) * x }}
FUNCTION bare(x) {{ bare = x }}
PROCEDURE p(x (mV)) {{ a = f(x, 2) }}
{statements}
"
    )
}

/// Kinds of what is found, with the text at each first place.
fn found(statements: &str) -> Vec<(&'static str, String)> {
    let (sources, checked) = checked(&with(statements));
    let of = |f: &volley::nmodl::dimensions::Finding| (f.message.code, sources.text(f.places[0]).to_owned());
    checked.findings.iter().map(of).collect()
}

fn code(body: &str) -> String {
    format!("BREAKPOINT {{ {body} }}")
}

#[test]
fn what_agrees_is_not_talked_of() {
    for body in [
        "i = g*(v - e)",
        "i = -g*(v - e)",
        "ica = g*v/2 + 3*g*e",
        // Plain numbers take the unit of their place.
        "v = 3   e = v + 20   if (v > -30 && 0 < e) { i = 0 }",
        "a = 0.1 (/ms) * exp(-(v + 65)/10 (mV))",
        // A thousandth of the numbers, in a unit a thousand times as large.
        "big = (1e-3)*v   v = (1000)*big",
        "i = (1e-3)*(1e-4)*(1e7)*i",
        "a = f(v, free)   a = f(10, v)   p(v)   p(-65)",
        // What has no unit takes any.
        "v = q   i = q*v   a = bare(v) + tau   v = bare(i)",
        "one = exp(q*v)   e = m",
        // Powers and roots.
        "area = d^2   area = d*d   d = sqrt(area)   area = pow(d, 2)   one = d^2/area   one = d^(-1)*d   d = area^0.5",
        "one = 3^((celsius - 6.3)/10 (degC))",
        // Functions that keep a unit, and those that take none.
        "v = fabs(v)   v = fmin(v, e)   one = fabs(v - e)/e   one = log(cai/n)   v = exprand(e)",
        "e = (1000)*R*celsius/(2*FARADAY)*log(n/cai)",
        "v = nernst(cai, n, 2)",
        // Elements of arrays, comparisons and conditions are numbers.
        "list[0] = v   one = (v > e)   one = !(v > e)   if (v) { }",
        "at_time(tau)   t = tau   dt = tau",
    ] {
        assert_eq!(found(&code(body)), [], "{body}");
    }
}

#[test]
fn what_clashes_is_found_where_it_stands() {
    let cases = [
        ("i = v", "units/assignment", "v"),
        ("v = big", "units/assignment", "big"),
        ("i = (1e-3)*g*v", "units/assignment", "(1e-3)*g*v"),
        ("list[1] = i", "units/assignment", "i"),
        ("v = v + i", "units/sum", "i"),
        ("v = 2*v - 1 (ms)", "units/sum", "1 (ms)"),
        ("if (v > i) { }", "units/comparison", "i"),
        ("one = exp(v)", "units/pure", "v"),
        ("one = exp(v/10)", "units/pure", "v/10"),
        ("one = log(big/v)", "units/pure", "big/v"),
        ("one = 3^(celsius/10)", "units/pure", "(celsius/10)"),
        ("one = v^q + v^one", "units/pure", "v"),
        ("a = f(i, 2)", "units/argument", "i"),
        ("p(tau)", "units/argument", "tau"),
        ("v = fmin(v, i)", "units/argument", "i"),
        ("at_time(v)", "units/argument", "v"),
        ("i = nernst(cai, n, 2)", "units/assignment", "nernst(cai, n, 2)"),
        ("tau = 1 + 2*exp(one)", "units/assignment", "1 + 2*exp(one)"),
    ];
    for (body, kind, place) in cases {
        assert_eq!(found(&code(body)), [(kind, place.to_owned())], "{body}");
    }
}

#[test]
fn what_clashes_takes_no_wrong_unit_further() {
    assert_eq!(found(&code("LOCAL x x = v + i   e = x   a = x   i = x*q")).len(), 1);
    assert_eq!(found(&code("e = i   v = e   big = (1e-3)*e")).len(), 1);
    assert_eq!(found(&code("one = exp(v)*exp(i) + exp(tau)")).len(), 3);
}

#[test]
fn one_cause_is_one_finding() {
    let text = with(&code("one = exp(v/10)\none = exp((v + 3)/5)\none = exp(-v/9) + exp(i)"));
    let (_, checked) = checked(&text);
    let counts: Vec<usize> = checked.findings.iter().map(|f| f.places.len()).collect();
    assert_eq!(counts, [3, 1]);
}

#[test]
fn locals_have_the_unit_of_what_they_were_set_to_last() {
    for body in [
        "LOCAL x x = v   e = x   x = g*x   i = x",
        "LOCAL x x = 5   e = x   i = x",
        "LOCAL x if (q) { x = v } else { x = i }   e = x",
        "LOCAL x x = 0   FROM k = 0 TO 2 { x = x + list[k] }   v = x + k_of(1)",
        "LOCAL x[2] x[0] = v   e = x[1]",
        "LOCAL x e = x",
    ] {
        let text = format!("FUNCTION k_of(k) {{ k_of = k }}\n{}", code(body));
        assert_eq!(found(&text), [], "{body}");
    }
    for body in [
        "LOCAL x x = v   i = x",
        "LOCAL x if (q) { x = v } else { x = e }   i = x",
        "LOCAL x x = i   if (q) { x = v   i = x } e = x",
        "LOCAL x { LOCAL x x = v } x = i   e = x",
        "FROM k = 0 TO 2 { i = k*v }",
    ] {
        assert_eq!(found(&code(body)).len(), 1, "{body}");
    }
    assert_eq!(found("LOCAL shared\nINITIAL { shared = v }\nBREAKPOINT { i = shared }").len(), 1);
    assert_eq!(found("LOCAL shared\nINITIAL { shared = v }\nBREAKPOINT { shared = i v = shared }"), []);
}

#[test]
fn derivatives_are_per_time() {
    assert_eq!(found("DERIVATIVE s { n' = 1 (mM/ms)   m' = (1 - m)/tau   n' = -n/tau }"), []);
    assert_eq!(found("DERIVATIVE s { n' = -n }"), [("units/assignment", "-n".to_owned())]);
    // An array of values a step apart has the unit of the state.
    assert_eq!(found("INITIAL { n = n0   n0 = cai }"), []);
    assert_eq!(found("INITIAL { n = v }").len(), 1);
}

#[test]
fn equations_have_one_unit_on_both_sides() {
    assert_eq!(found("LINEAR s { ~ m + q = 1   ~ n = cai }"), []);
    assert_eq!(found("LINEAR s { ~ n = v }"), [("units/equation", "v".to_owned())]);
}

/// A pump with a calcium pool.
fn kinetic(body: &str) -> Vec<&'static str> {
    let text = format!(
        "NEURON {{ SUFFIX x }}
{UNITS}
PARAMETER {{ k1 = 1 (/mM-ms) k2 = 1 (/ms) vol = 1 (um2) side = 1 (um) dca = 1 (um2/ms) far = 1 (um) }}
ASSIGNED {{ ica (mA/cm2) total (mM) amount (mM-um2) influx (mM/ms) }}
STATE {{ ca (mM) b (mM) cab (mM) pump (mM-um) }}
KINETIC s {{ {body} }}
"
    );
    checked(&text).1.findings.iter().map(|f| f.message.code).collect()
}

#[test]
fn reactions_have_rates_of_their_amounts() {
    for body in [
        "~ ca + b <-> cab (k1, k2)",
        "~ 2 ca <-> cab (k1, k2)",
        "~ ca -> (k2)",
        "~ ca << (influx)",
        "~ ca <-> b (2, 3)",
        "CONSERVE ca + cab = total",
        "COMPARTMENT vol { ca b cab }  ~ ca + b <-> cab (k1*vol, k2*vol)  ~ ca << (influx*vol)",
        // The volumes may come last.
        "~ ca + b <-> cab (k1*vol, k2*vol)  CONSERVE ca + cab = amount  COMPARTMENT vol { ca b cab }",
        "COMPARTMENT vol { ca } COMPARTMENT side { pump } LONGITUDINAL_DIFFUSION dca*vol { ca } ~ ca <-> pump (k2*vol, k2*side)",
        "~ ca <-> b (k2, k2)  influx = f_flux - b_flux",
    ] {
        assert_eq!(kinetic(body), [] as [&str; 0], "{body}");
    }
    let wrong = [
        ("~ ca + b <-> cab (k2, k2)", "units/reaction"),
        ("~ ca + b <-> cab (k1, k1)", "units/reaction"),
        ("~ ca -> (k1)", "units/reaction"),
        ("~ ca << (k2)", "units/reaction"),
        ("~ ca <-> pump (k2, k2)", "units/reaction"),
        ("~ ca + pump <-> b (k1, k2)", "units/reaction"),
        ("CONSERVE ca + cab = k2", "units/conserve"),
        ("COMPARTMENT vol { ca } LONGITUDINAL_DIFFUSION dca { ca }", "units/diffusion"),
        ("~ ca <-> b (k2, k2)  influx = f_flux/k2", "units/assignment"),
    ];
    for (body, code) in wrong {
        assert_eq!(kinetic(body), [code], "{body}");
    }
}

#[test]
fn neuron_chooses_the_units_of_what_it_provides() {
    let text = |names: &str, neuron: &str| {
        let text = format!("NEURON {{ {neuron} }}\n{UNITS}ASSIGNED {{ {names} }}");
        checked(&text).1.findings.iter().map(|f| f.message.message.clone()).collect::<Vec<_>>()
    };
    for (names, neuron) in [
        ("v (millivolt) t (ms) celsius (degC) diam (um) area (um2) dt (ms)", "SUFFIX x"),
        ("v t i ica", "SUFFIX x NONSPECIFIC_CURRENT i USEION ca WRITE ica"),
        (
            "i (nA) ica (nA) eca (mV) cai (mM) cao (mM)",
            "POINT_PROCESS x ELECTRODE_CURRENT i USEION ca READ eca, cai, cao WRITE ica",
        ),
        // A point process sees the membrane's current, per area.
        ("ica (mA/cm2)", "POINT_PROCESS x USEION ca READ ica"),
    ] {
        assert_eq!(text(names, neuron), [] as [&str; 0], "{names}");
    }
    for (names, neuron) in [
        ("v (volt)", "SUFFIX x"),
        ("t (sec)", "SUFFIX x"),
        ("i (nA)", "SUFFIX x NONSPECIFIC_CURRENT i"),
        ("i (mA/cm2)", "POINT_PROCESS x NONSPECIFIC_CURRENT i"),
        ("cai (millimole/liter)", "SUFFIX x USEION ca READ cai"),
        ("eca (mA)", "SUFFIX x USEION ca READ eca"),
    ] {
        let said = text(names, neuron);
        assert!(
            matches!(&said[..], [one] if one.contains("in NEURON, but is declared in")),
            "{names}: {said:?}"
        );
    }
    // What the code makes of it is not said again.
    let (_, checked) =
        checked("NEURON { SUFFIX x RANGE y }\nASSIGNED { v (volt) y (mA) }\nBREAKPOINT { y = v }");
    assert_eq!(checked.findings.len(), 1 + 1, "the unit of v and that (mA) is not declared");
}

#[test]
fn units_can_be_switched_off() {
    assert_eq!(found("UNITSOFF\nBREAKPOINT { i = v }\nUNITSON\nINITIAL { e = i }").len(), 1);
    assert_eq!(found(&code("UNITSOFF i = v UNITSON")), []);
    assert_eq!(found(&code("UNITSOFF i = v UNITSON e = i")).len(), 1);
    // What is worked out in between counts.
    assert_eq!(found(&code("LOCAL x UNITSOFF x = v UNITSON i = x")).len(), 1);
}

#[test]
fn arguments_of_events_keep_their_units() {
    let point = |body: &str| {
        let text = format!(
            "NEURON {{ POINT_PROCESS x NONSPECIFIC_CURRENT i }}\n{UNITS}
PARAMETER {{ delay = 1 (ms) }} ASSIGNED {{ v (mV) i (nA) }} STATE {{ g (uS) }}
NET_RECEIVE (weight (uS), last (ms), free) {{ {body} }}"
        );
        checked(&text).1.findings.len()
    };
    assert_eq!(
        point(
            "g = g + weight*exp(-(t - last)/delay)   last = t   net_send(delay, 1)   free = v   if (flag == 1) { }"
        ),
        0
    );
    assert_eq!(point("FOR_NETCONS (w, l, q) { w = weight   l = last   q = v }   net_send(delay, v)"), 0);
    assert_eq!(point("g = g + last"), 1);
    assert_eq!(point("last = weight"), 1);
    assert_eq!(point("net_send(weight, 1)"), 1);
    assert_eq!(point("FOR_NETCONS (w, l, q) { w = last }"), 1);
}

#[test]
fn names_without_units_are_counted() {
    let (_, checked) = checked(&with(""));
    let names: Vec<&str> = checked.without_unit.iter().map(|n| n.text.as_str()).collect();
    assert_eq!(names, ["q", "free", "m", "y", "bare", "x"]);
    assert!(checked.with_unit > 10);
}

/// A test has a thread of 2 MB, as small as any.
#[test]
fn long_and_deep_expressions_are_walked() {
    let chain = format!("v = {}i", "v + ".repeat(500));
    assert_eq!(found(&code(&chain)), [("units/sum", "i".to_owned())]);
    let deep = format!("one = {}v{}", "exp(".repeat(30), ")".repeat(30));
    assert_eq!(found(&code(&deep)), [("units/pure", "v".to_owned())]);
}

#[test]
fn messages_can_be_errors() {
    let (_, checked) = checked(&with(&code("i = v")));
    let severities = |strict| checked.messages(strict).iter().map(|d| d.severity).collect::<Vec<_>>();
    assert_eq!(severities(false), [Severity::Warning]);
    assert_eq!(severities(true), [Severity::Error]);
}

#[test]
fn messages_say_what_is_wrong_and_what_to_type() {
    let programs = [
        ("factor", with(&code("i = g*(v - e)\n    v = big\n    big = v"))),
        ("dimensions", with(&code("i = v\n    tau = 1 + 2*exp(one)\n    a = f(tau, 2)"))),
        ("sums", with(&code("if (v > tau) { v = v + i }"))),
        ("pure", with(&code("one = exp(v/10)\n    one = exp(-(v + 3)/5) + sin(d)\n    one = 3^((celsius - 6)/10)"))),
        ("parentheses", with(&code("v = e*(2)\n    one = exp((v + 3)/10 (mV)/(4))"))),
        ("function", with("FUNCTION alpha(x (mV)) (/ms) { alpha = 0.1*x/(1 - exp(-x/10 (mV))) }")),
        (
            "declarations",
            "NEURON { SUFFIX x NONSPECIFIC_CURRENT i }\nUNITS { (S) = (sec) (mV) = (volt) (mV) = (millivolt) }
ASSIGNED { v (mV) i (nA) c (mM) d (zorkmid) w (degc) b (1+1) }"
                .to_owned(),
        ),
        (
            "kinetic",
            format!(
                "NEURON {{ SUFFIX x }}\n{UNITS}PARAMETER {{ k = 1 (/ms) vol = 1 (um3) }}
STATE {{ ca (mM) b (mM) cab (mM) }}
KINETIC s {{
    COMPARTMENT vol {{ ca }}
    ~ ca <-> b (k, k)
    ~ b + cab <-> cab (k, k)
    CONSERVE b + cab = k
}}"
            ),
        ),
    ];
    for (name, text) in programs {
        let (sources, checked) = checked(&text);
        insta::assert_snapshot!(format!("units_{name}"), checked.messages(false).render(&sources, false));
    }
}

/// Units of variables `x0`, `x1`, ...; each stands for itself in text.
const BASE: [&str; 6] = ["mV", "ms", "nA", "mM", "um", "degC"];

/// An expression over variables, with its unit as exponents of [`BASE`].
#[derive(Clone, Debug)]
struct Made {
    text: String,
    unit: [i32; 6],
}

fn unit_text(unit: &[i32; 6]) -> String {
    let part = |sign: i32| {
        let named = BASE.iter().zip(unit).filter(|(_, n)| **n * sign > 0);
        named.map(|(name, n)| format!("{name}{}", n.abs())).collect::<Vec<_>>().join("-")
    };
    let (above, below) = (part(1), part(-1));
    let above = if above.is_empty() { "1".to_owned() } else { above };
    if below.is_empty() { above } else { format!("{above}/{below}") }
}

fn made() -> impl Strategy<Value = Made> {
    let leaf = (0..BASE.len()).prop_map(|i| {
        let mut unit = [0; 6];
        unit[i] = 1;
        Made { text: format!("x{i}"), unit }
    });
    leaf.prop_recursive(5, 40, 2, |inner| {
        let joined = |a: &Made, b: &Made, sign: i32| {
            let mut unit = a.unit;
            unit.iter_mut().zip(b.unit).for_each(|(to, from)| *to += sign * from);
            unit
        };
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(move |(a, b)| Made {
                text: format!("({}*{})", a.text, b.text),
                unit: joined(&a, &b, 1)
            }),
            (inner.clone(), inner.clone()).prop_map(move |(a, b)| Made {
                text: format!("({}/{})", a.text, b.text),
                unit: joined(&a, &b, -1)
            }),
            (inner.clone(), 1..9u32)
                .prop_map(|(a, n)| Made { text: format!("({n}*{} + {})", a.text, a.text), unit: a.unit }),
            inner.clone().prop_map(|a| Made {
                text: format!("(-{} + 3 ({}))", a.text, unit_text(&a.unit)),
                unit: a.unit
            }),
            inner
                .clone()
                .prop_map(|a| Made { text: format!("(1 (volt)*(1000)*{}/x0)", a.text), unit: a.unit }),
            inner.clone().prop_map(|a| Made { text: format!("fabs({})", a.text), unit: a.unit }),
            (inner.clone(), inner).prop_map(|(a, b)| Made {
                text: format!("({}*exp({}/{}))", a.text, b.text, b.text),
                unit: a.unit
            }),
        ]
    })
    .prop_filter("a digit for each power", |made| made.unit.iter().all(|n| n.abs() <= 9))
}

fn program(made: &Made, unit: &str, factor: &str) -> String {
    let variables: String = BASE.iter().enumerate().map(|(i, unit)| format!("x{i} ({unit}) ")).collect();
    format!(
        "NEURON {{ SUFFIX x RANGE y }}\n{UNITS}ASSIGNED {{ {variables} y ({unit}) z ({unit}) }}
PROCEDURE p() {{ LOCAL a\n a = {}\n y = {factor}a\n z = y }}",
        made.text
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// What is consistent is not warned of; a wrong factor or a wrong unit of one variable is, once.
    #[test]
    fn only_what_is_wrong_is_warned_of(made in made(), i in 0usize..6) {
        let unit = unit_text(&made.unit);
        let text = program(&made, &unit, "");
        let (sources, right) = checked(&text);
        prop_assert!(right.findings.is_empty(), "{text}\n{}", right.messages(false).render(&sources, false));
        // A conversion factor too much.
        let (_, factor) = checked(&program(&made, &unit, "(1e-3)*"));
        let codes: Vec<_> = factor.findings.iter().map(|f| f.message.code).collect();
        prop_assert_eq!(&codes, &["units/assignment"]);
        let ratio = factor.findings[0].found.as_ref().unwrap().quantity.factor
            / factor.findings[0].wanted.as_ref().unwrap().quantity.factor;
        prop_assert!((ratio / 1000.0 - 1.0).abs() < 1e-9, "{}", ratio);
        // Another dimension: `y` and `z` stay alike, so that one line is wrong.
        let mut other = made.unit;
        other[i] += if other[i] < 9 { 1 } else { -1 };
        let (_, wrong) = checked(&program(&made, &unit_text(&other), ""));
        prop_assert_eq!(wrong.findings.len(), 1);
        prop_assert_eq!(wrong.findings[0].places.len(), 1);
    }
}
