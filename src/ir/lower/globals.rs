//! Variables that all instances share, when code sets them.
//!
//! A published channel keeps `minf` in a GLOBAL and sets it anew for each instance before it uses it. In NEURON
//! that is one storage that instances overwrite in turn; here it is
//!
//! - a temporary, when its value differs between instances and every kernel sets it before it reads it;
//! - stored, when it is set to what is the same for all instances, however often that is done in a step;
//! - kept, when another mechanism reads it as EXTERNAL: as NEURON has it on one thread, the last instance's value stays;
//! - nothing, when it is made from what it was (`n = n + 1`) and nothing else is made from it;
//! - carried, when a kernel reads what another instance, or this one at another time, left there: then instances run one
//!   after another, as NEURON has them on one thread, and a store of it stays in every kernel that sets it;
//! - refused, when a table for all instances would be made from it.
//!
//! What NET_RECEIVE sets counts as differing: events reach instances one at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::super::analysis::{self, Dependence};
use super::super::passes::dead;
use super::super::types::*;
use super::context::Context;
use super::draft::{Draft, Slot};
use super::{rows, twice};
use crate::diagnostic::{Diagnostic, Span};

/// A kernel that is done, with what messages need.
pub(super) struct Done {
    /// When it runs.
    pub stage: Stage,
    /// Its code; with a store for every shared variable that is set.
    pub kernel: Kernel,
    /// Where variables were first read before they were set.
    read_at: BTreeMap<Slot, Span>,
    /// Where shared variables were set to what differs between instances.
    varying: BTreeMap<GlobalId, Span>,
    /// Where shared variables were set.
    pub set_at: BTreeMap<Slot, Span>,
}

/// A kernel without code.
pub(super) fn empty(stage: Stage) -> Done {
    let (read_at, varying, set_at) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    Done { stage, kernel: Kernel::default(), read_at, varying, set_at }
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
            Slot::Global(id) => {
                if event || dependence[value.0 as usize] == Dependence::Instance {
                    varying.extend(draft.set_at.get(&slot).map(|span| (id, *span)));
                }
                draft.kernel.effects.push(Effect::WriteGlobal(id, value));
            }
            // A copy of an ion's variable that is not written back, as in NEURON.
            Slot::Place(_) | Slot::Local(_) | Slot::Slope(_) => {}
        }
    }
    dead::run(&mut draft.kernel);
    Done { stage: draft.stage, kernel: draft.kernel, read_at: draft.read_at, varying, set_at: draft.set_at }
}

/// Variables that the code so far passes on, so that running it twice is not the same as running it once.
pub(super) fn passed_on(draft: &Draft) -> Vec<Slot> {
    let mut kernel = draft.kernel.clone();
    let slots: Vec<(Slot, Value)> = draft.results();
    let first = kernel.effects.len();
    kernel.effects.extend(slots.iter().map(|(slot, value)| match *slot {
        Slot::Global(id) => Effect::WriteGlobal(id, *value),
        // A current that is both read and written starts as the ion's, and the second time as what the first left.
        Slot::Place(place) => Effect::Write(draft.origin(place), *value),
        Slot::Argument(i) => Effect::WriteArgument(i, *value),
        // Not among the results.
        Slot::Local(_) | Slot::Slope(_) => Effect::WriteArgument(0, *value),
    }));
    let of = |effect: usize| effect.checked_sub(first).and_then(|i| slots.get(i)).map(|(slot, _)| *slot);
    // Each time starts from the potential of the compartment.
    let lasts = |effect: &Effect| !matches!(effect, Effect::Write(Place::Voltage, _));
    // The first time is at v + 1 uV.
    twice::passing(&kernel, true, lasts).into_iter().filter_map(of).collect()
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

/// Shared variables that a kernel stores.
fn stores(kernel: &Kernel) -> BTreeSet<GlobalId> {
    kernel
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::WriteGlobal(id, _) => Some(*id),
            _ => None,
        })
        .collect()
}

/// Shared variables that a kernel passes on from one instance to the next, though all instances may agree on them.
fn passing(kernel: &Kernel) -> BTreeSet<GlobalId> {
    let of = |effect: usize| match kernel.effects.get(effect) {
        Some(Effect::WriteGlobal(id, _)) => Some(*id),
        _ => None,
    };
    twice::passing(kernel, false, |effect| matches!(effect, Effect::WriteGlobal(..)))
        .into_iter()
        .filter_map(of)
        .collect()
}

/// Whether what a kernel stores in a shared variable is made from what that was, on some path.
fn adds_up(kernel: &Kernel, id: GlobalId) -> bool {
    let stored = kernel.effects.iter().find_map(|effect| match *effect {
        Effect::WriteGlobal(to, value) if to == id => Some(value),
        _ => None,
    });
    let mut open = Vec::from_iter(stored);
    while let Some(value) = open.pop() {
        match *kernel.op(value) {
            Op::Global(_) => {}
            Op::Select(_, yes, no) => open.extend([yes, no]),
            _ => {
                let is_start = |(_, op): &(usize, &Op)| **op == Op::Global(id);
                let mut starts = kernel.ops.iter().enumerate().filter(is_start);
                if starts.any(|(i, _)| analysis::depends_on(kernel, Value(i as u32))[value.0 as usize]) {
                    return true;
                }
            }
        }
    }
    false
}

