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
use crate::nmodl::nearest;

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

/// Something that can be set.
enum Place {
    Number(ast::Variable, Type),
    Pointer(String),
}

impl Translator<'_> {
    /// What C declared by that name in this body.
    pub fn held(&self, name: &str) -> Option<&Held> {
        self.scopes.iter().rev().flat_map(|s| s.iter().rev()).find(|(n, _)| n == name).map(|(_, held)| held)
    }

    fn hold(&mut self, name: &str, held: Held) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.to_string(), held));
        }
    }

    /// Declares the variables of one statement.
    pub fn declare(&mut self, list: &[Declared]) -> Made<()> {
        let mut locals = Vec::new();
        for one in list {
            let number = one.of.is_number();
            if one.is_static && number {
                let key = format!("{}@{}", one.name, one.span.start);
                let name = self.shared.fresh(&one.name);
                self.shared
                    .globals
                    .insert(key.clone(), super::shared::Global { declared: one.clone(), name });
                self.hold(&one.name, Held::Global(key));
                continue;
            }
            let text = matches!(&one.value, Some(Value::One(e)) if matches!(e.kind, ExprKind::Text));
            if !number || text {
                self.hold(&one.name, Held::Pointer(None));
                continue;
            }
            let hidden = self.nmodl.contains(&one.name);
            let name = if hidden { self.shared.fresh(&one.name) } else { self.shared.valid(&one.name) };
            let mut length = None;
            if let Some(given) = &one.length {
                let count = match (given, &one.value) {
                    (Some(length), _) => super::shared::constant(length),
                    (None, Some(Value::List(values))) => Some(values.len() as f64),
                    _ => None,
                };
                let Some(count) = count.filter(|n| (1.0..=10_000.0).contains(n)) else {
                    let message = format!("the length of the array `{}` is no number known here", one.name);
                    return self.refuse(one.span, message, "", "");
                };
                length = Some(ast::Integer { value: count as i64, span: one.span });
            }
            let held = match length {
                Some(_) => Held::Array { name: name.clone(), of: one.of },
                None => Held::Scalar { name: name.clone(), of: one.of },
            };
            locals.push(ast::LocalName { name: build::name(&name, one.span), length });
            self.hold(&one.name, held);
        }
        if let Some(first) = locals.first() {
            let span = first.name.span;
            self.emit(build::local(locals, span));
        }
        let mut result = Ok(());
        for one in list {
            let skip = one.is_static && one.of.is_number();
            if let Some(value) = one.value.as_ref().filter(|_| !skip) {
                result = self.start(one, value).and(result);
            }
        }
        result
    }

    /// What a new variable starts from.
    fn start(&mut self, one: &Declared, value: &Value) -> Made<()> {
        let target = Expr { kind: ExprKind::Name(one.name.clone()), span: one.span };
        match value {
            Value::One(value) => self.assign(None, &target, value, one.span).map(|_| ()),
            Value::List(values) => {
                let Some(Held::Array { name, of }) = self.held(&one.name).cloned() else {
                    return self.refuse(one.span, "only an array of numbers starts from a list", "", "");
                };
                for (i, value) in values.iter().enumerate() {
                    let value = self.number_as(value, of)?;
                    let index = Some(Box::new(build::number(i as f64, one.span)));
                    let target = ast::Variable { index, ..build::variable(&name, one.span) };
                    self.emit(build::assign(target, value, one.span));
                }
                Ok(())
            }
        }
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
    fn either(
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

    fn converted(&mut self, value: ast::Expression, had: Type, of: Type) -> ast::Expression {
        if !of.is_whole() || had.is_whole() {
            return value;
        }
        let span = value.span;
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

    fn pointers<T>(&mut self, span: Span) -> Made<T> {
        self.refuse(
            span,
            "pointers are not followed here",
            "VERBATIM is translated where it computes with numbers.",
            "use POINTER for a variable of another mechanism, and an array in ASSIGNED for values of your own",
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
                None if is_truth(&right) => right,
                None => build::binary(BinaryOperator::NotEqual, right, build::number(0.0, span), span),
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
        let truth = build::binary(BinaryOperator::NotEqual, left, build::number(0.0, span), span);
        self.emit(build::set(&result, truth, span));
        let mut inside = prelude;
        let right = build::binary(BinaryOperator::NotEqual, right, build::number(0.0, span), span);
        inside.push(build::set(&result, right, span));
        let open = build::value_of(&result, span);
        let open = if and { open } else { build::not(open, span) };
        if let Some(made) = build::choice(open, inside, Vec::new(), span) {
            self.emit(made);
        }
        whole(build::value_of(&result, span))
    }

    fn ternary(&mut self, condition: &Expr, one: &Expr, two: &Expr, span: Span) -> Made<Worth> {
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
        let of = if types.iter().all(|t| t.is_whole()) { Type::Int } else { Type::Double };
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

    fn arithmetic(
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

    /// `++x`, `x--`.
    fn step(&mut self, operand: &Expr, up: bool, span: Span) -> Made<Worth> {
        let one = Expr { kind: ExprKind::Number { value: 1.0, whole: true }, span };
        let operator = if up { Operator::Add } else { Operator::Subtract };
        self.assign(Some(operator), operand, &one, span)
    }

    /// `x = e`, `x += e`; the value is that of `x` afterwards.
    fn assign(&mut self, operator: Option<Operator>, target: &Expr, value: &Expr, span: Span) -> Made<Worth> {
        // `cai = _ion_cai` brings NEURON's copy up to date; here both are one.
        if let (None, ExprKind::Name(copy), ExprKind::Name(ion)) = (operator, &target.kind, &value.kind)
            && ion.strip_prefix("_ion_") == Some(copy.as_str())
            && self.shared.ions.contains(copy)
        {
            return Ok(Worth::Number(build::value_of(copy, span), Type::Double));
        }
        if operator.is_none()
            && let ExprKind::Ternary(condition, one, two) = &value.kind
            && let Place::Number(variable, of) = self.place(target)?
        {
            let condition = self.truth(condition)?;
            self.either(
                condition,
                span,
                |t| t.assign(None, target, one, span).map(|_| ()),
                |t| t.assign(None, target, two, span).map(|_| ()),
            )?;
            return Ok(Worth::Number(build::read(variable), of));
        }
        match self.place(target)? {
            Place::Number(variable, of) => {
                let (mut value, mut had) = self.number(value)?;
                if let Some(operator) = operator {
                    let old = build::read(variable.clone());
                    // `x += 1` on a whole number without a sign is a counter.
                    let old_type = if of == Type::Unsigned { Type::Int } else { of };
                    (value, had) = self.arithmetic(operator, (old, old_type), (value, had), span)?;
                }
                let value = self.converted(value, had, of);
                self.emit(build::assign(variable.clone(), value, span));
                Ok(Worth::Number(build::read(variable), of))
            }
            Place::Pointer(name) => {
                let thing = match self.value(value)? {
                    Worth::Thing(thing) => thing,
                    Worth::Number(number, _) if build::literal(&number) == Some(0.0) => Thing::Null,
                    Worth::Number(..) => return self.pointers(span),
                };
                let all = self.scopes.iter_mut().rev().flat_map(|s| s.iter_mut().rev());
                for (known, held) in all {
                    if *known != name {
                        continue;
                    }
                    if let Held::Pointer(now) = held {
                        if now.as_ref().is_some_and(|n| *n != thing && *n != Thing::Null) {
                            return self.pointers(span);
                        }
                        *now = Some(thing.clone());
                    }
                    break;
                }
                Ok(Worth::Thing(thing))
            }
        }
    }

    /// Something that can be set.
    fn place(&mut self, target: &Expr) -> Made<Place> {
        if let ExprKind::Name(name) = &target.kind
            && let Some(Held::Pointer(_)) = self.held(name)
        {
            return Ok(Place::Pointer(name.clone()));
        }
        match self.value(target)? {
            Worth::Number(ast::Expression { kind: ExpressionKind::Variable(variable), .. }, of) => {
                Ok(Place::Number(variable, of))
            }
            Worth::Number(..) => self.refuse(target.span, "this cannot be set", "", ""),
            Worth::Thing(_) => self.pointers(target.span),
        }
    }

    fn member(&mut self, base: &Expr, member: &str, span: Span) -> Made<Worth> {
        let root = match &base.kind {
            ExprKind::Index(root, _) => root,
            _ => base,
        };
        if let ExprKind::Name(name) = &root.kind
            && self.held(name).is_none()
            && matches!(name.as_str(), "_nt" | "nrn_threads")
        {
            let known = match member {
                "_t" => "t",
                "_dt" => "dt",
                _ => "",
            };
            if !known.is_empty() {
                return Ok(Worth::Number(build::value_of(known, span), Type::Double));
            }
        }
        self.refuse(
            span,
            format!("`{member}` of a structure is not known here"),
            "It seems to look into NEURON's own data, or into memory of its own.",
            "keep values in ASSIGNED or STATE, and read those of other mechanisms by POINTER",
        )
    }

    /// `a[i]`.
    fn element(&mut self, base: &Expr, index: &Expr, span: Span) -> Made<Worth> {
        if let ExprKind::Name(name) = &base.kind {
            let of_array = match self.held(name).cloned() {
                Some(Held::Array { name, of }) => Some((name, of)),
                Some(Held::Global(key)) => return self.global_element(&key, index, span),
                Some(_) => None,
                None if self.shared.globals.contains_key(name) => {
                    return self.global_element(&name.clone(), index, span);
                }
                None if name == "_args" => None,
                None => match self.name_value(name, base.span)? {
                    Worth::Number(ast::Expression { kind: ExpressionKind::Variable(v), .. }, of) => {
                        Some((v.name.text, of))
                    }
                    _ => None,
                },
            };
            if let Some((name, of)) = of_array {
                let index = self.number_as(index, Type::Int)?;
                let variable =
                    ast::Variable { index: Some(Box::new(index)), span, ..build::variable(&name, base.span) };
                return Ok(Worth::Number(build::read(variable), of));
            }
        }
        let base_value = self.value(base)?;
        let index = self.number_as(index, Type::Int)?;
        match base_value {
            Worth::Thing(Thing::Numbers) => {
                Ok(Worth::Number(build::call("play_at", vec![index], span), Type::Double))
            }
            Worth::Thing(Thing::Weights) => {
                let at = build::literal(&index).filter(|i| *i >= 0.0);
                match at.and_then(|i| self.shared.net_arguments.get(i as usize)) {
                    Some(name) => Ok(Worth::Number(build::value_of(&name.clone(), span), Type::Double)),
                    None => self.refuse(span, "NET_RECEIVE has no argument of that number", "", ""),
                }
            }
            _ => self.pointers(span),
        }
    }

    fn global_element(&mut self, key: &str, index: &Expr, span: Span) -> Made<Worth> {
        let Some(global) = self.use_global(key, span)? else { return self.pointers(span) };
        if global.declared.length.is_none() {
            return self.refuse(span, format!("`{}` is no array", global.declared.name), "", "");
        }
        let index = self.number_as(index, Type::Int)?;
        if !self.shared.written.contains(&global.declared.name) {
            let values = global.start().unwrap_or_default();
            let known = build::literal(&index).filter(|i| *i >= 0.0).and_then(|i| values.get(i as usize));
            let value = match known {
                Some(value) => build::number(*value, span),
                None => build::call(&global.name, vec![index], span),
            };
            return Ok(Worth::Number(value, global.of()));
        }
        let variable = ast::Variable { index: Some(Box::new(index)), ..build::variable(&global.name, span) };
        Ok(Worth::Number(build::read(variable), global.of()))
    }

    /// A variable that C keeps between calls.
    fn use_global(&mut self, key: &str, span: Span) -> Made<Option<super::shared::Global>> {
        let Some(global) = self.shared.globals.get(key).cloned() else { return Ok(None) };
        if let Err((place, message)) = global.start() {
            let note = "VERBATIM is translated where it computes with numbers.";
            return self.refuse(place, message, note, "").or_else(|failed: Failed| {
                if let Some(last) = self.errors.last_mut() {
                    last.labels.push(crate::diagnostic::Label { span, text: "used here".into() });
                }
                Err(failed)
            });
        }
        self.shared.made.globals.insert(global.name.clone(), global.clone());
        Ok(Some(global))
    }

    fn name_value(&mut self, name: &str, span: Span) -> Made<Worth> {
        let double = |text: &str| Ok(Worth::Number(build::value_of(text, span), Type::Double));
        let thing = |thing| Ok(Worth::Thing(thing));
        match self.held(name).cloned() {
            Some(Held::Scalar { name, of }) => return Ok(Worth::Number(build::value_of(&name, span), of)),
            Some(Held::Array { name, .. }) => {
                let help = format!("write `{name}[0]` for the first element");
                return self.refuse(span, "an array as a whole has no value", "", &help);
            }
            Some(Held::Global(key)) => return self.global_value(&key, span),
            Some(Held::Pointer(Some(known))) => return thing(known),
            Some(Held::Pointer(None)) => return self.pointers(span),
            None => {}
        }
        if let Some(local) = name.strip_prefix("_l")
            && (self.nmodl.iter().any(|n| n == local) || self.shared.file_locals.contains(local))
        {
            return double(local);
        }
        if let Some(ion) = name.strip_prefix("_ion_") {
            if self.shared.ions.contains(ion) {
                return double(ion);
            }
            let message = format!("the mechanism does not use the ion variable `{ion}`");
            return self.refuse(span, message, "", "name it after READ in USEION");
        }
        if let Some(pointer) = name.strip_prefix("_p_") {
            return thing(Thing::Handle(pointer.to_string()));
        }
        match name {
            "_args" => return thing(Thing::Weights),
            "_nt" | "nrn_threads" => return thing(Thing::Thread),
            "NULL" | "nullptr" => return thing(Thing::Null),
            "stdout" | "stderr" => return thing(Thing::Output),
            "_v" => return double("v"),
            _ => {}
        }
        if self.shared.globals.contains_key(name) {
            return self.global_value(name, span);
        }
        if self.shared.variables.contains(name) {
            if self.nmodl.iter().any(|n| n == name) {
                let message = format!("`{name}` is hidden by an argument or LOCAL of the same name");
                return self.refuse(span, message, "", &format!("write `_l{name}` for that, or rename it"));
            }
            return double(name);
        }
        if let Some((_, value)) = NUMBERS.iter().find(|(known, _)| *known == name) {
            let of =
                if name.ends_with("_MAX") && !name.starts_with("DBL") { Type::Int } else { Type::Double };
            return Ok(Worth::Number(build::number(*value, span), of));
        }
        self.unknown(name, span)
    }

    fn global_value(&mut self, key: &str, span: Span) -> Made<Worth> {
        match self.use_global(key, span)? {
            Some(global) if global.declared.length.is_none() => {
                Ok(Worth::Number(build::value_of(&global.name, span), global.of()))
            }
            _ => self.pointers(span),
        }
    }

    /// A name that nothing declares.
    fn unknown<T>(&mut self, name: &str, span: Span) -> Made<T> {
        if let Some(unread) = self.shared.unread.get(name).cloned() {
            let message = format!("what declares `{name}` cannot be read: {}", unread.message);
            let result = self.refuse(span, message, "", "");
            if let Some(last) = self.errors.last_mut() {
                last.labels.push(crate::diagnostic::Label { span: unread.span, text: "here".into() });
            }
            return result;
        }
        let plain = name.trim_start_matches("_l");
        let known = self.shared.variables.iter().chain(&self.nmodl).map(String::as_str);
        let help = nearest(plain, known).map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
        let note = "Names of included headers and of NEURON's inside are not known here.";
        self.refuse(span, format!("`{name}` is not declared in this C"), note, &help)
    }
}

/// Numbers that C's headers name.
const NUMBERS: [(&str, f64); 15] = [
    ("M_PI", std::f64::consts::PI),
    ("PI", std::f64::consts::PI),
    ("M_PI_2", std::f64::consts::FRAC_PI_2),
    ("M_PI_4", std::f64::consts::FRAC_PI_4),
    ("M_E", std::f64::consts::E),
    ("M_LN2", std::f64::consts::LN_2),
    ("M_LN10", std::f64::consts::LN_10),
    ("M_SQRT2", std::f64::consts::SQRT_2),
    ("DBL_MAX", f64::MAX),
    ("DBL_MIN", f64::MIN_POSITIVE),
    ("DBL_EPSILON", f64::EPSILON),
    ("INT_MAX", 2_147_483_647.0),
    ("RAND_MAX", 2_147_483_647.0),
    ("true", 1.0),
    ("false", 0.0),
];

/// Minus a value.
fn negated(value: ast::Expression, span: Span) -> ast::Expression {
    match build::literal(&value) {
        Some(known) => build::number(-known, span),
        None => build::negate(value, span),
    }
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
