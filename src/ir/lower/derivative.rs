//! The slope of a value with respect to another one: forward mode over the ops.
//!
//! For BREAKPOINT's currents with respect to the voltage this takes the place of NEURON's difference quotient
//! over 1 uV. The rules are those of calculus; at the corner of a comparison, of `fabs`, `fmin` or of a table the slope
//! is that of the branch the value is taken from. Draws and whole parts have slope zero.

use std::collections::HashMap;

use super::super::analysis;
use super::super::passes::fold;
use super::super::types::*;

/// Whether `of` depends on `by` by way of a loop: then [`derivative`] cannot tell the slope.
pub(super) fn through_loop(kernel: &Kernel, of: Value, by: Value) -> bool {
    if !kernel.ops.iter().any(|op| matches!(op, Op::Loop(_))) {
        return false;
    }
    let depends = analysis::depends_on(kernel, by);
    let needed = analysis::needed_for(kernel, of);
    let looped = |op: &Op| matches!(op, Op::Next(..) | Op::Repeat(_));
    kernel.ops.iter().enumerate().any(|(i, op)| looped(op) && depends[i] && needed[i])
}

/// Appends the ops that make d`of`/d`by`; `None` when that is zero everywhere.
pub fn derivative(kernel: &mut Kernel, of: Value, by: Value) -> Option<Value> {
    let depends = analysis::depends_on(kernel, by);
    if !depends[of.0 as usize] {
        return None;
    }
    // Ops that `of` is made of, and that depend on `by`.
    let mut needed = vec![false; of.0 as usize + 1];
    needed[of.0 as usize] = true;
    for i in (0..needed.len()).rev().filter(|i| depends[*i]) {
        if needed[i] {
            for value in kernel.ops[i].operands() {
                needed[value.0 as usize] = true;
            }
        }
    }
    let mut slopes = Slopes { kernel, known: HashMap::new() };
    for i in (0..needed.len()).filter(|i| needed[*i] && depends[*i]) {
        let value = Value(i as u32);
        let slope = if value == by { Some(slopes.number(1.0)) } else { slopes.of(value) };
        if let Some(slope) = slope {
            slopes.known.insert(value, slope);
        }
    }
    slopes.known.get(&of).copied()
}

/// Appends the ops that make the slopes of `of` by each of `by`, which ascend; gives those that are not zero everywhere, with the number
/// of what they are by. The same as [`derivative`] of each, but the work grows with what `of` is made of, not with the kernel. No loop may
/// have ended since the first of `by`.
pub(super) fn gradient(kernel: &mut Kernel, of: Value, by: &[Value]) -> Vec<(usize, Value)> {
    let Some(first) = by.first() else { return Vec::new() };
    let cone = analysis::made_of(kernel, of, first.0 as usize);
    let place: HashMap<Value, usize> = cone.iter().enumerate().map(|(i, value)| (*value, i)).collect();
    let operands: Vec<Vec<usize>> = cone
        .iter()
        .map(|value| kernel.op(*value).operands().filter_map(|v| place.get(&v).copied()).collect())
        .collect();
    let mut found = Vec::new();
    let mut depends = vec![false; cone.len()];
    for (number, x) in by.iter().enumerate() {
        let Some(start) = place.get(x).copied() else { continue };
        depends.fill(false);
        depends[start] = true;
        for i in start + 1..cone.len() {
            depends[i] = operands[i].iter().any(|operand| depends[*operand]);
        }
        let mut slopes = Slopes { kernel, known: HashMap::new() };
        for i in (start..cone.len()).filter(|i| depends[*i]) {
            let slope = if i == start { Some(slopes.number(1.0)) } else { slopes.of(cone[i]) };
            if let Some(slope) = slope {
                slopes.known.insert(cone[i], slope);
            }
        }
        found.extend(slopes.known.get(&of).map(|slope| (number, *slope)));
    }
    found
}

/// Whether a loop has ended in the kernel since `first`.
pub(super) fn loops_since(kernel: &Kernel, first: Value) -> bool {
    kernel.ops[first.0 as usize..].iter().any(|op| matches!(op, Op::Repeat(_)))
}

struct Slopes<'a> {
    kernel: &'a mut Kernel,
    /// Slopes found so far; zero when absent.
    known: HashMap<Value, Value>,
}

