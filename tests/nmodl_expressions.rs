//! Random NMODL, run by Volley and by an evaluator of the syntax tree that knows nothing of Volley's own form of programs,
//! at every level of vector instructions.
//!
//! - *Programs* (conditions, loops, arrays, functions, procedures) compute with multiples of 1/8 whose results have fewer
//!   than 53 bits: every operation is exact, so every level must give the same numbers as the evaluator, whatever it fuses
//!   or shares. Only the sign of a zero may differ.
//! - *Expressions* of real numbers and functions must lie within an error bound that the evaluator carries along (running
//!   error analysis: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.3), where each
//!   operation may be wrong by `ULPS` units in the last place: one for its own rounding, one for a function's, and two
//!   for a quotient that became a product with a reciprocal.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use volley::diagnostic::Sources;
use volley::kernel::{AlignedVector, Columns, Environment, Event, Instances, Level, NodeColumns, NodeIndex};
use volley::mechanism::{self, Mechanism, Options};
use volley::nmodl::ast::{
    BinaryOperator, Block, Expression, ExpressionKind, Item, Module, Routine, Statement, StatementKind,
    UnaryOperator, Variable,
};
use volley::nmodl::parse;

/// One more than a group of lanes, and some.
const COUNT: usize = 13;
const ULPS: f64 = 4.0;

