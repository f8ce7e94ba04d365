//! NMODL text to tree and back: round trips, the quirks of published files, recovery from mistakes.

use proptest::prelude::*;
use volley::diagnostic::{Diagnostics, SourceId, Sources, Span};
use volley::nmodl::ast::*;
use volley::nmodl::{parse, parse_expression, parse_with_includes, print, print_expression};

fn read(text: &str) -> (Sources, Result<Module, Diagnostics>) {
    let mut sources = Sources::default();
    let id = sources.add("test.mod", text);
    let module = parse(&sources, id);
    (sources, module)
}

fn module(text: &str) -> Module {
    let (sources, module) = read(text);
    module.unwrap_or_else(|said| panic!("{}", said.render(&sources, false)))
}

fn expression(text: &str) -> Expression {
    let mut sources = Sources::default();
    let id = sources.add("test", text);
    parse_expression(&sources, id, 0..text.len()).unwrap_or_else(|said| panic!("{text}: {said}"))
}

/// A tree as text, without the spans.
fn shape(tree: &impl std::fmt::Debug) -> String {
    let text = format!("{tree:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("span: Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |e| at + e + 1);
        rest = &rest[end..];
    }
    out + rest
}

/// Codes of all messages, and the text each points at.
fn codes(text: &str) -> Vec<(&'static str, String)> {
    let (sources, module) = read(text);
    let said = module.expect_err("there are mistakes in it");
    said.iter().map(|d| (d.code, sources.text(d.labels[0].span).to_string())).collect()
}

/// Every construct of the language at least once.
const EVERYTHING: &str = r#"TITLE all of it: and more
COMMENT
 not read { } BREAKPOINT
ENDCOMMENT
VERBATIM
#include <math.h> /* { */
ENDVERBATIM
DEFINE N 3
UNITS {
    (mA) = (milliamp)
    FARADAY = (faraday) (coulomb)
    R = (k-mole) -> (joule/degC)
    F = 96485.3 (coul)
}
UNITSOFF
NEURON {
    THREADSAFE
    POINT_PROCESS Thing
    REPRESENTS NCIT:C17145
    USEION ca READ cai, cao WRITE ica VALENCE 2 REPRESENTS CHEBI:29108
    NONSPECIFIC_CURRENT i, il
    ELECTRODE_CURRENT ie
    RANGE g, e
    GLOBAL q10
    POINTER p
    BBCOREPOINTER bb
    EXTERNAL x_other
    RANDOM r, s
    RANDOM NEGEXP(1) w
}
PARAMETER { g = .001 (S/cm2) <0, 1e9>  e = -70 (mV) a[N] (1) n0 = 1e-05 }
CONSTANT { z = 2 (1) }
ASSIGNED { v (mV) m[N] (1) q FROM 0 TO 1 (mM) }
STATE { c o x[N] FROM 0 TO 1 START .5 (mM) <1e-6> }
INDEPENDENT { t FROM 0 TO 1 WITH 1 (ms) }
LOCAL top, tops[N]
INITIAL { SOLVE k STEADYSTATE sparse UNITSOFF top = 1 UNITSON }
BREAKPOINT {
    CONDUCTANCE g USEION ca
    CONDUCTANCE g
    SOLVE k METHOD sparse IFERROR { top = 2 }
    SOLVE d METHOD cnexp
    i = g*(v - e)
}
DERIVATIVE d { x'[0] = -x[0] c' = (1 - c)/2 (ms) }
KINETIC k {
    COMPARTMENT i, v*m[i] { x c }
    COMPARTMENT 2 { o }
    LONGITUDINAL_DIFFUSION i, v { x }
    ~ c + 2 x[1] <-> o (f(v), 2)
    ~ c -> (3)
    ~ c << (-ica/2)
    CONSERVE c + 2 o = 1
}
LINEAR l SOLVEFOR c, o { ~ c + o = 1 ~ c - o = 0 }
NONLINEAR nl { ~ c*c = 2 }
DISCRETE di { c = c@1 + x@2[0] }
BEFORE BREAKPOINT { q = 1 }
AFTER SOLVE { q = 2 }
CONSTRUCTOR { q = 0 }
DESTRUCTOR { }
FUNCTION f(u (mV), w) (/ms) {
    TABLE DEPEND celsius FROM -100 TO 100 WITH 200
    f = u^-2
}
FUNCTION_TABLE tau(v (mV)) (ms)
PROCEDURE rates(u) {
    LOCAL j, b[N]
    TABLE q, top DEPEND dt, celsius FROM -100+1 TO N WITH 200
    FROM k = 0 TO N-1 BY 2 { b[k] = m[k] }
    while (j < 3 && !(j == 2)) { j = j + 1 }
    if (u >= 1 || u != 2) { j = 1 } else if (u <= 3) { j = 2 } else { j = -3 (mV) }
    { j = 5 }
    PROTECT q = q + 1
    MUTEXLOCK
    MUTEXUNLOCK
    RESET
    printf("%g : ? %g\n", j, q)
VERBATIM
    return 0;
ENDVERBATIM
}
NET_RECEIVE (w (uS), last) {
    INITIAL { last = t }
    if (flag == 0) { net_send(1, 2) } 
    WATCH (v > -20) 2, (v < -30 + e) 3
    FOR_NETCONS (a, b) { a = b }
    state_discontinuity(c, c + w)
}
"#;

