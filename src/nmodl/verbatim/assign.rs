//! What C declares and sets.

use super::build;
use super::expression::{Held, Thing, Worth};
use super::shared::{Global, constant};
use super::statements::{Made, Translator};
use super::tree::*;
use crate::diagnostic::Span;
use crate::nmodl::ast::{self, ExpressionKind};

/// Something that can be set.
enum Place {
    Number(ast::Variable, Type),
    Pointer(String),
}

impl Translator<'_> {
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
                let name = self.name_of_static(&one.name);
                self.shared.globals.insert(key.clone(), Global { declared: one.clone(), name });
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
                    (Some(length), _) => constant(length),
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

    /// What a `static` variable is called in NMODL: as in C, unless something else that it may meet has that name.
    fn name_of_static(&mut self, name: &str) -> String {
        let held = |held: &Held| matches!(held, Held::Scalar { name: n, .. } | Held::Array { name: n, .. } if n == name);
        let met = self.nmodl.iter().any(|n| n == name)
            || self.scopes.iter().flatten().any(|(_, what)| held(what))
            || self.shared.globals.values().any(|global| global.name == name);
        let chosen = if met { self.shared.fresh(name) } else { self.shared.valid(name) };
        // Variables of other functions keep off it.
        self.shared.variables.insert(chosen.clone());
        chosen
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

    /// `++x`, `x--`.
    pub fn step(&mut self, operand: &Expr, up: bool, span: Span) -> Made<Worth> {
        let one = Expr { kind: ExprKind::Number { value: 1.0, whole: true }, span };
        let operator = if up { Operator::Add } else { Operator::Subtract };
        self.assign(Some(operator), operand, &one, span)
    }

    /// `x = e`, `x += e`; the value is that of `x` afterwards.
    pub fn assign(
        &mut self,
        operator: Option<Operator>,
        target: &Expr,
        value: &Expr,
        span: Span,
    ) -> Made<Worth> {
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
}
