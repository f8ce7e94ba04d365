//! Common subexpressions: what is computed twice is computed once.
//!
//! ```text
//! b = exp(a) + c * exp(a)      ->   _1 = exp(a)
//!                                   b = _1 + c * _1
//! ```
//!
//! Random draws are never the same as each other. Sums, products and the symmetric comparisons are the same
//! in either order; a difference is the negative of the one the other way round, which takes the second user of
//! `alpha(v - vhalf)` and `beta(vhalf - v)` along.

use std::collections::HashMap;

use super::super::types::*;
use super::rewrite;

/// Merges the ops of a kernel that give the same.
pub fn run(kernel: &mut Kernel) {
    let mut known = Known::default();
    rewrite(kernel, |new, _, op| known.push(new, op));
}

/// The ops of a kernel by what they are.
#[derive(Default)]
pub(crate) struct Known(HashMap<Key, Value>);

impl Known {
    /// The value that `op` gives in `kernel`, which is only appended to when nothing gives it yet.
    pub(crate) fn push(&mut self, kernel: &mut Kernel, op: Op) -> Value {
        if let Op::Binary(Binary::Subtract, a, b) = op
            && let Some(turned) = self.0.get(&Key::Binary(Binary::Subtract, b, a))
        {
            let negative = Op::Unary(Unary::Negate, *turned);
            return self.push(kernel, negative);
        }
        match key(&op) {
            Some(key) => *self.0.entry(key).or_insert_with(|| kernel.push(op)),
            None => kernel.push(op),
        }
    }
}

/// Whether an op gives the same wherever it stands behind its operands, and does nothing else.
pub(crate) fn is_plain(op: &Op) -> bool {
    key(op).is_some()
}

/// What tells an op from all others; numbers by their bits.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Constant(u64),
    Global(GlobalId),
    Builtin(Builtin),
    Read(Place),
    Argument(u32),
    Flag,
    Unary(Unary, Value),
    Binary(Binary, Value, Value),
    MultiplyAdd(Value, Value, Value),
    Select(Value, Value, Value),
    Lookup(TableId, u32, Value),
    LookupSlope(TableId, u32, Value),
    Given(TableId, GivenPart, Value, Value),
    Connections,
    PlaySize,
    PlayAt(Value),
}

/// `None` for a draw, for what changes while the kernel runs, and for what makes up a loop.
fn key(op: &Op) -> Option<Key> {
    use Binary::{Add, And, Equal, Multiply, NotEqual, Or};
    Some(match *op {
        Op::Constant(x) => Key::Constant(x.to_bits()),
        Op::Global(id) => Key::Global(id),
        Op::Builtin(builtin) => Key::Builtin(builtin),
        Op::Read(place) => Key::Read(place),
        Op::Argument(i) => Key::Argument(i),
        Op::Flag => Key::Flag,
        Op::Unary(function, a) => Key::Unary(function, a),
        Op::Binary(function @ (Add | Multiply | Equal | NotEqual | And | Or), a, b) => {
            Key::Binary(function, a.min(b), a.max(b))
        }
        Op::Binary(function, a, b) => Key::Binary(function, a, b),
        Op::MultiplyAdd(a, b, c) => Key::MultiplyAdd(a.min(b), a.max(b), c),
        Op::Select(a, b, c) => Key::Select(a, b, c),
        Op::Lookup { table, column, x } => Key::Lookup(table, column, x),
        Op::LookupSlope { table, column, x } => Key::LookupSlope(table, column, x),
        Op::Given { table, part, x, y } => Key::Given(table, part, x, y),
        Op::Random { .. }
        | Op::SetStream { .. }
        | Op::Request { .. }
        | Op::Fail { .. }
        | Op::Weight { .. }
        | Op::Element { .. } => {
            return None;
        }
        Op::Carry(_) | Op::Loop(_) | Op::Next(..) | Op::Repeat(_) => return None,
        Op::Connections => Key::Connections,
        Op::PlaySize => Key::PlaySize,
        Op::PlayAt(i) => Key::PlayAt(i),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Build, shown};
    use super::*;

    #[test]
    fn the_same_is_computed_once_in_either_order() {
        let mut k = Build::default();
        let (a, again, c) = (k.column(0), k.column(0), k.column(2));
        let (x, y) = (k.binary(Binary::Multiply, a, c), k.binary(Binary::Multiply, c, again));
        let sum = k.binary(Binary::Add, x, y);
        k.write(1, sum);
        assert_eq!(k.after(&[run]), "_1 = a * c; b = _1 + _1");
    }

    #[test]
    fn a_difference_the_other_way_round_is_the_negative() {
        let mut k = Build::default();
        let (a, c) = (k.column(0), k.column(2));
        let (x, y) = (k.binary(Binary::Subtract, a, c), k.binary(Binary::Subtract, c, a));
        let product = k.binary(Binary::Multiply, x, y);
        k.write(1, product);
        assert_eq!(k.after(&[run]), "_1 = a - c; b = _1 * -_1");
    }

    #[test]
    fn draws_are_never_the_same() {
        let mut k = Build::default();
        let draw = Op::Random { random: RandomId(0), distribution: Distribution::Uniform, when: None };
        let (x, y) = (k.0.push(draw), k.0.push(draw));
        let sum = k.binary(Binary::Add, x, y);
        k.write(1, sum);
        run(&mut k.0);
        assert_eq!(shown(&k.0), "_1 = random_uniform(r); _2 = random_uniform(r); b = _1 + _2");
    }
}
