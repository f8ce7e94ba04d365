//! What does not change from round to round of a loop is computed before it.
//!
//! ```text
//! _2 = loop {                      ->   _2 = exp(a)
//! _3 = fma(exp(a), _1, b)               _3 = loop {
//! ...                                   _4 = fma(_2, _1, b)
//!                                       ...
//! ```
//!
//! The same is computed, so no bit changes. Draws, requests and what may end the run stay where they are.

use super::super::types::*;
use super::common;

/// Moves ops out of the loops of a kernel, out of inner ones first.
pub fn run(kernel: &mut Kernel) {
    // A loop keeps its number, in the order in which they end, while ops move.
    let mut number = 0;
    while let Some((start, end)) = nth_loop(kernel, number) {
        move_out(kernel, start, end);
        number += 1;
    }
}

/// The first and last op of the loop that ends as number `number`.
fn nth_loop(kernel: &Kernel, number: usize) -> Option<(usize, usize)> {
    let mut open = Vec::new();
    let mut ended = 0;
    for (i, op) in kernel.ops.iter().enumerate() {
        match op {
            Op::Loop(_) => open.push(i),
            Op::Repeat(_) => {
                let start = open.pop()?;
                if ended == number {
                    return Some((start, i));
                }
                ended += 1;
            }
            _ => {}
        }
    }
    None
}

fn move_out(kernel: &mut Kernel, start: usize, end: usize) {
    let mut varies = vec![false; kernel.ops.len()];
    for op in &kernel.ops[start..=end] {
        if let Op::Next(carry, _) = op {
            varies[carry.0 as usize] = true;
        }
    }
    for i in start..=end {
        let op = kernel.ops[i];
        let depends = op.operands().any(|value| varies[value.0 as usize]);
        varies[i] = depends || !common::is_plain(&op);
    }
    if varies[start..=end].iter().all(|varies| *varies) {
        return;
    }
    let moved = (start..=end).filter(|i| !varies[*i]);
    let stays = (start..=end).filter(|i| varies[*i]);
    let order: Vec<usize> = (0..start).chain(moved).chain(stays).chain(end + 1..kernel.ops.len()).collect();
    let old = std::mem::take(kernel);
    let mut renamed = vec![Value(0); old.ops.len()];
    for i in order {
        renamed[i] = kernel.push(old.ops[i].map(|value| renamed[value.0 as usize]));
    }
    kernel.effects = old.effects.iter().map(|effect| effect.map(|value| renamed[value.0 as usize])).collect();
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Build, shown};
    use super::*;

    #[test]
    fn what_is_the_same_in_every_round_is_computed_before_the_loops() {
        let mut k = Build::default();
        let (a, b) = (k.column(0), k.column(1));
        let outer = k.0.push(Op::Carry(b));
        k.0.push(Op::Loop(Site::NONE));
        let inner = k.0.push(Op::Carry(outer));
        k.0.push(Op::Loop(Site::NONE));
        let power = k.unary(Unary::Exp, a);
        let of_outer = k.binary(Binary::Multiply, outer, power);
        let next = k.binary(Binary::Subtract, inner, of_outer);
        let again = k.binary(Binary::Less, power, next);
        let last = k.0.push(Op::Next(inner, next));
        k.0.push(Op::Repeat(again));
        let change = k.binary(Binary::Add, outer, last);
        let more = k.binary(Binary::Less, change, power);
        let found = k.0.push(Op::Next(outer, change));
        k.0.push(Op::Repeat(more));
        k.write(0, found);
        run(&mut k.0);
        let depth_of = |wanted: Op| {
            let at = k.0.ops.iter().position(|op| *op == wanted).unwrap();
            k.0.ops[..at].iter().filter(|op| matches!(op, Op::Loop(_))).count()
        };
        let value = |wanted: &dyn Fn(&Op) -> bool| Value(k.0.ops.iter().position(wanted).unwrap() as u32);
        let (a, outer) = (
            value(&|op| *op == Op::Read(Place::Column(ColumnId(0)))),
            value(&|op| matches!(op, Op::Carry(_))),
        );
        let power = value(&|op| *op == Op::Unary(Unary::Exp, a));
        assert_eq!(depth_of(Op::Unary(Unary::Exp, a)), 0, "{}", shown(&k.0));
        assert_eq!(depth_of(Op::Binary(Binary::Multiply, outer, power)), 1, "{}", shown(&k.0));
    }
}
