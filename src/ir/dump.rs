//! Shows kernels to people, in the manner of NMODL.
//!
//! ```text
//! state {
//!     _1 = 1 / (1 + exp(-v))
//!     m = m + (1 - exp(-(dt / tau))) * (_1 - m)
//!     minf = _1
//! }
//! ```
//!
//! A value that is used once is shown where it is used; one that is used more often gets a line and the
//! name `_` with the number of the line. Constants and reads stand where they are used. All lines take variables as they
//! are when the kernel starts, also after a line that stores one. Two kernels that show alike do the same.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::analysis::{self, Dependence};
use super::types::*;

/// All kernels of a module, tables first.
pub fn module(module: &Module) -> String {
    let mut text = String::new();
    for table in module.function_tables() {
        let _ = writeln!(text, "function table {}", table.name);
    }
    for table in module.tables.iter().filter(|table| table.columns != 0) {
        let _ = writeln!(
            text,
            "table {} with {} intervals, {} columns",
            table.name, table.intervals, table.columns
        );
        text += &kernel(module, Stage::TableRange, &table.range);
        text += &kernel(module, Stage::TableBody, &table.body);
    }
    for (stage, code) in module.kernels() {
        text += &kernel(module, stage, code);
    }
    text
}

/// One kernel of a module; names come from the module.
pub fn kernel(module: &Module, stage: Stage, kernel: &Kernel) -> String {
    let uses = analysis::uses(kernel);
    let has_line = |i: &usize| has_line(&kernel.ops[*i], uses[*i]);
    let line_of = (0..kernel.ops.len()).filter(has_line).zip(1..).collect();
    let shown = Shown { module, stage, kernel, line_of };
    let mut text = format!("{} {{\n", stage.name());
    for (i, op) in kernel.ops.iter().enumerate() {
        if let Op::Request { .. } | Op::Fail { .. } = op {
            let _ = writeln!(text, "    {}", shown.op(op, 0));
        } else if let Some(line) = shown.line_of.get(&i) {
            let _ = writeln!(text, "    _{line} = {}", shown.op(op, 0));
        }
    }
    for effect in &kernel.effects {
        let _ = writeln!(text, "    {}", shown.effect(effect));
    }
    text + "}\n"
}

/// What a kernel computes once for all instances: each value that is the same for all and that others, which differ,
/// are made from. Constants and plain reads are not worth a line.
pub fn uniform(module: &Module, stage: Stage, kernel: &Kernel) -> Vec<String> {
    let dependence = analysis::dependence(kernel);
    let varies = |v: Value| dependence.get(v.0 as usize) == Some(&Dependence::Instance);
    let mut wanted = vec![false; kernel.ops.len()];
    let users = kernel.ops.iter().enumerate().filter(|(i, _)| dependence[*i] == Dependence::Instance);
    let of_ops = users.flat_map(|(_, op)| op.operands().collect::<Vec<_>>());
    for value in of_ops.chain(kernel.effects.iter().flat_map(|e| e.operands().collect::<Vec<_>>())) {
        if !varies(value)
            && let Some(wanted) = wanted.get_mut(value.0 as usize)
        {
            *wanted = true;
        }
    }
    // What several of them need gets a line too, so that none grows without bound.
    let uses = analysis::uses(kernel);
    let is_plain = |op: &Op| matches!(op, Op::Constant(_) | Op::Global(_) | Op::Builtin(_));
    let has_line = |i: &usize| {
        dependence[*i] == Dependence::Uniform && !is_plain(&kernel.ops[*i]) && (wanted[*i] || uses[*i] > 1)
    };
    let line_of: HashMap<usize, u32> = (0..kernel.ops.len()).filter(has_line).zip(1..).collect();
    let shown = Shown { module, stage, kernel, line_of };
    let mut lines: Vec<(u32, String)> =
        shown.line_of.iter().map(|(i, n)| (*n, format!("_{n} = {}", shown.op(&kernel.ops[*i], 0)))).collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

struct Shown<'a> {
    module: &'a Module,
    stage: Stage,
    kernel: &'a Kernel,
    /// The number of each op that is shown on a line of its own.
    line_of: HashMap<usize, u32>,
}

