//! Ways through a syntax tree for those who look at all code of a file, whether it is ever called or not.

use std::collections::HashSet;

use super::ast::{
    Block, EquationsBlock, Expression, ExpressionKind, Item, Module, Name, NetReceive, PhaseBlock, Reaction,
    Routine, Statement, StatementKind, Term,
};

/// A block of code at the outermost level of a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Site<'a> {
    /// `INITIAL`, `BREAKPOINT`, ...
    Phase(&'a PhaseBlock),
    /// `DERIVATIVE`, `KINETIC`, ...
    Equations(&'a EquationsBlock),
    /// `FUNCTION` or `PROCEDURE`.
    Routine(&'a Routine),
    /// `NET_RECEIVE`.
    NetReceive(&'a NetReceive),
}

impl<'a> Site<'a> {
    /// Its statements.
    pub fn body(self) -> &'a Block {
        match self {
            Site::Phase(x) => &x.body,
            Site::Equations(x) => &x.body,
            Site::Routine(x) => &x.body,
            Site::NetReceive(x) => &x.body,
        }
    }

    /// Names that hold in all of it: its arguments, and a function's own name.
    pub fn names(self) -> Vec<&'a str> {
        match self {
            Site::Routine(x) => {
                let own = x.is_function.then_some(x.name.text.as_str());
                x.arguments.iter().map(|a| a.name.text.as_str()).chain(own).collect()
            }
            Site::NetReceive(x) => x.arguments.iter().map(|a| a.name.text.as_str()).collect(),
            Site::Phase(_) | Site::Equations(_) => Vec::new(),
        }
    }
}

/// All code of a file, included files too, in the order of the text.
pub(super) fn sites(module: &Module) -> Vec<Site<'_>> {
    module.flat_items().into_iter().filter_map(site).collect()
}

/// The code in an item, when it holds any.
pub(super) fn site(item: &Item) -> Option<Site<'_>> {
    match item {
        Item::Phase(x) => Some(Site::Phase(x)),
        Item::Equations(x) => Some(Site::Equations(x)),
        Item::Routine(x) => Some(Site::Routine(x)),
        Item::NetReceive(x) => Some(Site::NetReceive(x)),
        _ => None,
    }
}

/// Visits every statement of a site, outer ones first, with the names that are local where it stands.
pub(super) fn statements<'a>(site: Site<'a>, visit: &mut impl FnMut(&'a Statement, &[&'a str])) {
    block(site.body(), &mut site.names(), visit);
}

fn block<'a>(body: &'a Block, names: &mut Vec<&'a str>, visit: &mut impl FnMut(&'a Statement, &[&'a str])) {
    let outer = names.len();
    for inner in &body.statements {
        statement(inner, names, visit);
    }
    names.truncate(outer);
}

fn statement<'a>(
    one: &'a Statement,
    names: &mut Vec<&'a str>,
    visit: &mut impl FnMut(&'a Statement, &[&'a str]),
) {
    visit(one, names);
    let outer = names.len();
    match &one.kind {
        StatementKind::Local(list) => {
            names.extend(list.iter().map(|l| l.name.text.as_str()));
            return;
        }
        StatementKind::If { branches, otherwise } => {
            for inner in branches.iter().map(|b| &b.body).chain(otherwise) {
                block(inner, names, visit);
            }
        }
        StatementKind::From { counter, body, .. } => {
            names.push(&counter.text);
            block(body, names, visit);
        }
        StatementKind::ForNetcons { arguments, body } => {
            names.extend(arguments.iter().map(|a| a.name.text.as_str()));
            block(body, names, visit);
        }
        StatementKind::While { body, .. } | StatementKind::Block(body) | StatementKind::Initial(body) => {
            block(body, names, visit);
        }
        StatementKind::Solve(solve) => {
            if let Some(inner) = &solve.if_error {
                block(inner, names, visit);
            }
        }
        StatementKind::Protect(inner) => statement(inner, names, visit),
        _ => {}
    }
    names.truncate(outer);
}