/// Choices that make a text: numbers taken one after the other, 0 when there are no more.
struct Choices<'a> {
    tape: &'a [u16],
    at: usize,
}

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        let choice = self.tape.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(choice) % count
    }

    fn one<'b>(&mut self, of: &[&'b str]) -> &'b str {
        of[self.below(of.len())]
    }

    /// A whole expression of exact numbers. Each level adds at most ten bits to the nine of a variable, so four of them stay
    /// below 53.
    fn exact(&mut self, depth: usize, names: &[&str], calls: usize) -> String {
        if depth == 0 {
            return self.leaf(names);
        }
        let inner = |choices: &mut Self| choices.exact(depth - 1, names, calls);
        match self.below(12) {
            0 | 1 => format!("{} {} {}", inner(self), self.one(&["+", "-"]), inner(self)),
            2 => format!("({}) * {}", inner(self), self.leaf(names)),
            3 => format!("({}) / {}", inner(self), self.one(&["2", "4", "8"])),
            4 => format!("-({})", inner(self)),
            5 => format!("!({})", inner(self)),
            6 | 7 => {
                let sign = self.one(&["<", "<=", ">", ">=", "==", "!=", "&&", "||"]);
                format!("(({}) {sign} ({}))", inner(self), inner(self))
            }
            8 => format!("{}({})", self.one(&["fabs", "floor", "ceil"]), inner(self)),
            9 => format!("{}({}, {})", self.one(&["fmin", "fmax"]), inner(self), inner(self)),
            10 if calls > 0 => format!("f({}, {})", self.leaf(names), self.leaf(names)),
            11 if calls > 1 => format!("g({})", self.leaf(names)),
            _ => self.leaf(names),
        }
    }

    fn leaf(&mut self, names: &[&str]) -> String {
        match self.below(3) {
            0 => self.one(&["0", "1", "2", "3", "7", "0.5", "1.25"]).to_owned(),
            _ => self.one(names).to_owned(),
        }
    }

    /// Statements; what is set is brought back to a multiple of 1/8 below 64.
    fn statements(
        &mut self,
        count: usize,
        depth: usize,
        names: &[&str],
        targets: &[&str],
        calls: usize,
    ) -> String {
        let mut text = String::new();
        for _ in 0..count {
            let kind = if depth == 0 { self.below(4) } else { self.below(12) };
            let again = |choices: &mut Self, names: &[&str]| {
                let count = 1 + choices.below(2);
                choices.statements(count, depth - 1, names, targets, calls)
            };
            text += &match kind {
                0..=3 => {
                    let target = self.one(targets);
                    format!("{target} = fmod(floor(8 * ({})) / 8, 64)\n", self.exact(3, names, calls))
                }
                4 | 5 => {
                    let condition = self.exact(2, names, calls);
                    let then = again(self, names);
                    match self.below(3) {
                        0 => format!("if ({condition}) {{\n{then}}}\n"),
                        1 => format!("if ({condition}) {{\n{then}}} else {{\n{}}}\n", again(self, names)),
                        _ => {
                            let (other, second) = (self.exact(2, names, calls), again(self, names));
                            let last = again(self, names);
                            format!(
                                "if ({condition}) {{\n{then}}} else if ({other}) {{\n{second}}} else {{\n{last}}}\n"
                            )
                        }
                    }
                }
                6 => {
                    let counter = ["i", "j"][depth % 2];
                    let element = format!("x[{counter}]");
                    let more: Vec<&str> = names.iter().copied().chain([counter, element.as_str()]).collect();
                    let body = again(self, &more);
                    format!(
                        "FROM {counter} = {} TO 3 {{\n{body}{element} = {counter} - a\n}}\n",
                        self.one(&["0", "1", "3"])
                    )
                }
                7 => {
                    let counter = ["i", "j"][depth % 2];
                    let last = self.exact(1, names, calls);
                    let more: Vec<&str> = names.iter().copied().chain([counter]).collect();
                    let body = again(self, &more);
                    format!("FROM {counter} = 0 TO fmin(3, floor(fabs({last}))) {{\n{body}}}\n")
                }
                8 => {
                    let start = self.exact(2, names, calls);
                    let body = again(self, names);
                    let left = ["k", "l"][depth % 2];
                    format!(
                        "{left} = fmin(40, floor(fabs({start})))\nWHILE ({left} > 1) {{\n{body}{left} = floor({left} / 2)\n}}\n"
                    )
                }
                // An end that the body changes, sometimes known, and a condition that may do something.
                9 => {
                    let (counter, end) = (["i", "j"][depth % 2], ["k", "l"][depth % 2]);
                    let start = self.exact(1, names, calls);
                    let start = self.one(&["3", "2", start.as_str()]).to_owned();
                    let step = self.one(&["", " BY 1", " BY 2"]);
                    let more: Vec<&str> = names.iter().copied().chain([counter, end]).collect();
                    let body = again(self, &more);
                    let grows = self.exact(1, &more, calls);
                    let shrinks = format!("({counter} < 2) - 1");
                    let change = self.one(&["-1", shrinks.as_str(), grows.as_str()]).to_owned();
                    format!(
                        "{end} = fmin(3, fabs({start}))\nFROM {counter} = 0 TO {end}{step} {{\n{body}{end} = fmin(5, {end} + ({change}))\n}}\n"
                    )
                }
                10 => {
                    let (start, also) = (self.exact(1, names, calls), self.exact(1, names, calls));
                    let body = again(self, names);
                    let left = ["k", "l"][depth % 2];
                    format!(
                        "{left} = fmin(5, floor(fabs({start})))\nWHILE ({left} > 0 && ({also})) {{\n{body}{left} = {left} - 1\n}}\n"
                    )
                }
                _ if calls > 2 => format!("h({})\n", self.leaf(names)),
                _ => format!("x[{}] = a\n", self.below(4)),
            };
        }
        text
    }

    fn program(&mut self) -> String {
        let inner = |choices: &mut Self, targets: &[&str], calls: usize| {
            let names = ["u", "w", "a"];
            let count = 1 + choices.below(2);
            format!(
                "LOCAL k, l, r\nr = 0\n{}",
                choices.statements(count, 1, &names[..targets.len()], targets, calls)
            )
        };
        let f = inner(self, &["u", "w", "f"], 0);
        let g = inner(self, &["u", "g"], 1).replace('w', "u");
        let h = inner(self, &["u", "c"], 2).replace('w', "u");
        let count = 2 + self.below(4);
        let names = ["a", "b", "c", "d", "p", "x[0]", "x[2]", "x[3]"];
        let work = self.statements(count, 2, &names, &["c", "d", "p", "x[1]", "x[2]"], 3);
        format!(
            "NEURON {{ SUFFIX random RANGE a, b, c, d, x }}\nPARAMETER {{ a b }}\nASSIGNED {{ c d x[4] }}\n\
             INITIAL {{\nLOCAL k, l, p\np = 1\n{work}d = d + p\n}}\n\
             FUNCTION f(u, w) {{\n{f}}}\nFUNCTION g(u) {{\n{g}}}\nPROCEDURE h(u) {{\n{h}}}\n"
        )
    }

    /// An expression of real numbers.
    fn real(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["a", "b", "0.3", "1.7", "2", "12.5", "1e-3"]).to_owned();
        }
        let inner = |choices: &mut Self| choices.real(depth - 1);
        match self.below(12) {
            0 | 1 => format!("({} + {})", inner(self), inner(self)),
            2 => format!("({} - {})", inner(self), inner(self)),
            3 | 4 => format!("{} * {}", inner(self), inner(self)),
            5 | 6 => format!("({}) / ({})", inner(self), inner(self)),
            7 => format!("-({})", inner(self)),
            8 => format!("exp({})", inner(self)),
            9 => format!("{}({})", self.one(&["sin", "cos", "atan", "tanh"]), inner(self)),
            10 => format!("{}(fabs({}) + 0.5)", self.one(&["log", "sqrt", "log10"]), inner(self)),
            _ => format!("({})^{}", inner(self), self.one(&["2", "3", "4"])),
        }
    }
}