#[test]
fn the_whole_language_survives_a_round_trip() {
    let first = module(EVERYTHING);
    let printed = print(&first);
    let second = module(&printed);
    assert_eq!(shape(&first), shape(&second));
    assert_eq!(print(&second), printed);
}

#[test]
fn line_ends_change_nothing() {
    let unix = shape(&module(EVERYTHING)).replace("\\r", "");
    let dos = shape(&module(&EVERYTHING.replace('\n', "\r\n"))).replace("\\r", "");
    assert_eq!(unix, dos);
}

#[test]
fn spans_point_at_what_was_read() {
    let text = "BREAKPOINT { i = g * (v - e) : current\n}";
    let (sources, module) = read(text);
    let module = module.unwrap();
    let Item::Phase(block) = &module.items[0] else { panic!("a phase") };
    let statement = &block.body.statements[0];
    assert_eq!(sources.text(statement.span), "i = g * (v - e)");
    let StatementKind::Assign { value, .. } = &statement.kind else { panic!("an assignment") };
    assert_eq!(sources.text(value.span), "g * (v - e)");
    let ExpressionKind::Binary { right, .. } = &value.kind else { panic!("a product") };
    assert_eq!(sources.text(right.span), "(v - e)");
}

#[test]
fn published_quirks_are_read() {
    for text in [
        // Two statements on a line with nothing between.
        "PROCEDURE p() { a = 1 b = a c = f(b) d = 2 (mV) }",
        // Both kinds of comment, other letters in them, one at the very end without a line end.
        "NEURON { SUFFIX x } : µ → ok\nPROCEDURE p() { } ? größer",
        "PARAMETER { R = 1 min = 2 max = 3 F = 4 gamma = 5 index = 6 gbar = 1e-3 (mho/cm2) <0,1e9> }",
        "PROCEDURE p() { IF (a > 1) { a = 1 } ELSE { a = 2 } WHILE (a) { a = 0 } }",
        "PARAMETER { a = 1 }\nPARAMETER { b = 2 }\nASSIGNED { c }\nASSIGNED { d }",
        "PROCEDURE p() { UNITSOFF a = 1 }",
        "TITLE it's : \"odd\" { title\nNEURON { SUFFIX x }",
        "COMMENT\nthis ENDCOMMENT is inside\n  ENDCOMMENT the rest of the line too {\nNEURON { SUFFIX x }",
        "PROCEDURE p() {\nVERBATIM\n  if (x) {\nENDVERBATIM\n  a = 1\nVERBATIM\n  }\nENDVERBATIM\n}",
        "\u{feff}NEURON { SUFFIX x }\r\u{1a}",
        "NEURON { SUFFIX x USEION k WRITE ik READ ek CHARGE 1 }",
        "FUNCTION f() { f = 1.E-3 + .5e+2 }",
    ] {
        let first = module(text);
        assert_eq!(shape(&first), shape(&module(&print(&first))), "{text}");
    }
}

