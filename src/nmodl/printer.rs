//! From the tree back to NMODL text.
//!
//! What is printed parses to the same tree, but for the spans: parentheses stand where the shape
//! of the tree needs them and nowhere else, numbers have as many digits as it takes to read back
//! the same value. `INCLUDE` is printed as `INCLUDE`, without what the file held.

use std::fmt::Write;

use super::ast::*;

/// A whole mechanism.
pub fn print(module: &Module) -> String {
    let mut printer = Printer { out: String::new(), level: 0 };
    for item in &module.items {
        printer.item(item);
    }
    printer.out
}

/// One expression, on one line.
pub fn print_expression(expression: &Expression) -> String {
    let mut out = String::new();
    write_expression(&mut out, expression);
    out
}

/// One statement with all it holds.
pub fn print_statement(statement: &Statement) -> String {
    let mut printer = Printer { out: String::new(), level: 0 };
    printer.statement(statement);
    printer.out
}

struct Printer {
    out: String,
    level: usize,
}

impl Printer {
    fn line(&mut self, text: &str) {
        for _ in 0..self.level {
            self.out.push_str("    ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn braces(&mut self, head: &str, lines: impl IntoIterator<Item = String>) {
        self.line(&format!("{head} {{"));
        self.level += 1;
        for line in lines {
            self.line(&line);
        }
        self.level -= 1;
        self.line("}");
    }

    fn block(&mut self, head: &str, block: &Block) {
        let space = if head.is_empty() { "" } else { " " };
        self.line(&format!("{head}{space}{{"));
        self.level += 1;
        for statement in &block.statements {
            self.statement(statement);
        }
        self.level -= 1;
        self.line("}");
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Title(x) => self.line(format!("TITLE {}", x.text).trim_end()),
            Item::Verbatim(x) => self.verbatim(x),
            Item::Include(x) => self.line(&format!("INCLUDE \"{}\"", x.path.text)),
            Item::Define(x) => self.line(&format!("DEFINE {} {}", x.name.text, x.value.value)),
            Item::Units(x) => self.braces("UNITS", x.definitions.iter().map(unit_definition)),
            Item::UnitsSwitch(x) => self.line(if x.on { "UNITSON" } else { "UNITSOFF" }),
            Item::Neuron(x) => self.braces("NEURON", x.statements.iter().map(neuron_statement)),
            Item::Parameter(x) => self.braces("PARAMETER", x.parameters.iter().map(parameter)),
            Item::Constant(x) => self.braces("CONSTANT", x.constants.iter().map(constant)),
            Item::Assigned(x) => self.braces("ASSIGNED", x.variables.iter().map(declaration)),
            Item::State(x) => self.braces("STATE", x.states.iter().map(declaration)),
            Item::Independent(x) => self.braces("INDEPENDENT", x.variables.iter().map(independent)),
            Item::Local(x) => self.line(&local(&x.names)),
            Item::Phase(x) => self.block(phase(x.phase), &x.body),
            Item::Equations(x) => {
                let mut head = format!("{} {}", equations_kind(x.kind), x.name.text);
                if !x.solve_for.is_empty() {
                    head += &format!(" SOLVEFOR {}", names(&x.solve_for));
                }
                self.block(&head, &x.body);
            }
            Item::Routine(x) => {
                let word = if x.is_function { "FUNCTION" } else { "PROCEDURE" };
                self.block(&format!("{word} {}{}", signature(&x.name, &x.arguments), unit(&x.unit)), &x.body);
            }
            Item::FunctionTable(x) => {
                self.line(&format!("FUNCTION_TABLE {}{}", signature(&x.name, &x.arguments), unit(&x.unit)));
            }
            Item::NetReceive(x) => self.block(&format!("NET_RECEIVE {}", arguments(&x.arguments)), &x.body),
        }
    }

    /// The text between the keywords comes back character by character, so the closing keyword
    /// stands where the text left it.
    fn verbatim(&mut self, verbatim: &Verbatim) {
        self.out.push_str("VERBATIM");
        self.out.push_str(&verbatim.text);
        self.out.push_str("ENDVERBATIM\n");
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::If { branches, otherwise } => self.if_statement(branches, otherwise.as_ref()),
            StatementKind::From { counter, from, to, by, body } => {
                let mut head =
                    format!("FROM {} = {} TO {}", counter.text, print_expression(from), print_expression(to));
                if let Some(by) = by {
                    head += &format!(" BY {}", print_expression(by));
                }
                self.block(&head, body);
            }
            StatementKind::While { condition, body } => {
                self.block(&format!("while ({})", print_expression(condition)), body);
            }
            StatementKind::Block(body) => self.block("", body),
            StatementKind::Solve(solve) => self.solve(solve),
            StatementKind::ForNetcons { arguments: list, body } => {
                self.block(&format!("FOR_NETCONS {}", arguments(list)), body);
            }
            StatementKind::Initial(body) => self.block("INITIAL", body),
            StatementKind::Verbatim(verbatim) => self.verbatim(verbatim),
            simple => {
                if let Some(text) = simple_statement(simple) {
                    self.line(&text);
                }
            }
        }
    }