fn parsed(text: &str) -> Module {
    let mut sources = Sources::default();
    let id = sources.add("random.mod", text);
    parse(&sources, id).unwrap_or_else(|said| panic!("{}\n{text}", said.render(&sources, false)))
}

/// The compiled text, unless calls in loops in calls have made it larger than any program may be.
fn compiled(text: &str) -> Option<Mechanism> {
    let mut sources = Sources::default();
    let id = sources.add("random.mod", text);
    match mechanism::compile(&mut sources, id, &Options::default()) {
        Ok(mechanism) => Some(mechanism),
        Err(said) => {
            let words = said.render(&sources, false);
            assert!(words.contains("more than 100000 operations"), "{words}\n{text}");
            None
        }
    }
}

/// Inputs of an instance: whole numbers from -6 to 6, or numbers in between.
fn inputs(instance: usize, whole: bool) -> (f64, f64) {
    let (a, b) = (instance as f64 - 6.0, (instance * 5 % 13) as f64 - 6.0);
    if whole { (a, b) } else { (a * 0.37 + 0.11, b * 0.53 - 0.07) }
}

/// Variables of each instance after INITIAL.
fn run(mechanism: &Mechanism, level: Level, apart: bool, whole: bool, names: &[&str]) -> Vec<Vec<f64>> {
    let module = &mechanism.module;
    let mut globals = vec![0.0; module.global_count as usize];
    for variable in &module.globals {
        globals[variable.first as usize..][..variable.length as usize].fill(variable.default);
    }
    let mut columns = Columns::new(module.columns as usize, COUNT);
    for instance in 0..COUNT {
        let (a, b) = inputs(instance, whole);
        for (name, value) in [("a", a), ("b", b)] {
            if let Some(variable) = module.variable(name) {
                columns.column_mut(variable.first as usize)[instance] = value;
            }
        }
    }
    columns.pad();
    let places: Vec<u32> = (0..COUNT as u32).collect();
    let mut instances = Instances {
        columns,
        nodes: NodeIndex::new(&places),
        point_scale: AlignedVector::new(0),
        ions: Vec::new(),
        randoms: Vec::new(),
        plays: vec![Arc::from(Vec::new()); COUNT],
    };
    let mut nodes = NodeColumns::new(COUNT);
    let environment = Environment { time: 0.0, time_step: 0.025, celsius: 6.3 };
    for program in [&mechanism.prepare, &mechanism.initial].into_iter().flatten() {
        if !apart {
            program.run(level, &environment, &mut globals, &[], &mut instances, &mut nodes, &mut []);
            continue;
        }
        for instance in 0..COUNT {
            let mut effects = Vec::new();
            let mut event = Event::new(&mut [], 0.0, &mut effects);
            program.run_one(
                level,
                &environment,
                &mut globals,
                &[],
                instance,
                &mut instances,
                &mut nodes,
                &mut [],
                &mut event,
            );
        }
    }
    let value = |name: &str, instance: usize| {
        let (name, element) = name
            .split_once('[')
            .map_or((name, 0), |(name, rest)| (name, rest.trim_end_matches(']').parse().unwrap()));
        let variable = module.variable(name).unwrap();
        instances.columns.column(variable.first as usize + element)[instance]
    };
    (0..COUNT).map(|instance| names.iter().map(|name| value(name, instance)).collect()).collect()
}

/// A number and how far from it a careful machine may come out.
#[derive(Clone, Copy, Debug)]
struct Number {
    value: f64,
    error: f64,
}

fn exactly(value: f64) -> Number {
    Number { value, error: 0.0 }
}

/// Walks over the tree, one instance at a time.
struct Evaluator<'a> {
    routines: HashMap<&'a str, &'a Routine>,
    variables: HashMap<String, Number>,
    /// Whether the numbers are exact, so that no error is carried.
    exact: bool,
}

