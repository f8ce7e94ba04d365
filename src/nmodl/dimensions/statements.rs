//! Statements: what is set to what. LOCALs without a declared unit have that of what they were set to last.

use super::findings::Clashing;
use super::measure::Measure;
use super::{Checker, Local};
use crate::diagnostic::Span;
use crate::nmodl::ast::{Block, Expression, ExpressionKind, Statement, StatementKind, Variable};
use crate::units::Quantity;

impl<'a> Checker<'a> {
    pub(super) fn block(&mut self, block: &'a Block) {
        let mark = self.locals.len();
        for statement in &block.statements {
            self.statement(statement);
        }
        self.locals.truncate(mark);
    }

    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Local(list) => {
                let new = list.iter().map(|l| Local { name: &l.name.text, declared: None, now: None });
                self.locals.extend(new);
            }
            StatementKind::Assign { target, value } => self.assign(target, value),
            StatementKind::Call(call) => {
                self.call(call);
            }
            StatementKind::If { branches, otherwise } => {
                let mut conditions = Vec::new();
                for branch in branches {
                    conditions.push(self.infer(&branch.condition));
                }
                let bodies = branches.iter().map(|b| &b.body).chain(otherwise);
                self.alternatives(bodies.collect(), otherwise.is_none());
            }
            StatementKind::From { counter, from, to, by, body } => {
                for bound in [Some(from), Some(to), by.as_ref()].into_iter().flatten() {
                    self.infer(bound);
                }
                let mark = self.locals.len();
                // A counter is a number like those written: `i*dx`, `x > i`.
                self.locals.push(Local { name: &counter.text, declared: Some(Measure::Number), now: None });
                self.alternatives(vec![body], true);
                self.locals.truncate(mark);
            }
            StatementKind::While { condition, body } => {
                self.infer(condition);
                self.alternatives(vec![body], true);
            }
            StatementKind::Block(body) | StatementKind::Initial(body) => self.block(body),
            StatementKind::Solve(solve) => {
                if let Some(body) = &solve.if_error {
                    self.block(body);
                }
            }
            StatementKind::Equation { left, right } => {
                let (a, b) = (self.infer(left), self.infer(right));
                self.alike("units/equation", "stand on the two sides of an equation", (left, a), (right, b));
            }
            StatementKind::Reaction(reaction) => self.reaction(reaction, statement.span),
            StatementKind::Compartment(factor) => self.compartment(factor),
            StatementKind::LongitudinalDiffusion(factor) => self.diffusion(factor),
            StatementKind::Conserve { terms, total } => self.conserve(terms, total),
            StatementKind::Watch(list) => {
                for watch in list {
                    self.infer(&watch.condition);
                    self.infer(&watch.flag);
                }
            }
            StatementKind::ForNetcons { arguments, body } => {
                let mark = self.locals.len();
                // They stand for the arguments of NET_RECEIVE, one by one.
                for (i, argument) in arguments.iter().enumerate() {
                    let same = self.receive_arguments.get(i).and_then(|a| a.unit.as_ref());
                    let unit = self.names.unit(argument.unit.as_ref().or(same));
                    let declared = Some(unit.map_or(Measure::Any, Measure::Of));
                    self.locals.push(Local { name: &argument.name.text, declared, now: None });
                }
                self.block(body);
                self.locals.truncate(mark);
            }
            StatementKind::Protect(inner) => self.statement(inner),
            StatementKind::UnitsSwitch(on) => self.on = *on,
            StatementKind::Table(table) => {
                self.infer(&table.from);
                self.infer(&table.to);
            }
            StatementKind::Conductance { .. }
            | StatementKind::MutexLock
            | StatementKind::MutexUnlock
            | StatementKind::Reset
            | StatementKind::Verbatim(_) => {}
        }
    }

    /// Bodies of which one runs, or none: a LOCAL then has the unit that it has after all of them.
    fn alternatives(&mut self, bodies: Vec<&'a Block>, or_none: bool) {
        let before: Vec<Option<Measure>> = self.locals.iter().map(|l| l.now).collect();
        let mut after: Option<Vec<Option<Measure>>> = or_none.then(|| before.clone());
        for body in bodies {
            for (local, measure) in self.locals.iter_mut().zip(&before) {
                local.now = *measure;
            }
            self.block(body);
            let now = self.locals.iter().map(|l| l.now);
            after = Some(match after {
                Some(others) => others.into_iter().zip(now).map(|(a, b)| merged(a, b)).collect(),
                None => now.collect(),
            });
        }
        for (local, measure) in self.locals.iter_mut().zip(after.unwrap_or(before)) {
            local.now = measure;
        }
    }

    fn assign(&mut self, target: &'a Variable, value: &'a Expression) {
        let found = self.infer(value);
        let name = target.name.text.as_str();
        let in_array = target.index.is_some();
        if let Some(local) = self.locals.iter_mut().rev().find(|l| l.name == name) {
            if local.declared.is_none() {
                local.now = if in_array { merged(local.now, Some(found)) } else { Some(found) };
                return;
            }
        } else if !self.names.variables.contains_key(name)
            && let Some(known) = self.file_locals.get_mut(name)
        {
            // Blocks run in no fixed order, so that all that a LOCAL of the file is set to counts.
            *known = merged(*known, Some(found));
            return;
        }
        let wanted = self.variable(target);
        let (Measure::Of(want), Measure::Of(have)) = (wanted, found) else { return };
        if wanted.clash(found).is_none() {
            return;
        }
        let is_function = self.names.routines.contains_key(name);
        let variable = self.names.variables.get(name).filter(|v| v.declared && !is_function);
        let declared = variable.map(|v| (v.span, format!("`{name}` is declared here")));
        let shown = format!("{name}{}", "'".repeat(target.primes as usize));
        let (want_text, have_text) = (self.words.quoted(&want), self.words.quoted(&have));
        let message = match is_function {
            true => format!("`{shown}` gives {}, but is set to {}", in_unit(&want_text), in_unit(&have_text)),
            false => format!("`{shown}` is {}, but is set to {}", placed(&want_text), in_unit(&have_text)),
        };
        let clashing = Clashing {
            code: "units/assignment",
            group: String::new(),
            message,
            wanted: want,
            found: have,
            span: value.span,
            other: declared,
            same_dimensions: self.declare(target, &have),
            different_dimensions: self
                .missing_unit(&[value], &want, &have)
                .or_else(|| self.declare(target, &have)),
        };
        self.clash(clashing, &[value]);
    }

    fn declare(&self, target: &Variable, unit: &Quantity) -> Option<String> {
        if target.primes > 0 || self.names.provided.contains(&target.name.text) {
            return None;
        }
        let unit = self.words.known(unit)?;
        Some(format!("if the numbers are right as they are, declare it as `{} ({unit})`", target.name.text))
    }

    /// A value that must have the unit of the place, named in the message.
    pub(super) fn expect(
        &mut self,
        code: &'static str,
        message: impl FnOnce(&str, &str) -> String,
        wanted: Measure,
        (value, found): (&'a Expression, Measure),
        other: Option<(Span, String)>,
    ) {
        let (Measure::Of(want), Measure::Of(have)) = (wanted, found) else { return };
        if wanted.clash(found).is_none() {
            return;
        }
        let message = message(&placed(&self.words.quoted(&want)), &placed(&self.words.quoted(&have)));
        let clashing = Clashing {
            code,
            group: String::new(),
            message,
            wanted: want,
            found: have,
            span: value.span,
            other,
            same_dimensions: None,
            different_dimensions: self.missing_unit(&[value], &want, &have),
        };
        let values: &[&'a Expression] =
            if matches!(value.kind, ExpressionKind::Text(_)) { &[] } else { &[value] };
        self.clash(clashing, values);
    }
}

/// `in `mV``, or `a pure number`.
fn placed(quoted: &str) -> String {
    if quoted.starts_with('`') { format!("in {quoted}") } else { quoted.to_owned() }
}

/// `a value in `mV``, or `a pure number`.
fn in_unit(quoted: &str) -> String {
    if quoted.starts_with('`') { format!("a value in {quoted}") } else { quoted.to_owned() }
}

/// What is known of a local after one of two ways; one that was not set on a way does not count.
fn merged(a: Option<Measure>, b: Option<Measure>) -> Option<Measure> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.merged(b)),
        (one, None) | (None, one) => one,
    }
}