    fn if_statement(&mut self, branches: &[Branch], otherwise: Option<&Block>) {
        for (i, branch) in branches.iter().enumerate() {
            let word = if i == 0 { "if" } else { "else if" };
            self.block(&format!("{word} ({})", print_expression(&branch.condition)), &branch.body);
        }
        if let Some(body) = otherwise {
            self.block("else", body);
        }
    }

    fn solve(&mut self, solve: &Solve) {
        let mut head = format!("SOLVE {}", solve.name.text);
        if let Some(method) = &solve.method {
            let word = if method.steady_state { "STEADYSTATE" } else { "METHOD" };
            head += &format!(" {word} {}", method.name.text);
        }
        match &solve.if_error {
            Some(body) => self.block(&format!("{head} IFERROR"), body),
            None => self.line(&head),
        }
    }
}

/// A statement without a block; none for the others.
fn simple_statement(kind: &StatementKind) -> Option<String> {
    Some(match kind {
        StatementKind::Local(list) => local(list),
        StatementKind::Assign { target, value } => {
            format!("{} = {}", variable(target), print_expression(value))
        }
        StatementKind::Call(x) => call(x),
        StatementKind::Table(x) => table(x),
        StatementKind::Conductance { name, ion } => match ion {
            Some(ion) => format!("CONDUCTANCE {} USEION {}", name.text, ion.text),
            None => format!("CONDUCTANCE {}", name.text),
        },
        StatementKind::Reaction(x) => reaction(x),
        StatementKind::Equation { left, right } => {
            format!("~ {} = {}", print_expression(left), print_expression(right))
        }
        StatementKind::Compartment(x) => state_factor("COMPARTMENT", x),
        StatementKind::LongitudinalDiffusion(x) => state_factor("LONGITUDINAL_DIFFUSION", x),
        StatementKind::Conserve { terms: sum, total } => {
            format!("CONSERVE {} = {}", terms(sum), print_expression(total))
        }
        StatementKind::Watch(list) => {
            let item = |w: &WatchCondition| {
                format!("({}) {}", print_expression(&w.condition), print_expression(&w.flag))
            };
            format!("WATCH {}", list.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        StatementKind::Protect(inner) => format!("PROTECT {}", simple_statement(&inner.kind)?),
        StatementKind::MutexLock => "MUTEXLOCK".into(),
        StatementKind::MutexUnlock => "MUTEXUNLOCK".into(),
        StatementKind::UnitsSwitch(on) => if *on { "UNITSON" } else { "UNITSOFF" }.into(),
        StatementKind::Reset => "RESET".into(),
        StatementKind::If { .. }
        | StatementKind::From { .. }
        | StatementKind::While { .. }
        | StatementKind::Block(_)
        | StatementKind::Solve(_)
        | StatementKind::ForNetcons { .. }
        | StatementKind::Initial(_)
        | StatementKind::Verbatim(_) => return None,
    })
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Initial => "INITIAL",
        Phase::Breakpoint => "BREAKPOINT",
        Phase::Constructor => "CONSTRUCTOR",
        Phase::Destructor => "DESTRUCTOR",
        Phase::BeforeInitial => "BEFORE INITIAL",
        Phase::AfterInitial => "AFTER INITIAL",
        Phase::BeforeBreakpoint => "BEFORE BREAKPOINT",
        Phase::AfterSolve => "AFTER SOLVE",
        Phase::BeforeStep => "BEFORE STEP",
    }
}

fn equations_kind(kind: EquationsKind) -> &'static str {
    match kind {
        EquationsKind::Derivative => "DERIVATIVE",
        EquationsKind::Kinetic => "KINETIC",
        EquationsKind::Linear => "LINEAR",
        EquationsKind::Nonlinear => "NONLINEAR",
        EquationsKind::Discrete => "DISCRETE",
    }
}

fn names(list: &[Name]) -> String {
    list.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(", ")
}

fn unit(unit: &Option<Unit>) -> String {
    unit.as_ref().map(|u| format!(" ({})", u.text)).unwrap_or_default()
}

fn length(length: &Option<Integer>) -> String {
    length.as_ref().map(|l| format!("[{}]", l.value)).unwrap_or_default()
}