#[test]
fn verbatim_text_is_kept() {
    let module = module("VERBATIM\n int x; /* µ */\nENDVERBATIM\nNEURON { SUFFIX x }");
    let Item::Verbatim(verbatim) = &module.items[0] else { panic!("VERBATIM") };
    assert_eq!(verbatim.text, "\n int x; /* µ */\n");
}

#[test]
fn defined_names_stand_for_numbers() {
    let module = module("DEFINE N 4\nDEFINE M -2\nASSIGNED { a[N] }\nPROCEDURE p() { a[N] = M }");
    let Item::Assigned(block) = &module.items[2] else { panic!("ASSIGNED") };
    assert_eq!(block.variables[0].length.as_ref().map(|l| l.value), Some(4));
    assert!(print(&module).contains("a[4] = -2"));
}

#[test]
fn signs_and_powers_group_as_in_neuron() {
    for (text, printed) in [
        ("-a^2", "-a^2"),
        ("(-a)^2", "(-a)^2"),
        ("a^-b^c", "a^-b^c"),
        ("(a^b)^c", "(a^b)^c"),
        ("a^(b^c)", "a^b^c"),
        ("-a*b", "-a * b"),
        ("-(a*b)", "-(a * b)"),
        ("a-(b-c)-d", "a - (b - c) - d"),
        ("a/(b*c)/d", "a / (b * c) / d"),
        ("!a == b", "!a == b"),
        ("a < b == c && d || e", "a < b == c && d || e"),
        ("a && (b || c)", "a && (b || c)"),
        ("where(c, a, b)", "where(c, a, b)"),
    ] {
        assert_eq!(print_expression(&expression(text)), printed);
    }
}

#[test]
fn included_files_are_read_in_place() {
    let mut sources = Sources::default();
    let id = sources.add("a.mod", "INCLUDE \"n.inc\"\nASSIGNED { x[N] }");
    let mut load = |_: &str| Ok("DEFINE N 7\nLOCAL y".to_string());
    let module = parse_with_includes(&mut sources, id, &mut load).unwrap();
    let flat = module.flat_items();
    assert!(matches!(flat[1], Item::Local(_)));
    let Item::Assigned(block) = flat[2] else { panic!("ASSIGNED") };
    assert_eq!(block.variables[0].length.as_ref().map(|l| l.value), Some(7));
    assert_eq!(sources.get(flat[1].span().source).name, "n.inc");
}

#[test]
fn a_mistake_in_an_included_file_is_shown_there() {
    let mut sources = Sources::default();
    let id = sources.add("a.mod", "INCLUDE \"b.inc\"\nPARAMETER { = }");
    let mut load = |_: &str| Ok("STATE { 1 }".to_string());
    let said = parse_with_includes(&mut sources, id, &mut load).unwrap_err();
    let names: Vec<_> = said.iter().map(|d| sources.get(d.labels[0].span.source).name.clone()).collect();
    assert_eq!(names, ["b.inc", "a.mod"]);
}

#[test]
fn includes_that_never_end_are_refused() {
    for text in ["INCLUDE \"a.inc\"", "INCLUDE \"a.inc\" INCLUDE \"a.inc\""] {
        let mut sources = Sources::default();
        let id = sources.add("a.mod", text);
        let mut load = |_: &str| Ok(text.to_string());
        let said = parse_with_includes(&mut sources, id, &mut load).unwrap_err();
        assert!(said.iter().all(|d| d.code == "nmodl/include"));
    }
    let mut sources = Sources::default();
    let id = sources.add("a.mod", "INCLUDE \"gone.inc\"");
    let mut load = |_: &str| Err(std::io::Error::from(std::io::ErrorKind::NotFound));
    let said = parse_with_includes(&mut sources, id, &mut load).unwrap_err();
    assert!(said.to_string().contains("gone.inc"));
}

