//! What the translation changes in the file as a whole: new variables and functions, streams in the place of pointers.

use std::collections::{BTreeSet, HashSet};

use super::build;
use super::expression::{ROUND, TRUNCATE};
use super::shared::{Global, Shared};
use super::walk::{self, Met};
use super::{LeftOut, body, place};
use crate::diagnostic::Span;
use crate::nmodl::ast::{
    self, BinaryOperator, Constant, ConstantBlock, Integer, Item, LocalList, LocalName, Module, NeuronBlock,
    NeuronStatement, NeuronStatementKind, Number, Parameter, ParameterBlock, Statement,
};

/// Takes all C out and puts in what it needs.
pub(super) fn settle(module: &mut Module, shared: Shared, made: Vec<ast::Routine>, left_out: &LeftOut) {
    take_out(&mut module.items, left_out);
    let span = module.span;
    let at = Span { end: span.start, ..span };
    let used = names(module, &made);
    // Pointers that only C used stand for nothing any more.
    let dead: HashSet<String> = shared.pointers.iter().filter(|p| !used.contains(*p)).cloned().collect();
    neuron(&mut module.items, &shared.made.streams, &dead);
    for global in shared.made.globals.values() {
        module.items.extend(declaration(global, shared.written.contains(&global.declared.name)));
    }
    module.items.extend(made.into_iter().map(Item::Routine));
    if shared.made.truncates {
        module.items.push(truncate(at));
    }
    if shared.made.rounds {
        module.items.push(round(at));
    }
}

fn take_out(items: &mut Vec<Item>, left_out: &LeftOut) {
    items.retain(|i| {
        !matches!(i, Item::Verbatim(_)) && (body(i).is_none() || !left_out.contains_key(&place(i)))
    });
    for item in items.iter_mut() {
        if let Item::Include(include) = item {
            take_out(&mut include.items, left_out);
        }
    }
    // An INITIAL, CONSTRUCTOR or DESTRUCTOR of nothing says nothing.
    items.retain(|i| match i {
        Item::Phase(block) => {
            !block.body.statements.is_empty()
                || !matches!(block.phase, ast::Phase::Constructor | ast::Phase::Destructor)
        }
        _ => true,
    });
}

/// All variables that code names.
fn names(module: &Module, made: &[ast::Routine]) -> HashSet<String> {
    let mut used = HashSet::new();
    let mut met = |met: Met<'_>| {
        if let Met::Read(name) | Met::Set(name) = met {
            used.insert(name.text.clone());
        }
    };
    module.flat_items().into_iter().filter_map(body).for_each(|b| walk::block(b, &mut met));
    made.iter().for_each(|r| walk::block(&r.body, &mut met));
    used
}

/// Declares streams, and takes them and dead pointers out of everything else.
fn neuron(items: &mut [Item], streams: &BTreeSet<String>, dead: &HashSet<String>) {
    let mut open: BTreeSet<String> = streams.clone();
    super::each_item(items, &mut |item| match item {
        Item::Neuron(block) => {
            neuron_block(block, streams, dead);
            let names: Vec<ast::Name> =
                std::mem::take(&mut open).iter().map(|s| build::name(s, block.span)).collect();
            if !names.is_empty() {
                let kind = NeuronStatementKind::Random { distribution: None, names };
                block.statements.push(NeuronStatement { kind, span: block.span });
            }
        }
        Item::Assigned(block) => block.variables.retain(|v| !streams.contains(&v.name.text)),
        Item::Parameter(block) => block.parameters.retain(|p| !streams.contains(&p.name.text)),
        _ => {}
    });
}

