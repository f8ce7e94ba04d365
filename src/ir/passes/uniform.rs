//! Factors that are the same for all instances come together, where they cost nothing.
//!
//! ```text
//! b = a * g * h                ->   b = a * (g * h)
//! b = g / a * h                ->   b = g * h / a
//! b = -(a * g / c)             ->   b = a * -g / c
//! b = -(a - c)                 ->   b = c - a
//! b = exp((a - g) * h)         ->   b = exp(a * h - g * h)        one fused step instead of two
//! ```
//!
//! Each applies only when nobody else uses the inner value. A result moves by at most 2 units in the last place;
//! in the last rule the argument of `exp` moves by at most 2 units in the last place of `g * h`.

use std::collections::HashMap;

use super::super::analysis::{self, Dependences};
use super::super::types::*;
use super::fold::emit;
use super::rewrite;

/// Gathers the uniform factors of a kernel.
pub fn run(kernel: &mut Kernel) {
    // One value at a time moves past its neighbour; a chain settles in as many rounds as it has factors.
    for _ in 0..4 {
        let before = kernel.ops.len();
        let changed = round(kernel);
        super::dead::run(kernel);
        if !changed && kernel.ops.len() == before {
            break;
        }
    }
}

/// Applies the rules once to every op; says whether one applied.
fn round(kernel: &mut Kernel) -> bool {
    let uses = analysis::uses(kernel);
    let mut changed = false;
    let mut gather = Gather { dependences: Dependences::default(), uses: HashMap::new() };
    rewrite(kernel, |new, i, op| {
        let found = match op {
            Op::Binary(Binary::Multiply, a, b) => {
                gather.scaled(new, a, b).or_else(|| gather.scaled(new, b, a))
            }
            Op::Unary(Unary::Negate, a) if gather.varies(new, a) => gather.negative(new, a),
            Op::Unary(Unary::Exp, a) => gather.shifted(new, a),
            _ => None,
        };
        changed |= found.is_some();
        let value = found.unwrap_or_else(|| new.push(op));
        *gather.uses.entry(value).or_default() += uses[i];
        value
    });
    changed
}

struct Gather {
    dependences: Dependences,
    /// How often each value of the new kernel will be used, as far as it stands for one of the old.
    uses: HashMap<Value, u32>,
}

impl Gather {
    fn varies(&mut self, k: &Kernel, value: Value) -> bool {
        self.dependences.varies(k, value)
    }

    /// Whether a value has one user.
    fn is_sole(&self, value: Value) -> bool {
        self.uses.get(&value).is_none_or(|count| *count <= 1)
    }

    /// `a` and `b`, the one that varies first, when just one does.
    fn split(&mut self, k: &Kernel, a: Value, b: Value) -> Option<(Value, Value)> {
        match (self.varies(k, a), self.varies(k, b)) {
            (true, false) => Some((a, b)),
            (false, true) => Some((b, a)),
            _ => None,
        }
    }

    /// `inner * scale`, where only `inner` varies.
    fn scaled(&mut self, k: &mut Kernel, inner: Value, scale: Value) -> Option<Value> {
        if !self.is_sole(inner) || !self.varies(k, inner) || self.varies(k, scale) {
            return None;
        }
        match *k.op(inner) {
            Op::Binary(Binary::Multiply, x, y) => {
                let (varying, uniform) = self.split(k, x, y)?;
                let scale = emit(k, Op::Binary(Binary::Multiply, uniform, scale));
                Some(emit(k, Op::Binary(Binary::Multiply, varying, scale)))
            }
            Op::Binary(Binary::Divide, x, y) if !self.varies(k, x) => {
                let scale = emit(k, Op::Binary(Binary::Multiply, x, scale));
                Some(emit(k, Op::Binary(Binary::Divide, scale, y)))
            }
            _ => None,
        }
    }

    /// `-value`, when a uniform factor or a difference in it can take the sign.
    fn negative(&mut self, k: &mut Kernel, value: Value) -> Option<Value> {
        if !self.varies(k, value) {
            return Some(emit(k, Op::Unary(Unary::Negate, value)));
        }
        let Op::Binary(function @ (Binary::Multiply | Binary::Divide), x, y) = *k.op(value) else {
            return None;
        };
        if !self.is_sole(value) {
            return None;
        }
        if let Some(x) = self.negative(k, x) {
            return Some(k.push(Op::Binary(function, x, y)));
        }
        let y = self.negative(k, y)?;
        Some(k.push(Op::Binary(function, x, y)))
    }

    /// `exp` of `(x + g) * h` or `(x - g) * h`.
    fn shifted(&mut self, k: &mut Kernel, argument: Value) -> Option<Value> {
        let Op::Binary(Binary::Multiply, x, y) = *k.op(argument) else { return None };
        let (sum, scale) = self.split(k, x, y)?;
        let Op::Binary(function @ (Binary::Add | Binary::Subtract), p, q) = *k.op(sum) else { return None };
        self.split(k, p, q)?;
        if !self.is_sole(argument) || !self.is_sole(sum) {
            return None;
        }
        let p = emit(k, Op::Binary(Binary::Multiply, p, scale));
        let q = emit(k, Op::Binary(Binary::Multiply, q, scale));
        let sum = emit(k, Op::Binary(function, p, q));
        Some(k.push(Op::Unary(Unary::Exp, sum)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Build;
    use super::*;

    #[test]
    fn factors_gather() {
        let mut k = Build::default();
        let (a, g, h) = (k.column(0), k.global(0), k.global(1));
        let x = k.binary(Binary::Multiply, a, g);
        let y = k.binary(Binary::Multiply, h, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "b = a * (g * h)");
    }

    #[test]
    fn numerators_gather() {
        let mut k = Build::default();
        let (a, g, h) = (k.column(0), k.global(0), k.global(1));
        let x = k.binary(Binary::Divide, g, a);
        let y = k.binary(Binary::Multiply, x, h);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "b = g * h / a");
    }

    #[test]
    fn a_sign_goes_to_the_shared_factor() {
        let mut k = Build::default();
        let (a, g) = (k.column(0), k.global(0));
        let c = k.column(2);
        let x = k.binary(Binary::Multiply, a, g);
        let x = k.binary(Binary::Divide, x, c);
        let y = k.unary(Unary::Negate, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "b = a * -g / c");
    }

    #[test]
    fn a_shift_inside_exp() {
        let mut k = Build::default();
        let (a, g, h) = (k.column(0), k.global(0), k.global(1));
        let x = k.binary(Binary::Subtract, a, g);
        let y = k.binary(Binary::Multiply, x, h);
        let e = k.unary(Unary::Exp, y);
        k.write(1, e);
        assert_eq!(k.after(&[run]), "b = exp(a * h - g * h)");
    }

    #[test]
    fn a_value_that_others_use_stays() {
        let mut k = Build::default();
        let (a, g, h) = (k.column(0), k.global(0), k.global(1));
        let x = k.binary(Binary::Multiply, a, g);
        let y = k.binary(Binary::Multiply, x, h);
        k.write(0, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "_1 = a * g; a = _1; b = _1 * h");
    }
}
