//! Whether a differential equation can be solved on its own, exactly: linear in its state and free of the others.
//!
//! The look is at the text of the equations, as NEURON's own `cnexp` has it. What is not plain to see counts as no.

use std::collections::HashSet;

use crate::nmodl::ast::{BinaryOperator, Expression, ExpressionKind, Module, StatementKind, UnaryOperator};
use crate::nmodl::walk::{self, Site};

/// Whether `cnexp` solves every equation of a DERIVATIVE block: each is linear in its own state, and neither it nor
/// what is computed for it reads another state of the block, or its own by a detour.
pub(super) fn suits_cnexp(module: &Module, block: Site<'_>) -> bool {
    let mut equations: Vec<(&str, &Expression)> = Vec::new();
    let mut indexed = false;
    walk::statements(block, &mut |statement, _| {
        if let StatementKind::Assign { target, value } = &statement.kind
            && target.primes > 0
        {
            indexed |= target.index.is_some();
            equations.push((&target.name.text, value));
        }
    });
    // Elements of one array may stand for each other.
    if indexed {
        return false;
    }
    let states: HashSet<&str> = equations.iter().map(|(state, _)| *state).collect();
    let touched = touched(module, &states);
    equations.iter().all(|(state, value)| {
        let mut free = true;
        walk::parts(value, &mut |part| match &part.kind {
            ExpressionKind::Variable(x) => {
                let name = x.name.text.as_str();
                free &= name == *state || !states.contains(name) && !touched.contains(name);
            }
            ExpressionKind::Call(call) => free &= !touched.contains(call.name.text.as_str()),
            _ => {}
        });
        free && degree(value, state).is_some_and(|d| d <= 1)
    })
}

/// Variables and routines whose values may depend on the states, whatever the order of the statements.
fn touched<'a>(module: &'a Module, states: &HashSet<&'a str>) -> HashSet<&'a str> {
    let mut touched: HashSet<&str> = HashSet::new();
    loop {
        let before = touched.len();
        for site in walk::sites(module) {
            // INITIAL sets states and what follows from them once, before any step.
            if matches!(site, Site::Phase(_)) {
                continue;
            }
            walk::statements(site, &mut |statement, locals| {
                let mut depends = false;
                for expression in walk::expressions(statement) {
                    walk::parts(expression, &mut |part| match &part.kind {
                        ExpressionKind::Variable(x) => {
                            let name = x.name.text.as_str();
                            depends |=
                                touched.contains(name) || states.contains(name) && !locals.contains(&name);
                        }
                        ExpressionKind::Call(call) => depends |= touched.contains(call.name.text.as_str()),
                        _ => {}
                    });
                }
                if !depends {
                    return;
                }
                match &statement.kind {
                    StatementKind::Assign { target, .. } if target.primes == 0 => {
                        touched.insert(&target.name.text);
                    }
                    // What is handed over reaches the routine's arguments.
                    StatementKind::Call(call) => {
                        touched.insert(&call.name.text);
                    }
                    _ => {}
                }
                if let Site::Routine(routine) = site {
                    touched.insert(&routine.name.text);
                }
            });
            if let Site::Routine(routine) = site
                && touched.contains(routine.name.text.as_str())
            {
                touched.extend(routine.arguments.iter().map(|a| a.name.text.as_str()));
                walk::statements(site, &mut |statement, _| {
                    if let StatementKind::Assign { target, .. } = &statement.kind {
                        touched.insert(&target.name.text);
                    }
                });
            }
        }
        if touched.len() == before {
            return touched;
        }
    }
}

/// 0 when an expression does not contain `x`, 1 when it is linear in it; `None` otherwise.
fn degree(expression: &Expression, x: &str) -> Option<u32> {
    match &expression.kind {
        ExpressionKind::Number { .. } | ExpressionKind::Text(_) => Some(0),
        ExpressionKind::Variable(variable) => match &variable.index {
            Some(index) if degree(index, x) != Some(0) => None,
            _ => Some(u32::from(variable.name.text == x)),
        },
        ExpressionKind::Call(call) => call.arguments.iter().all(|a| degree(a, x) == Some(0)).then_some(0),
        ExpressionKind::Unary { operator, operand } => match operator {
            UnaryOperator::Negate => degree(operand, x),
            UnaryOperator::Not => degree(operand, x).filter(|d| *d == 0),
        },
        ExpressionKind::Binary { operator, left, right } => {
            let (a, b) = (degree(left, x)?, degree(right, x)?);
            match operator {
                BinaryOperator::Add | BinaryOperator::Subtract => Some(a.max(b)),
                BinaryOperator::Multiply => Some(a + b).filter(|d| *d <= 1),
                BinaryOperator::Divide => (b == 0).then_some(a),
                _ => (a == 0 && b == 0).then_some(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;
    use crate::nmodl::ast::Item;

    fn suits(equations: &str, more: &str) -> bool {
        let text = format!("NEURON {{ SUFFIX a }} STATE {{ x y }} DERIVATIVE s {{ {equations} }} {more}");
        let mut sources = Sources::default();
        let id = sources.add("a.mod", text);
        let module = crate::nmodl::parse(&sources, id).unwrap();
        let block = module.items.iter().find_map(|item| match item {
            Item::Equations(block) => Some(Site::Equations(block)),
            _ => None,
        });
        suits_cnexp(&module, block.unwrap())
    }

    #[test]
    fn linear_and_alone() {
        assert!(suits("x' = (inf - x)/tau  y' = -y", ""));
        assert!(suits("rates(v) x' = a*(1 - x) - b*x", "PROCEDURE rates(v) { a = exp(v) b = 1/a }"));
        assert!(!suits("x' = -x*x", ""));
        assert!(!suits("x' = 1/x", ""));
        assert!(!suits("x' = -exp(x)", ""));
        assert!(!suits("if (x > 0) { x' = x > 1 }", ""));
    }

    #[test]
    fn coupling_is_seen_through_variables_and_routines() {
        assert!(!suits("x' = -y  y' = -y", ""));
        assert!(!suits("a = 2*y  x' = -x + a  y' = -y", ""));
        assert!(!suits("a = 2*x  x' = -a", ""));
        assert!(!suits("rates(x) x' = -x/tau", "PROCEDURE rates(c) { tau = 1 + c }"));
        assert!(!suits("rates() x' = -x/tau", "PROCEDURE rates() { tau = 1 + x }"));
        assert!(!suits("x' = -f()*x", "FUNCTION f() { f = x }"));
        assert!(!suits("x' = -f(v)*x", "FUNCTION f(v) { LOCAL a  a = x  f = a }"));
    }
}