/// How tightly an operator binds; its right operand must bind tighter.
fn binding(function: Binary) -> Option<(u32, &'static str)> {
    Some(match function {
        Binary::Or => (1, "||"),
        Binary::And => (2, "&&"),
        Binary::Less => (3, "<"),
        Binary::LessEqual => (3, "<="),
        Binary::Equal => (3, "=="),
        Binary::NotEqual => (3, "!="),
        Binary::Add => (4, "+"),
        Binary::Subtract => (4, "-"),
        Binary::Multiply => (5, "*"),
        Binary::Divide => (5, "/"),
        Binary::Power => (7, "^"),
        Binary::Minimum | Binary::Maximum | Binary::Remainder | Binary::Atan2 => return None,
    })
}

/// Binding of a sign.
const SIGN: u32 = 6;

/// Whether an op with so many users is shown on a line of its own.
fn has_line(op: &Op, uses: u32) -> bool {
    match op {
        Op::Constant(_)
        | Op::Global(_)
        | Op::Builtin(_)
        | Op::Read(_)
        | Op::Argument(_)
        | Op::Flag
        | Op::Connections
        | Op::PlaySize
        | Op::Request { .. }
        | Op::Fail { .. } => false,
        // It may be another one at the next line.
        Op::Weight { .. } | Op::Element { .. } => true,
        Op::Random { .. }
        | Op::SetStream { .. }
        | Op::Carry(_)
        | Op::Loop(_)
        | Op::Next(..)
        | Op::Repeat(_) => true,
        _ => uses != 1,
    }
}