/// Expressions of a statement, without those of statements inside it.
pub(super) fn expressions(statement: &Statement) -> Vec<&Expression> {
    match &statement.kind {
        StatementKind::Assign { target, value } => {
            target.index.as_deref().into_iter().chain([value]).collect()
        }
        StatementKind::Call(call) => call.arguments.iter().collect(),
        StatementKind::If { branches, .. } => branches.iter().map(|b| &b.condition).collect(),
        StatementKind::From { from, to, by, .. } => [from, to].into_iter().chain(by).collect(),
        StatementKind::While { condition, .. } => vec![condition],
        StatementKind::Table(table) => vec![&table.from, &table.to],
        StatementKind::Reaction(reaction) => match reaction {
            Reaction::Reversible { forward, backward, .. } => vec![forward, backward],
            Reaction::Sink { rate, .. } => vec![rate],
            Reaction::Flux { flux, .. } => vec![flux],
        },
        StatementKind::Equation { left, right } => vec![left, right],
        StatementKind::Compartment(factor) | StatementKind::LongitudinalDiffusion(factor) => {
            vec![&factor.value]
        }
        StatementKind::Conserve { total, .. } => vec![total],
        StatementKind::Watch(list) => list.iter().flat_map(|w| [&w.condition, &w.flag]).collect(),
        _ => Vec::new(),
    }
}

/// An expression and all inside it, outer ones first.
pub(crate) fn parts<'a>(expression: &'a Expression, visit: &mut impl FnMut(&'a Expression)) {
    visit(expression);
    match &expression.kind {
        ExpressionKind::Variable(variable) => {
            if let Some(index) = &variable.index {
                parts(index, visit);
            }
        }
        ExpressionKind::Call(call) => call.arguments.iter().for_each(|a| parts(a, visit)),
        ExpressionKind::Unary { operand, .. } => parts(operand, visit),
        ExpressionKind::Binary { left, right, .. } => {
            parts(left, visit);
            parts(right, visit);
        }
        ExpressionKind::Number { .. } | ExpressionKind::Text(_) => {}
    }
}

/// Whether code uses a name that is none of its own `names`.
pub(super) fn mentions<'a>(body: &'a Block, names: Vec<&'a str>, name: &str) -> bool {
    free_names(body, names).iter().any(|n| n.text == name)
}

/// The names that some statement of the blocks assigns to.
pub(crate) fn set_names<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> HashSet<&'a str> {
    let mut found = HashSet::new();
    for body in blocks {
        block(body, &mut Vec::new(), &mut |statement, _| {
            if let StatementKind::Assign { target, .. } = &statement.kind {
                found.insert(target.name.text.as_str());
            }
        });
    }
    found
}

/// The names of variables that code uses and that are none of its own `names`.
pub(super) fn free_names<'a>(body: &'a Block, mut names: Vec<&'a str>) -> Vec<&'a Name> {
    let mut found = Vec::new();
    block(body, &mut names, &mut |statement, names| {
        let mut used: Vec<&Name> = match &statement.kind {
            StatementKind::Assign { target, .. } => vec![&target.name],
            StatementKind::Reaction(reaction) => terms(reaction).map(|t| &t.variable.name).collect(),
            StatementKind::Conserve { terms, .. } => terms.iter().map(|t| &t.variable.name).collect(),
            StatementKind::Table(table) => table.names.iter().chain(&table.depend).collect(),
            _ => Vec::new(),
        };
        for expression in expressions(statement) {
            parts(expression, &mut |part| {
                if let ExpressionKind::Variable(variable) = &part.kind {
                    used.push(&variable.name);
                }
            });
        }
        found.extend(used.into_iter().filter(|n| !names.contains(&n.text.as_str())));
    });
    found
}

/// What stands on both sides of a reaction's arrow.
fn terms(reaction: &Reaction) -> impl Iterator<Item = &Term> {
    let (left, right): (&[Term], &[Term]) = match reaction {
        Reaction::Reversible { left, right, .. } => (left, right),
        Reaction::Sink { left, .. } | Reaction::Flux { left, .. } => (left, &[]),
    };
    left.iter().chain(right)
}
