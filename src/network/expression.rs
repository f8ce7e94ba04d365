//! Expressions in descriptions: NMODL's, with the names of the description.
//!
//! In: a text with its place, and a [`Scope`]: the variables that have a meaning there. Out: an [`Expression`], in which
//! every name is resolved, that gives a number for any values of those variables. Parameters are constants by then.
//! Random functions draw from a stream that the caller keys by what the value drives, so a value depends neither on
//! the order of evaluation of other values nor on threads.

use std::ops::Range;
use std::sync::Arc;

use super::table::{Table, counted};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span, suggest};
use crate::nmodl::ast::{self, BinaryOperator, ExpressionKind, UnaryOperator};
use crate::nmodl::parse_expression;
use crate::random::Stream;

/// Functions of one number.
const UNARY: [(&str, fn(f64) -> f64); 16] = [
    ("fabs", f64::abs),
    ("sqrt", f64::sqrt),
    ("exp", f64::exp),
    ("log", f64::ln),
    ("log10", f64::log10),
    ("sin", f64::sin),
    ("cos", f64::cos),
    ("tan", f64::tan),
    ("asin", f64::asin),
    ("acos", f64::acos),
    ("atan", f64::atan),
    ("sinh", f64::sinh),
    ("cosh", f64::cosh),
    ("tanh", f64::tanh),
    ("floor", f64::floor),
    ("ceil", f64::ceil),
];

/// Functions of two numbers.
const BINARY: [(&str, fn(f64, f64) -> f64); 5] = [
    ("pow", f64::powf),
    ("fmod", |a, b| a % b),
    ("fmin", f64::min),
    ("fmax", f64::max),
    ("atan2", f64::atan2),
];

/// Functions that are not of numbers alone.
const OTHERS: [&str; 8] =
    ["where", "reset_below", "uniform", "normal", "exponential", "lowest", "highest", "mean"];

/// A set of cell numbers, by which expressions can ask for membership.
#[derive(Debug)]
pub(crate) struct CellList {
    /// As the description calls it.
    pub name: String,
    /// Ascending, each once.
    pub cells: Vec<u32>,
    /// Where it is described.
    pub place: Span,
}

/// What a parameter turned out to be.
#[derive(Clone, Debug)]
pub(crate) enum Constant {
    /// A number.
    Number(f64),
    /// A text that is no expression, and why not.
    Text(String, Span),
    /// An expression with a mistake that has been reported.
    Wrong,
}

/// All names that mean the same everywhere in a description.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Parameters.
    pub parameters: Vec<(String, Constant)>,
    /// Tables.
    pub tables: Vec<Arc<Table>>,
    /// Lists.
    pub lists: Vec<Arc<CellList>>,
    /// Tables and lists that could not be read, which has been reported.
    pub failed: Vec<String>,
}

/// The variables of one place of a description, in the order of the values given to [`Expression::value`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    variables: Vec<String>,
    /// Whether random functions are allowed.
    random: bool,
}

impl Scope {
    /// Nothing but parameters, tables and lists.
    pub fn constant() -> Scope {
        Scope::default()
    }

    /// With these variables, and random functions.
    pub fn random(variables: &[&str]) -> Scope {
        Scope { variables: variables.iter().map(|v| v.to_string()).collect(), random: true }
    }

    /// With these variables, without random functions.
    pub fn of(variables: &[&str]) -> Scope {
        Scope { random: false, ..Scope::random(variables) }
    }

    /// With one more variable.
    pub fn and(mut self, variable: &str) -> Scope {
        self.variables.push(variable.to_string());
        self
    }
}

/// A resolved expression.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    code: Code,
    /// Where it is written.
    pub span: Span,
    /// Whether it draws random numbers.
    pub random: bool,
}

/// What went wrong in working an expression out, and where.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    message: String,
    span: Span,
}

impl Failure {
    /// As a message; `what` says for which value, as in "`tau` of cell 3".
    pub fn diagnostic(&self, what: &str) -> Diagnostic {
        Diagnostic::error("network/value", format!("{}, for {what}", self.message)).at(self.span, "")
    }
}

impl Expression {
    /// A number that stands in the description as such.
    pub fn number(value: f64, span: Span) -> Expression {
        Expression { code: Code::Number(value), span, random: false }
    }

