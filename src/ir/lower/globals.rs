//! Variables that all instances share, when code sets them.
//!
//! A published channel keeps `minf` in a GLOBAL and sets it anew for each instance before it uses it. In NEURON
//! that is one storage that instances overwrite in turn; here it is
//!
//! - a temporary, when its value differs between instances and every kernel sets it before it reads it;
//! - stored, when it is set to what is the same for all instances, however often that is done in a step;
//! - refused, when a kernel would read what another instance, or this one at another time, left there: then results
//!   would depend on the order of instances and on the number of threads.
//!
//! What NET_RECEIVE sets counts as differing: events reach instances one at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::super::analysis::{self, Dependence};
use super::super::passes::dead;
use super::super::types::*;
use super::context::Context;
use super::draft::{Draft, Slot};
use crate::diagnostic::{Diagnostic, Span};

/// A kernel that is done, with what messages need.
pub(super) struct Done {
    /// When it runs.
    pub stage: Stage,
    /// Its code; with a store for every shared variable that is set to a uniform value.
    pub kernel: Kernel,
    /// Where variables were first read before they were set.
    read_at: BTreeMap<Slot, Span>,
    /// Where shared variables were set to what differs between instances.
    varying: BTreeMap<GlobalId, Span>,
    /// Where shared variables were set.
    set_at: BTreeMap<Slot, Span>,
}

/// Closes a draft: stores what it set, and leaves out what that does not need.
pub(super) fn close(cx: &Context<'_>, mut draft: Draft) -> Done {
    let dependence = analysis::dependence(&draft.kernel);
    let event = matches!(draft.stage, Stage::Receive | Stage::ReceiveInitial);
    let mut varying = BTreeMap::new();
    for (slot, value) in draft.results() {
        match slot {
            Slot::Place(place) if cx.names.is_written(place) => {
                draft.kernel.effects.push(Effect::Write(place, value));
            }
            // What NET_RECEIVE makes of `v` the compartment takes over, as in NEURON.
            Slot::Place(Place::Voltage)
                if draft.stage == Stage::Receive && cx.names.kind == Kind::PointProcess =>
            {
                draft.kernel.effects.push(Effect::Write(Place::Voltage, value));
            }
            Slot::Argument(i) => draft.kernel.effects.push(Effect::WriteArgument(i, value)),
            Slot::Global(id) if event || dependence[value.0 as usize] == Dependence::Instance => {
                varying.extend(draft.set_at.get(&slot).map(|span| (id, *span)));
            }
            Slot::Global(id) => draft.kernel.effects.push(Effect::WriteGlobal(id, value)),
            // A copy of an ion's variable that is not written back, as in NEURON.
            Slot::Place(_) | Slot::Local(_) | Slot::Slope(_) => {}
        }
    }
    dead::run(&mut draft.kernel);
    Done { stage: draft.stage, kernel: draft.kernel, read_at: draft.read_at, varying, set_at: draft.set_at }
}

/// Shared variables that a kernel needs as they are when it starts.
fn reads(kernel: &Kernel) -> BTreeSet<GlobalId> {
    kernel
        .ops
        .iter()
        .filter_map(|op| match op {
            Op::Global(id) => Some(*id),
            _ => None,
        })
        .collect()
}

/// Decides what becomes of each shared variable that code sets.
pub(super) fn settle(cx: &mut Context<'_>, kernels: &mut [Done]) {
    let varying: BTreeMap<GlobalId, Span> = kernels.iter().flat_map(|k| k.varying.clone()).collect();
    for done in kernels.iter_mut() {
        done.kernel.effects.retain(|effect| match effect {
            Effect::WriteGlobal(id, _) => !varying.contains_key(id),
            _ => true,
        });
        dead::run(&mut done.kernel);
    }
    let mut carried: BTreeMap<GlobalId, (Option<Span>, Option<Span>)> = BTreeMap::new();
    for done in kernels.iter() {
        let read = reads(&done.kernel);
        let stored = done.kernel.effects.iter().filter_map(|effect| match effect {
            Effect::WriteGlobal(id, _) => Some(*id),
            _ => None,
        });
        let cached = |id: &GlobalId| !varying.contains_key(id) && is_cache(&done.kernel, *id);
        for id in stored.chain(varying.keys().copied()).filter(|id| read.contains(id) && !cached(id)) {
            let slot = Slot::Global(id);
            let set = varying.get(&id).or(done.set_at.get(&slot)).copied();
            carried.entry(id).or_insert((done.read_at.get(&slot).copied(), set));
        }
    }
    let tables: Vec<BTreeSet<GlobalId>> =
        cx.tables.iter().map(|table| &reads(&table.body) | &reads(&table.range)).collect();
    for (read, read_at) in tables.iter().zip(&cx.table_reads) {
        for id in read.iter().filter(|id| varying.contains_key(id)) {
            let place = read_at.get(&Slot::Global(*id)).copied();
            carried.entry(*id).or_insert((place, varying.get(id).copied()));
        }
    }
    for (id, (read, set)) in carried {
        refuse(cx, id, read, set);
    }
}

/// Whether a shared variable is set to something that it has no part in, or left alone, and is read only to decide that:
/// then it does not matter how often the code runs in a step (`if (celsius != last) { last = celsius }`).
fn is_cache(kernel: &Kernel, id: GlobalId) -> bool {
    let stored = kernel.effects.iter().find_map(|effect| match effect {
        Effect::WriteGlobal(stored, value) if *stored == id => Some(*value),
        _ => None,
    });
    let Some(stored) = stored else { return true };
    let mut has_part = vec![false; kernel.ops.len()];
    for (i, op) in kernel.ops.iter().enumerate() {
        has_part[i] = *op == Op::Global(id) || op.operands().any(|v| has_part[v.0 as usize]);
    }
    let mut open = vec![stored];
    while let Some(value) = open.pop() {
        match *kernel.op(value) {
            Op::Global(own) if own == id => {}
            Op::Select(_, a, b) => open.extend([a, b]),
            _ if has_part[value.0 as usize] => return false,
            _ => {}
        }
    }
    true
}

fn refuse(cx: &mut Context<'_>, id: GlobalId, read: Option<Span>, set: Option<Span>) {
    let name = cx.names.global_name(id).to_string();
    let message = format!("the value of `{name}` would pass from one instance to the next");
    let mut diagnostic = Diagnostic::error("nmodl/shared-state", message);
    if let Some(read) = read {
        diagnostic = diagnostic.at(read, "read here before it is set");
    }
    if let Some(set) = set {
        diagnostic = diagnostic.at(set, "set here, for one instance after the other");
    }
    let diagnostic = diagnostic
        .note("All instances share this variable, so results would depend on their order and on the number of threads.")
        .help(format!("name `{name}` in RANGE, so that each instance has its own, or set it before it is read"));
    cx.say(diagnostic);
}