impl Shown<'_> {
    fn value(&self, value: Value, around: u32) -> String {
        let i = value.0 as usize;
        match (self.line_of.get(&i), self.kernel.ops.get(i)) {
            (Some(line), _) => format!("_{line}"),
            (None, Some(op)) => self.op(op, around),
            (None, None) => "?".into(),
        }
    }

    fn list(&self, values: &[Value]) -> String {
        values.iter().map(|v| self.value(*v, 0)).collect::<Vec<_>>().join(", ")
    }

    fn op(&self, op: &Op, around: u32) -> String {
        match *op {
            Op::Constant(x) if x.is_sign_negative() && around > SIGN => format!("({x})"),
            Op::Constant(x) => format!("{x}"),
            Op::Global(id) => self.module.global_name(id),
            Op::Builtin(Builtin::Time) => "t".into(),
            Op::Builtin(Builtin::TimeStep) => "dt".into(),
            Op::Builtin(Builtin::Celsius) => "celsius".into(),
            Op::Read(place) => self.place(place),
            Op::Argument(i) => self.argument(i),
            Op::Flag => "flag".into(),
            Op::Unary(Unary::Negate, a) => enclose(format!("-{}", self.value(a, SIGN + 1)), SIGN, around),
            Op::Unary(Unary::Not, a) => enclose(format!("!{}", self.value(a, SIGN)), SIGN, around),
            Op::Unary(function, a) => format!("{}({})", unary_name(function), self.value(a, 0)),
            Op::Binary(function, a, b) => match binding(function) {
                Some((own, sign)) => {
                    enclose(format!("{} {sign} {}", self.value(a, own), self.value(b, own + 1)), own, around)
                }
                None => format!("{}({})", binary_name(function), self.list(&[a, b])),
            },
            Op::MultiplyAdd(a, b, c) => format!("fma({})", self.list(&[a, b, c])),
            Op::Select(a, b, c) => format!("select({})", self.list(&[a, b, c])),
            Op::Lookup { table, column, x } => {
                format!("lookup({}[{column}], {})", self.table(table), self.value(x, 0))
            }
            Op::LookupSlope { table, column, x } => {
                format!("slope({}[{column}], {})", self.table(table), self.value(x, 0))
            }
            Op::Given { table, part, x, y } => {
                let name = match part {
                    GivenPart::Value => "given",
                    GivenPart::FirstSlope => "given_slope",
                    GivenPart::SecondSlope => "given_slope2",
                };
                format!("{name}({}, {})", self.table(table), self.list(&[x, y]))
            }
            Op::Random { random, distribution, when } => {
                let name = match distribution {
                    Distribution::Uniform => "random_uniform",
                    Distribution::Exponential => "random_negexp",
                    Distribution::Normal => "random_normal",
                    Distribution::Word => "random_ipick",
                };
                let stream = self.module.randoms.get(random.0 as usize).map_or("?", String::as_str);
                format!("{name}({stream}){}", self.when(when))
            }
            Op::SetStream { random, part, value, when } => {
                let stream = self.module.randoms.get(random.0 as usize).map_or("?", String::as_str);
                let part = match part {
                    StreamPart::Id(number) => format!("id{}", number + 1),
                    StreamPart::Sequence => "sequence".into(),
                };
                format!("set_{part}({stream}, {}){}", self.value(value, 0), self.when(Some(when)))
            }
            Op::Request { when, what } => format!("{}{}", self.request(&what), self.when(when)),
            Op::Connections => "connections()".into(),
            Op::Weight { connection, number } => self.weight(connection, number),
            Op::Element { first, index, .. } => self.element(first, index),
            Op::PlaySize => "play_size()".into(),
            Op::PlayAt(i) => format!("play_at({})", self.value(i, 0)),
            Op::Carry(initial) => format!("carry {}", self.value(initial, 0)),
            Op::Loop(_) => "loop {".into(),
            Op::Next(carry, next) => format!("next {} = {}", self.value(carry, 0), self.value(next, 0)),
            Op::Repeat(again) => format!("}} repeat while {}", self.value(again, 0)),
            Op::Fail { fault, when, .. } => format!("fail({}){}", self.fault(fault), self.when(Some(when))),
        }
    }

    fn effect(&self, effect: &Effect) -> String {
        match *effect {
            Effect::Write(place, value) => format!("{} = {}", self.place(place), self.value(value, 0)),
            Effect::WriteGlobal(id, value) => {
                format!("global {} = {}", self.module.global_name(id), self.value(value, 0))
            }
            Effect::WriteArgument(i, value) => {
                let name = match self.stage {
                    Stage::TableBody | Stage::TableRange => format!("result[{i}]"),
                    _ => self.argument(i),
                };
                format!("{name} = {}", self.value(value, 0))
            }
            Effect::Add(sum, value) => {
                let name = match sum {
                    Sum::RightHandSide => "rhs".to_string(),
                    Sum::Diagonal => "diagonal".to_string(),
                    Sum::IonCurrent(ion) => {
                        format!("ion {}", ion_name(self.module, ion, IonVariable::Current))
                    }
                };
                format!("{name} += {}", self.value(value, 0))
            }
        }
    }

    fn request(&self, request: &Request) -> String {
        match *request {
            Request::Send { delay, flag, .. } => format!("net_send({})", self.list(&[delay, flag])),
            Request::Fire { time } => format!("net_event({})", self.value(time, 0)),
            Request::Move { time, .. } => format!("net_move({})", self.value(time, 0)),
            Request::Watch { number, excess } => {
                let flag = self.module.watches.get(number as usize).map_or(f64::NAN, |watch| watch.flag);
                format!("watch({} > 0) {flag}", self.value(excess, 0))
            }
            Request::SetWeight { connection, number, value } => {
                format!("{} = {}", self.weight(connection, number), self.value(value, 0))
            }
            Request::SetElement { first, index, value, .. } => {
                format!("{} = {}", self.element(first, index), self.value(value, 0))
            }
        }
    }

    fn element(&self, first: ColumnId, index: Value) -> String {
        let name = self.module.column_name(first);
        format!("{}[{}]", name.trim_end_matches("[0]"), self.value(index, 0))
    }

    fn weight(&self, connection: Value, number: u32) -> String {
        let name = self.module.weights.get(number as usize).map_or("?", String::as_str);
        match self.kernel.ops.get(connection.0 as usize) {
            Some(Op::Constant(x)) if *x < 0.0 => name.to_string(),
            _ => format!("connection[{}].{name}", self.value(connection, 0)),
        }
    }

    fn fault(&self, fault: FaultId) -> String {
        match self.module.faults.get(fault.0 as usize).map(|fault| &fault.kind) {
            Some(FaultKind::Index { array, .. }) => format!("index of {array}"),
            Some(FaultKind::Singular { block, .. }) => format!("{block} is singular"),
            Some(FaultKind::Newton { block, .. }) => format!("{block} does not converge"),
            None => "?".into(),
        }
    }

    fn when(&self, mask: Option<Value>) -> String {
        mask.map(|mask| format!(" if {}", self.value(mask, 0))).unwrap_or_default()
    }

    fn place(&self, place: Place) -> String {
        match place {
            Place::Column(id) => self.module.column_name(id),
            Place::Voltage => "v".into(),
            Place::Area => "area".into(),
            Place::Diameter => "diam".into(),
            Place::PointScale => "point_scale".into(),
            Place::Ion(ion, variable) => format!("ion {}", ion_name(self.module, ion, variable)),
        }
    }

    fn argument(&self, i: u32) -> String {
        match self.stage {
            Stage::TableBody | Stage::TableRange if i == 0 => "x".into(),
            _ => self.module.weights.get(i as usize).cloned().unwrap_or_else(|| format!("argument{i}")),
        }
    }

    fn table(&self, table: TableId) -> &str {
        self.module.tables.get(table.0 as usize).map_or("?", |t| t.name.as_str())
    }
}