impl<'a> Evaluator<'a> {
    fn rounded(&self, value: f64, error: f64) -> Number {
        let own = ULPS * f64::EPSILON * value.abs() + f64::MIN_POSITIVE;
        Number { value, error: if self.exact { 0.0 } else { error + own } }
    }

    /// The name under which an element is kept; a name in a routine hides one outside.
    fn place(&mut self, variable: &'a Variable, frame: &HashMap<String, Number>) -> (String, bool) {
        let name = &variable.name.text;
        match &variable.index {
            Some(index) => (format!("{name}[{}]", self.value(index, frame).value as i64), false),
            None => (name.clone(), frame.contains_key(name)),
        }
    }

    fn value(&mut self, expression: &'a Expression, frame: &HashMap<String, Number>) -> Number {
        match &expression.kind {
            ExpressionKind::Number { value, .. } => exactly(*value),
            ExpressionKind::Variable(variable) => {
                let (name, own) = self.place(variable, frame);
                if own { frame[&name] } else { self.variables.get(&name).copied().unwrap_or(exactly(0.0)) }
            }
            ExpressionKind::Unary { operator, operand } => {
                let x = self.value(operand, frame);
                match operator {
                    UnaryOperator::Negate => Number { value: -x.value, ..x },
                    UnaryOperator::Not => exactly(f64::from(x.value == 0.0)),
                }
            }
            ExpressionKind::Binary { operator, left, right } => {
                let x = self.value(left, frame);
                // As in C, what does not matter any more is not called.
                match operator {
                    BinaryOperator::Or if x.value != 0.0 => return exactly(1.0),
                    BinaryOperator::And if x.value == 0.0 => return exactly(0.0),
                    _ => {}
                }
                let y = self.value(right, frame);
                self.binary(*operator, x, y)
            }
            ExpressionKind::Call(call) => {
                let arguments: Vec<Number> = call.arguments.iter().map(|x| self.value(x, frame)).collect();
                self.call(&call.name.text, &arguments)
            }
            ExpressionKind::Text(_) => panic!("no texts here"),
        }
    }

    fn binary(&self, operator: BinaryOperator, x: Number, y: Number) -> Number {
        let truth = |is: bool| exactly(f64::from(is));
        let (a, b) = (x.value, y.value);
        match operator {
            BinaryOperator::Or => truth(a != 0.0 || b != 0.0),
            BinaryOperator::And => truth(a != 0.0 && b != 0.0),
            BinaryOperator::Less => truth(a < b),
            BinaryOperator::LessEqual => truth(a <= b),
            BinaryOperator::Greater => truth(a > b),
            BinaryOperator::GreaterEqual => truth(a >= b),
            BinaryOperator::Equal => truth(a == b),
            BinaryOperator::NotEqual => truth(a != b),
            BinaryOperator::Add => self.rounded(a + b, x.error + y.error),
            BinaryOperator::Subtract => self.rounded(a - b, x.error + y.error),
            BinaryOperator::Multiply => {
                self.rounded(a * b, a.abs() * y.error + b.abs() * x.error + x.error * y.error)
            }
            BinaryOperator::Divide => {
                let least = b.abs() - y.error;
                let error =
                    if least > 0.0 { (x.error + (a / b).abs() * y.error) / least } else { f64::INFINITY };
                self.rounded(a / b, if self.exact { 0.0 } else { error })
            }
            BinaryOperator::Power => {
                let most = a.abs() + x.error;
                let slope = b * most.powf(b - 1.0);
                // Powers may become products, with a rounding for each.
                let error = slope * x.error + b * ULPS * f64::EPSILON * most.powf(b);
                self.rounded(a.powf(b), error)
            }
        }
    }

