//! Whether code that runs again finds what it would have found without the first time.
//!
//! NEURON runs a BREAKPOINT that makes a current twice, and each instance finds shared variables as the one before it left
//! them. Mostly that makes no difference, as in what published files use to save work:
//!
//! ```text
//! if (celsius != last) { last = celsius  q10 = 3^((celsius - 6.3) / 10) }
//! ```
//!
//! The second time the condition fails, and `q10` and `last` stay what the first time made them. A variable passes on when that
//! is not so: what it becomes is made from what it was (`n = n + 1`), or something else is made from what it was
//! (`a = g  g = t`, where `a` is another thing the second time).

use std::collections::{BTreeSet, HashMap};

use super::super::analysis;
use super::super::passes::common;
use super::super::types::*;

/// With more variables that matter to each other all of them pass on, without a look at each pair.
const MOST_COMPARED: usize = 100;

/// A variable that code reads as it was and leaves changed.
#[derive(Clone, Copy)]
struct Changed {
    /// The effect that stores it.
    effect: usize,
    /// What it is when the code starts.
    start: Value,
    /// What the code leaves.
    end: Value,
}

/// The effects of a kernel that store a variable which passes on, of those that `lasts` says are still there the second time. The first
/// time may be `at_another_voltage`: then what is made from v differs too (`if (i > most) { most = i }`).
pub(super) fn passing(
    kernel: &Kernel,
    at_another_voltage: bool,
    lasts: impl Fn(&Effect) -> bool,
) -> BTreeSet<usize> {
    let mut kernel = kernel.clone();
    // Each variable is read by one op then.
    common::run(&mut kernel);
    let (mut globals, mut places) = (HashMap::new(), HashMap::new());
    for (i, op) in kernel.ops.iter().enumerate() {
        match *op {
            Op::Global(id) => {
                globals.insert(id, Value(i as u32));
            }
            Op::Read(place) => {
                places.insert(place, Value(i as u32));
            }
            _ => {}
        }
    }
    let changed = |(effect, stores): (usize, &Effect)| {
        let (start, end) = match *stores {
            Effect::WriteGlobal(id, end) => (*globals.get(&id)?, end),
            Effect::Write(place, end) => (*places.get(&place)?, end),
            Effect::WriteArgument(..) | Effect::Add(..) => return None,
        };
        (start != end && lasts(stores)).then_some(Changed { effect, start, end })
    };
    let mut harmless: Vec<Changed> = kernel.effects.iter().enumerate().filter_map(changed).collect();
    let mut passing = BTreeSet::new();
    loop {
        let mut differs = made_from(&kernel, &harmless, &harmless, false);
        let used_at_all = used(&kernel, &differs);
        if at_another_voltage {
            differs = made_from(&kernel, &harmless, &harmless, true);
        }
        let (pass, rest): (Vec<Changed>, Vec<Changed>) =
            harmless.iter().partition(|one| passes_on(&kernel, &harmless, &differs, used_at_all, one));
        if pass.is_empty() {
            return passing;
        }
        passing.extend(pass.iter().map(|one| one.effect));
        harmless = rest;
    }
}

/// Whether one of these variables passes on, if all others do not; `differs` is what is made from any of them, and
/// `used_at_all` whether anything of that is used.
fn passes_on(
    kernel: &Kernel,
    harmless: &[Changed],
    differs: &[bool],
    used_at_all: bool,
    one: &Changed,
) -> bool {
    let Some(paths) = settled(kernel, differs, one) else { return true };
    let chosen = |made: &[bool]| {
        paths.iter().any(|path| matches!(path, Path::Where(condition) if made[condition.0 as usize]))
    };
    let chosen_at_all = chosen(differs);
    if harmless.len() > MOST_COMPARED && (used_at_all || chosen_at_all) {
        return true;
    }
    // What the paths are chosen by may only be changed on the same paths: else a condition that failed may hold
    // the second time (`if (ready) { n = 5 }  ready = 1`).
    let elsewhere = |other: &Changed| {
        chosen(&made_from(kernel, harmless, &[*other], false))
            && settled(kernel, differs, other).as_ref() != Some(&paths)
    };
    (chosen_at_all && harmless.iter().any(elsewhere))
        || (used_at_all && used(kernel, &made_from(kernel, harmless, &[*one], false)))
}

/// Whether any of these values is stored, or decides on something that is done.
fn used(kernel: &Kernel, made: &[bool]) -> bool {
    // What a loop carries is not followed round by round.
    // What ends the run has no second time.
    let acts = |op: &Op| match op {
        Op::Fail { .. } => false,
        op => analysis::acts(op) || matches!(op, Op::Next(..) | Op::Repeat(_)),
    };
    kernel.effects.iter().flat_map(Effect::operands).any(|value| made[value.0 as usize])
        || kernel.ops.iter().enumerate().any(|(i, op)| made[i] && acts(op))
}

/// What is made from the starts of `from`, and from v if asked, but for what harmless variables are left with, which is the same the second
/// time.
fn made_from(kernel: &Kernel, harmless: &[Changed], from: &[Changed], voltage: bool) -> Vec<bool> {
    let (mut made, mut left) = (vec![false; kernel.ops.len()], vec![false; kernel.ops.len()]);
    harmless.iter().for_each(|one| left[one.end.0 as usize] = true);
    from.iter().for_each(|one| made[one.start.0 as usize] = true);
    for (i, op) in kernel.ops.iter().enumerate() {
        // A variable may be left with what another one was.
        let starts = made[i] || (voltage && matches!(op, Op::Read(Place::Voltage)));
        made[i] = starts || (!left[i] && op.operands().any(|v| made[v.0 as usize]));
    }
    made
}

/// A piece of the paths on which a variable is set, from the outside inwards.
#[derive(PartialEq)]
enum Path {
    /// By a condition: where it holds, then where it does not.
    Where(Value),
    /// The variable is set to what does not differ the second time.
    New,
    /// It stays what it was.
    Old,
}

/// The paths on which a variable is set, if on all of them it is set to the same and that does not differ the second time.
fn settled(kernel: &Kernel, differs: &[bool], one: &Changed) -> Option<Vec<Path>> {
    let (mut new, mut paths) = (None, Vec::new());
    let mut open = vec![one.end];
    while let Some(value) = open.pop() {
        let operands = || kernel.op(value).operands();
        match *kernel.op(value) {
            _ if value == one.start => paths.push(Path::Old),
            Op::Select(condition, yes, no) if operands().any(|v| differs[v.0 as usize]) => {
                paths.push(Path::Where(condition));
                open.extend([no, yes]);
            }
            _ if operands().any(|v| differs[v.0 as usize]) || differs[value.0 as usize] => return None,
            _ if new.is_some_and(|other| other != value) => return None,
            _ => {
                new = Some(value);
                paths.push(Path::New);
            }
        }
    }
    Some(paths)
}
