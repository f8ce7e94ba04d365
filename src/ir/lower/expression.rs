//! Expressions to values, and names to places.

use super::super::passes::fold;
use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use super::names::Named;
use crate::nmodl::ast::{self, BinaryOperator, ExpressionKind, UnaryOperator};

/// What a name in an expression is once its element is known.
pub(super) enum Target {
    /// A variable.
    Slot(Slot),
    /// Not a variable, but a value.
    Value(Op),
}

impl<'a> Context<'a> {
    /// The value of an expression at the point reached.
    pub fn expression(&mut self, expression: &'a ast::Expression) -> Lowered<Value> {
        self.nested(expression.span, |cx| match &expression.kind {
            ExpressionKind::Number { value, .. } => Ok(cx.draft.number(*value)),
            ExpressionKind::Text(_) => {
                cx.refuse(expression.span, "a text has no value", "Texts can only be printed.", "")
            }
            ExpressionKind::Variable(variable) => cx.read(variable),
            ExpressionKind::Call(call) => cx.call(call),
            ExpressionKind::Unary { operator, operand } => {
                let a = cx.expression(operand)?;
                Ok(match operator {
                    UnaryOperator::Negate => cx.draft.unary(Unary::Negate, a),
                    UnaryOperator::Not => cx.draft.unary(Unary::Not, a),
                })
            }
            ExpressionKind::Binary { operator, left, right } => cx.binary(*operator, left, right),
        })
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &'a ast::Expression,
        right: &'a ast::Expression,
    ) -> Lowered<Value> {
        let a = self.expression(left)?;
        let (function, a, b) = match operator {
            // The right side is only evaluated where the left one leaves it open: it may draw or set something.
            BinaryOperator::And => {
                let b = self.only_where(a, |cx| cx.expression(right))?;
                (Binary::And, a, b)
            }
            BinaryOperator::Or => {
                let not = self.draft.unary(Unary::Not, a);
                let b = self.only_where(not, |cx| cx.expression(right))?;
                (Binary::Or, a, b)
            }
            BinaryOperator::Less => (Binary::Less, a, self.expression(right)?),
            BinaryOperator::LessEqual => (Binary::LessEqual, a, self.expression(right)?),
            BinaryOperator::Greater => (Binary::Less, self.expression(right)?, a),
            BinaryOperator::GreaterEqual => (Binary::LessEqual, self.expression(right)?, a),
            BinaryOperator::Equal => (Binary::Equal, a, self.expression(right)?),
            BinaryOperator::NotEqual => (Binary::NotEqual, a, self.expression(right)?),
            BinaryOperator::Add => (Binary::Add, a, self.expression(right)?),
            BinaryOperator::Subtract => (Binary::Subtract, a, self.expression(right)?),
            BinaryOperator::Multiply => (Binary::Multiply, a, self.expression(right)?),
            BinaryOperator::Divide => (Binary::Divide, a, self.expression(right)?),
            BinaryOperator::Power => (Binary::Power, a, self.expression(right)?),
        };
        Ok(self.draft.binary(function, a, b))
    }

    /// Lowers something that only counts where `condition` is not zero.
    pub fn only_where<T>(
        &mut self,
        condition: Value,
        inside: impl FnOnce(&mut Self) -> Lowered<T>,
    ) -> Lowered<T> {
        let before = self.draft.enter(condition);
        let result = inside(self);
        let taken = self.draft.leave(before);
        let before = self.draft.enter(condition);
        let other = self.draft.leave(before);
        self.draft.join(condition, taken, other);
        result
    }

    /// The value of a variable.
    fn read(&mut self, variable: &'a ast::Variable) -> Lowered<Value> {
        match self.target(variable)? {
            Target::Slot(slot) => Ok(self.draft.get(slot, variable.span)),
            Target::Value(op) => Ok(self.draft.emit(op)),
        }
    }

    /// What a variable with its element and its primes is.
    pub fn target(&mut self, variable: &'a ast::Variable) -> Lowered<Target> {
        let name = variable.name.text.as_str();
        if let Some(lag) = &variable.lag {
            return self.refuse(lag.span, "values of earlier steps are not kept", "", "keep it in a STATE");
        }
        let Some(named) = self.lookup(name) else {
            return self.refuse(variable.name.span, format!("`{name}` is no variable"), "", "");
        };
        let element = |first: u32, index: u32| first + index;
        let slot = match named {
            Named::Column(first, length) => {
                let index = self.element(variable, length)?;
                Slot::Place(Place::Column(ColumnId(element(first, index))))
            }
            Named::Global(first, length) => {
                let index = self.element(variable, length)?;
                Slot::Global(GlobalId(element(first, index)))
            }
            Named::Local(first, length) => {
                let index = self.element(variable, length)?;
                Slot::Local(element(first, index))
            }
            Named::Place(place) => {
                self.element(variable, None)?;
                Slot::Place(place)
            }
            Named::Argument(i) => {
                self.element(variable, None)?;
                Slot::Argument(i)
            }
            Named::Flag => return Ok(Target::Value(Op::Flag)),
            Named::Number(x) => return Ok(Target::Value(Op::Constant(x))),
            Named::Builtin(builtin) => return Ok(Target::Value(Op::Builtin(builtin))),
            Named::Unsupported(reason) => {
                return self.refuse(variable.span, format!("`{name}` cannot be used yet"), reason, "");
            }
        };
        match (variable.primes, slot) {
            (0, slot) => Ok(Target::Slot(slot)),
            (1, Slot::Place(place)) => Ok(Target::Slot(Slot::Slope(place))),
            (1, _) => {
                let message = format!("`{name}` is not a STATE, so it has no derivative");
                self.refuse(variable.span, message, "", &format!("declare `{name}` in the STATE block"))
            }
            _ => self.refuse(
                variable.span,
                "derivatives of second and higher order are not solved yet",
                "",
                &format!("introduce a second STATE for `{name}'`"),
            ),
        }
    }

    /// The element of an array that a variable names; 0 for a scalar.
    fn element(&mut self, variable: &'a ast::Variable, length: Option<u32>) -> Lowered<u32> {
        let name = &variable.name.text;
        match (&variable.index, length) {
            (None, None) => Ok(0),
            (Some(index), None) => self.refuse(index.span, format!("`{name}` is not an array"), "", ""),
            (None, Some(length)) => {
                let message = format!("`{name}` is an array of {length}; one element is needed here");
                self.refuse(variable.span, message, "", &format!("type `{name}[0]`, or another element"))
            }
            (Some(index), Some(length)) => {
                let value = self.expression(index)?;
                match fold::constant(&self.draft.kernel, value) {
                    // C takes the whole part of an index.
                    Some(x) if x > -1.0 && x < f64::from(length) => Ok(x as u32),
                    Some(x) => {
                        let message = format!("`{name}[{x}]` does not exist");
                        let last = length.saturating_sub(1);
                        self.refuse(index.span, message, &format!("Elements are numbered 0 to {last}."), "")
                    }
                    None => self.refuse(
                        index.span,
                        format!("which element of `{name}` this is must be known before the run"),
                        "An element chosen anew in each step is not supported yet.",
                        "use a number, or the counter of a FROM loop with constant bounds",
                    ),
                }
            }
        }
    }
}
