//! Expressions to values, and names to places.

use super::super::passes::fold;
use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use super::names::Named;
use crate::diagnostic::Span;
use crate::nmodl::ast::{self, BinaryOperator, ExpressionKind, UnaryOperator};

/// What a name in an expression is once its element is known.
pub(super) enum Target {
    /// A variable.
    Slot(Slot),
    /// Not a variable, but a value.
    Value(Op),
    /// An element of a long array: its first column, its length, and which element.
    Far(ColumnId, u32, Value),
    /// A weight of a connection: the connection's number, and which weight.
    Weight(Value, u32),
    /// One of several variables, by its number, which is not known before the run.
    Element(Vec<Slot>, Value),
}

/// Elements of an array that event code keeps as values of their own; those of a longer one stay where they are.
const LONGEST_CHOICE: u32 = 32;

/// Which element of an array.
enum Element {
    Known(u32),
    /// A whole number.
    Computed(Value),
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
            Target::Value(Op::Builtin(Builtin::TimeStep)) => Ok(self.time_step()),
            Target::Value(Op::Builtin(Builtin::Time)) => {
                Ok(self.time.unwrap_or_else(|| self.draft.emit(Op::Builtin(Builtin::Time))))
            }
            Target::Value(op) => Ok(self.draft.emit(op)),
            Target::Far(first, length, index) => Ok(self.draft.emit(Op::Element { first, length, index })),
            Target::Weight(connection, number) => Ok(self.draft.emit(Op::Weight { connection, number })),
            Target::Element(slots, index) => {
                let mut value = self.draft.number(f64::NAN);
                for (i, slot) in slots.into_iter().enumerate() {
                    let element = self.draft.get(slot, variable.span);
                    let is_it = self.is_number(index, i);
                    value = self.draft.emit(Op::Select(is_it, element, value));
                }
                Ok(value)
            }
        }
    }

    /// Whether `index` is `number`.
    pub fn is_number(&mut self, index: Value, number: usize) -> Value {
        let number = self.draft.number(number as f64);
        self.draft.binary(Binary::Equal, index, number)
    }

    /// What a variable with its element and its primes is.
    pub fn target(&mut self, variable: &'a ast::Variable) -> Lowered<Target> {
        let name = variable.name.text.as_str();
        if let Some(lag) = &variable.lag {
            if let Some(slot) = self.past.get(&(name, lag.value)) {
                return Ok(Target::Slot(*slot));
            }
            if lag.value != 1 {
                let reason = "They are kept of STATEs that are no arrays, for 1000 steps at most.";
                return self.refuse(lag.span, "values of so many steps ago are not kept", reason, "");
            }
        }
        let Some(named) = self.lookup(name) else {
            return self.refuse(variable.name.span, format!("`{name}` is no variable"), "", "");
        };
        let slot_of = |id: u32| match named {
            Named::Column(..) => Slot::Place(Place::Column(ColumnId(id))),
            Named::Global(..) => Slot::Global(GlobalId(id)),
            _ => Slot::Local(id),
        };
        if let Named::Column(first, Some(length)) = named
            && length > LONGEST_CHOICE
            && self.draft.stage == Stage::Receive
            && variable.primes == 0
        {
            let index = match self.element(variable, Some(length))? {
                Element::Known(index) => self.draft.number(f64::from(index)),
                Element::Computed(index) => index,
            };
            return Ok(Target::Far(ColumnId(first), length, index));
        }
        let slot = match named {
            Named::Column(first, length) | Named::Global(first, length) | Named::Local(first, length) => {
                match self.element(variable, length)? {
                    Element::Known(index) => slot_of(first + index),
                    Element::Computed(index) if variable.primes == 0 => {
                        let length = length.unwrap_or(1);
                        return Ok(Target::Element((first..first + length).map(slot_of).collect(), index));
                    }
                    Element::Computed(_) => {
                        return self.refuse(
                            variable.span,
                            format!("which element of `{name}` this is must be known before the run"),
                            "The equations of a block are the same in every step.",
                            "use a number, or the counter of a FROM loop with constant bounds",
                        );
                    }
                }
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
            Named::Weight(connection, number) => {
                self.element(variable, None)?;
                let connection = self.draft.get(Slot::Local(connection), variable.span);
                return Ok(Target::Weight(connection, number));
            }
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

    /// Ends the run where the whole number `index` is no element of an array; NaN is none.
    fn check_index(&mut self, span: Span, array: &str, length: u32, index: Value) {
        let (zero, last) = (self.draft.number(0.0), self.draft.number(f64::from(length) - 1.0));
        let high = self.draft.binary(Binary::LessEqual, zero, index);
        let low = self.draft.binary(Binary::LessEqual, index, last);
        let inside = self.draft.binary(Binary::And, high, low);
        let outside = self.draft.unary(Unary::Not, inside);
        let kind = FaultKind::Index { array: array.to_owned(), length };
        self.fail(span, kind, outside, [index, index]);
    }

    /// The element of an array that a variable names; 0 for a scalar.
    fn element(&mut self, variable: &'a ast::Variable, length: Option<u32>) -> Lowered<Element> {
        let name = &variable.name.text;
        match (&variable.index, length) {
            (None, None) => Ok(Element::Known(0)),
            (Some(index), None) => self.refuse(index.span, format!("`{name}` is not an array"), "", ""),
            (None, Some(length)) => {
                let message = format!("`{name}` is an array of {length}; one element is needed here");
                self.refuse(variable.span, message, "", &format!("type `{name}[0]`, or another element"))
            }
            (Some(index), Some(length)) => {
                let value = self.whole(index)?;
                match fold::constant(&self.draft.kernel, value) {
                    Some(x) if x > -1.0 && x < f64::from(length) => Ok(Element::Known(x as u32)),
                    Some(x) if !x.is_finite() => self.refuse(
                        index.span,
                        format!("the index of `{name}` is not a finite number"),
                        "It divides by zero, or its value is too large.",
                        "",
                    ),
                    Some(x) => {
                        let message = format!("`{name}[{x}]` does not exist");
                        let last = length.saturating_sub(1);
                        self.refuse(index.span, message, &format!("Elements are numbered 0 to {last}."), "")
                    }
                    None => {
                        self.check_index(index.span, name, length, value);
                        Ok(Element::Computed(value))
                    }
                }
            }
        }
    }
}
