//! C expressions to those of NMODL.
//!
//! An expression of NMODL sets nothing. What C sets inside an expression becomes statements before it; what C only
//! computes on one side of `&&`, `||` and `?:` becomes an `if`. Whole numbers are numbers without a fraction: a value
//! that C cuts is cut by the function `c_truncate`.

use super::build;
use super::statements::{Failed, Made, Translator};
use super::tree::*;
use crate::diagnostic::Span;
use crate::nmodl::ast::{self, BinaryOperator, ExpressionKind};

/// The function that cuts the fraction off.
pub(super) const TRUNCATE: &str = "c_truncate";
/// The function that rounds half away from 0.
pub(super) const ROUND: &str = "c_round";

/// What a name that C declares in a body is.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Scalar {
        name: String,
        of: Type,
    },
    Array {
        name: String,
        of: Type,
    },
    /// One for all calls: its key among the globals.
    Global(String),
    /// A pointer and what it points to, once that is known.
    Pointer(Option<Thing>),
}

/// What is no number.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Thing {
    /// `&x`.
    Address(String),
    /// The pointer that the mechanism keeps in `x`: `_p_x`, or `*(void**)(&x)`.
    Handle(String),
    /// The numbers of the Vector that is played.
    Numbers,
    /// Somewhere to print to.
    Output,
    /// The thread, of which the time can be asked.
    Thread,
    /// The weights of the connection.
    Weights,
    /// No pointer.
    Null,
    /// A text.
    Text,
}

/// The value of an expression.
pub(super) enum Worth {
    Number(ast::Expression, Type),
    Thing(Thing),
}