/// The shared variables that a kernel stores and makes from those of the `carried` ones that it stores too.
fn made_from(kernel: &Kernel, carried: &BTreeSet<GlobalId>) -> BTreeSet<GlobalId> {
    let stored = stores(kernel);
    let mut made = vec![false; kernel.ops.len()];
    for (i, op) in kernel.ops.iter().enumerate() {
        if matches!(op, Op::Global(id) if carried.contains(id) && stored.contains(id)) {
            let depends = analysis::depends_on(kernel, Value(i as u32));
            made.iter_mut().zip(depends).for_each(|(made, depends)| *made |= depends);
        }
    }
    let of = |effect: &Effect| match *effect {
        Effect::WriteGlobal(id, value) if made[value.0 as usize] => Some(id),
        _ => None,
    };
    kernel.effects.iter().filter_map(of).collect()
}

/// Leaves out the stores of all `varying` variables that are not `kept`, and what they alone need.
fn without_temporaries(
    kernel: &Kernel,
    varying: &BTreeMap<GlobalId, Span>,
    kept: &BTreeSet<GlobalId>,
) -> Kernel {
    let mut kernel = kernel.clone();
    kernel.effects.retain(|effect| match effect {
        Effect::WriteGlobal(id, _) => !varying.contains_key(id) || kept.contains(id),
        _ => true,
    });
    dead::run(&mut kernel);
    kernel
}

/// Shared variables that code sets and other mechanisms read: the last instance's value stays for them.
fn exported(cx: &Context<'_>, kernels: &[Done]) -> BTreeSet<GlobalId> {
    let read_elsewhere = |id: &GlobalId| {
        let name = format!("{}_{}", cx.names.global_name(*id), cx.mechanism);
        cx.options.exported.contains(&name)
    };
    kernels.iter().flat_map(|done| stores(&done.kernel)).filter(read_elsewhere).collect()
}

/// Decides what becomes of each shared variable that code sets; gives those that pass from instance to instance, and those whose stores
/// are left out though code reads them: they are made from what they were, and nothing else is made from them.
pub(super) fn settle(cx: &mut Context<'_>, kernels: &mut [Done]) -> (Vec<Carried>, Vec<GlobalId>) {
    rows::leave_unchanged(&cx.tables, kernels);
    let mut varying: BTreeMap<GlobalId, Span> = kernels.iter().flat_map(|k| k.varying.clone()).collect();
    varying.retain(|id, _| kernels.iter().any(|done| stores(&done.kernel).contains(id)));
    // A store that is kept may need other variables as they were left.
    let mut carried = exported(cx, kernels);
    let settled = loop {
        let settled: Vec<Kernel> =
            kernels.iter().map(|done| without_temporaries(&done.kernel, &varying, &carried)).collect();
        let before = carried.len() + varying.len();
        for (kernel, done) in settled.iter().zip(kernels.iter()) {
            // What is made from a variable that passes on in this kernel differs too.
            for id in made_from(kernel, &carried) {
                if let Some(span) = done.set_at.get(&Slot::Global(id)) {
                    varying.entry(id).or_insert(*span);
                }
            }
        }
        for kernel in &settled {
            let read = reads(kernel);
            carried.extend(varying.keys().copied().filter(|id| read.contains(id)));
        }
        for (kernel, done) in settled.iter().zip(kernels.iter()) {
            // Whether something but itself is made from it shows when its stores are left out.
            for id in passing(kernel) {
                if let Some(span) = done.set_at.get(&Slot::Global(id)) {
                    varying.entry(id).or_insert(*span);
                }
            }
        }
        if carried.len() + varying.len() == before {
            break settled;
        }
    };
    let adds_up = |id: &GlobalId| kernels.iter().any(|done| adds_up(&done.kernel, *id));
    let unread = varying.keys().copied().filter(|id| !carried.contains(id) && adds_up(id)).collect();
    for (done, kernel) in kernels.iter_mut().zip(settled) {
        done.kernel = kernel;
    }
    rows::leave_empty(&mut cx.tables, kernels, |id| varying.contains_key(&id) || carried.contains(&id));
    refuse_tables(cx, &varying, &carried);
    let found = carried.iter().map(|id| {
        let slot = Slot::Global(*id);
        let reader = kernels.iter().find(|done| reads(&done.kernel).contains(id));
        let read = reader.and_then(|done| done.read_at.get(&slot)).copied();
        let set = varying.get(id).or_else(|| kernels.iter().find_map(|done| done.set_at.get(&slot))).copied();
        Carried { id: *id, read, set }
    });
    (found.collect(), unread)
}

/// Refuses tables that serve all instances and are made from what differs between them.
fn refuse_tables(cx: &mut Context<'_>, varying: &BTreeMap<GlobalId, Span>, carried: &BTreeSet<GlobalId>) {
    let mut bad = BTreeMap::new();
    for (table, read_at) in cx.tables.iter().zip(&cx.table_reads) {
        let own = stores(&table.body);
        for id in &reads(&table.body) | &reads(&table.range) {
            if (varying.contains_key(&id) || carried.contains(&id)) && !own.contains(&id) {
                let read = read_at.get(&Slot::Global(id)).copied();
                bad.entry(id).or_insert(Carried { id, read, set: varying.get(&id).copied() });
            }
        }
    }
    for carried in bad.values() {
        refuse(
            cx,
            carried,
            "A TABLE is made once for all instances, but this would differ from one to the next.",
        );
    }
}

fn refuse(cx: &mut Context<'_>, carried: &Carried, reason: &str) {
    let name = cx.names.global_name(carried.id).to_string();
    let message = format!("the value of `{name}` would pass from one instance to the next");
    let mut diagnostic = Diagnostic::error("nmodl/shared-state", message);
    if let Some(read) = carried.read {
        diagnostic = diagnostic.at(read, "read here before it is set");
    }
    if let Some(set) = carried.set {
        diagnostic = diagnostic.at(set, "set here, for one instance after the other");
    }
    let diagnostic = diagnostic.note(reason).help(format!(
        "name `{name}` in RANGE, so that each instance has its own, or set it before it is read"
    ));
    cx.say(diagnostic);
}
