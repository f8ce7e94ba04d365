//! How measures are typed: what is read, what is refused and with which words.

use proptest::prelude::*;
use volley::analysis::{Measure, catalogue};
use volley::diagnostic::Sources;

/// What is said of a text, as on a terminal.
fn said(text: &str) -> String {
    let mut sources = Sources::default();
    let source = sources.add("--measure", text);
    match Measure::parse(text, source, 0) {
        Ok(measure) => format!("{measure:?}"),
        Err(wrong) => wrong.render(&sources, false),
    }
}

fn parsed(text: &str) -> Measure {
    let mut sources = Sources::default();
    let source = sources.add("--measure", text);
    Measure::parse(text, source, 0).unwrap_or_else(|wrong| panic!("{}", wrong.render(&sources, false)))
}

/// Populations and lists as of Hopfield and Brody's network, and what is said of a measure of it.
fn checked(text: &str) -> String {
    let mut sources = Sources::default();
    let source = sources.add("--measure", text);
    let populations = [("alpha".to_string(), 200), ("beta".to_string(), 200), ("gamma".to_string(), 1)];
    let lists = [("trained".to_string(), vec![43, 44, 199])];
    match Measure::parse(text, source, 0).unwrap().check(&populations, &lists) {
        Ok(()) => "fine".into(),
        Err(wrong) => wrong.render(&sources, false),
    }
}

#[test]
fn the_canonical_text_has_what_was_given_in_the_catalogues_order() {
    for (typed, canonical) in [
        ("rate", "rate"),
        ("rate()", "rate"),
        (" rate ( alpha ) ", "rate(alpha)"),
        ("rate(alpha,to=5e2,cells=trained,from=.5)", "rate(alpha, cells=trained, from=0.5, to=500)"),
        ("rate(alpha, cells = 3; 5 ;7-9)", "rate(alpha, cells=3;5;7-9)"),
        ("recognised(gamma, at_least=3)", "recognised(gamma, at_least=3)"),
        ("rate(\"gamma 1,\\\"x\\\"\")", "rate(\"gamma 1,\\\"x\\\"\")"),
        ("rate(7, cells=\"7\")", "rate(\"7\", cells=\"7\")"),
        ("rate(alpha, from=-0)", "rate(alpha, from=0)"),
    ] {
        assert_eq!(parsed(typed).text(), canonical);
        assert_eq!(parsed(canonical), parsed(typed));
    }
}

#[test]
fn offsets_count_in_the_whole_text() {
    let text = "rate = \"raet(alpha)\"";
    let mut sources = Sources::default();
    let source = sources.add("sweep.toml", text);
    let wrong = Measure::parse(&text[8..19], source, 8).unwrap_err();
    assert_eq!(sources.text(wrong.iter().next().unwrap().labels[0].span), "raet");
}

#[test]
fn wrong_texts_have_a_message_for_all_that_is_wrong() {
    let all: String = [
        "",
        "raet(alpha)",
        "synchronicity(alpha)",
        "rate(alpha",
        "rate(alpha) count(alpha)",
        "rate(alpha,, from=1)",
        "rate(alpha, beta)",
        "rate(from=1, alpha)",
        "rate(al pha)",
        "rate(\"alpha)",
        "rate(alpha, form=10)",
        "rate(alpha, bin=10)",
        "rate(alpha, from=)",
        "rate(alpha, from=-5, to=nan)",
        "rate(alpha, from=10ms)",
        "rate(alpha, from=500, to=200)",
        "rate(alpha, from=1, from=2)",
        "rate(alpha, cells=9-0)",
        "rate(alpha, cells=-3)",
        "rate(alpha, cells=1;x;3)",
        "recognised(gamma, at_least=1.5, form=3, to=x)",
    ]
    .iter()
    .map(|text| format!("-- {text}\n{}", said(text)))
    .collect();
    insta::assert_snapshot!("measure_texts", all);
}

#[test]
fn what_a_network_lacks_is_said_before_the_run() {
    for fine in ["rate(alpha)", "rate(beta, cells=trained)", "rate(alpha, cells=0-199)"] {
        assert_eq!(checked(fine), "fine");
    }
    let all: String = [
        "rate",
        "rate(alpah)",
        "rate(x)",
        "rate(alpha, cells=traind)",
        "rate(alpha, cells=other)",
        "rate(gamma, cells=trained)",
        "rate(alpha, cells=3;200)",
    ]
    .iter()
    .map(|text| format!("-- {text}\n{}\n\n", checked(text)))
    .collect();
    insta::assert_snapshot!("measure_checks", all);
}

#[test]
fn a_window_can_be_given_to_measures_that_do_not_say_when() {
    let given = |text: &str, from, to| parsed(text).or_window(from, to).map(|m| m.text());
    assert_eq!(given("rate(alpha)", Some(1.0), Some(2.0)).unwrap(), "rate(alpha, from=1, to=2)");
    assert_eq!(given("rate(alpha, to=9)", Some(1.0), Some(2.0)).unwrap(), "rate(alpha, from=1, to=9)");
    let wrong = given("rate(alpha, from=5)", None, Some(2.0)).unwrap_err();
    assert_eq!(wrong.message, "the window from 5 to 2 ms is empty");
    assert_eq!(parsed("rate").or_population("beta").text(), "rate(beta)");
    assert_eq!(parsed("rate(alpha)").or_population("beta").text(), "rate(alpha)");
}

#[test]
fn names_in_the_catalogue_are_unlike_each_other_and_have_a_definition() {
    for (i, one) in catalogue().iter().enumerate() {
        assert!(catalogue()[..i].iter().all(|other| other.name != one.name), "{} is there twice", one.name);
        assert!(!one.definition.is_empty() && !one.unit.is_empty());
        for argument in one.arguments {
            assert!(argument.default.is_none_or(|x| argument.range.holds(x)), "{}", one.name);
            assert!(!["cells", "from", "to"].contains(&argument.name));
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[a-z(),=;\"\\\\0-9 .é-]{0,40}") {
        said(&text);
        said(&format!("rate({text})"));
        said(&format!("rate({text}"));
    }

    #[test]
    fn texts_read_back(
        entry in 0usize..catalogue().len(),
        population in proptest::option::of("[a-z0-9 \"\\\\,é-]{0,8}"),
        from in proptest::option::of(0.0f64..1e6),
        cells in proptest::option::of(proptest::collection::vec((0u32..50, 0u32..50), 1..4)),
    ) {
        let escaped = |name: &String| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
        let mut arguments: Vec<String> = population.iter().map(escaped).collect();
        arguments.extend(from.map(|x| format!("from={x}")));
        arguments.extend(cells.map(|cells| {
            let ranges: Vec<String> = cells.iter().map(|(a, b)| format!("{a}-{}", a + b)).collect();
            format!("cells={}", ranges.join(";"))
        }));
        let described = &catalogue()[entry];
        for argument in described.arguments.iter().filter(|a| a.default.is_none()).take(1) {
            arguments.push(format!("{}=10", argument.name));
        }
        let measure = parsed(&format!("{}({})", described.name, arguments.join(",")));
        prop_assert_eq!(&parsed(&measure.text()), &measure);
    }
}