/// The shortest text that reads back as the same number.
fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value}") } else { format!("{value:?}") }
}

fn unit_definition(definition: &UnitDefinition) -> String {
    match definition {
        UnitDefinition::Alias { new, old, .. } => format!("({}) = ({})", new.text, old.text),
        UnitDefinition::Factor { name, value, .. } => match value {
            FactorValue::Number { number: n, unit: u } => {
                format!("{} = {}{}", name.text, number(n.value), unit(u))
            }
            FactorValue::Ratio { from, to } => format!("{} = ({}) ({})", name.text, from.text, to.text),
        },
    }
}

fn neuron_statement(statement: &NeuronStatement) -> String {
    use NeuronStatementKind as Kind;
    match &statement.kind {
        Kind::Suffix(name) => format!("SUFFIX {}", name.text),
        Kind::PointProcess(name) => format!("POINT_PROCESS {}", name.text),
        Kind::ArtificialCell(name) => format!("ARTIFICIAL_CELL {}", name.text),
        Kind::UseIon(x) => use_ion(x),
        Kind::NonspecificCurrent(list) => format!("NONSPECIFIC_CURRENT {}", names(list)),
        Kind::ElectrodeCurrent(list) => format!("ELECTRODE_CURRENT {}", names(list)),
        Kind::Range(list) => format!("RANGE {}", names(list)),
        Kind::Global(list) => format!("GLOBAL {}", names(list)),
        Kind::Pointer(list) => format!("POINTER {}", names(list)),
        Kind::BbCorePointer(list) => format!("BBCOREPOINTER {}", names(list)),
        Kind::External(list) => format!("EXTERNAL {}", names(list)),
        Kind::ThreadSafe(list) if list.is_empty() => "THREADSAFE".into(),
        Kind::ThreadSafe(list) => format!("THREADSAFE {}", names(list)),
        Kind::Random { distribution: Some(of), names: list } => {
            format!("RANDOM {} {}", call(of), names(list))
        }
        Kind::Random { distribution: None, names: list } => format!("RANDOM {}", names(list)),
        Kind::Represents(name) => format!("REPRESENTS {}", name.text),
    }
}

fn use_ion(ion: &UseIon) -> String {
    let mut out = format!("USEION {}", ion.ion.text);
    if !ion.read.is_empty() {
        out += &format!(" READ {}", names(&ion.read));
    }
    if !ion.write.is_empty() {
        out += &format!(" WRITE {}", names(&ion.write));
    }
    if let Some(valence) = &ion.valence {
        out += &format!(" VALENCE {}", number(valence.value));
    }
    if let Some(represents) = &ion.represents {
        out += &format!(" REPRESENTS {}", represents.text);
    }
    out
}

fn parameter(parameter: &Parameter) -> String {
    let mut out = format!("{}{}", parameter.name.text, length(&parameter.length));
    if let Some(value) = &parameter.value {
        out += &format!(" = {}", number(value.value));
    }
    out += &unit(&parameter.unit);
    if let Some(limits) = &parameter.limits {
        out += &format!(" <{}, {}>", number(limits.low.value), number(limits.high.value));
    }
    out
}

fn constant(constant: &Constant) -> String {
    format!("{} = {}{}", constant.name.text, number(constant.value.value), unit(&constant.unit))
}

fn declaration(declaration: &Declaration) -> String {
    let mut out = format!("{}{}", declaration.name.text, length(&declaration.length));
    if let Some(range) = &declaration.range {
        out += &format!(" FROM {} TO {}", number(range.low.value), number(range.high.value));
    }
    if let Some(start) = &declaration.start {
        out += &format!(" START {}", number(start.value));
    }
    out += &unit(&declaration.unit);
    if let Some(tolerance) = &declaration.tolerance {
        out += &format!(" <{}>", number(tolerance.value));
    }
    out
}

fn independent(independent: &Independent) -> String {
    let mut out = format!(
        "{}{} FROM {} TO {} WITH {}",
        if independent.sweep { "SWEEP " } else { "" },
        independent.name.text,
        number(independent.from.value),
        number(independent.to.value),
        independent.with.value
    );
    if let Some(start) = &independent.start {
        out += &format!(" START {}", number(start.value));
    }
    out + &unit(&independent.unit)
}

fn local(list: &[LocalName]) -> String {
    let item = |n: &LocalName| format!("{}{}", n.name.text, length(&n.length));
    format!("LOCAL {}", list.iter().map(item).collect::<Vec<_>>().join(", "))
}

fn arguments(list: &[Argument]) -> String {
    let item = |a: &Argument| format!("{}{}", a.name.text, unit(&a.unit));
    format!("({})", list.iter().map(item).collect::<Vec<_>>().join(", "))
}