impl Translator<'_> {
    /// What C declared by that name in this body.
    pub fn held(&self, name: &str) -> Option<&Held> {
        self.scopes.iter().rev().flat_map(|s| s.iter().rev()).find(|(n, _)| n == name).map(|(_, held)| held)
    }

    /// An expression for what it does.
    pub fn effect(&mut self, expression: &Expr) -> Made<()> {
        let span = expression.span;
        match &expression.kind {
            ExprKind::Assign(operator, target, value) => {
                self.assign(*operator, target, value, span).map(|_| ())
            }
            ExprKind::Step { operand, up, .. } => self.step(operand, *up, span).map(|_| ()),
            ExprKind::Comma(left, right) => {
                self.effect(left)?;
                self.effect(right)
            }
            ExprKind::Cast(_, inner) => self.effect(inner),
            ExprKind::Call { name, arguments } => self.call_effect(name, arguments, span),
            ExprKind::Ternary(condition, one, two) => {
                let condition = self.truth(condition)?;
                self.either(condition, span, |t| t.effect(one), |t| t.effect(two))
            }
            // A name or a number alone does nothing.
            ExprKind::Name(_) | ExprKind::Number { .. } | ExprKind::Text => Ok(()),
            _ => match self.value(expression)? {
                Worth::Number(value, _) if has_call(&value) => {
                    let unused = self.temporary("c_unused", span);
                    self.emit(build::set(&unused, value, span));
                    Ok(())
                }
                _ => Ok(()),
            },
        }
    }

    /// An `if` around what each side emits.
    pub fn either(
        &mut self,
        condition: ast::Expression,
        span: Span,
        one: impl FnOnce(&mut Self) -> Made<()>,
        two: impl FnOnce(&mut Self) -> Made<()>,
    ) -> Made<()> {
        if let Some(known) = build::literal(&condition) {
            return if known != 0.0 { one(self) } else { two(self) };
        }
        let (then, first) = self.emitted(one);
        let (otherwise, second) = self.emitted(two);
        if let Some(made) = build::choice(condition, then, otherwise, span) {
            self.emit(made);
        }
        first.and(second)
    }

    /// A number.
    pub fn number(&mut self, expression: &Expr) -> Made<(ast::Expression, Type)> {
        match self.value(expression)? {
            Worth::Number(value, of) => Ok((value, of)),
            Worth::Thing(thing) => {
                let what = match thing {
                    Thing::Text => "a text",
                    Thing::Output => "a file",
                    _ => "a pointer",
                };
                let note = "VERBATIM is translated where it computes with numbers.";
                self.refuse(expression.span, format!("{what} is used as a number"), note, "")
            }
        }
    }

    /// A number as C has it in a variable of that type.
    pub fn number_as(&mut self, expression: &Expr, of: Type) -> Made<ast::Expression> {
        let (value, had) = self.number(expression)?;
        Ok(self.converted(value, had, of))
    }

    pub fn converted(&mut self, value: ast::Expression, had: Type, of: Type) -> ast::Expression {
        let span = value.span;
        if of == Type::Float && had != Type::Float {
            return match build::literal(&value) {
                Some(known) => build::number(f64::from(known as f32), span),
                None => build::call("c_float", vec![value], span),
            };
        }
        if !of.is_whole() || had.is_whole() {
            return value;
        }
        match build::literal(&value) {
            Some(known) => build::number(known.trunc(), span),
            None => {
                self.shared.made.truncates = true;
                build::call(TRUNCATE, vec![value], span)
            }
        }
    }

    /// A value that is computed once, however often it is used.
    pub fn kept(&mut self, value: ast::Expression, wanted: &str, span: Span) -> ast::Expression {
        if build::literal(&value).is_some() {
            return value;
        }
        let name = self.temporary(wanted, span);
        self.emit(build::set(&name, value, span));
        build::value_of(&name, span)
    }

    /// What decides a condition: 0 or not 0.
    pub fn truth(&mut self, expression: &Expr) -> Made<ast::Expression> {
        let span = expression.span;
        match self.value(expression)? {
            Worth::Number(value, _) => Ok(value),
            Worth::Thing(thing) => match self.points(&thing, span) {
                Some(answer) => Ok(answer),
                None => self.refuse(span, "whether this pointer is set is not known here", "", ""),
            },
        }
    }

    /// Whether a pointer points to something.
    fn points(&mut self, thing: &Thing, span: Span) -> Option<ast::Expression> {
        match thing {
            Thing::Null => Some(build::number(0.0, span)),
            Thing::Handle(name)
                if self.shared.picked.contains(name) || self.shared.vectors.contains(name) =>
            {
                Some(build::number(1.0, span))
            }
            Thing::Handle(name) if self.shared.pointers.contains(name) => {
                Some(build::call("nrn_pointing", vec![build::value_of(name, span)], span))
            }
            Thing::Handle(_) => None,
            _ => Some(build::number(1.0, span)),
        }
    }

    /// The value of an expression; what it sets is emitted before.
    pub fn value(&mut self, expression: &Expr) -> Made<Worth> {
        let span = expression.span;
        let double = |e| Ok(Worth::Number(e, Type::Double));
        match &expression.kind {
            ExprKind::Number { value, whole } => {
                let of = if *whole { Type::Int } else { Type::Double };
                Ok(Worth::Number(build::number(*value, span), of))
            }
            ExprKind::Text => Ok(Worth::Thing(Thing::Text)),
            ExprKind::Name(name) => self.name_value(name, span),
            ExprKind::Nmodl(inner) => double(inner.as_ref().clone()),
            ExprKind::Call { name, arguments } => self.call_value(name, arguments, span),
            ExprKind::Index(base, index) => self.element(base, index, span),
            ExprKind::Member(base, member) => self.member(base, member, span),
            ExprKind::Address(inner) => match &inner.kind {
                ExprKind::Name(name) => {
                    let name = name.strip_prefix("_p_").unwrap_or(name);
                    Ok(Worth::Thing(Thing::Address(name.to_string())))
                }
                _ => self.pointers(span),
            },
            ExprKind::Deref(inner) => match self.value(inner)? {
                Worth::Thing(Thing::Address(name)) => Ok(Worth::Thing(Thing::Handle(name))),
                Worth::Thing(Thing::Handle(name)) if self.shared.pointers.contains(&name) => {
                    double(build::value_of(&name, span))
                }
                _ => self.pointers(span),
            },
            ExprKind::Negate(inner) => {
                let (value, of) = self.number(inner)?;
                Ok(Worth::Number(negated(value, span), of))
            }
            ExprKind::Not(inner) => {
                let value = self.truth(inner)?;
                let value = match build::literal(&value) {
                    Some(known) => build::number(f64::from(u8::from(known == 0.0)), span),
                    None => build::not(value, span),
                };
                Ok(Worth::Number(value, Type::Int))
            }
            ExprKind::Flip => self.bits(span),
            ExprKind::Step { operand, up, after } => {
                if *after {
                    let (old, of) = self.number(operand)?;
                    let old = self.kept(old, "c_before", span);
                    self.step(operand, *up, span)?;
                    return Ok(Worth::Number(old, of));
                }
                self.step(operand, *up, span)
            }
            ExprKind::Binary(Operator::And, left, right) => self.short(true, left, right, span),
            ExprKind::Binary(Operator::Or, left, right) => self.short(false, left, right, span),
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.operation(*operator, left, right, span)
            }
            ExprKind::Assign(operator, target, value) => self.assign(*operator, target, value, span),
            ExprKind::Ternary(condition, one, two) => self.ternary(condition, one, two, span),
            ExprKind::Cast(of, inner) => match self.value(inner)? {
                Worth::Number(value, had) if of.is_number() => {
                    let value = self.converted(value, had, *of);
                    Ok(Worth::Number(value, *of))
                }
                Worth::Number(value, _) if build::literal(&value) == Some(0.0) => {
                    Ok(Worth::Thing(Thing::Null))
                }
                Worth::Thing(thing) if !of.is_number() => Ok(Worth::Thing(thing)),
                _ => self.pointers(span),
            },
            ExprKind::Comma(left, right) => {
                self.effect(left)?;
                self.value(right)
            }
        }
    }

    pub fn pointers<T>(&mut self, span: Span) -> Made<T> {
        self.refuse(
            span,
            "pointers are not followed here",
            "VERBATIM is translated where it computes with numbers.",
            "use POINTER for a variable of another mechanism, an array in ASSIGNED for values of your own, and `[connection]` for events",
        )
    }

    fn bits<T>(&mut self, span: Span) -> Made<T> {
        let note = "Numbers are computed as doubles, of which there are no single bits.";
        self.refuse(span, "operations on single bits are not supported", note, "")
    }

    /// `a && b`, `a || b`.
    fn short(&mut self, and: bool, left: &Expr, right: &Expr, span: Span) -> Made<Worth> {
        let left = self.truth(left)?;
        let whole = |e| Ok(Worth::Number(e, Type::Int));
        if let Some(known) = build::literal(&left) {
            if (known != 0.0) != and {
                return whole(build::number(f64::from(u8::from(!and)), span));
            }
            let right = self.truth(right)?;
            return whole(match build::literal(&right) {
                Some(known) => build::number(f64::from(u8::from(known != 0.0)), span),
                None => as_truth(right, span),
            });
        }
        let (prelude, right) = self.emitted(|t| t.truth(right));
        let right = right?;
        let operator = if and { BinaryOperator::And } else { BinaryOperator::Or };
        if prelude.is_empty() {
            return whole(build::binary(operator, left, right, span));
        }
        // The right side sets something, only where the left side leaves it open.
        let result = self.temporary("c_both", span);
        self.emit(build::set(&result, as_truth(left, span), span));
        let mut inside = prelude;
        inside.push(build::set(&result, as_truth(right, span), span));
        let open = build::value_of(&result, span);
        let open = if and { open } else { build::not(open, span) };
        if let Some(made) = build::choice(open, inside, Vec::new(), span) {
            self.emit(made);
        }
        whole(build::value_of(&result, span))
    }

    pub fn ternary(&mut self, condition: &Expr, one: &Expr, two: &Expr, span: Span) -> Made<Worth> {
        let condition = self.truth(condition)?;
        if let Some(known) = build::literal(&condition) {
            return self.value(if known != 0.0 { one } else { two });
        }
        let result = self.temporary("c_choice", span);
        let mut types = Vec::new();
        let mut side = |t: &mut Self, e: &Expr| {
            let (value, of) = t.number(e)?;
            types.push(of);
            t.emit(build::set(&result, value, span));
            Ok::<(), Failed>(())
        };
        let (then, first) = self.emitted(|t| side(t, one));
        let (otherwise, second) = self.emitted(|t| side(t, two));
        first.and(second)?;
        if let Some(made) = build::choice(condition, then, otherwise, span) {
            self.emit(made);
        }
        let of = match types.iter().all(|t| t.is_whole()) {
            true => Type::Int,
            false if types.contains(&Type::Double) => Type::Double,
            // A whole number on one side is taken to be small enough for a float.
            false => Type::Float,
        };
        Ok(Worth::Number(build::value_of(&result, span), of))
    }

    fn operation(&mut self, operator: Operator, left: Worth, right: Worth, span: Span) -> Made<Worth> {
        let (a, b) = match (left, right) {
            (Worth::Number(a, ta), Worth::Number(b, tb)) => ((a, ta), (b, tb)),
            (left, right) if matches!(operator, Operator::Equal | Operator::NotEqual) => {
                return self.same(operator == Operator::Equal, left, right, span);
            }
            _ => return self.pointers(span),
        };
        let (value, of) = self.arithmetic(operator, a, b, span)?;
        Ok(Worth::Number(value, of))
    }

    /// Whether two pointers are the same.
    fn same(&mut self, wanted: bool, left: Worth, right: Worth, span: Span) -> Made<Worth> {
        let thing = |worth: Worth| match worth {
            Worth::Number(value, _) if build::literal(&value) == Some(0.0) => Some(Thing::Null),
            Worth::Number(..) => None,
            Worth::Thing(thing) => Some(thing),
        };
        let (Some(left), Some(right)) = (thing(left), thing(right)) else { return self.pointers(span) };
        let whole = |e| Ok(Worth::Number(e, Type::Int));
        if left == right {
            return whole(build::number(f64::from(u8::from(wanted)), span));
        }
        let other = match (&left, &right) {
            (Thing::Null, other) | (other, Thing::Null) => other,
            _ => return self.pointers(span),
        };
        let Some(points) = self.points(other, span) else { return self.pointers(span) };
        whole(match build::literal(&points) {
            Some(known) => build::number(f64::from(u8::from((known == 0.0) == wanted)), span),
            None if wanted => build::not(points, span),
            None => points,
        })
    }

    /// What an operator gives. Of two floats, or a float and a whole number, C computes in single precision; as a double
    /// has more than twice its digits, computing in double precision and rounding gives the same.
    pub fn arithmetic(
        &mut self,
        operator: Operator,
        (a, ta): (ast::Expression, Type),
        (b, tb): (ast::Expression, Type),
        span: Span,
    ) -> Made<(ast::Expression, Type)> {
        let single = ta == Type::Float && tb != Type::Double || tb == Type::Float && ta != Type::Double;
        if !single {
            return self.in_double(operator, (a, ta), (b, tb), span);
        }
        let (a, b) = (self.converted(a, ta, Type::Float), self.converted(b, tb, Type::Float));
        let (value, of) = self.in_double(operator, (a, Type::Double), (b, Type::Double), span)?;
        match of {
            Type::Double => Ok((self.converted(value, of, Type::Float), Type::Float)),
            _ => Ok((value, of)),
        }
    }

    fn in_double(
        &mut self,
        operator: Operator,
        (a, ta): (ast::Expression, Type),
        (b, tb): (ast::Expression, Type),
        span: Span,
    ) -> Made<(ast::Expression, Type)> {
        let whole = ta.is_whole() && tb.is_whole();
        let of = match (whole, ta == Type::Unsigned || tb == Type::Unsigned) {
            (true, true) => Type::Unsigned,
            (true, false) => Type::Int,
            _ => Type::Double,
        };
        let known = build::literal(&a).zip(build::literal(&b)).filter(|_| whole);
        let plain = |operator| build::binary(operator, a.clone(), b.clone(), span);
        if of == Type::Unsigned
            && known.is_none()
            && matches!(operator, Operator::Multiply | Operator::Subtract)
        {
            let note = "Whole numbers without a sign wrap around in C; computed as doubles they would not.";
            return self.refuse(span, "arithmetic that may wrap around is not supported", note, "");
        }
        let folded = |f: fn(f64, f64) -> f64| known.map(|(a, b)| build::number(f(a, b), span));
        let compared = |operator| Ok((plain(operator), Type::Int));
        match operator {
            Operator::Add => Ok((folded(|a, b| a + b).unwrap_or_else(|| plain(BinaryOperator::Add)), of)),
            Operator::Subtract => {
                Ok((folded(|a, b| a - b).unwrap_or_else(|| plain(BinaryOperator::Subtract)), of))
            }
            Operator::Multiply => {
                Ok((folded(|a, b| a * b).unwrap_or_else(|| plain(BinaryOperator::Multiply)), of))
            }
            Operator::Divide if whole => {
                if build::literal(&b) == Some(0.0) {
                    return self.refuse(span, "a whole number is divided by 0", "", "");
                }
                let quotient = plain(BinaryOperator::Divide);
                let quotient = match known {
                    Some((a, b)) => build::number(a / b, span),
                    None => quotient,
                };
                Ok((self.converted(quotient, Type::Double, of), of))
            }
            Operator::Divide => Ok((plain(BinaryOperator::Divide), of)),
            Operator::Remainder if whole => {
                if build::literal(&b) == Some(0.0) {
                    return self.refuse(span, "a whole number is divided by 0", "", "");
                }
                Ok((build::call("fmod", vec![a, b], span), of))
            }
            Operator::Remainder => self.refuse(span, "`%` is for whole numbers", "", "write `fmod(a, b)`"),
            Operator::Less => compared(BinaryOperator::Less),
            Operator::LessEqual => compared(BinaryOperator::LessEqual),
            Operator::Greater => compared(BinaryOperator::Greater),
            Operator::GreaterEqual => compared(BinaryOperator::GreaterEqual),
            Operator::Equal => compared(BinaryOperator::Equal),
            Operator::NotEqual => compared(BinaryOperator::NotEqual),
            Operator::And => compared(BinaryOperator::And),
            Operator::Or => compared(BinaryOperator::Or),
            Operator::Bits => self.bits(span),
        }
    }
}