    /// Whether it is the same for all variables: it needs neither them nor random numbers.
    pub fn is_constant(&self) -> bool {
        matches!(self.code, Code::Number(_))
    }

    /// Works it out; always a finite number. `stream` is asked for once, if random numbers are needed.
    pub fn value(&self, variables: &[f64], stream: impl FnOnce() -> Stream) -> Result<f64, Failure> {
        let mut stream = self.random.then(stream);
        let value = self.code.value(variables, &mut stream)?;
        if value.is_finite() {
            return Ok(value);
        }
        Err(Failure { message: format!("this is not a finite number but {value}"), span: self.span })
    }
}

#[derive(Clone, Debug)]
enum Code {
    Number(f64),
    Variable(usize),
    Negate(Box<Code>),
    Not(Box<Code>),
    Binary(BinaryOperator, Box<Code>, Box<Code>),
    Unary(fn(f64) -> f64, Box<Code>),
    Function(fn(f64, f64) -> f64, Box<Code>, Box<Code>),
    Where(Box<[Code; 3]>),
    ResetBelow(Box<[Code; 3]>),
    Lookup(Arc<Table>, Box<Code>, Option<Box<Code>>, Span),
    Member(Arc<CellList>, Box<Code>),
    Uniform(Box<Code>, Box<Code>),
    Normal(Box<Code>, Box<Code>, Span),
    Exponential(Box<Code>, Span),
}

impl Code {
    fn value(&self, variables: &[f64], stream: &mut Option<Stream>) -> Result<f64, Failure> {
        let truth = |t: bool| if t { 1.0 } else { 0.0 };
        let mut of = |code: &Code| code.value(variables, stream);
        Ok(match self {
            Code::Number(value) => *value,
            Code::Variable(number) => variables.get(*number).copied().unwrap_or(f64::NAN),
            Code::Negate(a) => -of(a)?,
            Code::Not(a) => truth(of(a)? == 0.0),
            Code::Binary(operator, a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                match operator {
                    BinaryOperator::Or => truth(a != 0.0 || b != 0.0),
                    BinaryOperator::And => truth(a != 0.0 && b != 0.0),
                    BinaryOperator::Less => truth(a < b),
                    BinaryOperator::LessEqual => truth(a <= b),
                    BinaryOperator::Greater => truth(a > b),
                    BinaryOperator::GreaterEqual => truth(a >= b),
                    BinaryOperator::Equal => truth(a == b),
                    BinaryOperator::NotEqual => truth(a != b),
                    BinaryOperator::Add => a + b,
                    BinaryOperator::Subtract => a - b,
                    BinaryOperator::Multiply => a * b,
                    BinaryOperator::Divide => a / b,
                    BinaryOperator::Power => a.powf(b),
                }
            }
            Code::Unary(f, a) => f(of(a)?),
            Code::Function(f, a, b) => f(of(a)?, of(b)?),
            // Both branches are worked out, so that the number of draws does not depend on the condition; a table
            // read outside its rows is forgiven in the branch that is not taken.
            Code::Where(parts) => {
                let [condition, yes, no] = &**parts;
                let condition = of(condition)?;
                let (yes, no) = (of(yes), of(no));
                if condition != 0.0 { yes? } else { no? }
            }
            Code::ResetBelow(parts) => {
                let [value, limit, instead] = &**parts;
                let (value, limit, instead) = (of(value)?, of(limit)?, of(instead)?);
                // The same tolerance as in the check of delays.
                if value < limit * (1.0 - 1e-9) { instead } else { value }
            }
            Code::Lookup(table, row, column, span) => {
                let row = of(row)?;
                let column = column.as_ref().map_or(Ok(0.0), |c| of(c))?;
                lookup(table, row, column, *span)?
            }
            Code::Member(list, a) => {
                let cell = of(a)?;
                let whole = cell >= 0.0 && cell.fract() == 0.0 && cell <= f64::from(u32::MAX);
                truth(whole && list.cells.binary_search(&(cell as u32)).is_ok())
            }
            Code::Uniform(low, high) => {
                let (low, high) = (of(low)?, of(high)?);
                low + (high - low) * draw(stream, Stream::uniform)
            }
            Code::Normal(mean, deviation, span) => {
                let (mean, deviation) = (of(mean)?, of(deviation)?);
                if deviation < 0.0 {
                    let message = format!("a standard deviation cannot be negative ({deviation})");
                    return Err(Failure { message, span: *span });
                }
                mean + deviation * draw(stream, Stream::normal)
            }
            Code::Exponential(mean, span) => {
                let mean = of(mean)?;
                if mean < 0.0 {
                    let message =
                        format!("the mean of an exponential distribution cannot be negative ({mean})");
                    return Err(Failure { message, span: *span });
                }
                draw(stream, |s| s.negexp(mean))
            }
        })
    }
}

