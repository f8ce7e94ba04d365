//! Products that are only added become multiply-adds.
//!
//! ```text
//! b = a * c + d                ->   b = fma(a, c, d)
//! b = a * c - g                ->   b = fma(a, c, -g)             g is the same for all instances
//! b = d - a * g                ->   b = fma(a, -g, d)
//! ```
//!
//! With fused arithmetic the product is not rounded on its own; without it nothing changes. Differences are
//! only taken when the sign goes to a value that is the same for all instances, where it costs nothing.

use super::super::analysis::{self, Dependences};
use super::super::types::*;
use super::fold::emit;
use super::rewrite;

/// Fuses the products and sums of a kernel.
pub fn run(kernel: &mut Kernel) {
    let uses = analysis::uses(kernel);
    let old = kernel.ops.clone();
    let mut dependences = Dependences::default();
    rewrite(kernel, |new, i, op| {
        let Op::Binary(function @ (Binary::Add | Binary::Subtract), a, b) = op else { return new.push(op) };
        if !dependences.varies(new, a) && !dependences.varies(new, b) {
            return new.push(op);
        }
        let sole: Vec<bool> = old[i].operands().map(|v| uses[v.0 as usize] == 1).collect();
        let (left, right) = (factors(new, a, sole[0]), factors(new, b, sole[1]));
        let left = left.filter(|_| dependences.varies(new, a));
        let right = right.filter(|_| dependences.varies(new, b));
        match (function, left, right) {
            (Binary::Add, Some((x, y)), _) => new.push(Op::MultiplyAdd(x, y, b)),
            (Binary::Add, _, Some((x, y))) => new.push(Op::MultiplyAdd(x, y, a)),
            (Binary::Subtract, Some((x, y)), _) if !dependences.varies(new, b) => {
                let minus = emit(new, Op::Unary(Unary::Negate, b));
                new.push(Op::MultiplyAdd(x, y, minus))
            }
            (Binary::Subtract, _, Some((x, y))) if !dependences.varies(new, y) => {
                let minus = emit(new, Op::Unary(Unary::Negate, y));
                new.push(Op::MultiplyAdd(x, minus, a))
            }
            (Binary::Subtract, _, Some((x, y))) if !dependences.varies(new, x) => {
                let minus = emit(new, Op::Unary(Unary::Negate, x));
                new.push(Op::MultiplyAdd(y, minus, a))
            }
            _ => new.push(op),
        }
    });
}

/// The factors of a product that has one user.
fn factors(kernel: &Kernel, value: Value, sole: bool) -> Option<(Value, Value)> {
    match *kernel.op(value) {
        Op::Binary(Binary::Multiply, x, y) if sole => Some((x, y)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Build;
    use super::*;

    #[test]
    fn sums_on_either_side() {
        let mut k = Build::default();
        let (a, c, d) = (k.column(0), k.column(2), k.column(3));
        let product = k.binary(Binary::Multiply, a, c);
        let x = k.binary(Binary::Add, d, product);
        let other = k.binary(Binary::Multiply, c, d);
        let y = k.binary(Binary::Add, other, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "b = fma(c, d, fma(a, c, d))");
    }

    #[test]
    fn differences_with_a_shared_part() {
        let mut k = Build::default();
        let (a, c, d, g) = (k.column(0), k.column(2), k.column(3), k.global(0));
        let x = k.binary(Binary::Multiply, a, c);
        let x = k.binary(Binary::Subtract, x, g);
        let y = k.binary(Binary::Multiply, g, c);
        let y = k.binary(Binary::Subtract, d, y);
        k.write(0, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "a = fma(a, c, -g); b = fma(c, -g, d)");
    }

    #[test]
    fn a_shared_product_and_a_varying_difference_stay() {
        let mut k = Build::default();
        let (a, c, d, g, h) = (k.column(0), k.column(2), k.column(3), k.global(0), k.global(1));
        let x = k.binary(Binary::Multiply, a, c);
        let x = k.binary(Binary::Subtract, d, x);
        let y = k.binary(Binary::Multiply, g, h);
        let y = k.binary(Binary::Add, y, c);
        k.write(0, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "a = d - a * c; b = g * h + c");
    }
}
