//! Tables whose rows read what the row before left behind.
//!
//! ```text
//! TABLE inf, fac, tau ...      fac = 1 - exp(-dt / tau)      tau = 100 + exp(v / 10)
//! ```
//!
//! Here `fac` is made from the `tau` of the row before, and in the first row from the value that `tau` had when the table
//! was made. NEURON does that, as it makes row after row with the same variables, and so does the table here: its
//! body stores `tau`, for the next row only. Published files mostly never use such a column; one that nobody
//! looks up is left empty. And a column that holds the variable itself (`TABLE tau` of a `tau` that nothing
//! else sets) changes nothing: it is read from the variable.

use std::collections::BTreeSet;

use super::super::passes::{dead, fold, rewrite};
use super::super::types::*;
use super::globals::Done;

/// Reads variables that a table leaves as they are without the table.
pub(super) fn leave_unchanged(tables: &[Table], kernels: &mut [Done]) {
    for (number, table) in tables.iter().enumerate() {
        for (column, id) in unchanged_columns(&table.body) {
            read_directly(kernels, TableId(number as u32), column, id);
        }
    }
}

/// Leaves columns empty that nobody looks up, in tables that read what `differs` between instances or rows.
pub(super) fn leave_empty(tables: &mut [Table], kernels: &[Done], differs: impl Fn(GlobalId) -> bool) {
    for number in 0..tables.len() {
        let body = &tables[number].body;
        let differs = body.ops.iter().any(|op| matches!(op, Op::Global(id) if differs(*id)));
        if differs || body.effects.iter().any(|effect| matches!(effect, Effect::WriteGlobal(..))) {
            let used = used_columns(tables, kernels, TableId(number as u32));
            empty_unused(&mut tables[number].body, &used);
        }
    }
}

/// Keeps only those stores of a table's body that a later row reads.
pub(super) fn pass_on(body: &mut Kernel) {
    loop {
        dead::run(body);
        let before = body.effects.len();
        let ops = &body.ops;
        body.effects.retain(|effect| match effect {
            Effect::WriteGlobal(id, _) => ops.contains(&Op::Global(*id)),
            _ => true,
        });
        if body.effects.len() == before {
            return;
        }
    }
}

/// Columns that hold a shared variable as it was: its number among the columns, and the variable.
fn unchanged_columns(body: &Kernel) -> Vec<(u32, GlobalId)> {
    let of = |effect: &Effect| match *effect {
        Effect::WriteArgument(column, value) => match *body.op(value) {
            Op::Global(id) => Some((column, id)),
            _ => None,
        },
        _ => None,
    };
    body.effects.iter().filter_map(of).collect()
}

/// Reads `id` in place of a table's column, if then nothing sets it any more.
fn read_directly(kernels: &mut [Done], table: TableId, column: u32, id: GlobalId) {
    let direct = |kernel: &Kernel| {
        let mut kernel = kernel.clone();
        rewrite(&mut kernel, |new, _, op| {
            let is_it = |t: TableId, c: u32| t == table && c == column;
            let op = match op {
                Op::Lookup { table, column, .. } if is_it(table, column) => Op::Global(id),
                Op::LookupSlope { table, column, .. } if is_it(table, column) => Op::Constant(0.0),
                op => op,
            };
            fold::emit(new, op)
        });
        super::super::passes::common::run(&mut kernel);
        fold::run(&mut kernel);
        dead::run(&mut kernel);
        kernel
    };
    let changed: Vec<Kernel> = kernels.iter().map(|done| direct(&done.kernel)).collect();
    let is_set = |effect: &Effect| matches!(effect, Effect::WriteGlobal(set, _) if *set == id);
    if changed.iter().any(|kernel| kernel.effects.iter().any(is_set)) {
        return;
    }
    for (done, kernel) in kernels.iter_mut().zip(changed) {
        done.kernel = kernel;
    }
}

/// The columns of a table that some code looks up.
fn used_columns(tables: &[Table], kernels: &[Done], number: TableId) -> BTreeSet<u32> {
    let kernels = kernels.iter().map(|done| &done.kernel);
    let all = kernels.chain(tables.iter().flat_map(|table| [&table.range, &table.body]));
    let columns = all.flat_map(|kernel| &kernel.ops).filter_map(|op| match op {
        Op::Lookup { table, column, .. } | Op::LookupSlope { table, column, .. } if *table == number => {
            Some(*column)
        }
        _ => None,
    });
    columns.collect()
}

/// Leaves columns empty that are not `used`, and passes nothing on that no row reads.
fn empty_unused(body: &mut Kernel, used: &BTreeSet<u32>) {
    let nothing = body.push(Op::Constant(0.0));
    for effect in &mut body.effects {
        if let Effect::WriteArgument(column, value) = effect
            && !used.contains(column)
        {
            *value = nothing;
        }
    }
    pass_on(body);
}
