//! The unit of an expression, and what clashes inside it.
//!
//! Each expression is walked once, so each clash is said once. What clashes has no known unit, so that nothing else
//! follows from it.

use super::Checker;
use super::findings::Clashing;
use super::measure::Measure;
use crate::diagnostic::Span;
use crate::nmodl::ast::{BinaryOperator, Expression, ExpressionKind, UnaryOperator, Variable};
use crate::nmodl::walk;
use crate::units::Quantity;

impl<'a> Checker<'a> {
    /// The unit of an expression.
    pub(super) fn infer(&mut self, expression: &'a Expression) -> Measure {
        match &expression.kind {
            ExpressionKind::Number { value, unit: None } => match self.is_factor(expression) {
                true => self.conversion(*value),
                false => Measure::Number,
            },
            ExpressionKind::Number { unit, .. } => {
                self.names.unit(unit.as_ref()).map_or(Measure::Any, Measure::Of)
            }
            ExpressionKind::Text(_) => Measure::Any,
            ExpressionKind::Variable(variable) => self.variable(variable),
            ExpressionKind::Call(call) => self.call(call),
            ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => self.infer(operand),
            ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => {
                self.infer(operand);
                Measure::ONE
            }
            ExpressionKind::Binary { operator, left, right } => self.binary(*operator, left, right),
        }
    }

    fn binary(&mut self, operator: BinaryOperator, left: &'a Expression, right: &'a Expression) -> Measure {
        use BinaryOperator as Op;
        if operator == Op::Power {
            return self.power(left, right);
        }
        let (a, b) = (self.infer(left), self.infer(right));
        match operator {
            Op::Multiply => a.times(b),
            Op::Divide => a.over(b),
            Op::Add => self.alike("units/sum", "are added", (left, a), (right, b)),
            Op::Subtract => self.alike("units/sum", "are subtracted", (left, a), (right, b)),
            Op::Or | Op::And => Measure::ONE,
            Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual | Op::Equal | Op::NotEqual => {
                self.alike("units/comparison", "are compared", (left, a), (right, b));
                Measure::ONE
            }
            Op::Power => Measure::Any,
        }
    }

