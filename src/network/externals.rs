//! EXTERNAL variables: which GLOBAL of which mechanism each one is.
//!
//! In: the mechanisms in use. Out: for each EXTERNAL its owner, which is compiled when nothing else has asked for it. As in NEURON, a
//! GLOBAL `x` of the mechanism `other` is called `x_other`.

use super::context::Context;
use super::library::Library;
use super::model::{Body, External, Population};
use super::schema::quoted;
use crate::diagnostic::Diagnostic;
use crate::ir;

/// Finds what all EXTERNALs stand for; `populations` are complete.
pub(super) fn build(
    context: &mut Context,
    library: &mut Library,
    populations: &[Population],
) -> Vec<External> {
    let mut found = Vec::new();
    let mut reader = 0;
    // An owner may be compiled only now, and read others itself.
    while let Some(mechanism) = library.used.get(reader).cloned() {
        for external in &mechanism.module.externals {
            if let Some((owner, from)) = owner(context, library, populations, external) {
                found.push(External { reader, global: external.global.0, owner, from });
            }
        }
        reader += 1;
    }
    found
}

/// The mechanism that owns the variable, and its number there.
fn owner(
    context: &mut Context,
    library: &mut Library,
    populations: &[Population],
    external: &ir::External,
) -> Option<(usize, u32)> {
    let name = &external.name;
    let suffixes: Vec<String> = name.match_indices('_').map(|(at, _)| name[at + 1..].to_string()).collect();
    let error = |message: String| Diagnostic::error("network/external", message).at(external.span, "");
    for suffix in suffixes.iter().filter(|suffix| !suffix.is_empty()) {
        if !library.has(suffix) {
            continue;
        }
        // A mechanism that does not compile has been complained of.
        let owner = library.compiled(context, suffix, external.span)?;
        let module = &library.used[owner].module;
        let inner = &name[..name.len() - suffix.len() - 1];
        let Some(variable) = module.global(inner).filter(|v| v.visible) else {
            let names = module.globals.iter().filter(|v| v.visible).map(|v| v.name.as_str());
            let error = error(format!("`{suffix}` has no GLOBAL variable `{inner}`"));
            let has = format!("it has {}", quoted(names));
            context.problems.push(error.note(has));
            return None;
        };
        let is_assigned = module.assigned.iter().any(|id| id.0 == variable.first);
        if is_assigned && populations.iter().any(|population| places(&population.body, owner)) {
            let error = error(format!("the EXTERNAL `{name}` is set while the network runs"));
            context.problems.push(
                error
                    .note(format!("All instances of `{suffix}` share it, so its value would depend on their order."))
                    .help("read a RANGE variable of one instance through a POINTER instead"),
            );
            return None;
        }
        return Some((owner, variable.first));
    }
    let message = format!("no mechanism here has the EXTERNAL `{name}`");
    let guess = suffixes.last().map_or("other", String::as_str);
    context.problems.push(error(message).help(format!(
        "add the file that defines `{guess}`, with its GLOBAL variable, to `files` under `[mechanisms]`"
    )));
    None
}

/// Whether a population has instances of the mechanism.
fn places(body: &Body, mechanism: usize) -> bool {
    match body {
        Body::Cells(body) => {
            let mut used = body.densities.iter().map(|d| d.mechanism).chain(body.points.iter().map(|p| p.mechanism));
            used.any(|m| m == mechanism)
        }
        Body::Artificial(body) => body.mechanism == mechanism,
    }
}