fn draw(stream: &mut Option<Stream>, how: impl FnOnce(&mut Stream) -> f64) -> f64 {
    stream.as_mut().map_or(f64::NAN, how)
}

fn lookup(table: &Table, row: f64, column: f64, span: Span) -> Result<f64, Failure> {
    let within =
        |x: f64, count: usize| (x >= 0.0 && x.fract() == 0.0 && x < count as f64).then_some(x as usize);
    let (file, rows, columns) = (&table.file, table.rows(), table.columns());
    let Some(r) = within(row, rows) else {
        let message =
            format!("`{file}` has {} (0 to {}), and row {row} is read", counted(rows, "row"), rows - 1);
        return Err(Failure { message, span });
    };
    let Some(c) = within(column, columns) else {
        let have = counted(columns, "column");
        let message = format!("`{file}` has {have} (0 to {}), and column {column} is read", columns - 1);
        return Err(Failure { message, span });
    };
    Ok(table.row(r)[c])
}

/// Where the characters of a text value stand: inside its quotes, or, when it has escapes, in a text of its own.
pub(crate) fn inside(text: &str, span: Span, sources: &mut Sources) -> (SourceId, Range<usize>) {
    let written = sources.text(span);
    let (start, end) = (span.start as usize, span.end as usize);
    if written == text {
        return (span.source, start..end);
    }
    if written.len() == text.len() + 2 && written.get(1..text.len() + 1) == Some(text) {
        return (span.source, start + 1..end - 1);
    }
    let name = sources.get(span.source).name.clone();
    (sources.add(name, text), 0..text.len())
}

/// Parses and resolves the expression `text`, which stands at `span`.
///
/// # Errors
/// Every mistake in it: syntax, unknown names, wrong numbers of arguments. None when it uses something that has
/// been reported as wrong already.
pub(crate) fn compile(
    text: &str,
    span: Span,
    scope: &Scope,
    names: &Names,
    sources: &mut Sources,
) -> Result<Expression, Diagnostics> {
    let (source, range) = inside(text, span, sources);
    let tree = parse_expression(sources, source, range)?;
    let mut resolver = Resolver { scope, names, problems: Diagnostics::new(), random: false, failed: false };
    let code = resolver.code(&tree);
    let expression = Expression { code, span, random: resolver.random };
    if resolver.failed { Err(resolver.problems) } else { resolver.problems.into_result(expression) }
}

/// The names that the expression mentions, those of functions too; none if it cannot be parsed.
pub(crate) fn mentioned(text: &str) -> Vec<String> {
    fn walk(e: &ast::Expression, out: &mut Vec<String>) {
        match &e.kind {
            ExpressionKind::Number { .. } | ExpressionKind::Text(_) => {}
            ExpressionKind::Variable(v) => out.push(v.name.text.clone()),
            ExpressionKind::Call(call) => {
                out.push(call.name.text.clone());
                call.arguments.iter().for_each(|a| walk(a, out));
            }
            ExpressionKind::Unary { operand, .. } => walk(operand, out),
            ExpressionKind::Binary { left, right, .. } => {
                walk(left, out);
                walk(right, out);
            }
        }
    }
    let mut sources = Sources::default();
    let source = sources.add("", text);
    let mut out = Vec::new();
    if let Ok(tree) = parse_expression(&sources, source, 0..text.len()) {
        walk(&tree, &mut out);
    }
    out
}

struct Resolver<'a> {
    scope: &'a Scope,
    names: &'a Names,
    problems: Diagnostics,
    random: bool,
    /// It uses something that is wrong itself.
    failed: bool,
}

