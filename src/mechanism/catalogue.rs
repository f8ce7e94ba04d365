//! The built-in mechanisms, under NEURON's names.

use super::{Mechanism, Options};
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, suggest};

/// Name and text of each.
const FILES: &[(&str, &str)] = &[
    ("AlphaSynapse", include_str!("catalogue/alphasynapse.mod")),
    ("Exp2Syn", include_str!("catalogue/exp2syn.mod")),
    ("ExpSyn", include_str!("catalogue/expsyn.mod")),
    ("Gap", include_str!("catalogue/gap.mod")),
    ("IClamp", include_str!("catalogue/iclamp.mod")),
    ("IntFire1", include_str!("catalogue/intfire1.mod")),
    ("IntFire2", include_str!("catalogue/intfire2.mod")),
    ("IntFire4", include_str!("catalogue/intfire4.mod")),
    ("NetStim", include_str!("catalogue/netstim.mod")),
    ("SEClamp", include_str!("catalogue/seclamp.mod")),
    ("VClamp", include_str!("catalogue/vclamp.mod")),
    ("VecStim", include_str!("catalogue/vecstim.mod")),
    ("hh", include_str!("catalogue/hh.mod")),
    ("pas", include_str!("catalogue/pas.mod")),
];

/// Names of all built-in mechanisms.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The .mod text of a built-in mechanism.
pub fn source(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}

/// Compiles a built-in mechanism; its text is added to `sources`.
///
/// # Errors
/// There is none of that name.
pub fn compile(sources: &mut Sources, name: &str, options: &Options) -> Result<Mechanism, Diagnostics> {
    let Some(text) = source(name) else {
        let mut said =
            Diagnostic::error("mechanism/unknown", format!("there is no built-in mechanism `{name}`"));
        if let Some(near) = suggest(name, names()) {
            said = said.help(format!("did you mean `{near}`?"));
        }
        return Err(said.into());
    };
    let id = sources.add(format!("<built-in {name}.mod>"), text);
    super::compile(sources, id, options)
}
