//! EXTERNAL variables: which GLOBAL of which mechanism each one is.
//!
//! In: the mechanisms in use. Out: for each EXTERNAL its owner, which is compiled when nothing else has asked for it. As in NEURON, a
//! GLOBAL `x` of the mechanism `other` is called `x_other`. When the owner's code sets it, it is one number for the whole run, so all
//! instances of both are on one thread: both are serial.

use std::sync::Arc;

use super::context::Context;
use super::library::Library;
use super::model::{Body, External, Population};
use super::schema::it_has;
use crate::diagnostic::Diagnostic;
use crate::ir;
use crate::mechanism::Carried;

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
            let Some((owner, from)) = owner(context, library, external) else { continue };
            found.push(External { reader, global: external.global.0, owner, from });
            let changes = library.used[owner].module.assigned.iter().any(|id| id.0 == from);
            let placed = |mechanism| populations.iter().any(|population| places(&population.body, mechanism));
            if changes && placed(owner) && placed(reader) {
                in_series(context, library, reader, external);
            }
        }
        reader += 1;
    }
    found
}

/// The mechanism that owns the variable, and its number there.
fn owner(context: &mut Context, library: &mut Library, external: &ir::External) -> Option<(usize, u32)> {
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
            let has = it_has(names);
            context.problems.push(error.note(has));
            return None;
        };
        return Some((owner, variable.first));
    }
    let message = format!("no mechanism here has the EXTERNAL `{name}`");
    let guess = suffixes.last().map_or("other", String::as_str);
    context.problems.push(error(message).help(format!(
        "add the file that defines `{guess}`, with its GLOBAL variable, to `files` under `[mechanisms]`"
    )));
    None
}

/// Makes the reader of a variable that changes serial, as its owner is.
fn in_series(context: &mut Context, library: &mut Library, reader: usize, external: &ir::External) {
    let name = external.name.clone();
    let mut mechanism = (*library.used[reader]).clone();
    let reads = |kernel: &ir::Kernel| kernel.ops.contains(&ir::Op::Global(external.global));
    if mechanism.module.tables.iter().any(|table| reads(&table.range) || reads(&table.body)) {
        let message =
            format!("a TABLE is made from the EXTERNAL `{name}`, which changes while the network runs");
        let error = Diagnostic::error("network/external", message).at(external.span, "");
        context
            .problems
            .push(error.help(format!("leave the TABLE out, or name `{name}` nowhere in its routine")));
        return;
    }
    let span = Some(external.span);
    let source = context.sources.get(external.span.source).name.clone();
    let place = Some((source, context.sources.line_column(external.span).0));
    mechanism.serial.push(Carried { name, span, place });
    library.used[reader] = Arc::new(mechanism);
}

/// Whether a population has instances of the mechanism.
fn places(body: &Body, mechanism: usize) -> bool {
    match body {
        Body::Cells(body) => {
            let mut used =
                body.densities.iter().map(|d| d.mechanism).chain(body.points.iter().map(|p| p.mechanism));
            used.any(|m| m == mechanism)
        }
        Body::Artificial(body) => body.mechanism == mechanism,
    }
}
