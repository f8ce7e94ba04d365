//! POINTER: a variable of something else at the same cell, named by the network description.
//!
//! A pointer is a column that the engine fills with what it points at before each run of a kernel, and brings back afterwards
//! when code writes it. So it is like any other variable here, and its value is that of the moment, as in NEURON. Pointers that no
//! kernel uses need no target.

use super::super::types::*;
use super::context::Context;
use super::globals::Done;

/// All pointers, with what kernels do with them.
pub(super) fn settle(cx: &mut Context<'_>, kernels: &[Done]) -> Vec<Pointer> {
    let mut found = Vec::new();
    for pointer in &cx.names.pointers {
        let place = Place::Column(pointer.column);
        let write = |effect: &Effect| matches!(effect, Effect::Write(p, _) if *p == place);
        let mut pointer = pointer.clone();
        pointer.read = kernels.iter().any(|done| done.kernel.ops.contains(&Op::Read(place)))
            || cx.asked_pointers.contains(pointer.name.as_str());
        pointer.written = kernels.iter().any(|done| done.kernel.effects.iter().any(write));
        found.push(pointer);
    }
    found
}
