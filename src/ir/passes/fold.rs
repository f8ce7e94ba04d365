//! Constant folding, and identities that are exact (but for the sign of a zero).
//!
//! ```text
//! b = (2 + 3) * a + 0          ->   b = 5 * a
//! b = select(1 < 2, a, c)      ->   b = a
//! b = -(-a) - (-c)             ->   b = a + c
//! net_send(1, 2) if 0          ->
//! ```
//!
//! Signs move outwards, to where a sum takes them up. `x * 0` stays: `x` may be infinite. Lowering pushes
//! its ops through [`emit`] too, which is how bounds of loops and elements of arrays get to be constants.

use super::super::types::*;
use super::rewrite;

/// Folds a kernel.
pub fn run(kernel: &mut Kernel) {
    let idle = idle_carries(kernel);
    rewrite(kernel, |new, i, op| match op {
        Op::Carry(initial) if idle[i] => initial,
        // The carried variable has become its start value by now.
        Op::Next(same, _) if idle[i] => same,
        op => emit(new, op),
    });
}

/// Which ops make up a carried variable that no loop changes: it stands for its start value.
fn idle_carries(kernel: &Kernel) -> Vec<bool> {
    let mut idle: Vec<bool> = kernel.ops.iter().map(|op| matches!(op, Op::Carry(_))).collect();
    for op in &kernel.ops {
        if let Op::Next(carry, next) = op {
            idle[carry.0 as usize] &= carry == next;
        }
    }
    for (i, op) in kernel.ops.iter().enumerate() {
        if let Op::Next(carry, _) = op {
            idle[i] = idle[carry.0 as usize];
        }
    }
    idle
}

/// The number a value is, when that is known.
pub fn constant(kernel: &Kernel, value: Value) -> Option<f64> {
    match kernel.op(value) {
        Op::Constant(x) => Some(*x),
        _ => None,
    }
}

/// Appends the simplest op that gives the same as `op`, or finds a value that already is the same.
pub fn emit(kernel: &mut Kernel, op: Op) -> Value {
    match op {
        Op::Unary(function, a) => unary(kernel, function, a),
        Op::Binary(function, a, b) => binary(kernel, function, a, b),
        Op::Select(mask, a, b) => select(kernel, mask, a, b),
        Op::SetStream { when: mask, .. } if constant(kernel, mask) == Some(0.0) => {
            kernel.push(Op::Constant(0.0))
        }
        Op::Random { random, distribution, when: Some(mask) } => match constant(kernel, mask) {
            Some(0.0) => kernel.push(Op::Constant(0.0)),
            Some(_) => kernel.push(Op::Random { random, distribution, when: None }),
            None => kernel.push(op),
        },
        Op::Fail { when: mask, .. } if constant(kernel, mask) == Some(0.0) => kernel.push(Op::Constant(0.0)),
        // Without it no value is missing: a request has none.
        Op::Request { when: Some(mask), what } => match constant(kernel, mask) {
            Some(0.0) => kernel.push(Op::Constant(0.0)),
            Some(_) => kernel.push(Op::Request { when: None, what }),
            None => kernel.push(op),
        },
        op => kernel.push(op),
    }
}

/// Whether two values are the same one, or the same number.
fn same(kernel: &Kernel, a: Value, b: Value) -> bool {
    a == b
        || match (kernel.op(a), kernel.op(b)) {
            (Op::Constant(x), Op::Constant(y)) => x.to_bits() == y.to_bits(),
            _ => false,
        }
}

/// Whether a value is 1.0 or 0.0 by its make.
fn is_truth(kernel: &Kernel, value: Value) -> bool {
    use Binary::{And, Equal, Less, LessEqual, NotEqual, Or};
    match *kernel.op(value) {
        Op::Constant(x) => x == 0.0 || x == 1.0,
        Op::Unary(Unary::Not, _) => true,
        Op::Binary(Less | LessEqual | Equal | NotEqual | And | Or, ..) => true,
        Op::Select(_, a, b) => is_truth(kernel, a) && is_truth(kernel, b),
        _ => false,
    }
}

/// What `value` is the negative of, when it is made so.
pub(crate) fn negated(kernel: &Kernel, value: Value) -> Option<Value> {
    match *kernel.op(value) {
        Op::Unary(Unary::Negate, a) => Some(a),
        _ => None,
    }
}

/// `-value`.
pub(crate) fn negate(kernel: &mut Kernel, value: Value) -> Value {
    unary(kernel, Unary::Negate, value)
}

