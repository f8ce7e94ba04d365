//! What only NET_RECEIVE has: weights of connections, WATCH, FOR_NETCONS.
//!
//! A weight is an argument of the event. Code with FOR_NETCONS may reach the same weight by two names, its own and as that of one
//! of all connections; there every use reads the connection's memory and every assignment writes it at once, so that both names
//! see the same, as in NEURON.
//!
//! A condition of WATCH is evaluated in two places: where it is met, for whether it holds already, and in a kernel of its own that
//! the engine runs before each step. There it leaves how far beyond its threshold it is in a hidden column.

use super::super::types::*;
use super::context::{Context, Local, Lowered};
use super::draft::Slot;
use super::names::Names;
use crate::diagnostic::Span;
use crate::nmodl::ast::{self, BinaryOperator, ExpressionKind, StatementKind};

/// Declares NET_RECEIVE's arguments.
pub(super) fn declare_arguments(cx: &mut Context<'_>, receive: &ast::NetReceive) {
    let shared = cx.draft.stage == Stage::Receive && loops_over_connections(&receive.body);
    let own = cx.draft.locals(1);
    if shared {
        let none = cx.draft.number(-1.0);
        cx.draft.set(Slot::Local(own), none, receive.span);
    }
    for (i, argument) in receive.arguments.iter().enumerate() {
        let local = if shared { Local::Weight(own, i as u32) } else { Local::Argument(i as u32) };
        cx.declare(&argument.name.text, local);
    }
}

fn loops_over_connections(block: &ast::Block) -> bool {
    block.statements.iter().any(|statement| match &statement.kind {
        StatementKind::ForNetcons { .. } => true,
        StatementKind::If { branches, otherwise } => {
            let mut blocks = branches.iter().map(|branch| &branch.body).chain(otherwise);
            blocks.any(loops_over_connections)
        }
        StatementKind::Block(body) | StatementKind::While { body, .. } | StatementKind::From { body, .. } => {
            loops_over_connections(body)
        }
        StatementKind::Protect(inner) => matches!(inner.kind, StatementKind::ForNetcons { .. }),
        _ => false,
    })
}

/// The kernel of the conditions met.
pub(super) fn conditions(cx: &mut Context<'_>) {
    for (i, watch) in cx.watches.clone().into_iter().enumerate() {
        if let Ok(excess) = cx.excess(watch) {
            let place = Place::Column(column(cx.names, i));
            cx.draft.kernel.effects.push(Effect::Write(place, excess));
        }
    }
}

/// The conditions met, for the module.
pub(super) fn watches(cx: &Context<'_>) -> Vec<Watch> {
    let of = |(i, watch): (usize, &&ast::WatchCondition)| Watch {
        flag: number(&watch.flag).unwrap_or(f64::NAN),
        column: column(cx.names, i),
    };
    cx.watches.iter().enumerate().map(of).collect()
}

/// Adds the hidden columns of conditions, after all others.
pub(super) fn add_columns(names: &mut Names, watches: &[Watch]) {
    for (i, watch) in watches.iter().enumerate() {
        names.variables.push(Variable {
            name: format!("watch{i}"),
            unit: String::new(),
            default: 0.0,
            limits: None,
            length: 1,
            first: watch.column.0,
            role: Role::Hidden,
            visible: false,
        });
        names.columns = watch.column.0 + 1;
    }
}

/// The hidden column of condition number `i`.
fn column(names: &Names, i: usize) -> ColumnId {
    ColumnId(names.columns + i as u32)
}

fn number(expression: &ast::Expression) -> Option<f64> {
    match &expression.kind {
        ExpressionKind::Number { value, .. } => Some(*value),
        _ => None,
    }
}

impl<'a> Context<'a> {
    /// `WATCH (a > b) 2, (c < d) 3`.
    pub fn watch(&mut self, conditions: &'a [ast::WatchCondition]) -> Lowered<()> {
        let mut result = Ok(());
        for watch in conditions {
            result = self.watch_one(watch).and(result);
        }
        result
    }

    fn watch_one(&mut self, watch: &'a ast::WatchCondition) -> Lowered<()> {
        // The condition sees the compartment's `v`, not what NET_RECEIVE may have made of its copy so far.
        let voltage = Slot::Place(Place::Voltage);
        let start = self.draft.start(voltage);
        let before = self.draft.replace(voltage, start);
        let excess = self.excess(watch);
        self.draft.restore(voltage, before);
        let excess = excess?;
        let known = self.watches.iter().position(|known| known.span == watch.span);
        let number = known.unwrap_or_else(|| {
            self.watches.push(watch);
            self.watches.len() - 1
        });
        self.request(Request::Watch { number: number as u32, excess });
        Ok(())
    }

    /// How far a condition is beyond its threshold. It sees the variables of the mechanism, not those of NET_RECEIVE.
    fn excess(&mut self, watch: &'a ast::WatchCondition) -> Lowered<Value> {
        let (left, right) = match &watch.condition.kind {
            ExpressionKind::Binary { operator: BinaryOperator::Greater, left, right } => (left, right),
            ExpressionKind::Binary { operator: BinaryOperator::Less, left, right } => (right, left),
            _ => {
                return self.refuse(watch.condition.span, "WATCH takes a comparison with `>` or `<`", "", "");
            }
        };
        self.in_routine(watch.span, "WATCH", |cx| {
            let (left, right) = (cx.expression(left)?, cx.expression(right)?);
            Ok(cx.draft.binary(Binary::Subtract, left, right))
        })
    }

    /// `FOR_NETCONS (w, a) { body }`: once for each connection that ends at the instance. It names as many weights as NET_RECEIVE,
    /// which was checked before.
    pub fn for_netcons(
        &mut self,
        span: Span,
        arguments: &'a [ast::Argument],
        body: &'a ast::Block,
    ) -> Lowered<()> {
        let slot = self.draft.locals(1);
        let first = self.draft.number(0.0);
        self.draft.set(Slot::Local(slot), first, span);
        self.looped(span, |cx| {
            let (at, end) = (cx.draft.get(Slot::Local(slot), span), cx.draft.emit(Op::Connections));
            let runs = cx.draft.binary(Binary::Less, at, end);
            cx.only_where(runs, |cx| {
                cx.in_block(|cx| {
                    for (i, argument) in arguments.iter().enumerate() {
                        cx.declare(&argument.name.text, Local::Weight(slot, i as u32));
                    }
                    cx.block(body)
                })?;
                let (at, one) = (cx.draft.get(Slot::Local(slot), span), cx.draft.number(1.0));
                let next = cx.draft.binary(Binary::Add, at, one);
                cx.draft.set(Slot::Local(slot), next, span);
                Ok(())
            })?;
            let next = cx.draft.get(Slot::Local(slot), span);
            let more = cx.draft.binary(Binary::Less, next, end);
            Ok(cx.draft.binary(Binary::And, runs, more))
        })
    }
}
