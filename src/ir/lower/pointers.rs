//! POINTER: a variable of something else at the same cell, named by the network description.
//!
//! A pointer is a column that the engine fills with what it points at before each run of a kernel, and brings back afterwards
//! when code writes it. So it is like any other variable here, and its value is that of the moment, as in NEURON. Pointers that no
//! kernel uses need no target.

use super::super::types::*;
use super::context::Context;
use super::globals::Done;
use crate::diagnostic::Span;

/// All pointers, with what kernels do with them.
pub(super) fn settle(cx: &mut Context<'_>, kernels: &[Done]) -> Vec<Pointer> {
    let mut found = Vec::new();
    for (pointer, span) in &cx.names.pointers {
        let place = Place::Column(pointer.column);
        let write = |effect: &Effect| matches!(effect, Effect::Write(p, _) if *p == place);
        let mut pointer = pointer.clone();
        pointer.read = kernels.iter().any(|done| done.kernel.ops.contains(&Op::Read(place)))
            || cx.asked_pointers.contains(pointer.name.as_str());
        pointer.written = kernels.iter().any(|done| done.kernel.effects.iter().any(write));
        if kernels.iter().any(|done| done.stage == Stage::Current && adds_up(&done.kernel, place)) {
            refuse(cx, &pointer.name, *span);
        }
        found.push(pointer);
    }
    found
}

/// Whether a kernel makes a new value of `place` from the one that it holds, other than by leaving it alone.
fn adds_up(kernel: &Kernel, place: Place) -> bool {
    let stored = kernel.effects.iter().find_map(|effect| match effect {
        Effect::Write(p, value) if *p == place => Some(*value),
        _ => None,
    });
    let Some(stored) = stored else { return false };
    let mut has_part = vec![false; kernel.ops.len()];
    for (i, op) in kernel.ops.iter().enumerate() {
        has_part[i] = *op == Op::Read(place) || op.operands().any(|v| has_part[v.0 as usize]);
    }
    let mut open = vec![stored];
    while let Some(value) = open.pop() {
        match *kernel.op(value) {
            Op::Read(own) if own == place => {}
            Op::Select(mask, a, b) if !has_part[mask.0 as usize] => open.extend([a, b]),
            _ if has_part[value.0 as usize] => return true,
            _ => {}
        }
    }
    false
}

fn refuse(cx: &mut Context<'_>, name: &str, span: Span) {
    let _ = cx.refuse::<()>(
        span,
        format!("BREAKPOINT makes the new value of the POINTER `{name}` from its old one"),
        "NEURON computes currents twice a step, to see their slope, so that such a change happens twice there.",
        "make it in NET_RECEIVE or in a procedure that is SOLVEd, or write a value that does not depend on the old one",
    );
}
