//! What is said of .mod files that are wrong, word for word: the place, what is wrong, what to type instead.
//!
//! Each case says how many errors there are in it, so that none of them makes another one up. The snapshots hold the
//! messages as they look on a terminal.

mod blocks;
mod damaged;
mod habits;
mod meaning;
mod mechanisms;
mod text;
mod verbatim;

use volley::diagnostic::{Severity, Sources};
use volley::mechanism::{self, Options};

/// A wrong text, and how many errors it has.
pub struct Case {
    title: &'static str,
    errors: usize,
    text: String,
}

/// A whole file.
pub fn case(title: &'static str, errors: usize, text: impl Into<String>) -> Case {
    Case { title, errors, text: text.into() }
}

/// A channel in which nothing is wrong.
const GOOD: &str = "\
NEURON {
    SUFFIX good
    USEION k READ ek WRITE ik
    RANGE gbar, ninf
}
PARAMETER {
    gbar = 0.01 (S/cm2)
    tau = 5 (ms)
}
STATE { n }
ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    ninf
}
INITIAL {
    rates(v)
    n = ninf
}
BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * n * (v - ek)
}
DERIVATIVE states {
    rates(v)
    n' = (ninf - n) / tau
}
PROCEDURE rates(v (mV)) {
    ninf = opening(v)
}
FUNCTION opening(v (mV)) {
    opening = 1 / (1 + exp(-(v + 40) / 9))
}
";

/// The good channel with pieces replaced.
pub fn changed(title: &'static str, errors: usize, edits: &[(&str, &str)]) -> Case {
    let mut text = GOOD.to_owned();
    for (old, new) in edits {
        assert!(text.contains(old), "{title}: `{old}` is not in the good file");
        text = text.replacen(old, new, 1);
    }
    case(title, errors, text)
}

/// The good channel with more at its end.
pub fn and(title: &'static str, errors: usize, more: &str) -> Case {
    case(title, errors, format!("{GOOD}{more}\n"))
}

/// The good channel with more in its BREAKPOINT.
pub fn does(title: &'static str, errors: usize, statements: &str) -> Case {
    changed(title, errors, &[("    ik = gbar", &format!("    {statements}\n    ik = gbar"))])
}

/// Compares the messages of many cases with a snapshot.
pub fn check(name: &str, cases: &[Case]) {
    let mut answers = Vec::new();
    let mut faults = Vec::new();
    for Case { title, errors, text } in cases {
        let mut sources = Sources::default();
        let id = sources.add("good.mod", text.as_str());
        let said = match mechanism::compile(&mut sources, id, &Options::default()) {
            Ok(mechanism) => mechanism.warnings,
            Err(said) => said,
        };
        let found = said.iter().filter(|d| d.severity == Severity::Error).count();
        if found != *errors {
            faults.push(format!("{title}: {found} errors instead of {errors}"));
        }
        let words = said.render(&sources, false);
        let words: Vec<&str> = words.trim_end().lines().map(str::trim_end).collect();
        answers.push(format!("=== {title}\n{}\n", words.join("\n")));
    }
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, answers.join("\n")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_is_wrong_with_the_good_file() {
    let mut sources = Sources::default();
    let id = sources.add("good.mod", GOOD);
    let mechanism = mechanism::compile(&mut sources, id, &Options::default()).unwrap();
    assert!(mechanism.warnings.is_empty());
}
