//! Powers with a small whole exponent become products, and square roots.
//!
//! ```text
//! b = a ^ 3                    ->   b = a * a * a
//! b = a ^ 4                    ->   _1 = a * a
//!                                   b = _1 * _1
//! b = a ^ -1                   ->   b = 1 / a
//! b = a ^ 0.5                  ->   b = sqrt(a)
//! ```
//!
//! Up to the fourth power the product is within 2 units in the last place of the true value. Higher powers, other
//! exponents and powers of numbers that are the same for all instances stay: the last are computed once a run.

use super::super::analysis::Dependences;
use super::super::types::*;
use super::fold::{constant, emit};
use super::rewrite;

/// Rewrites the powers of a kernel.
pub fn run(kernel: &mut Kernel) {
    let mut dependences = Dependences::default();
    rewrite(kernel, |new, _, op| match op {
        Op::Binary(Binary::Power, a, b) if dependences.varies(new, a) => match constant(new, b) {
            Some(exponent) => power(new, a, exponent).unwrap_or_else(|| new.push(op)),
            None => new.push(op),
        },
        op => new.push(op),
    });
}

/// `a` to a power for which there is a short way.
fn power(k: &mut Kernel, a: Value, exponent: f64) -> Option<Value> {
    let times = |k: &mut Kernel, x, y| k.push(Op::Binary(Binary::Multiply, x, y));
    if exponent == 0.5 {
        return Some(emit(k, Op::Unary(Unary::Sqrt, a)));
    }
    let whole = match exponent.abs() {
        1.0 => a,
        2.0 => times(k, a, a),
        3.0 => {
            let square = times(k, a, a);
            times(k, square, a)
        }
        4.0 => {
            let square = times(k, a, a);
            times(k, square, square)
        }
        _ => return None,
    };
    if exponent > 0.0 {
        return Some(whole);
    }
    let one = k.push(Op::Constant(1.0));
    Some(k.push(Op::Binary(Binary::Divide, one, whole)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Build;
    use super::*;

    fn power_of_a(exponent: f64) -> String {
        let mut k = Build::default();
        let (a, c) = (k.column(0), k.constant(exponent));
        let p = k.binary(Binary::Power, a, c);
        k.write(1, p);
        k.after(&[run])
    }

    #[test]
    fn small_exponents_become_products() {
        assert_eq!(power_of_a(2.0), "b = a * a");
        assert_eq!(power_of_a(3.0), "b = a * a * a");
        assert_eq!(power_of_a(4.0), "_1 = a * a; b = _1 * _1");
        assert_eq!(power_of_a(-1.0), "b = 1 / a");
        assert_eq!(power_of_a(0.5), "b = sqrt(a)");
    }

    #[test]
    fn others_stay() {
        assert_eq!(power_of_a(1.3), "b = a ^ 1.3");
        assert_eq!(power_of_a(9.0), "b = a ^ 9");
        let mut k = Build::default();
        let (g, c) = (k.global(0), k.constant(2.0));
        let p = k.binary(Binary::Power, g, c);
        k.write(1, p);
        assert_eq!(k.after(&[run]), "b = g ^ 2");
    }
}