/// What is said of `main.mod` when these files are beside it.
fn said_of_files(main: &str, files: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut sources = Sources::default();
    let id = sources.add("main.mod", main);
    let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
    let mut load = |name: &str| files(name).ok_or_else(missing);
    match parse_with_includes(&mut sources, id, &mut load) {
        Ok(_) => Vec::new(),
        Err(said) => said.iter().map(|d| format!("{}: {}", d.message, d.labels[0].text)).collect(),
    }
}

#[test]
fn a_circle_of_includes_is_named_and_depth_alone_is_none() {
    let circle = |name: &str| match name {
        "a.inc" => Some("INCLUDE \"b.inc\"".to_string()),
        "b.inc" => Some("LOCAL x\nINCLUDE \"a.inc\"".to_string()),
        _ => None,
    };
    let said = said_of_files("DEFINE N 1\nINCLUDE \"a.inc\"", circle);
    let message = "files include each other in a circle: `a.inc` includes `b.inc` includes `a.inc` again";
    assert_eq!(said, [format!("{message}: this INCLUDE closes the circle")]);
    let said = said_of_files("INCLUDE \"main.mod\"", |_| Some("INCLUDE \"main.mod\"".into()));
    assert_eq!(said, ["`main.mod` includes itself: this INCLUDE closes the circle"]);

    // A chain of files, each of which includes the next one twice.
    let chain = |deep: usize, times: usize| {
        move |name: &str| {
            let number: usize = name.strip_suffix(".inc")?.parse().ok()?;
            let next = format!("INCLUDE \"{}.inc\"\n", number + 1).repeat(times);
            Some(if number < deep { next } else { format!("DEFINE N{number} 1") })
        }
    };
    assert!(said_of_files("INCLUDE \"0.inc\"", chain(31, 1)).is_empty());
    let deep = ["`64.inc` is one included file too many: files that include files may be 64 deep, not more"];
    assert_eq!(said_of_files("INCLUDE \"0.inc\"", chain(100, 1)), deep);
    let many = ["`1.inc` is one included file too many: a mechanism may include 256 files, not more"];
    assert_eq!(said_of_files("INCLUDE \"0.inc\"", chain(8, 2)), many);
}

