//! Finds that a value is linear in another one: `value = (p + q x) n / d`.
//!
//! `p`, `q`, `n`, `d` do not depend on `x`. The common factor `n / d` is kept apart, so that from
//! `(inf - x) / tau` come `p = inf`, `q = -1`, `d = tau`, and the fixed point `-p / q` is `inf` itself, without the
//! detour over `inf / tau`.

use std::collections::HashMap;

use super::super::analysis;
use super::super::passes::fold;
use super::super::types::*;

/// `(p + q x) n / d`; what is absent is 0 for `p` and 1 for `n` and `d`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Linear {
    p: Option<Value>,
    q: Value,
    n: Option<Value>,
    d: Option<Value>,
}

/// How a value depends on another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// Not at all.
    Free,
    /// As a straight line.
    Linear(Linear),
    /// Otherwise.
    Curved,
}

/// Finds the form of `value` in `x`; may append ops.
pub(super) fn form(kernel: &mut Kernel, value: Value, x: Value) -> Form {
    let depends = analysis::depends_on(kernel, x);
    let mut finder = Finder { kernel, x, known: HashMap::new() };
    for i in x.0..=value.0 {
        if depends[i as usize] {
            let found = finder.find(Value(i));
            finder.known.insert(Value(i), found);
        }
    }
    finder.get(value)
}

impl Linear {
    /// `t q n / d`, multiplied before it is divided.
    pub fn rate_times(&self, kernel: &mut Kernel, t: Value) -> Value {
        let product = fold::emit(kernel, Op::Binary(Binary::Multiply, self.q, t));
        scale(kernel, product, self.n, self.d)
    }

    /// The fixed point `-p / q`; `None` when it is zero.
    pub fn fixed_point(&self, kernel: &mut Kernel) -> Option<Value> {
        self.p.map(|p| match fold::constant(kernel, self.q) {
            Some(-1.0) => p,
            _ => {
                let minus = negative(kernel, p);
                fold::emit(kernel, Op::Binary(Binary::Divide, minus, self.q))
            }
        })
    }
}

/// `-value`; a difference is turned round.
fn negative(kernel: &mut Kernel, value: Value) -> Value {
    match *kernel.op(value) {
        Op::Binary(Binary::Subtract, a, b) => fold::emit(kernel, Op::Binary(Binary::Subtract, b, a)),
        _ => fold::negate(kernel, value),
    }
}

/// `value n / d`.
fn scale(kernel: &mut Kernel, value: Value, n: Option<Value>, d: Option<Value>) -> Value {
    let value = n.map_or(value, |n| fold::emit(kernel, Op::Binary(Binary::Multiply, value, n)));
    d.map_or(value, |d| fold::emit(kernel, Op::Binary(Binary::Divide, value, d)))
}

struct Finder<'a> {
    kernel: &'a mut Kernel,
    x: Value,
    /// Forms of the values that depend on `x`.
    known: HashMap<Value, Form>,
}