fn signature(name: &Name, list: &[Argument]) -> String {
    format!("{}{}", name.text, arguments(list))
}

fn table(table: &Table) -> String {
    let mut out = String::from("TABLE");
    if !table.names.is_empty() {
        out += &format!(" {}", names(&table.names));
    }
    if !table.depend.is_empty() {
        out += &format!(" DEPEND {}", names(&table.depend));
    }
    out + &format!(
        " FROM {} TO {} WITH {}",
        print_expression(&table.from),
        print_expression(&table.to),
        table.with.value
    )
}

fn terms(list: &[Term]) -> String {
    let item = |t: &Term| match &t.count {
        Some(count) => format!("{} {}", number(count.value), variable(&t.variable)),
        None => variable(&t.variable),
    };
    list.iter().map(item).collect::<Vec<_>>().join(" + ")
}

fn reaction(reaction: &Reaction) -> String {
    match reaction {
        Reaction::Reversible { left, right, forward, backward } => format!(
            "~ {} <-> {} ({}, {})",
            terms(left),
            terms(right),
            print_expression(forward),
            print_expression(backward)
        ),
        Reaction::Sink { left, rate } => format!("~ {} -> ({})", terms(left), print_expression(rate)),
        Reaction::Flux { left, flux } => format!("~ {} << ({})", terms(left), print_expression(flux)),
    }
}

fn state_factor(word: &str, factor: &StateFactor) -> String {
    let index = factor.index.as_ref().map(|i| format!("{}, ", i.text)).unwrap_or_default();
    let list = factor.names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(" ");
    format!("{word} {index}{} {{ {list} }}", print_expression(&factor.value))
}

fn variable(variable: &Variable) -> String {
    let mut out = variable.name.text.clone();
    out.extend(std::iter::repeat_n('\'', variable.primes as usize));
    if let Some(lag) = &variable.lag {
        out += &format!("@{}", lag.value);
    }
    if let Some(index) = &variable.index {
        out += &format!("[{}]", print_expression(index));
    }
    out
}

fn call(call: &Call) -> String {
    let list: Vec<String> = call.arguments.iter().map(print_expression).collect();
    format!("{}({})", call.name.text, list.join(", "))
}

/// How tightly an expression holds together: 1 to 5 for the operators that group to the left, then
/// signs, powers, and what needs no parentheses at all.
fn binding(expression: &Expression) -> u8 {
    match &expression.kind {
        ExpressionKind::Unary { .. } => 6,
        ExpressionKind::Binary { operator, .. } => match operator {
            BinaryOperator::Or => 1,
            BinaryOperator::And => 2,
            BinaryOperator::Less
            | BinaryOperator::LessEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterEqual
            | BinaryOperator::Equal
            | BinaryOperator::NotEqual => 3,
            BinaryOperator::Add | BinaryOperator::Subtract => 4,
            BinaryOperator::Multiply | BinaryOperator::Divide => 5,
            BinaryOperator::Power => 7,
        },
        _ => 8,
    }
}

/// The sign of an operator.
fn operator_text(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Or => "||",
        BinaryOperator::And => "&&",
        BinaryOperator::Less => "<",
        BinaryOperator::LessEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterEqual => ">=",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Power => "^",
    }
}

fn write_expression(out: &mut String, expression: &Expression) {
    match &expression.kind {
        ExpressionKind::Number { value, unit: u } => {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}{}", number(*value), unit(u));
        }
        ExpressionKind::Text(text) => {
            let _ = write!(out, "\"{text}\"");
        }
        ExpressionKind::Variable(x) => out.push_str(&variable(x)),
        ExpressionKind::Call(x) => out.push_str(&call(x)),
        ExpressionKind::Unary { operator, operand } => {
            out.push(match operator {
                UnaryOperator::Negate => '-',
                UnaryOperator::Not => '!',
            });
            write_child(out, operand, 6);
        }
        ExpressionKind::Binary { operator, left, right } => {
            let own = binding(expression);
            // A power groups to the right and takes a sign in its exponent.
            let (left_least, right_least) = if own == 7 { (8, 6) } else { (own, own + 1) };
            write_child(out, left, left_least);
            if own == 7 {
                out.push('^');
            } else {
                let _ = write!(out, " {} ", operator_text(*operator));
            }
            write_child(out, right, right_least);
        }
    }
}

/// An operand, in parentheses if it holds less tightly than it must.
fn write_child(out: &mut String, child: &Expression, least: u8) {
    let wrapped = binding(child) < least;
    if wrapped {
        out.push('(');
    }
    write_expression(out, child);
    if wrapped {
        out.push(')');
    }
}