fn neuron_block(block: &mut NeuronBlock, streams: &BTreeSet<String>, dead: &HashSet<String>) {
    for statement in &mut block.statements {
        match &mut statement.kind {
            NeuronStatementKind::Pointer(names) | NeuronStatementKind::BbCorePointer(names) => {
                names.retain(|n| !streams.contains(&n.text) && !dead.contains(&n.text));
            }
            NeuronStatementKind::Range(names) | NeuronStatementKind::Global(names) => {
                names.retain(|n| !streams.contains(&n.text));
            }
            _ => {}
        }
    }
    block.statements.retain(|s| match &s.kind {
        NeuronStatementKind::Pointer(names)
        | NeuronStatementKind::BbCorePointer(names)
        | NeuronStatementKind::Range(names)
        | NeuronStatementKind::Global(names) => !names.is_empty(),
        _ => true,
    });
}

/// A variable of C: a constant, or one that all instances share.
fn declaration(global: &Global, written: bool) -> Option<Item> {
    let span = global.declared.span;
    let name = build::name(&global.name, span);
    let values = global.start().ok()?;
    let is_array = global.declared.length.is_some();
    let first = values.first().copied().unwrap_or(0.0);
    let number = Number { value: first, span };
    Some(match (is_array, written) {
        (true, false) => table(global, &values),
        (false, false) => {
            let constants = vec![Constant { name, value: number, unit: None, span }];
            Item::Constant(ConstantBlock { constants, span })
        }
        (false, true) if first != 0.0 => {
            let parameter =
                Parameter { name, length: None, value: Some(number), unit: None, limits: None, span };
            Item::Parameter(ParameterBlock { parameters: vec![parameter], span })
        }
        (_, true) => {
            let length = is_array.then_some(Integer { value: values.len() as i64, span });
            Item::Local(LocalList { names: vec![LocalName { name, length }], span })
        }
    })
}

/// The elements of a constant array, as a function of the index.
fn table(global: &Global, values: &[f64]) -> Item {
    let span = global.declared.span;
    let mut branches = Vec::new();
    for (i, value) in values.iter().enumerate() {
        let index = build::value_of("index", span);
        let condition = build::binary(BinaryOperator::Equal, index, build::number(i as f64, span), span);
        let set = build::set(&global.name, build::number(*value, span), span);
        branches.push(ast::Branch { condition, body: build::block(vec![set], span) });
    }
    let kind = ast::StatementKind::If { branches, otherwise: None };
    function(&global.name, "index", vec![build::statement(kind, span)], span)
}

fn function(name: &str, argument: &str, statements: Vec<Statement>, span: Span) -> Item {
    Item::Routine(ast::Routine {
        is_function: true,
        name: build::name(name, span),
        arguments: vec![ast::Argument { name: build::name(argument, span), unit: None }],
        unit: None,
        body: build::block(statements, span),
        span,
    })
}

/// The fraction cut off: up for numbers below 0, down for others.
fn truncate(span: Span) -> Item {
    let x = || build::value_of("x", span);
    let negative = build::binary(BinaryOperator::Less, x(), build::number(0.0, span), span);
    let up = build::set(TRUNCATE, build::call("ceil", vec![x()], span), span);
    let down = build::set(TRUNCATE, build::call("floor", vec![x()], span), span);
    let body = build::choice(negative, vec![up], vec![down], span);
    function(TRUNCATE, "x", body.into_iter().collect(), span)
}

/// The nearest whole number, halves away from 0; exact, where adding a half is not.
fn round(span: Span) -> Item {
    let whole = || build::value_of(ROUND, span);
    let x = || build::value_of("x", span);
    let cut = build::set(ROUND, build::call(TRUNCATE, vec![x()], span), span);
    let half = |left, right| {
        let rest = build::binary(BinaryOperator::Subtract, left, right, span);
        build::binary(BinaryOperator::GreaterEqual, rest, build::number(0.5, span), span)
    };
    let one = || build::number(1.0, span);
    let up = build::set(ROUND, build::binary(BinaryOperator::Add, whole(), one(), span), span);
    let down = build::set(ROUND, build::binary(BinaryOperator::Subtract, whole(), one(), span), span);
    let lower = build::choice(half(whole(), x()), vec![down], Vec::new(), span);
    let body = build::choice(half(x(), whole()), vec![up], lower.into_iter().collect(), span);
    function(ROUND, "x", std::iter::once(cut).chain(body).collect(), span)
}