    fn call(&mut self, name: &str, arguments: &[Number]) -> Number {
        if let Some(routine) = self.routines.get(name).copied() {
            let mut frame = HashMap::new();
            for (argument, value) in routine.arguments.iter().zip(arguments) {
                frame.insert(argument.name.text.clone(), *value);
            }
            frame.insert(name.to_owned(), exactly(0.0));
            self.block(&routine.body, &mut frame);
            return frame[name];
        }
        let x = arguments[0];
        let (a, e) = (x.value, x.error);
        let of = |f: fn(f64, f64) -> f64| exactly(f(a, arguments[1].value));
        match name {
            "fabs" => Number { value: a.abs(), error: e },
            "floor" => exactly(a.floor()),
            "ceil" => exactly(a.ceil()),
            "fmin" => of(f64::min),
            "fmax" => of(f64::max),
            "fmod" => of(|a, b| a % b),
            "exp" => self.rounded(a.exp(), (a + e).exp() * e),
            "sin" => self.rounded(a.sin(), e),
            "cos" => self.rounded(a.cos(), e),
            "atan" => self.rounded(a.atan(), e),
            "tanh" => self.rounded(a.tanh(), e),
            // Their arguments are at least 0.5, but for an error.
            "log" => self.rounded(a.ln(), e / (a - e).max(0.1)),
            "log10" => self.rounded(a.log10(), e / (a - e).max(0.1)),
            "sqrt" => self.rounded(a.sqrt(), e / (a - e).max(0.1).sqrt()),
            _ => panic!("{name}"),
        }
    }

    fn block(&mut self, block: &'a Block, frame: &mut HashMap<String, Number>) {
        for statement in &block.statements {
            self.statement(statement, frame);
        }
    }

    fn statement(&mut self, statement: &'a Statement, frame: &mut HashMap<String, Number>) {
        match &statement.kind {
            StatementKind::Local(names) => {
                for name in names {
                    frame.insert(name.name.text.clone(), exactly(0.0));
                }
            }
            StatementKind::Assign { target, value } => {
                let value = self.value(value, frame);
                let (name, own) = self.place(target, frame);
                if own {
                    frame.insert(name, value)
                } else {
                    self.variables.insert(name, value)
                };
            }
            StatementKind::Call(call) => {
                let arguments: Vec<Number> = call.arguments.iter().map(|x| self.value(x, frame)).collect();
                self.call(&call.name.text, &arguments);
            }
            StatementKind::If { branches, otherwise } => {
                for branch in branches {
                    if self.value(&branch.condition, frame).value != 0.0 {
                        return self.block(&branch.body, frame);
                    }
                }
                if let Some(block) = otherwise {
                    self.block(block, frame);
                }
            }
            StatementKind::From { counter, from, to, by, body } => {
                // As nocmodl writes it: `for (i = from; i <= (int) to; i += by)`.
                let mut i = self.value(from, frame).value.trunc();
                let hidden = frame.get(&counter.text).copied();
                while i <= self.value(to, frame).value.trunc() {
                    frame.insert(counter.text.clone(), exactly(i));
                    self.block(body, frame);
                    i += by.as_ref().map_or(1.0, |by| self.value(by, frame).value);
                }
                match hidden {
                    Some(value) => frame.insert(counter.text.clone(), value),
                    None => frame.remove(&counter.text),
                };
            }
            StatementKind::While { condition, body } => {
                while self.value(condition, frame).value != 0.0 {
                    self.block(body, frame);
                }
            }
            other => panic!("not made here: {other:?}"),
        }
    }
}

/// What the tree means for one instance.
fn meant(module: &Module, instance: usize, whole: bool, names: &[&str]) -> Vec<Number> {
    let (a, b) = inputs(instance, whole);
    let variables = HashMap::from([("a".to_owned(), exactly(a)), ("b".to_owned(), exactly(b))]);
    let mut evaluator = Evaluator { routines: HashMap::new(), variables, exact: whole };
    let mut initial = None;
    for item in &module.items {
        match item {
            Item::Routine(routine) => drop(evaluator.routines.insert(&routine.name.text, routine)),
            Item::Phase(block) => initial = Some(&block.body),
            _ => {}
        }
    }
    evaluator.block(initial.unwrap(), &mut HashMap::new());
    names.iter().map(|name| evaluator.variables.get(*name).copied().unwrap_or(exactly(0.0))).collect()
}

/// Runs a program at every level, its instances together or one by one; false when it is too large.
fn check_text(text: &str, apart: bool) -> Result<bool, TestCaseError> {
    let names = ["c", "d", "x[0]", "x[1]", "x[2]", "x[3]"];
    let module = parsed(text);
    let Some(mechanism) = compiled(text) else { return Ok(false) };
    let of = |instance| meant(&module, instance, true, &names).iter().map(|x| x.value).collect();
    let wanted: Vec<Vec<f64>> = (0..COUNT).map(of).collect();
    for level in Level::available() {
        let found = run(&mechanism, level, apart, true, &names);
        prop_assert_eq!(&found, &wanted, "{}\n{}", level.name(), text);
    }
    Ok(true)
}

