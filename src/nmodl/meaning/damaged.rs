//! What is wrong with the meaning of a text of which only a part could be read.
//!
//! In go the tree of what could be read and the words of what could not; out come the mistakes that stand whatever the
//! lost part says. A mistake that names a lost word may be a consequence of the loss, so it is left out: it is better
//! told at the next try than wrongly.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::{check, collect};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources, Span};
use crate::nmodl::ast::{Item, Module};
use crate::nmodl::parser::words;

/// Mistakes of one name at one place, which nothing elsewhere in the text can make good but a declaration of that name.
const OF_ONE_NAME: [&str; 13] = [
    "nmodl/arguments",
    "nmodl/cannot-set",
    "nmodl/derivative",
    "nmodl/duplicate",
    "nmodl/function-as-variable",
    "nmodl/global-state",
    "nmodl/index",
    "nmodl/range-and-global",
    "nmodl/recursion",
    "nmodl/two-names",
    "nmodl/undeclared",
    "nmodl/unknown-function",
    "nmodl/variable-as-function",
];

/// The mistakes of meaning in the readable part of a text that has other mistakes already.
pub fn beside_damage<S: BuildHasher>(
    module: &Module,
    lost: &HashSet<String, S>,
    sources: &Sources,
) -> Diagnostics {
    let mut told = Diagnostics::new();
    // Without the NEURON block it is not known which names belong to ions.
    if lost.contains("NEURON") || !module.flat_items().iter().any(|item| matches!(item, Item::Neuron(_))) {
        return told;
    }
    let (meaning, mut said) = collect::collect(module);
    check::check(&meaning, &mut said);
    let lost_in = |text: &str| words(text).any(|word| lost.contains(word));
    let at_lost = |span: &Span| lost_in(sources.text(*span));
    let stands = |d: &&Diagnostic| {
        d.severity == Severity::Error
            && OF_ONE_NAME.contains(&d.code)
            // A name that is only near to the right one: the right one may be in what was lost.
            && !d.labels.iter().any(|label| at_lost(&label.span))
            && !d.message.split('`').skip(1).step_by(2).any(lost_in)
    };
    for diagnostic in said.iter().filter(stands) {
        told.push(diagnostic.clone());
    }
    told
}