/// Parentheses, when what stands around binds tighter.
fn enclose(text: String, own: u32, around: u32) -> String {
    if own < around { format!("({text})") } else { text }
}

/// The name that NMODL has for a variable of an ion: `ena`, `nai`, `nao`, `ina`.
fn ion_name(module: &Module, ion: IonId, variable: IonVariable) -> String {
    variable.of(module.ions.get(ion.0 as usize).map_or("?", |ion| ion.name.as_str()))
}

fn unary_name(function: Unary) -> &'static str {
    match function {
        Unary::Negate => "-",
        Unary::Not => "!",
        Unary::Abs => "fabs",
        Unary::Sqrt => "sqrt",
        Unary::Exp => "exp",
        Unary::Log => "log",
        Unary::Log10 => "log10",
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Tan => "tan",
        Unary::Asin => "asin",
        Unary::Acos => "acos",
        Unary::Atan => "atan",
        Unary::Sinh => "sinh",
        Unary::Cosh => "cosh",
        Unary::Tanh => "tanh",
        Unary::Floor => "floor",
        Unary::Ceil => "ceil",
        Unary::Single => "c_float",
    }
}

fn binary_name(function: Binary) -> &'static str {
    match function {
        Binary::Minimum => "fmin",
        Binary::Maximum => "fmax",
        Binary::Remainder => "fmod",
        Binary::Atan2 => "atan2",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::super::passes::testing::module as sample;
    use super::*;

    #[test]
    fn shares_lines_and_parentheses() {
        let mut k = Kernel::default();
        let a = k.push(Op::Read(Place::Column(ColumnId(0))));
        let b = k.push(Op::Global(GlobalId(0)));
        let sum = k.push(Op::Binary(Binary::Add, a, b));
        let product = k.push(Op::Binary(Binary::Multiply, sum, sum));
        let minus = k.push(Op::Unary(Unary::Negate, product));
        let difference = k.push(Op::Binary(Binary::Subtract, b, a));
        let more = k.push(Op::Binary(Binary::Subtract, minus, difference));
        let e = k.push(Op::Unary(Unary::Exp, more));
        k.effects.push(Effect::Write(Place::Column(ColumnId(1)), e));
        let expected = "state {\n    _1 = a + g\n    b = exp(-(_1 * _1) - (g - a))\n}\n";
        assert_eq!(kernel(&sample(), Stage::State, &k), expected);
    }

    #[test]
    fn names_follow_the_stage() {
        let mut k = Kernel::default();
        let w = k.push(Op::Argument(0));
        k.effects.push(Effect::WriteArgument(0, w));
        assert_eq!(kernel(&sample(), Stage::Receive, &k), "receive {\n    w = w\n}\n");
        assert_eq!(kernel(&sample(), Stage::TableBody, &k), "body {\n    result[0] = x\n}\n");
    }
}
