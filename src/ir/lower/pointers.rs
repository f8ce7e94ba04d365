//! POINTER: a variable of something else at the same cell, named by the network description.
//!
//! A pointer is a column that the engine fills with what it points at before each run of a kernel. So it can be read like any
//! other variable, and its value is that of the moment, as in NEURON. Pointers that no kernel reads need no target.

use super::super::types::*;
use super::context::Context;
use super::globals::Done;

/// The pointers that kernels read; those that are written are refused.
pub(super) fn settle(cx: &mut Context<'_>, kernels: &[Done]) -> Vec<Pointer> {
    let mut used = Vec::new();
    for (pointer, span) in &cx.names.pointers {
        let place = Place::Column(pointer.column);
        let writes = |effect: &Effect| matches!(effect, Effect::Write(p, _) if *p == place);
        if kernels.iter().any(|done| done.kernel.effects.iter().any(writes)) {
            let _ = cx.refuse::<()>(
                *span,
                format!("the POINTER `{}` is written", pointer.name),
                "Several instances may write to one place, in an order that is not defined here.",
                "let the mechanism at the other end read this one's variable through a POINTER of its own",
            );
        }
        if kernels.iter().any(|done| done.kernel.ops.contains(&Op::Read(place))) {
            used.push(pointer.clone());
        }
    }
    used
}
