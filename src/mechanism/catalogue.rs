//! The mechanisms that every simulation has: the standard ones of the field, written in NMODL like any other.

use super::{Mechanism, Options};
use crate::diagnostic::{Diagnostics, Sources};

/// Name and text.
const MECHANISMS: &[(&str, &str)] = &[
    ("AlphaSynapse", include_str!("catalogue/alphasynapse.mod")),
    ("Exp2Syn", include_str!("catalogue/exp2syn.mod")),
    ("ExpSyn", include_str!("catalogue/expsyn.mod")),
    ("hh", include_str!("catalogue/hh.mod")),
    ("IClamp", include_str!("catalogue/iclamp.mod")),
    ("IntFire1", include_str!("catalogue/intfire1.mod")),
    ("IntFire2", include_str!("catalogue/intfire2.mod")),
    ("IntFire4", include_str!("catalogue/intfire4.mod")),
    ("NetStim", include_str!("catalogue/netstim.mod")),
    ("pas", include_str!("catalogue/pas.mod")),
    ("SEClamp", include_str!("catalogue/seclamp.mod")),
    ("VClamp", include_str!("catalogue/vclamp.mod")),
    ("VecStim", include_str!("catalogue/vecstim.mod")),
];

/// The names of all built-in mechanisms.
pub fn names() -> impl Iterator<Item = &'static str> {
    MECHANISMS.iter().map(|(name, _)| *name)
}

/// The NMODL text of a built-in mechanism.
pub fn source(name: &str) -> Option<&'static str> {
    MECHANISMS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Compiles a built-in mechanism; its text is added to `sources` as `<name>.mod`. `None` when there is none of
/// that name.
///
/// # Errors
/// None with the mechanisms as they are (a test compiles all); the type leaves room for the compiler's refusals.
pub fn compile(
    name: &str,
    sources: &mut Sources,
    options: &Options,
) -> Option<Result<Mechanism, Diagnostics>> {
    let id = sources.add(format!("{name}.mod"), source(name)?);
    Some(super::compile(sources, id, options))
}