fn unary(kernel: &mut Kernel, function: Unary, a: Value) -> Value {
    if let Some(x) = constant(kernel, a) {
        return kernel.push(Op::Constant(unary_of(function, x)));
    }
    match (function, *kernel.op(a)) {
        (Unary::Negate, Op::Unary(Unary::Negate, x)) => x,
        (Unary::Negate, Op::Binary(f @ (Binary::Multiply | Binary::Divide), x, y)) => {
            if let Some(c) = constant(kernel, x) {
                let c = kernel.push(Op::Constant(-c));
                kernel.push(Op::Binary(f, c, y))
            } else if let Some(c) = constant(kernel, y) {
                let c = kernel.push(Op::Constant(-c));
                kernel.push(Op::Binary(f, x, c))
            } else {
                kernel.push(Op::Unary(Unary::Negate, a))
            }
        }
        (Unary::Abs, Op::Unary(Unary::Negate | Unary::Abs, x)) => kernel.push(Op::Unary(Unary::Abs, x)),
        (Unary::Not, Op::Unary(Unary::Not, x)) if is_truth(kernel, x) => x,
        (Unary::Not, Op::Binary(Binary::Equal, x, y)) => kernel.push(Op::Binary(Binary::NotEqual, x, y)),
        (Unary::Not, Op::Binary(Binary::NotEqual, x, y)) => kernel.push(Op::Binary(Binary::Equal, x, y)),
        _ => kernel.push(Op::Unary(function, a)),
    }
}

fn binary(kernel: &mut Kernel, function: Binary, a: Value, b: Value) -> Value {
    let (left, right) = (constant(kernel, a), constant(kernel, b));
    if let (Some(x), Some(y)) = (left, right) {
        return kernel.push(Op::Constant(binary_of(function, x, y)));
    }
    match function {
        Binary::Add => match (negated(kernel, a), negated(kernel, b)) {
            _ if left == Some(0.0) => b,
            _ if right == Some(0.0) => a,
            (None, Some(y)) => binary(kernel, Binary::Subtract, a, y),
            (Some(x), None) => binary(kernel, Binary::Subtract, b, x),
            (Some(x), Some(y)) => {
                let sum = binary(kernel, Binary::Add, x, y);
                negate(kernel, sum)
            }
            _ => kernel.push(Op::Binary(function, a, b)),
        },
        Binary::Subtract => match (negated(kernel, a), negated(kernel, b)) {
            _ if left == Some(0.0) => negate(kernel, b),
            _ if right == Some(0.0) => a,
            (_, Some(y)) => binary(kernel, Binary::Add, a, y),
            (Some(x), None) => {
                let sum = binary(kernel, Binary::Add, x, b);
                negate(kernel, sum)
            }
            _ => kernel.push(Op::Binary(function, a, b)),
        },
        Binary::Multiply | Binary::Divide => product(kernel, function, a, b),
        Binary::Power if right == Some(1.0) => a,
        Binary::Power if right == Some(0.0) => kernel.push(Op::Constant(1.0)),
        Binary::And => match (left, right) {
            (Some(0.0), _) | (_, Some(0.0)) => kernel.push(Op::Constant(0.0)),
            (Some(_), _) if is_truth(kernel, b) => b,
            (_, Some(_)) if is_truth(kernel, a) => a,
            _ if a == b && is_truth(kernel, a) => a,
            _ => kernel.push(Op::Binary(function, a, b)),
        },
        Binary::Or => match (left, right) {
            (Some(0.0), _) if is_truth(kernel, b) => b,
            (_, Some(0.0)) if is_truth(kernel, a) => a,
            (Some(x), _) | (_, Some(x)) if x != 0.0 => kernel.push(Op::Constant(1.0)),
            _ if a == b && is_truth(kernel, a) => a,
            _ => kernel.push(Op::Binary(function, a, b)),
        },
        Binary::NotEqual if right == Some(0.0) && is_truth(kernel, a) => a,
        _ => kernel.push(Op::Binary(function, a, b)),
    }
}

/// A product or quotient that is not of two numbers.
fn product(kernel: &mut Kernel, function: Binary, a: Value, b: Value) -> Value {
    let (left, right) = (constant(kernel, a), constant(kernel, b));
    let multiply = function == Binary::Multiply;
    if right == Some(1.0) {
        return a;
    }
    if right == Some(-1.0) {
        return negate(kernel, a);
    }
    if multiply && left == Some(1.0) {
        return b;
    }
    if multiply && left == Some(-1.0) {
        return negate(kernel, b);
    }
    match (negated(kernel, a), negated(kernel, b)) {
        (Some(x), Some(y)) => binary(kernel, function, x, y),
        (Some(x), None) => match right {
            Some(c) => {
                let c = kernel.push(Op::Constant(-c));
                binary(kernel, function, x, c)
            }
            None => {
                let value = binary(kernel, function, x, b);
                negate(kernel, value)
            }
        },
        (None, Some(y)) => match left {
            Some(c) => {
                let c = kernel.push(Op::Constant(-c));
                binary(kernel, function, c, y)
            }
            None => {
                let value = binary(kernel, function, a, y);
                negate(kernel, value)
            }
        },
        (None, None) => kernel.push(Op::Binary(function, a, b)),
    }
}

