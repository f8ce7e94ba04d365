//! Shared reciprocals: who divides by the same value shares one division.
//!
//! ```text
//! b = a / c                    ->   _2 = 1 / c
//! a = d / c                         b = a * _2
//!                                   a = d * _2
//! ```
//!
//! A result moves by at most 1 unit in the last place. Values that are the same for all instances are left
//! alone. Expects common subexpressions to be merged.

use std::collections::HashMap;

use super::super::analysis;
use super::super::types::*;
use super::fold::emit;
use super::rewrite;

/// Shares the reciprocals of a kernel.
pub fn run(kernel: &mut Kernel) {
    let dependence = analysis::dependence(kernel);
    let mut divisors: HashMap<Value, u32> = HashMap::new();
    for op in &kernel.ops {
        if let Op::Binary(Binary::Divide, _, b) = op
            && dependence[b.0 as usize] == analysis::Dependence::Instance
        {
            *divisors.entry(*b).or_default() += 1;
        }
    }
    divisors.retain(|_, count| *count > 1);
    let old = kernel.ops.clone();
    let mut made: HashMap<Value, Value> = HashMap::new();
    rewrite(kernel, |new, i, op| match (op, old[i]) {
        (Op::Binary(Binary::Divide, a, b), Op::Binary(_, _, was)) if divisors.contains_key(&was) => {
            let reciprocal = *made.entry(was).or_insert_with(|| {
                let one = new.push(Op::Constant(1.0));
                new.push(Op::Binary(Binary::Divide, one, b))
            });
            emit(new, Op::Binary(Binary::Multiply, a, reciprocal))
        }
        (op, _) => new.push(op),
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::Build;
    use super::*;

    #[test]
    fn two_divide_by_the_same() {
        let mut k = Build::default();
        let (a, c, d, one) = (k.column(0), k.column(2), k.column(3), k.constant(1.0));
        let x = k.binary(Binary::Divide, a, c);
        let y = k.binary(Binary::Divide, one, c);
        let z = k.binary(Binary::Divide, c, d);
        k.write(0, x);
        k.write(1, y);
        k.write(2, z);
        assert_eq!(k.after(&[run]), "_1 = 1 / c; a = a * _1; b = _1; c = c / d");
    }

    #[test]
    fn shared_variables_are_left_alone() {
        let mut k = Build::default();
        let (g, h) = (k.global(0), k.global(1));
        let x = k.binary(Binary::Divide, g, h);
        let y = k.binary(Binary::Divide, x, h);
        k.write(0, x);
        k.write(1, y);
        assert_eq!(k.after(&[run]), "_1 = g / h; a = _1; b = _1 / h");
    }
}
