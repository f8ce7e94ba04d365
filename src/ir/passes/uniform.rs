//! Factors that are the same for all instances come together, where they cost nothing.
//!
//! ```text
//! b = a * g * h                ->   b = a * (g * h)
//! b = g / a * h                ->   b = g * h / a
//! b = -(a * g)                 ->   b = a * -g
//! b = exp((a - g) * h)         ->   b = exp(a * h - g * h)        one fused step instead of two
//! ```
//!
//! Each applies only when nobody else uses the inner value. A result moves by at most 2 units in the last place;
//! in the last rule the argument of `exp` moves by at most 2 units in the last place of `g * h`.

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
    let old = kernel.ops.clone();
    let mut changed = false;
    let mut gather = Gather { dependences: Dependences::default() };
    rewrite(kernel, |new, i, op| {
        // Whether an operand of the old op has this op as its only user.
        let sole: Vec<bool> = old[i].operands().map(|v| uses[v.0 as usize] == 1).collect();
        let found = match op {
            Op::Binary(Binary::Multiply, a, b) => {
                gather.scaled(new, a, b, sole[0]).or_else(|| gather.scaled(new, b, a, sole[1]))
            }
            Op::Unary(Unary::Negate, a) if sole[0] => gather.negated(new, a),
            Op::Unary(Unary::Exp, a) if sole[0] => {
                let Op::Binary(_, x, y) = old[old[i].operands().next().map_or(0, |v| v.0 as usize)] else {
                    return new.push(op);
                };
                let sole = (uses[x.0 as usize] == 1, uses[y.0 as usize] == 1);
                gather.shifted(new, a, sole)
            }
            _ => None,
        };
        changed |= found.is_some();
        found.unwrap_or_else(|| new.push(op))
    });
    changed
}

struct Gather {
    dependences: Dependences,
}

impl Gather {
    /// `a` and `b`, the one that varies first, when just one does.
    fn split(&mut self, k: &Kernel, a: Value, b: Value) -> Option<(Value, Value)> {
        match (self.dependences.varies(k, a), self.dependences.varies(k, b)) {
            (true, false) => Some((a, b)),
            (false, true) => Some((b, a)),
            _ => None,
        }
    }

    /// `inner * scale`, where only `inner` varies.
    fn scaled(&mut self, k: &mut Kernel, inner: Value, scale: Value, sole: bool) -> Option<Value> {
        if !sole || !self.dependences.varies(k, inner) || self.dependences.varies(k, scale) {
            return None;
        }
        match *k.op(inner) {
            Op::Binary(Binary::Multiply, x, y) => {
                let (varying, uniform) = self.split(k, x, y)?;
                let scale = emit(k, Op::Binary(Binary::Multiply, uniform, scale));
                Some(emit(k, Op::Binary(Binary::Multiply, varying, scale)))
            }
            Op::Binary(Binary::Divide, x, y) if !self.dependences.varies(k, x) => {
                let scale = emit(k, Op::Binary(Binary::Multiply, x, scale));
                Some(emit(k, Op::Binary(Binary::Divide, scale, y)))
            }
            _ => None,
        }
    }

    /// `-inner`.
    fn negated(&mut self, k: &mut Kernel, inner: Value) -> Option<Value> {
        let Op::Binary(function @ (Binary::Multiply | Binary::Divide), x, y) = *k.op(inner) else {
            return None;
        };
        let (_, uniform) = self.split(k, x, y)?;
        let minus = emit(k, Op::Unary(Unary::Negate, uniform));
        let turned = |v: Value| if v == uniform { minus } else { v };
        Some(k.push(Op::Binary(function, turned(x), turned(y))))
    }

    /// `exp` of `(x + g) * h` or `(x - g) * h`; `sole` is for the two factors.
    fn shifted(&mut self, k: &mut Kernel, argument: Value, sole: (bool, bool)) -> Option<Value> {
        let Op::Binary(Binary::Multiply, x, y) = *k.op(argument) else { return None };
        let (sum, scale) = self.split(k, x, y)?;
        if !(if sum == x { sole.0 } else { sole.1 }) {
            return None;
        }
        let Op::Binary(function @ (Binary::Add | Binary::Subtract), p, q) = *k.op(sum) else { return None };
        self.split(k, p, q)?;
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
        let x = k.binary(Binary::Divide, g, a);
        let y = k.unary(Unary::Negate, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "b = -g / a");
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
        assert_eq!(k.after(&[run]), "_3 = a * g; a = _3; b = _3 * h");
    }
}