fn select(kernel: &mut Kernel, mask: Value, a: Value, b: Value) -> Value {
    if let Some(x) = constant(kernel, mask) {
        return if x != 0.0 { a } else { b };
    }
    if same(kernel, a, b) {
        return a;
    }
    if let Op::Unary(Unary::Not, inner) = *kernel.op(mask) {
        return select(kernel, inner, b, a);
    }
    if let Op::Select(inner, x, _) = *kernel.op(a)
        && inner == mask
    {
        return select(kernel, mask, x, b);
    }
    if let Op::Select(inner, _, y) = *kernel.op(b)
        && inner == mask
    {
        return select(kernel, mask, a, y);
    }
    if is_truth(kernel, mask) && constant(kernel, a) == Some(1.0) && constant(kernel, b) == Some(0.0) {
        return mask;
    }
    kernel.push(Op::Select(mask, a, b))
}

/// A truth value.
fn truth(x: bool) -> f64 {
    if x { 1.0 } else { 0.0 }
}

/// The function of a number.
pub fn unary_of(function: Unary, x: f64) -> f64 {
    match function {
        Unary::Negate => -x,
        Unary::Not => truth(x == 0.0),
        Unary::Abs => x.abs(),
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => x.exp(),
        Unary::Log => x.ln(),
        Unary::Log10 => x.log10(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tan => x.tan(),
        Unary::Asin => x.asin(),
        Unary::Acos => x.acos(),
        Unary::Atan => x.atan(),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::Tanh => x.tanh(),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Single => f64::from(x as f32),
    }
}

/// The function of two numbers.
pub fn binary_of(function: Binary, x: f64, y: f64) -> f64 {
    match function {
        Binary::Add => x + y,
        Binary::Subtract => x - y,
        Binary::Multiply => x * y,
        Binary::Divide => x / y,
        Binary::Power => x.powf(y),
        Binary::Minimum => x.min(y),
        Binary::Maximum => x.max(y),
        Binary::Remainder => x % y,
        Binary::Atan2 => x.atan2(y),
        Binary::Less => truth(x < y),
        Binary::LessEqual => truth(x <= y),
        Binary::Equal => truth(x == y),
        Binary::NotEqual => truth(x != y),
        Binary::And => truth(x != 0.0 && y != 0.0),
        Binary::Or => truth(x != 0.0 || y != 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Build, shown};
    use super::*;

    #[test]
    fn numbers_are_computed() {
        let mut k = Build::default();
        let a = k.column(0);
        let (two, three, zero) = (k.constant(2.0), k.constant(3.0), k.constant(0.0));
        let five = k.binary(Binary::Add, two, three);
        let product = k.binary(Binary::Multiply, five, a);
        let sum = k.binary(Binary::Add, product, zero);
        k.write(1, sum);
        assert_eq!(k.after(&[run]), "b = 5 * a");
    }

    #[test]
    fn signs_move_to_a_sum() {
        let mut k = Build::default();
        let (a, c, d) = (k.column(0), k.column(2), k.column(3));
        let minus_a = k.unary(Unary::Negate, a);
        let product = k.binary(Binary::Multiply, minus_a, d);
        let sum = k.binary(Binary::Add, c, product);
        k.write(1, sum);
        assert_eq!(k.after(&[run]), "b = c - a * d");
    }

    #[test]
    fn a_number_takes_up_a_sign() {
        let mut k = Build::default();
        let (a, ten) = (k.column(0), k.constant(10.0));
        let minus = k.unary(Unary::Negate, a);
        let quotient = k.binary(Binary::Divide, minus, ten);
        k.write(1, quotient);
        assert_eq!(k.after(&[run]), "b = a / -10");
    }

    #[test]
    fn infinity_times_zero_stays() {
        let mut k = Build::default();
        let (a, zero) = (k.column(0), k.constant(0.0));
        let product = k.binary(Binary::Multiply, a, zero);
        k.write(1, product);
        assert_eq!(k.after(&[run]), "b = a * 0");
    }

    #[test]
    fn selects_with_known_or_nested_masks_shrink() {
        let mut k = Build::default();
        let (a, c, d) = (k.column(0), k.column(2), k.column(3));
        let mask = k.binary(Binary::Less, a, c);
        let inner = k.select(mask, c, d);
        let outer = k.select(mask, inner, a);
        let not = k.unary(Unary::Not, mask);
        let turned = k.select(not, outer, d);
        k.write(1, turned);
        assert_eq!(k.after(&[run]), "b = select(a < c, d, a)");
    }

    #[test]
    fn requests_and_draws_under_a_false_mask_go() {
        let mut k = Build::default();
        let (zero, one) = (k.constant(0.0), k.constant(1.0));
        k.0.push(Op::Random { random: RandomId(0), distribution: Distribution::Uniform, when: Some(zero) });
        k.0.push(Op::Request {
            when: Some(zero),
            what: Request::Send { delay: one, flag: one, site: Site::NONE },
        });
        k.0.push(Op::Request { when: Some(one), what: Request::Fire { time: one } });
        run(&mut k.0);
        super::super::dead::run(&mut k.0);
        assert_eq!(shown(&k.0), "net_event(1)");
    }
}