    /// Two values that must have one unit. Apart from the walk, which is deep for long chains of operators.
    #[inline(never)]
    pub(super) fn alike(
        &mut self,
        code: &'static str,
        what: &str,
        (left, a): (&'a Expression, Measure),
        (right, b): (&'a Expression, Measure),
    ) -> Measure {
        let (Measure::Of(wanted), Measure::Of(found)) = (a, b) else { return a.merged(b) };
        if a.clash(b).is_none() {
            return a;
        }
        let (one, other) = (self.words.quoted(&wanted), self.words.quoted(&found));
        self.clash(
            Clashing {
                code,
                group: String::new(),
                message: format!("values in {one} and {other} {what}"),
                wanted,
                found,
                span: right.span,
                other: Some((left.span, format!("this is in {one}").replace("in a pure", "a pure"))),
                same_dimensions: None,
                different_dimensions: self.missing_unit(&[right, left], &wanted, &found),
            },
            &[left, right],
        );
        Measure::Any
    }

    fn power(&mut self, base: &'a Expression, exponent: &'a Expression) -> Measure {
        let unit = self.infer(base);
        if let Some(number) = constant(exponent) {
            return unit.power(number);
        }
        let measure = self.infer(exponent);
        self.pure("^", "an exponent", exponent, measure);
        match unit {
            Measure::Any => Measure::Any,
            Measure::Number => Measure::ONE,
            Measure::Of(_) => {
                self.pure("base", "what is raised to a power that varies", base, unit);
                Measure::ONE
            }
        }
    }

    /// A value that must be a pure number, for the function or the place named.
    #[inline(never)]
    pub(super) fn pure(&mut self, group: &str, place: &str, value: &'a Expression, measure: Measure) {
        let Measure::Of(found) = measure else { return };
        if Measure::ONE.clash(measure).is_none() {
            return;
        }
        let unit = self.words.quoted(&found);
        let message = if found.dimensions == [0; 6] {
            format!("{place} must be a pure number, but this one has the factor {}", self.words.of(&found))
        } else {
            format!("{place} must be a pure number, but this one is in {unit}")
        };
        let different = self.divisor(value, &found).or_else(|| {
            let unit = self.words.known(&found)?;
            Some(format!("divide it by something in `{unit}`, such as `1 ({unit})`"))
        });
        self.clash(
            Clashing {
                code: "units/pure",
                group: group.to_owned(),
                message,
                wanted: Quantity::ONE,
                found,
                span: value.span,
                other: None,
                same_dimensions: None,
                different_dimensions: different,
            },
            &[value],
        );
    }

    /// `v/10` lacks the unit of 10.
    fn divisor(&self, value: &Expression, found: &Quantity) -> Option<String> {
        let unit = self.words.known(found)?;
        let mut value = value;
        while let ExpressionKind::Unary { operand, .. } = &value.kind {
            value = operand;
        }
        let ExpressionKind::Binary { operator: BinaryOperator::Divide, right, .. } = &value.kind else {
            return None;
        };
        let ExpressionKind::Number { unit: None, .. } = right.kind else { return None };
        let written = self.number_text(right.span);
        Some(format!("give the number its unit: `{written} ({unit})`"))
    }

    /// The number with which a value of one unit would be in another, when there is one in it: `2*x` may mean
    /// `2 (mV/ms) * x`.
    pub(super) fn missing_unit(
        &self,
        values: &[&Expression],
        wanted: &Quantity,
        found: &Quantity,
    ) -> Option<String> {
        let unit = self.words.known(&wanted.quotient(found))?;
        for value in values {
            let mut number = None;
            walk::parts(value, &mut |part| {
                let plain = matches!(part.kind, ExpressionKind::Number { unit: None, .. });
                if plain && number.is_none() && !self.is_factor(part) {
                    number = Some(part.span);
                }
            });
            if let Some(span) = number {
                let written = self.number_text(span);
                return Some(format!("if a number here has a unit, write it, as in `{written} ({unit})`"));
            }
        }
        None
    }

    fn number_text(&self, span: Span) -> String {
        self.sources.text(span).trim_matches(['(', ')', ' ']).to_owned()
    }

    /// Whether a number stands alone in parentheses.
    fn is_factor(&self, number: &Expression) -> bool {
        self.sources.text(number.span).starts_with('(')
    }

    /// Numbers alone in parentheses.
    pub(super) fn factors(&self, values: &[&Expression]) -> Vec<f64> {
        let mut list = Vec::new();
        for value in values {
            walk::parts(value, &mut |part| {
                if let ExpressionKind::Number { value, unit: None } = part.kind
                    && self.is_factor(part)
                {
                    list.push(value);
                }
            });
        }
        list
    }

    /// `(1e-3)*x`: the product has numbers a thousandth as large, so its unit is a thousand times as large.
    fn conversion(&self, value: f64) -> Measure {
        let factor = 1.0 / value;
        if factor.is_finite() && factor > 0.0 {
            Measure::Of(Quantity { factor, ..Quantity::ONE })
        } else {
            Measure::Number
        }
    }

    /// The unit of a variable, or of its derivative.
    pub(super) fn variable(&self, variable: &Variable) -> Measure {
        let mut measure = self.named(&variable.name.text);
        for _ in 0..variable.primes {
            measure = measure.over(Measure::Of(self.names.time));
        }
        measure
    }
}

/// The value of an expression of numbers alone.
pub(super) fn constant(expression: &Expression) -> Option<f64> {
    match &expression.kind {
        ExpressionKind::Number { value, .. } => Some(*value),
        ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => Some(-constant(operand)?),
        ExpressionKind::Binary { operator, left, right } => {
            let (a, b) = (constant(left)?, constant(right)?);
            match operator {
                BinaryOperator::Add => Some(a + b),
                BinaryOperator::Subtract => Some(a - b),
                BinaryOperator::Multiply => Some(a * b),
                BinaryOperator::Divide => Some(a / b),
                _ => None,
            }
        }
        _ => None,
    }
}
