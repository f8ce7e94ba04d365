//! What is wrong with the meaning of a text of which only a part could be read.
//!
//! In go the tree of what could be read and the words of what could not; out come the mistakes that stand whatever the
//! lost part says. A mistake that names a lost word may be a consequence of the loss, so it is left out: it is better
//! told at the next try than wrongly.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::{check, collect, equations};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources, Span};
use crate::nmodl::ast::{Item, Module};
use crate::nmodl::parser::words;

/// Mistakes at one place, which nothing elsewhere in the text can make good but what the message names.
const OF_ONE_PLACE: [&str; 23] = [
    "nmodl/arguments",
    "nmodl/cannot-set",
    "nmodl/derivative",
    "nmodl/duplicate",
    "nmodl/function-as-variable",
    "nmodl/global-state",
    "nmodl/index",
    "nmodl/ion-variable",
    "nmodl/method",
    "nmodl/no-such-block",
    "nmodl/not-a-state",
    "nmodl/random",
    "nmodl/range-and-global",
    "nmodl/reaction",
    "nmodl/recursion",
    "nmodl/table",
    "nmodl/two-equations",
    "nmodl/two-names",
    "nmodl/two-solvers",
    "nmodl/two-solves",
    "nmodl/undeclared",
    "nmodl/unknown-function",
    "nmodl/variable-as-function",
];

/// Mistakes that are none in a mechanism of another kind, or with a block that may be lost.
const OF_THE_KIND: [&str; 3] = ["nmodl/misplaced", "nmodl/net-receive", "nmodl/no-membrane"];

/// The mistakes of meaning in the readable part of a text that has other mistakes already.
pub fn beside_damage<S: BuildHasher>(
    module: &Module,
    lost: &HashSet<String, S>,
    sources: &Sources,
) -> Diagnostics {
    let mut told = Diagnostics::new();
    // Without the NEURON block it is not known which names belong to ions; what a lost file would declare is not known at all.
    let whole = module.flat_items().iter().any(|item| matches!(item, Item::Neuron(_)));
    if !whole || lost.contains("NEURON") || lost.contains("INCLUDE") {
        return told;
    }
    let (meaning, mut said) = collect::collect(module);
    check::check(&meaning, &mut said);
    equations::check(&meaning, &mut said);
    let kind_is_known = !meaning.name.text.is_empty()
        && !["SUFFIX", "POINT_PROCESS", "ARTIFICIAL_CELL"].iter().any(|word| lost.contains(*word));
    let lost_in = |text: &str| words(text).any(|word| lost.contains(word));
    // A place that is one name, as that of a stream, is what the message is about, if it says so or not.
    let at_lost = |span: &Span| {
        let text = sources.text(*span);
        words(text).next() == Some(text) && lost.contains(text)
    };
    let stands = |d: &&Diagnostic| {
        d.severity == Severity::Error
            && (OF_ONE_PLACE.contains(&d.code) || kind_is_known && OF_THE_KIND.contains(&d.code))
            && !d.labels.iter().any(|label| at_lost(&label.span))
            && !d.message.split('`').skip(1).step_by(2).any(lost_in)
    };
    for diagnostic in said.iter().filter(stands) {
        told.push(diagnostic.clone());
    }
    told
}
