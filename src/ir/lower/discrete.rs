//! DISCRETE: states that go from step to step by a formula, with `x@k` for the value of k steps ago.
//!
//! `x@1` is the state as it was when the block began. Values of earlier steps are kept in columns of their own, which start at
//! zero, and move on by one in each step. As in NEURON time goes on by a step inside the block. (NEURON keeps earlier values once
//! for all instances; here each has its own.)

use std::collections::BTreeMap;

use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use crate::nmodl::ast::{self, EquationsKind, ExpressionKind, StatementKind};
use crate::nmodl::meaning::Meaning;

/// How far back values are kept.
const FURTHEST: i64 = 1_000;

/// The furthest step back that DISCRETE blocks look, for each variable that they look back for.
pub(super) fn furthest(meaning: &Meaning) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for block in meaning.equations.iter().filter(|block| block.kind == EquationsKind::Discrete) {
        of_block(&block.body, &mut found);
    }
    found
}

fn of_block(block: &ast::Block, found: &mut BTreeMap<String, u32>) {
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::Assign { value, .. } => of_expression(value, found),
            StatementKind::Call(call) => call.arguments.iter().for_each(|a| of_expression(a, found)),
            StatementKind::If { branches, otherwise } => {
                branches.iter().for_each(|branch| of_expression(&branch.condition, found));
                branches.iter().map(|branch| &branch.body).chain(otherwise).for_each(|b| of_block(b, found));
            }
            StatementKind::While { condition, body } => {
                of_expression(condition, found);
                of_block(body, found);
            }
            StatementKind::From { body, .. } | StatementKind::Block(body) => of_block(body, found),
            _ => {}
        }
    }
}

fn of_expression(expression: &ast::Expression, found: &mut BTreeMap<String, u32>) {
    match &expression.kind {
        ExpressionKind::Variable(variable) => {
            if let Some(lag) = variable.lag.as_ref().filter(|lag| (1..=FURTHEST).contains(&lag.value)) {
                let most = found.entry(variable.name.text.clone()).or_default();
                *most = (*most).max(lag.value as u32);
            }
        }
        ExpressionKind::Call(call) => call.arguments.iter().for_each(|a| of_expression(a, found)),
        ExpressionKind::Unary { operand, .. } => of_expression(operand, found),
        ExpressionKind::Binary { left, right, .. } => {
            of_expression(left, found);
            of_expression(right, found);
        }
        ExpressionKind::Number { .. } | ExpressionKind::Text(_) => {}
    }
}

impl<'a> Context<'a> {
    /// One step of a DISCRETE block.
    pub fn discrete(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let span = equations.name.span;
        let (time, step) = (self.draft.emit(Op::Builtin(Builtin::Time)), self.time_step());
        let later = self.draft.binary(Binary::Add, time, step);
        let names = self.names;
        let mut past = BTreeMap::new();
        for history in &names.histories {
            let mut value = self.draft.get(Slot::Place(Place::Column(history.state)), span);
            for back in 0..=history.length {
                let kept = Slot::Local(self.draft.locals(1));
                self.draft.set(kept, value, span);
                past.insert((history.name.as_str(), i64::from(back) + 1), kept);
                if back < history.length {
                    let column = Slot::Place(Place::Column(ColumnId(history.first + back)));
                    let next = self.draft.get(column, span);
                    self.draft.set(column, value, span);
                    value = next;
                }
            }
        }
        let outer = self.time.replace(later);
        let outer_past = std::mem::replace(&mut self.past, past);
        let result = self.block(&equations.body);
        self.time = outer;
        self.past = outer_past;
        result
    }
}