/// The same for a random one.
fn check_program(tape: &[u16], apart: bool) -> Result<(), TestCaseError> {
    let text = Choices { tape, at: 0 }.program();
    prop_assume!(check_text(&text, apart)?);
    Ok(())
}

/// Loops that once went wrong, each with what `c` must be where `a` is -6, 0 and 6 (instances 0, 6 and 12), as the `for`
/// that nocmodl makes of them computes it.
const LOOPS: [(&str, [f64; 3]); 8] = [
    // The end falls while the rounds are written out, or grows; it is known, or only in some rounds.
    ("k = 3  FROM i = 0 TO k { c = c + 1  k = k - 1 }", [2.0, 2.0, 2.0]),
    ("k = 1  FROM i = 0 TO k { c = c + 1  if (i < 3) { k = k + 1 } }", [5.0, 5.0, 5.0]),
    ("k = 3  FROM i = 0 TO k { c = c + 1  if (a > i) { k = 2 } }", [4.0, 4.0, 3.0]),
    // It grows in a loop that turns, while other instances are done or not.
    ("k = fabs(a) - 5  FROM i = 0 TO k { c = c + 1  k = fmin(4, k + 1) }", [5.0, 0.0, 5.0]),
    ("k = a  FROM i = 0 TO k BY 2 { c = c + 1  k = k - 1 }", [0.0, 1.0, 3.0]),
    // Looking at the end or at the condition does something: not once more for those that are done.
    ("FROM i = 0 TO count(a) { d = d + 1 }", [1.0, 2.0, 8.0]),
    ("WHILE (count(d) < a) { d = d + 1 }", [1.0, 1.0, 7.0]),
    ("if (a > 0) { WHILE (count(d) < a) { d = d + 1 } } else { c = 10 }", [10.0, 10.0, 7.0]),
];

#[test]
fn loops_look_at_their_ends_as_in_c() {
    for (code, wanted) in LOOPS {
        let text = format!(
            "NEURON {{ SUFFIX loops RANGE a, b, c, d, x }}\nPARAMETER {{ a b }}\nASSIGNED {{ c d x[4] }}\n\
             INITIAL {{\nLOCAL k\n{code}\n}}\nFUNCTION count(u) {{\nc = c + 1\ncount = u\n}}\n"
        );
        let module = parsed(&text);
        let meant = |instance| meant(&module, instance, true, &["c"])[0].value;
        assert_eq!([0, 6, 12].map(meant), wanted, "{text}");
        for apart in [false, true] {
            assert!(check_text(&text, apart).unwrap_or_else(|said| panic!("{said}")));
        }
    }
}

/// 150 cases, or as many as PROPTEST_CASES says.
fn config() -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default,
        None => ProptestConfig { cases: 150, ..default },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn programs_compute_what_the_tree_means(tape in proptest::collection::vec(any::<u16>(), 0..400)) {
        check_program(&tape, false)?;
    }

    #[test]
    fn programs_compute_the_same_one_by_one(tape in proptest::collection::vec(any::<u16>(), 0..400)) {
        check_program(&tape, true)?;
    }

    #[test]
    fn expressions_are_as_near_as_rounding_allows(tape in proptest::collection::vec(any::<u16>(), 0..100)) {
        let expression = Choices { tape: &tape, at: 0 }.real(4);
        let text = format!(
            "NEURON {{ SUFFIX random RANGE a, b, c }}\nPARAMETER {{ a b }}\nASSIGNED {{ c }}\nINITIAL {{ c = {expression} }}\n"
        );
        let module = parsed(&text);
        let mechanism = compiled(&text);
        prop_assume!(mechanism.is_some());
        let mechanism = mechanism.unwrap();
        let wanted: Vec<Number> = (0..COUNT).map(|instance| meant(&module, instance, false, &["c"])[0]).collect();
        for (level, apart) in Level::available().flat_map(|level| [(level, false), (level, true)]) {
            let found = run(&mechanism, level, apart, false, &["c"]);
            for (instance, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                // Near the ends of what a number can be, or next to a pole, nothing is promised.
                if !(wanted.value.abs() < 1e250 && wanted.error <= 1e-6 * wanted.value.abs()) {
                    continue;
                }
                let apart_by = (found[0] - wanted.value).abs();
                prop_assert!(
                    apart_by <= wanted.error,
                    "{}, instance {}: {} instead of {} (bound {:e}, is {:e})\n{}",
                    level.name(), instance, found[0], wanted.value, wanted.error, apart_by, &text
                );
            }
        }
    }
}