#[test]
fn every_mistake_is_shown_once() {
    let text = "NEURON { SUFIX x }
PARAMETER {
    a = = 1
    b = 2
    c = x
}
INITIAL {
    a = (1 + 
    b = 2
    if (a > ) { c = 1 }
    else { c = 2 }
    d = 1 +* 2
}
BREAKPOINT { i = 1; }
";
    let expected = [
        ("nmodl/syntax", "SUFIX"),
        ("nmodl/syntax", "="),
        ("nmodl/syntax", "x"),
        ("nmodl/syntax", "="),
        ("nmodl/syntax", ")"),
        ("nmodl/syntax", "*"),
        ("nmodl/syntax", ";"),
    ];
    let found = codes(text);
    let found: Vec<(&str, &str)> = found.iter().map(|(c, t)| (*c, t.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_missing_brace_is_said_where_the_next_block_starts() {
    assert_eq!(
        codes("INITIAL { a = 1\nBREAKPOINT { i = 1 }\nSTATE { m }"),
        [("nmodl/syntax", "BREAKPOINT".to_string())]
    );
    assert_eq!(codes("PARAMETER { a = 1\nSTATE { m }"), [("nmodl/syntax", "STATE".to_string())]);
    assert_eq!(codes("INITIAL { if (a) { b = 1 }"), [("nmodl/syntax", String::new())]);
    assert_eq!(codes("INITIAL { } }\nSTATE { m }"), [("nmodl/syntax", "}".to_string())]);
}

#[test]
fn statements_out_of_place_are_refused() {
    for (text, wrong) in [
        ("BREAKPOINT { TABLE a FROM 0 TO 1 WITH 2 }", "TABLE"),
        ("PROCEDURE p() { ~ a <-> b (1, 2) }", "~"),
        ("PROCEDURE p() { WATCH (v > 1) 2 }", "WATCH"),
        ("BREAKPOINT { INITIAL { } }", "INITIAL"),
        ("BREAKPOINT { COMPARTMENT 2 { a } }", "COMPARTMENT"),
    ] {
        assert_eq!(codes(text)[0], ("nmodl/misplaced", wrong.to_string()), "{text}");
    }
    assert_eq!(codes("BREAKPOINT { LAG v BY 3 }")[0].0, "nmodl/unsupported");
}

#[test]
fn misspelt_words_get_a_suggestion() {
    for (text, near) in [
        ("NEURON { SUFIX x }", "`SUFFIX`"),
        ("BRAKEPOINT { }", "`BREAKPOINT`"),
        ("parameter { a = 1 }", "`PARAMETER`"),
        ("BREAKPOINT { SLOVE states }", "`SOLVE`"),
    ] {
        let (sources, module) = read(text);
        let said = module.unwrap_err().render(&sources, false);
        assert!(said.contains(near), "{said}");
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    for text in ["PARAMETER { a = 1e999 }", "DEFINE N 99999999999999999999", "ASSIGNED { a[0] }"] {
        assert_eq!(codes(text).len(), 1, "{text}");
    }
}

#[test]
fn an_expression_in_another_format_keeps_its_place() {
    let text = "delay = \"2 * (pi + a[1])\" # ms";
    let start = text.find('2').unwrap();
    let end = text.rfind('"').unwrap();
    let mut sources = Sources::default();
    let id = sources.add("network.toml", text);
    let parsed = parse_expression(&sources, id, start..end).unwrap();
    assert_eq!(sources.text(parsed.span), "2 * (pi + a[1])");
    for (text, wrong) in [
        ("\"1 + \"", ""),
        ("\"1 + : 2\"", ":"),
        ("\"2 (x)\"", "("),
        ("\"a b\"", "b"),
        ("\"\"", ""),
        ("\"a = 1\"", "="),
        ("\"(a\"", ""),
    ] {
        let mut sources = Sources::default();
        let id = sources.add("network.toml", text);
        let said = parse_expression(&sources, id, 1..text.len() - 1).unwrap_err();
        let span = said.iter().next().unwrap().labels[0].span;
        assert_eq!(sources.text(span), wrong, "{text}");
        assert!((span.end as usize) < text.len(), "{text}");
    }
}

#[test]
fn deep_and_long_text_is_refused_not_crashed_on() {
    let deep = |open: &str, close: &str| {
        format!("PROCEDURE p() {{ a = {}1{} }}", open.repeat(100_000), close.repeat(100_000))
    };
    for text in [
        deep("(", ")"),
        deep("-", ""),
        deep("f(", ")"),
        deep("a[", "]"),
        deep("2^", ""),
        deep("1+", ""),
        deep("1*(2+", ")"),
        format!("PROCEDURE p() {{ {} {} }}", "{".repeat(100_000), "}".repeat(100_000)),
        format!("PROCEDURE p() {{ {} }}", "if (a) {".repeat(100_000)),
    ] {
        assert!(codes(&text).iter().any(|(code, _)| matches!(*code, "nmodl/too-deep" | "nmodl/too-long")));
    }
    let sum = |terms: usize| format!("PROCEDURE p() {{ a = {}1 }}", "1 + ".repeat(terms));
    assert!(read(&sum(500)).1.is_ok());
    // A long sum is not nested, and is told so once.
    let said: Vec<_> = codes(&sum(10_000)).into_iter().map(|(code, _)| code).collect();
    assert_eq!(said, ["nmodl/too-long"]);
}

#[test]
fn a_flood_of_mistakes_is_cut_off() {
    assert!(codes(&"INITIAL { = }\n".repeat(1000)).len() <= 50);
}

fn nowhere() -> Span {
    Span::new(SourceId(0), 0, 0)
}

fn made(kind: ExpressionKind) -> Expression {
    Expression { kind, span: nowhere() }
}

fn name(text: &str) -> Name {
    Name { text: text.to_string(), span: nowhere() }
}

fn any_operator() -> impl Strategy<Value = BinaryOperator> {
    use BinaryOperator::*;
    proptest::sample::select(vec![
        Or,
        And,
        Less,
        LessEqual,
        Greater,
        GreaterEqual,
        Equal,
        NotEqual,
        Add,
        Subtract,
        Multiply,
        Divide,
        Power,
    ])
}

fn any_variable() -> impl Strategy<Value = Expression> {
    "[a-z][a-z0-9_]{0,5}"
        .prop_filter("no word of the language", |t| !["if", "else", "while"].contains(&t.as_str()))
        .prop_map(|t| {
            made(ExpressionKind::Variable(Variable {
                name: name(&t),
                primes: 0,
                lag: None,
                index: None,
                span: nowhere(),
            }))
        })
}

/// Whole numbers, names and `+ - * /`: all that may stand in an index.
fn any_index() -> impl Strategy<Value = Expression> {
    let number =
        (0u32..1000).prop_map(|value| made(ExpressionKind::Number { value: f64::from(value), unit: None }));
    let operator = proptest::sample::select(vec![
        BinaryOperator::Add,
        BinaryOperator::Subtract,
        BinaryOperator::Multiply,
        BinaryOperator::Divide,
    ]);
    prop_oneof![number, any_variable()].prop_recursive(3, 8, 2, move |inner| {
        (operator.clone(), inner.clone(), inner).prop_map(|(operator, left, right)| {
            made(ExpressionKind::Binary { operator, left: Box::new(left), right: Box::new(right) })
        })
    })
}

fn any_expression() -> impl Strategy<Value = Expression> {
    let number = prop_oneof![0.0..1e3f64, Just(0.0), Just(1e-300), Just(1.5e300), Just(1e15), Just(0.1)]
        .prop_map(|value| made(ExpressionKind::Number { value, unit: None }));
    prop_oneof![number, any_variable()].prop_recursive(8, 64, 3, |inner| {
        prop_oneof![
            4 => (any_operator(), inner.clone(), inner.clone()).prop_map(|(operator, left, right)| {
                made(ExpressionKind::Binary { operator, left: Box::new(left), right: Box::new(right) })
            }),
            1 => (any::<bool>(), inner.clone()).prop_map(|(minus, operand)| {
                let operator = if minus { UnaryOperator::Negate } else { UnaryOperator::Not };
                made(ExpressionKind::Unary { operator, operand: Box::new(operand) })
            }),
            1 => proptest::collection::vec(inner.clone(), 0..3).prop_map(|arguments| {
                made(ExpressionKind::Call(Call { name: name("fun"), arguments, span: nowhere() }))
            }),
            1 => (any_index(), 0u32..2).prop_map(|(index, primes)| {
                made(ExpressionKind::Variable(Variable {
                    name: name("arr"),
                    primes,
                    lag: None,
                    index: Some(Box::new(index)),
                    span: nowhere(),
                }))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_printed_expression_parses_to_itself(tree in any_expression()) {
        let printed = print_expression(&tree);
        let parsed = expression(&printed);
        prop_assert_eq!(shape(&tree), shape(&parsed), "{}", printed);
        let in_module = format!("PROCEDURE p() {{ x = {printed} y = 1 }}");
        prop_assert_eq!(print(&module(&in_module)).lines().count(), 4);
    }

    /// Whatever the text, the parser comes back, and every message points into the text.
    #[test]
    fn no_text_breaks_the_parser(text in "[ -~\\n\\réµ]{0,200}") {
        let (_, result) = read(&text);
        if let Err(said) = result {
            for label in said.iter().flat_map(|d| &d.labels) {
                prop_assert!(label.span.end as usize <= text.len());
            }
        }
    }

    /// The same for texts that look like NMODL: pieces of it in any order.
    #[test]
    fn no_shuffled_mechanism_breaks_the_parser(cuts in proptest::collection::vec((0usize..300, 1usize..6), 1..40)) {
        let words: Vec<&str> = EVERYTHING.split_inclusive([' ', '\n', '(', '{']).collect();
        let text: String =
            cuts.iter().flat_map(|(at, n)| words.iter().skip(at % words.len()).take(*n)).copied().collect();
        let (sources, result) = read(&text);
        match result {
            Ok(first) => prop_assert_eq!(shape(&first), shape(&module(&print(&first)))),
            Err(said) => prop_assert!(!said.render(&sources, false).is_empty()),
        }
    }
}
