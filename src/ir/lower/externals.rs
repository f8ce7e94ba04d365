//! EXTERNAL: a GLOBAL variable of another mechanism, `x` of `other` as `x_other`.
//!
//! It is a shared variable here, which the engine fills before each run of a kernel with what the other mechanism has. Code may
//! not set it: that would be a change behind the back of the mechanism that owns it.

use std::collections::BTreeSet;

use super::super::types::*;
use super::context::Context;
use super::draft::Slot;
use super::globals::Done;

/// Refuses EXTERNALs that code sets; gives all other shared variables that it sets.
pub(super) fn settle(cx: &mut Context<'_>, kernels: &[Done]) -> Vec<GlobalId> {
    let mut assigned = BTreeSet::new();
    for done in kernels {
        for (slot, span) in &done.set_at {
            let Slot::Global(id) = slot else { continue };
            match cx.names.externals.iter().find(|external| external.global == *id) {
                None => drop(assigned.insert(*id)),
                Some(external) => {
                    let message = format!("the EXTERNAL `{}` is set", external.name);
                    let reason = "It belongs to another mechanism, which would not know of the change.";
                    let help = "let the mechanism that owns it set it";
                    let _ = cx.refuse::<()>(*span, message, reason, help);
                }
            }
        }
    }
    assigned.into_iter().collect()
}