/// Minus a value.
fn negated(value: ast::Expression, span: Span) -> ast::Expression {
    match build::literal(&value) {
        Some(known) => build::number(-known, span),
        None => build::negate(value, span),
    }
}

/// 1 where a value is not 0.
fn as_truth(value: ast::Expression, span: Span) -> ast::Expression {
    if is_truth(&value) {
        return value;
    }
    build::binary(BinaryOperator::NotEqual, value, build::number(0.0, span), span)
}

/// Whether a value is 0 or 1 by what it is.
fn is_truth(value: &ast::Expression) -> bool {
    use BinaryOperator::*;
    match &value.kind {
        ExpressionKind::Unary { operator, .. } => *operator == ast::UnaryOperator::Not,
        ExpressionKind::Binary { operator, .. } => {
            matches!(operator, Or | And | Less | LessEqual | Greater | GreaterEqual | Equal | NotEqual)
        }
        _ => false,
    }
}

/// Whether a call stands in an expression.
pub(super) fn has_call(value: &ast::Expression) -> bool {
    match &value.kind {
        ExpressionKind::Call(_) => true,
        ExpressionKind::Unary { operand, .. } => has_call(operand),
        ExpressionKind::Binary { left, right, .. } => has_call(left) || has_call(right),
        ExpressionKind::Variable(variable) => variable.index.as_ref().is_some_and(|i| has_call(i)),
        ExpressionKind::Number { .. } | ExpressionKind::Text(_) => false,
    }
}