impl Slopes<'_> {
    fn number(&mut self, x: f64) -> Value {
        self.kernel.push(Op::Constant(x))
    }

    fn unary(&mut self, function: Unary, a: Value) -> Value {
        fold::emit(self.kernel, Op::Unary(function, a))
    }

    fn binary(&mut self, function: Binary, a: Value, b: Value) -> Value {
        fold::emit(self.kernel, Op::Binary(function, a, b))
    }

    fn slope(&self, value: Value) -> Option<Value> {
        self.known.get(&value).copied()
    }

    fn times(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Multiply, a, b)
    }

    fn over(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Divide, a, b)
    }

    fn sum(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.binary(Binary::Add, a, b)),
            (a, b) => a.or(b),
        }
    }

    fn minus(&mut self, a: Option<Value>) -> Option<Value> {
        a.map(|a| self.unary(Unary::Negate, a))
    }

    fn select(&mut self, mask: Value, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        if a.is_none() && b.is_none() {
            return None;
        }
        let a = a.unwrap_or_else(|| self.number(0.0));
        let b = b.unwrap_or_else(|| self.number(0.0));
        Some(fold::emit(self.kernel, Op::Select(mask, a, b)))
    }

    /// The slope of `value` from those of its operands.
    fn of(&mut self, value: Value) -> Option<Value> {
        match *self.kernel.op(value) {
            Op::Unary(function, a) => self.of_unary(function, value, a),
            Op::Binary(function, a, b) => self.of_binary(function, value, a, b),
            Op::MultiplyAdd(a, b, c) => {
                let product = self.of_product(a, b);
                let c = self.slope(c);
                self.sum(product, c)
            }
            Op::Select(mask, a, b) => {
                let (a, b) = (self.slope(a), self.slope(b));
                self.select(mask, a, b)
            }
            Op::Lookup { table, column, x } => {
                let dx = self.slope(x)?;
                let slope = self.kernel.push(Op::LookupSlope { table, column, x });
                Some(self.times(slope, dx))
            }
            Op::Given { table, part: GivenPart::Value, x, y } => {
                let mut along = |part, argument| {
                    let d = self.slope(argument)?;
                    let slope = self.kernel.push(Op::Given { table, part, x, y });
                    Some(self.times(slope, d))
                };
                let first = along(GivenPart::FirstSlope, x);
                let second = along(GivenPart::SecondSlope, y);
                self.sum(first, second)
            }
            Op::Given { .. }
            | Op::Constant(_)
            | Op::Global(_)
            | Op::Builtin(_)
            | Op::Read(_)
            | Op::Argument(_)
            | Op::Flag
            | Op::LookupSlope { .. }
            | Op::Random { .. }
            | Op::SetStream { .. }
            | Op::Request { .. }
            | Op::Fail { .. }
            | Op::Connections
            | Op::Weight { .. }
            | Op::Element { .. }
            | Op::PlaySize
            | Op::PlayAt(_)
            | Op::Loop(_)
            | Op::Repeat(_)
            | Op::Next(..) => None,
            // Outside of loops a copy: inside of them there are no slopes ([`through_loop`]).
            Op::Carry(initial) => self.slope(initial),
        }
    }

    fn of_unary(&mut self, function: Unary, value: Value, a: Value) -> Option<Value> {
        let da = self.slope(a)?;
        // Slope of the function itself where it is a factor of `da`, or what `da` is divided by.
        Some(match function {
            Unary::Negate => self.unary(Unary::Negate, da),
            Unary::Not | Unary::Floor | Unary::Ceil => return None,
            // That of what is rounded: the steps are far smaller than what matters.
            Unary::Single => da,
            Unary::Abs => {
                let zero = self.number(0.0);
                let below = self.binary(Binary::Less, a, zero);
                let minus = self.unary(Unary::Negate, da);
                return self.select(below, Some(minus), Some(da));
            }
            Unary::Sqrt => {
                let two = self.number(2.0);
                let twice = self.times(two, value);
                self.over(da, twice)
            }
            Unary::Exp => self.times(value, da),
            Unary::Log => self.over(da, a),
            Unary::Log10 => {
                let ln10 = self.number(std::f64::consts::LN_10);
                let scaled = self.times(a, ln10);
                self.over(da, scaled)
            }
            Unary::Sin => {
                let cos = self.unary(Unary::Cos, a);
                self.times(cos, da)
            }
            Unary::Cos => {
                let sin = self.unary(Unary::Sin, a);
                let minus = self.unary(Unary::Negate, sin);
                self.times(minus, da)
            }
            Unary::Tan => {
                let factor = self.square_from_one(Binary::Add, value);
                self.times(factor, da)
            }
            Unary::Asin | Unary::Acos => {
                let rest = self.square_from_one(Binary::Subtract, a);
                let root = self.unary(Unary::Sqrt, rest);
                let slope = self.over(da, root);
                if function == Unary::Asin { slope } else { self.unary(Unary::Negate, slope) }
            }
            Unary::Atan => {
                let factor = self.square_from_one(Binary::Add, a);
                self.over(da, factor)
            }
            Unary::Sinh => {
                let cosh = self.unary(Unary::Cosh, a);
                self.times(cosh, da)
            }
            Unary::Cosh => {
                let sinh = self.unary(Unary::Sinh, a);
                self.times(sinh, da)
            }
            Unary::Tanh => {
                let factor = self.square_from_one(Binary::Subtract, value);
                self.times(factor, da)
            }
        })
    }

    /// `1 + a^2` or `1 - a^2`.
    fn square_from_one(&mut self, function: Binary, a: Value) -> Value {
        let one = self.number(1.0);
        let square = self.times(a, a);
        self.binary(function, one, square)
    }

    /// `a' b + a b'`.
    fn of_product(&mut self, a: Value, b: Value) -> Option<Value> {
        let left = self.slope(a).map(|da| self.times(da, b));
        let right = self.slope(b).map(|db| self.times(a, db));
        self.sum(left, right)
    }

    fn of_binary(&mut self, function: Binary, value: Value, a: Value, b: Value) -> Option<Value> {
        let (da, db) = (self.slope(a), self.slope(b));
        match function {
            Binary::Add => self.sum(da, db),
            Binary::Subtract => {
                let db = self.minus(db);
                self.sum(da, db)
            }
            Binary::Multiply => self.of_product(a, b),
            Binary::Divide => {
                // (a / b)' = (a' - (a / b) b') / b
                let shift = db.map(|db| self.times(value, db));
                let shift = self.minus(shift);
                let rise = self.sum(da, shift)?;
                Some(self.over(rise, b))
            }
            Binary::Power => self.of_power(value, a, b),
            Binary::Minimum => {
                let first = self.binary(Binary::Less, a, b);
                self.select(first, da, db)
            }
            Binary::Maximum => {
                let second = self.binary(Binary::Less, a, b);
                self.select(second, db, da)
            }
            Binary::Remainder => {
                // a - n b with the whole number n = (a - value) / b
                let shift = db.map(|db| {
                    let multiple = self.binary(Binary::Subtract, a, value);
                    let n = self.over(multiple, b);
                    self.times(n, db)
                });
                let shift = self.minus(shift);
                self.sum(da, shift)
            }
            Binary::Atan2 => {
                let up = da.map(|da| self.times(b, da));
                let down = db.map(|db| self.times(a, db));
                let down = self.minus(down);
                let rise = self.sum(up, down)?;
                let (aa, bb) = (self.times(a, a), self.times(b, b));
                let radius = self.binary(Binary::Add, aa, bb);
                Some(self.over(rise, radius))
            }
            Binary::Less
            | Binary::LessEqual
            | Binary::Equal
            | Binary::NotEqual
            | Binary::And
            | Binary::Or => None,
        }
    }

    /// `(a^b)' = b a^(b - 1) a' + a^b ln(a) b'`.
    fn of_power(&mut self, value: Value, a: Value, b: Value) -> Option<Value> {
        let base = self.slope(a).map(|da| {
            let one = self.number(1.0);
            let less = self.binary(Binary::Subtract, b, one);
            let power = self.binary(Binary::Power, a, less);
            let factor = self.times(b, power);
            self.times(factor, da)
        });
        let exponent = self.slope(b).map(|db| {
            let log = self.unary(Unary::Log, a);
            let factor = self.times(value, log);
            self.times(factor, db)
        });
        self.sum(base, exponent)
    }
}
