//! Divisions, the dearest of the plain operations, are avoided where a product does.
//!
//! ```text
//! b = a / 10                   ->   b = a * 0.1
//! b = a / g                    ->   b = a * (1 / g)               g is the same for all instances
//! b = a / (g * c)              ->   b = a / c * (1 / g)           so that others who divide by c can share
//! b = g / (h / a)              ->   b = a * (g / h)
//! b = dt / select(c < g, g, h / a)
//!                              ->   b = select(c < g, dt / g, a * (dt / h))
//! ```
//!
//! The third and the last turn up in every rate with a time constant `1 / (alpha + beta) / q10`, with or without a
//! floor. A power of two divides exactly; else a result moves by at most 2 units in the last place for each rule
//! used. Divisions of values that are the same for all instances stay: they are done once a run.

use super::super::analysis::Dependences;
use super::super::types::*;
use super::fold::{constant, emit};
use super::rewrite;

/// Rewrites the divisions of a kernel.
pub fn run(kernel: &mut Kernel) {
    let mut dependences = Dependences::default();
    rewrite(kernel, |new, _, op| match op {
        Op::Binary(Binary::Divide, a, b) => Divide { kernel: new, dependences: &mut dependences }.by(a, b),
        op => new.push(op),
    });
}

struct Divide<'a> {
    kernel: &'a mut Kernel,
    dependences: &'a mut Dependences,
}

impl Divide<'_> {
    fn varies(&mut self, value: Value) -> bool {
        self.dependences.varies(self.kernel, value)
    }

    fn multiply(&mut self, a: Value, b: Value) -> Value {
        emit(self.kernel, Op::Binary(Binary::Multiply, a, b))
    }

    fn divide(&mut self, a: Value, b: Value) -> Value {
        emit(self.kernel, Op::Binary(Binary::Divide, a, b))
    }

    /// `1 / b` for a `b` that is the same for all instances; `None` when that is no ordinary number.
    fn reciprocal(&mut self, b: Value) -> Option<Value> {
        if let Some(x) = constant(self.kernel, b) {
            return (1.0 / x).is_normal().then(|| self.kernel.push(Op::Constant(1.0 / x)));
        }
        let one = self.kernel.push(Op::Constant(1.0));
        Some(self.divide(one, b))
    }

    /// `a / b`.
    fn by(&mut self, a: Value, b: Value) -> Value {
        if !self.varies(b) {
            return match self.varies(a) {
                true => match self.reciprocal(b) {
                    Some(r) => self.multiply(a, r),
                    None => self.divide(a, b),
                },
                false => self.divide(a, b),
            };
        }
        let divisor = *self.kernel.op(b);
        match divisor {
            Op::Binary(Binary::Multiply, x, y) => match (self.varies(x), self.varies(y)) {
                (false, true) => self.by_scaled(a, x, y),
                (true, false) => self.by_scaled(a, y, x),
                _ => self.divide(a, b),
            },
            Op::Binary(Binary::Divide, n, d) if !self.varies(n) => {
                let scale = self.by(a, n);
                self.multiply(d, scale)
            }
            Op::Select(mask, x, y) if self.is_cheap(x) && self.is_cheap(y) => {
                let (x, y) = (self.by(a, x), self.by(a, y));
                emit(self.kernel, Op::Select(mask, x, y))
            }
            _ => self.divide(a, b),
        }
    }

    /// `a / (scale * b)`, where `scale` is the same for all instances.
    fn by_scaled(&mut self, a: Value, scale: Value, b: Value) -> Value {
        if !self.varies(a) {
            let a = self.divide(a, scale);
            return self.by(a, b);
        }
        let quotient = self.by(a, b);
        match self.reciprocal(scale) {
            Some(r) => self.multiply(quotient, r),
            None => self.divide(quotient, scale),
        }
    }

    /// Whether something can be divided by `b` without a division for each instance.
    fn is_cheap(&mut self, b: Value) -> bool {
        if !self.varies(b) {
            return true;
        }
        match *self.kernel.op(b) {
            Op::Binary(Binary::Divide, n, _) => !self.varies(n),
            Op::Binary(Binary::Multiply, x, y) => match (self.varies(x), self.varies(y)) {
                (false, true) => self.is_cheap(y),
                (true, false) => self.is_cheap(x),
                _ => false,
            },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Build;
    use super::super::{common, fold};
    use super::*;

    const PASSES: [fn(&mut Kernel); 3] = [run, fold::run, common::run];

    #[test]
    fn by_a_number() {
        let mut k = Build::default();
        let (a, eight) = (k.column(0), k.constant(8.0));
        let q = k.binary(Binary::Divide, a, eight);
        k.write(1, q);
        assert_eq!(k.after(&PASSES), "b = a * 0.125");
    }

    #[test]
    fn by_a_number_without_an_ordinary_reciprocal() {
        let mut k = Build::default();
        let (a, tiny) = (k.column(0), k.constant(f64::MIN_POSITIVE / 4.0));
        let q = k.binary(Binary::Divide, a, tiny);
        k.write(1, q);
        assert!(k.after(&PASSES).starts_with("b = a / 0.00"));
    }

    #[test]
    fn by_a_shared_variable() {
        let mut k = Build::default();
        let (a, g, h) = (k.column(0), k.global(0), k.global(1));
        let q = k.binary(Binary::Divide, a, g);
        let uniform = k.binary(Binary::Divide, h, g);
        let sum = k.binary(Binary::Add, q, uniform);
        k.write(1, sum);
        assert_eq!(k.after(&PASSES), "b = a * (1 / g) + h / g");
    }

    #[test]
    fn by_a_scaled_value() {
        let mut k = Build::default();
        let (a, c, g) = (k.column(0), k.column(2), k.global(0));
        let product = k.binary(Binary::Multiply, g, c);
        let q = k.binary(Binary::Divide, a, product);
        k.write(1, q);
        assert_eq!(k.after(&PASSES), "b = a / c * (1 / g)");
    }

    #[test]
    fn by_a_floored_time_constant() {
        let mut k = Build::default();
        let (a, c, g, h) = (k.column(0), k.column(2), k.global(0), k.global(1));
        let dt = k.0.push(Op::Builtin(Builtin::TimeStep));
        let mask = k.binary(Binary::Less, c, g);
        let raw = k.binary(Binary::Divide, h, a);
        let tau = k.select(mask, g, raw);
        let q = k.binary(Binary::Divide, dt, tau);
        k.write(1, q);
        assert_eq!(k.after(&PASSES), "b = select(c < g, dt / g, a * (dt / h))");
    }

    #[test]
    fn of_two_instances_stays() {
        let mut k = Build::default();
        let (a, c) = (k.column(0), k.column(2));
        let q = k.binary(Binary::Divide, a, c);
        k.write(1, q);
        assert_eq!(k.after(&PASSES), "b = a / c");
    }
}