impl Finder<'_> {
    fn get(&self, value: Value) -> Form {
        self.known.get(&value).copied().unwrap_or(Form::Free)
    }

    fn binary(&mut self, function: Binary, a: Value, b: Value) -> Value {
        fold::emit(self.kernel, Op::Binary(function, a, b))
    }

    fn find(&mut self, value: Value) -> Form {
        if value == self.x {
            let one = self.kernel.push(Op::Constant(1.0));
            return Form::Linear(Linear { p: None, q: one, n: None, d: None });
        }
        match *self.kernel.op(value) {
            Op::Unary(Unary::Negate, a) => match self.get(a) {
                Form::Linear(line) => Form::Linear(self.minus(line)),
                other => other,
            },
            Op::Binary(Binary::Add, a, b) => match (self.get(a), self.get(b)) {
                (Form::Linear(line), Form::Free) => Form::Linear(self.shift(line, b)),
                (Form::Free, Form::Linear(line)) => Form::Linear(self.shift(line, a)),
                (Form::Linear(one), Form::Linear(other)) => Form::Linear(self.sum(one, other)),
                _ => Form::Curved,
            },
            Op::Binary(Binary::Subtract, a, b) => match (self.get(a), self.get(b)) {
                (Form::Linear(line), Form::Free) => {
                    let minus = fold::negate(self.kernel, b);
                    Form::Linear(self.shift(line, minus))
                }
                (Form::Free, Form::Linear(line)) => {
                    let line = self.minus(line);
                    Form::Linear(self.shift(line, a))
                }
                (Form::Linear(one), Form::Linear(other)) => {
                    let other = self.minus(other);
                    Form::Linear(self.sum(one, other))
                }
                _ => Form::Curved,
            },
            Op::Binary(Binary::Multiply, a, b) => match (self.get(a), self.get(b)) {
                (Form::Linear(line), Form::Free) => Form::Linear(self.scaled(line, b)),
                (Form::Free, Form::Linear(line)) => Form::Linear(self.scaled(line, a)),
                _ => Form::Curved,
            },
            Op::Binary(Binary::Divide, a, b) => match (self.get(a), self.get(b)) {
                (Form::Linear(line), Form::Free) => {
                    let d = line.d.map_or(b, |d| self.binary(Binary::Multiply, d, b));
                    Form::Linear(Linear { d: Some(d), ..line })
                }
                _ => Form::Curved,
            },
            Op::Select(mask, a, b) if self.get(mask) == Form::Free => self.select(mask, a, b),
            _ => Form::Curved,
        }
    }

    fn minus(&mut self, line: Linear) -> Linear {
        let p = line.p.map(|p| negative(self.kernel, p));
        Linear { p, q: negative(self.kernel, line.q), ..line }
    }

    fn scaled(&mut self, line: Linear, factor: Value) -> Linear {
        let n = line.n.map_or(factor, |n| self.binary(Binary::Multiply, n, factor));
        Linear { n: Some(n), ..line }
    }

    /// `line + c = (n p + c d + n q x) / d`.
    fn shift(&mut self, line: Linear, c: Value) -> Linear {
        let p = line.p.map(|p| scale(self.kernel, p, line.n, None));
        let c = line.d.map_or(c, |d| self.binary(Binary::Multiply, c, d));
        let p = p.map_or(c, |p| self.binary(Binary::Add, p, c));
        let q = scale(self.kernel, line.q, line.n, None);
        Linear { p: Some(p), q, n: None, d: line.d }
    }

    fn sum(&mut self, a: Linear, b: Linear) -> Linear {
        let (a, b, d) = match a.d == b.d {
            true => (self.expanded(a, None), self.expanded(b, None), a.d),
            false => (self.expanded(a, a.d), self.expanded(b, b.d), None),
        };
        let p = match (a.0, b.0) {
            (Some(x), Some(y)) => Some(self.binary(Binary::Add, x, y)),
            (x, y) => x.or(y),
        };
        Linear { p, q: self.binary(Binary::Add, a.1, b.1), n: None, d }
    }

    /// `p` and `q` with the numerator multiplied out, and divided by `d`.
    fn expanded(&mut self, line: Linear, d: Option<Value>) -> (Option<Value>, Value) {
        let p = line.p.map(|p| scale(self.kernel, p, line.n, d));
        (p, scale(self.kernel, line.q, line.n, d))
    }

    fn select(&mut self, mask: Value, a: Value, b: Value) -> Form {
        let mut side = |value: Value| match self.get(value) {
            Form::Free => {
                let zero = self.kernel.push(Op::Constant(0.0));
                Some((value, zero))
            }
            Form::Linear(line) => {
                let (p, q) = self.expanded(line, line.d);
                Some((p.unwrap_or_else(|| self.kernel.push(Op::Constant(0.0))), q))
            }
            Form::Curved => None,
        };
        let (Some((pa, qa)), Some((pb, qb))) = (side(a), side(b)) else { return Form::Curved };
        let p = fold::emit(self.kernel, Op::Select(mask, pa, pb));
        let q = fold::emit(self.kernel, Op::Select(mask, qa, qb));
        Form::Linear(Linear { p: Some(p), q, n: None, d: None })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::passes::testing::{Build, shown};
    use super::super::super::passes::{common, dead};
    use super::*;

    /// Rate and fixed point of `value` as `b` and `a`.
    fn both(mut k: Build, value: Value, x: Value) -> String {
        let Form::Linear(line) = form(&mut k.0, value, x) else { return "not linear".into() };
        let one = k.constant(1.0);
        let rate = line.rate_times(&mut k.0, one);
        k.write(1, rate);
        if let Some(fixed) = line.fixed_point(&mut k.0) {
            k.write(0, fixed);
        }
        common::run(&mut k.0);
        dead::run(&mut k.0);
        shown(&k.0)
    }

    #[test]
    fn relaxation_keeps_its_end_value() {
        let mut k = Build::default();
        let (x, inf, tau) = (k.column(0), k.column(2), k.column(3));
        let difference = k.binary(Binary::Subtract, inf, x);
        let slope = k.binary(Binary::Divide, difference, tau);
        assert_eq!(both(k, slope, x), "b = -1 / d; a = c");
    }

    #[test]
    fn opening_and_closing_rates() {
        let mut k = Build::default();
        let (x, alpha, beta, one) = (k.column(0), k.column(2), k.column(3), k.constant(1.0));
        let rest = k.binary(Binary::Subtract, one, x);
        let up = k.binary(Binary::Multiply, alpha, rest);
        let down = k.binary(Binary::Multiply, beta, x);
        let slope = k.binary(Binary::Subtract, up, down);
        assert_eq!(both(k, slope, x), "_1 = c + d; b = -_1; a = c / _1");
    }

    #[test]
    fn decay_and_inflow_share_the_time_constant() {
        let mut k = Build::default();
        let (x, inflow, tau, g) = (k.column(0), k.column(2), k.column(3), k.global(0));
        let difference = k.binary(Binary::Subtract, x, g);
        let leak = k.binary(Binary::Divide, difference, tau);
        let slope = k.binary(Binary::Subtract, inflow, leak);
        assert_eq!(both(k, slope, x), "b = -1 / d; a = g + c * d");
    }

    #[test]
    fn a_square_is_not_linear() {
        let mut k = Build::default();
        let x = k.column(0);
        let square = k.binary(Binary::Multiply, x, x);
        assert_eq!(both(k, square, x), "not linear");
    }
}