impl Resolver<'_> {
    fn code(&mut self, tree: &ast::Expression) -> Code {
        let code = match &tree.kind {
            ExpressionKind::Number { value, .. } => Code::Number(*value),
            ExpressionKind::Text(_) => self.refuse(tree.span, "a text has no value here".to_string()),
            ExpressionKind::Variable(variable) => self.variable(variable),
            ExpressionKind::Call(call) => self.call(call),
            ExpressionKind::Unary { operator, operand } => {
                let operand = Box::new(self.code(operand));
                match operator {
                    UnaryOperator::Negate => Code::Negate(operand),
                    UnaryOperator::Not => Code::Not(operand),
                }
            }
            ExpressionKind::Binary { operator, left, right } => {
                Code::Binary(*operator, Box::new(self.code(left)), Box::new(self.code(right)))
            }
        };
        fold(code)
    }

    /// Reports; the code returned stands for the value that there is none of.
    fn refuse(&mut self, span: Span, message: String) -> Code {
        self.problems.push(Diagnostic::error("network/expression", message).at(span, ""));
        Code::Number(f64::NAN)
    }

    fn variable(&mut self, variable: &ast::Variable) -> Code {
        let name = variable.name.text.as_str();
        if let Some(number) = self.scope.variables.iter().position(|v| v == name) {
            return Code::Variable(number);
        }
        if variable.index.is_some() || variable.primes > 0 || variable.lag.is_some() {
            let message = format!("`{name}` is a single number here; a table is read as `{name}(row)`");
            return self.refuse(variable.span, message);
        }
        match self.names.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value) {
            Some(Constant::Number(value)) => Code::Number(*value),
            Some(Constant::Text(text, place)) => {
                let message = format!("the parameter `{name}` is not a number");
                let error = Diagnostic::error("network/expression", message).at(variable.span, "used here");
                let why = format!("`{text}` is neither a number nor an expression of known names");
                let error = error.at(*place, why);
                let table = self.names.tables.iter().any(|t| t.name == name);
                let help = format!("the table is read as `{name}(row)`");
                self.problems.push(if table { error.help(help) } else { error });
                Code::Number(f64::NAN)
            }
            Some(Constant::Wrong) => {
                self.failed = true;
                Code::Number(f64::NAN)
            }
            None => self.unknown(variable.span, name),
        }
    }

    fn unknown(&mut self, span: Span, name: &str) -> Code {
        let names = self.names;
        let known = self.scope.variables.iter().map(String::as_str);
        let known = known.chain(names.parameters.iter().map(|(n, _)| n.as_str()));
        let mut error =
            Diagnostic::error("network/unknown-name", format!("there is no variable or parameter `{name}`"))
                .at(span, "");
        if names.tables.iter().any(|t| t.name == name) {
            error = error.help(format!("a table is read as `{name}(row)`"));
        } else if names.lists.iter().any(|l| l.name == name) {
            error = error.help(format!("a list is asked as `{name}(cell)`"));
        } else if let Some(near) = suggest(name, known) {
            error = error.help(format!("did you mean `{near}`?"));
        }
        if !self.scope.variables.is_empty() {
            let list = super::schema::quoted(self.scope.variables.iter().map(String::as_str));
            error = error.note(format!("beside parameters this place knows {list}"));
        }
        self.problems.push(error);
        Code::Number(f64::NAN)
    }

    fn call(&mut self, call: &ast::Call) -> Code {
        let name = call.name.text.as_str();
        if let Some((_, f)) = UNARY.iter().find(|(n, _)| *n == name) {
            return self.arguments(call).map_or(Code::Number(f64::NAN), |[a]| Code::Unary(*f, Box::new(a)));
        }
        if let Some((_, f)) = BINARY.iter().find(|(n, _)| *n == name) {
            return self
                .arguments(call)
                .map_or(Code::Number(f64::NAN), |[a, b]| Code::Function(*f, Box::new(a), Box::new(b)));
        }
        if OTHERS.contains(&name) {
            return self.other(call).unwrap_or(Code::Number(f64::NAN));
        }
        let names = self.names;
        if let Some(table) = names.tables.iter().find(|t| t.name == name) {
            return match call.arguments.as_slice() {
                [row] => Code::Lookup(table.clone(), Box::new(self.code(row)), None, call.span),
                [row, column] => {
                    let (row, column) = (Box::new(self.code(row)), Box::new(self.code(column)));
                    Code::Lookup(table.clone(), row, Some(column), call.span)
                }
                _ => self
                    .refuse(call.span, format!("a table is read as `{name}(row)` or `{name}(row, column)`")),
            };
        }
        if let Some(list) = names.lists.iter().find(|l| l.name == name) {
            return self
                .arguments(call)
                .map_or(Code::Number(f64::NAN), |[a]| Code::Member(list.clone(), Box::new(a)));
        }
        if names.failed.iter().any(|n| n == name) {
            self.failed = true;
            return Code::Number(f64::NAN);
        }
        let known = UNARY.iter().map(|(n, _)| *n).chain(BINARY.iter().map(|(n, _)| *n)).chain(OTHERS);
        let known = known.chain(names.tables.iter().map(|t| t.name.as_str()));
        let known = known.chain(names.lists.iter().map(|l| l.name.as_str()));
        let error = Diagnostic::error(
            "network/unknown-name",
            format!("there is no function, table or list `{name}`"),
        )
        .at(call.name.span, "");
        self.problems.push(match suggest(name, known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
        Code::Number(f64::NAN)
    }

    fn arguments<const N: usize>(&mut self, call: &ast::Call) -> Option<[Code; N]> {
        let given = call.arguments.len();
        if given != N {
            let s = if N == 1 { "" } else { "s" };
            self.refuse(call.span, format!("`{}` takes {N} argument{s}, not {given}", call.name.text));
            return None;
        }
        let list: Vec<Code> = call.arguments.iter().map(|a| self.code(a)).collect();
        list.try_into().ok()
    }

    fn other(&mut self, call: &ast::Call) -> Option<Code> {
        let name = call.name.text.as_str();
        match name {
            "where" => self.arguments(call).map(|parts| Code::Where(Box::new(parts))),
            "reset_below" => self.arguments(call).map(|parts| Code::ResetBelow(Box::new(parts))),
            "lowest" | "highest" | "mean" => Some(self.summary(call)),
            _ if !self.scope.random => {
                let message =
                    format!("`{name}` has no meaning here, as the value is not drawn for each cell");
                Some(self.refuse(call.span, message))
            }
            _ => {
                self.random = true;
                match name {
                    "uniform" => self.arguments(call).map(|[a, b]| Code::Uniform(Box::new(a), Box::new(b))),
                    "normal" => {
                        self.arguments(call).map(|[a, b]| Code::Normal(Box::new(a), Box::new(b), call.span))
                    }
                    _ => self.arguments(call).map(|[a]| Code::Exponential(Box::new(a), call.span)),
                }
            }
        }
    }

    /// `lowest(table)`, `highest(table)`, `mean(table)`.
    fn summary(&mut self, call: &ast::Call) -> Code {
        let name = call.name.text.as_str();
        let names = self.names;
        let table = match call.arguments.as_slice() {
            [ast::Expression { kind: ExpressionKind::Variable(v), .. }] => {
                names.tables.iter().find(|t| t.name == v.name.text)
            }
            _ => None,
        };
        if let [ast::Expression { kind: ExpressionKind::Variable(v), .. }] = call.arguments.as_slice()
            && names.failed.contains(&v.name.text)
        {
            self.failed = true;
            return Code::Number(f64::NAN);
        }
        let Some(table) = table else {
            return self
                .refuse(call.span, format!("`{name}` takes the name of a table, as in `{name}(pattern)`"));
        };
        let values = table.values();
        Code::Number(match name {
            "lowest" => values.iter().copied().fold(f64::INFINITY, f64::min),
            "highest" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            _ => values.iter().sum::<f64>() / values.len() as f64,
        })
    }
}

/// Works out what needs no variable, so that a constant is known to be one.
fn fold(code: Code) -> Code {
    let constant = |c: &Code| matches!(c, Code::Number(_));
    let foldable = match &code {
        Code::Negate(a) | Code::Not(a) | Code::Unary(_, a) => constant(a),
        Code::Binary(_, a, b) | Code::Function(_, a, b) => constant(a) && constant(b),
        Code::Where(parts) | Code::ResetBelow(parts) => parts.iter().all(constant),
        Code::Member(_, a) => constant(a),
        Code::Lookup(_, row, column, _) => constant(row) && column.as_ref().is_none_or(|c| constant(c)),
        _ => false,
    };
    // A table read outside its rows stays as it is, and is reported when the value is asked for.
    match foldable.then(|| code.value(&[], &mut None)) {
        Some(Ok(value)) => Code::Number(value),
        _ => code,
    }
}
