//! Calls in C: of the file's own routines, of math.h, of what NEURON gives to VERBATIM; the rest is refused with what
//! it seems to do and what does it here.

use super::build;
use super::expression::{ROUND, TRUNCATE, Thing, Worth};
use super::lexer::Token;
use super::shared::{DISTRIBUTIONS, pick};
use super::statements::{Made, Translator};
use super::tree::*;
use crate::diagnostic::{Diagnostic, Label, Severity, Span};
use crate::nmodl::ast::{self, BinaryOperator, Call, ExpressionKind, StatementKind};
use crate::nmodl::meaning::{FunctionClass, builtin_function};

/// Whether a call ends the run in NEURON.
pub(super) fn ends_the_run(name: &str) -> bool {
    matches!(name, "hoc_execerror" | "hoc_execerr_ext" | "exit" | "abort" | "hxe")
}

/// Whether a call only shows something.
fn only_prints(name: &str) -> bool {
    matches!(
        name,
        "printf"
            | "fprintf"
            | "fflush"
            | "puts"
            | "fputs"
            | "putchar"
            | "prterr"
            | "hoc_warning"
            | "perror"
            | "Printf"
    )
}

/// Calls that keep memory.
const MEMORY_CALLS: [&str; 9] =
    ["malloc", "calloc", "realloc", "free", "memset", "memcpy", "emalloc", "ecalloc", "sizeof"];

/// Calls that read files, or do what else the operating system does.
const FILE_CALLS: [&str; 12] = [
    "fopen", "fread", "fscanf", "scanf", "fgets", "fgetc", "getc", "fseek", "getenv", "system", "popen",
    "fwrite",
];

/// What files and memory are asked for in C of which something else is wrong already: after a mistake of syntax the rest is not
/// translated, and yet has to be told.
pub(super) fn refused_too(tokens: &[&Token], errors: &mut Vec<Diagnostic>) {
    for pair in tokens.windows(2) {
        let Some(name) = pair[0].name().filter(|_| pair[1].is("(")) else { continue };
        let listed = FILE_CALLS.contains(&name) || MEMORY_CALLS.contains(&name);
        let Some((note, help)) = purpose(name).filter(|_| listed) else { continue };
        let span = pair[0].span;
        match errors.iter_mut().find(|e| e.notes.iter().any(|n| n == note)) {
            Some(error) => {
                let apart = |l: &Label| l.span.end <= span.start || span.end <= l.span.start;
                let places = error.labels.len();
                if places < 4 && error.labels.iter().all(|l| apart(l) || l.span.source != span.source) {
                    error.labels.push(Label { span, text: "and here".into() });
                }
            }
            None => errors.push(refusal(name, span, note, help)),
        }
    }
}

fn refusal(name: &str, span: Span, note: &str, help: &str) -> Diagnostic {
    let message = format!("`{name}` cannot be called here");
    Diagnostic::error("nmodl/verbatim", message).at(span, "").note(note).help(help)
}

/// What functions that are not translated are for, and what does it here.
fn purpose(name: &str) -> Option<(&'static str, &'static str)> {
    let starts = |list: &[&str]| list.iter().any(|p| name.starts_with(p));
    let is = |list: &[&str]| list.contains(&name);
    const HOC: (&str, &str) = (
        "It seems to take arguments or objects from hoc.",
        "set a RANGE variable from the network description instead",
    );
    const CALLS: (&str, &str) = (
        "It seems to call a function of hoc.",
        "compute it in this file, or record what the function would have looked at",
    );
    const VECTORS: (&str, &str) = (
        "It seems to fill or to read a Vector of hoc.",
        "name what is to be kept under `[record]`, and give times of events to a VecStim",
    );
    const RANDOM: (&str, &str) = (
        "It seems to draw from, or to set, a random stream of its own.",
        "declare `RANDOM r` in the NEURON block and use random_uniform(r), random_negexp(r) or random_normal(r)",
    );
    const MEMORY: (&str, &str) =
        ("It seems to keep memory of its own.", "declare an array in ASSIGNED or STATE instead");
    const FILES: (&str, &str) = (
        "It seems to read a file.",
        "give the values in the network description instead, and record what you want to see",
    );
    const TEXTS: (&str, &str) =
        ("It seems to work on texts.", "set a number from the network description instead");
    const SECTIONS: (&str, &str) = (
        "It seems to look into the sections of the cell.",
        "use the variables v, area and diam, or a POINTER to what another mechanism computes",
    );
    if is(&["hoc_lookup", "hoc_pushx", "hoc_xpop"]) || starts(&["hoc_call"]) {
        Some(CALLS)
    } else if starts(&["vector_"]) {
        Some(VECTORS)
    } else if is(&["getarg", "ifarg", "chkarg", "gargstr", "nrn_random_arg", "install_vector_method"])
        || starts(&["hoc_", "ivoc_", "list_vector"])
    {
        Some(HOC)
    } else if is(&["rand", "random", "drand48", "srand", "srandom", "srand48"])
        || starts(&["nrnran123_", "nrn_random", "mcell_ran4"])
    {
        Some(RANDOM)
    } else if is(&MEMORY_CALLS) {
        Some(MEMORY)
    } else if is(&FILE_CALLS) {
        Some(FILES)
    } else if starts(&["str", "sprintf", "snprintf", "ato"]) {
        Some(TEXTS)
    } else if starts(&["chk_access", "section", "nrn_sec", "node", "area_"]) {
        Some(SECTIONS)
    } else {
        None
    }
}

impl Translator<'_> {
    /// The name without the suffix that NEURON puts behind the file's own routines.
    fn own_name(&self, name: &str) -> String {
        let known = |n: &str| self.shared.routines.contains_key(n) || self.shared.tables.contains(n);
        let suffix = format!("_{}", self.shared.suffix);
        match name.strip_suffix(suffix.as_str()) {
            Some(short) if !known(name) && known(short) => short.to_string(),
            _ => name.to_string(),
        }
    }

    fn numbers(&mut self, arguments: &[Expr]) -> Made<Vec<ast::Expression>> {
        let mut values = Vec::new();
        for argument in arguments {
            match self.value(argument)? {
                Worth::Number(value, _) => values.push(value),
                // What NEURON's code hands through.
                Worth::Thing(Thing::Thread) => {}
                Worth::Thing(_) => values.push(self.number(argument)?.0),
            }
        }
        Ok(values)
    }

    /// The value of a call.
    pub fn call_value(&mut self, name: &str, arguments: &[Expr], span: Span) -> Made<Worth> {
        let double = |e| Ok(Worth::Number(e, Type::Double));
        let own = self.own_name(name);
        if let Some(function) = self.shared.functions.get(&own) {
            let (types, of): (Vec<Type>, Type) =
                (function.arguments.iter().map(|a| a.1).collect(), function.of);
            if of == Type::Void {
                return self.refuse(span, format!("`{own}` gives no value"), "", "");
            }
            let call = self.own_call(&own, &types, arguments, span)?;
            return Ok(Worth::Number(call, of));
        }
        if self.shared.routines.contains_key(&own) || self.shared.tables.contains(&own) {
            let values = self.numbers(arguments)?;
            return double(build::call(&own, values, span));
        }
        if let Some(distribution) = pick(name) {
            return self.pick(name, distribution, arguments, span);
        }
        match (name, arguments) {
            // Nothing is handed over from hoc.
            ("ifarg", _) => Ok(Worth::Number(build::number(0.0, span), Type::Int)),
            ("vector_vec", [from]) => {
                self.vector(from, span)?;
                Ok(Worth::Thing(Thing::Numbers))
            }
            ("vector_capacity", [from]) => {
                self.vector(from, span)?;
                Ok(Worth::Number(build::call("play_size", Vec::new(), span), Type::Int))
            }
            ("fopen", _) => {
                self.prints(name, span);
                Ok(Worth::Thing(Thing::Output))
            }
            ("nrn_pointing", [pointer]) => match self.value(pointer)? {
                Worth::Thing(Thing::Handle(pointer)) => {
                    double(build::call("nrn_pointing", vec![build::value_of(&pointer, span)], span))
                }
                Worth::Number(value, _) => double(build::call("nrn_pointing", vec![value], span)),
                Worth::Thing(_) => self.cannot(name, span),
            },
            ("abs" | "labs", [one]) => {
                let (value, of) = self.number(one)?;
                // C's `abs` takes a whole number.
                let whole = if of.is_whole() { value } else { self.number_as(one, Type::Int)? };
                Ok(Worth::Number(build::call("fabs", vec![whole], span), Type::Int))
            }
            ("trunc", [one]) => {
                self.shared.made.truncates = true;
                let value = self.number(one)?.0;
                double(build::call(TRUNCATE, vec![value], span))
            }
            ("round" | "lround", [one]) => {
                self.shared.made.truncates = true;
                self.shared.made.rounds = true;
                let value = self.number(one)?.0;
                let of = if name == "round" { Type::Double } else { Type::Int };
                Ok(Worth::Number(build::call(ROUND, vec![value], span), of))
            }
            ("isnan", [one]) => {
                let value = self.number(one)?.0;
                let value = self.kept(value, "c_number", span);
                let differs = build::binary(BinaryOperator::NotEqual, value.clone(), value, span);
                Ok(Worth::Number(differs, Type::Int))
            }
            ("hoc_Exp", _) => self.call_value("exp", arguments, span),
            ("hoc_Log", _) => self.call_value("log", arguments, span),
            ("hoc_Log10", _) => self.call_value("log10", arguments, span),
            ("hoc_Sqrt", _) => self.call_value("sqrt", arguments, span),
            _ => match builtin_function(name).map(|f| f.class) {
                Some(FunctionClass::Pure | FunctionClass::RandomShared) => {
                    let values = self.numbers(arguments)?;
                    double(build::call(name, values, span))
                }
                Some(FunctionClass::Effect) if name == "at_time" => {
                    let values = self.numbers(arguments)?;
                    double(build::call(name, values, span))
                }
                _ => self.cannot(name, span),
            },
        }
    }

    /// A call of a function that the file defines in C.
    fn own_call(
        &mut self,
        name: &str,
        types: &[Type],
        arguments: &[Expr],
        span: Span,
    ) -> Made<ast::Expression> {
        if types.len() != arguments.len() {
            let message = format!("`{name}` takes {} arguments, not {}", types.len(), arguments.len());
            return self.refuse(span, message, "", "");
        }
        let mut values = Vec::new();
        for (argument, of) in arguments.iter().zip(types) {
            values.push(self.number_as(argument, *of)?);
        }
        Ok(build::call(name, values, span))
    }

    fn cannot<T>(&mut self, name: &str, span: Span) -> Made<T> {
        if let Some(unread) = self.shared.unread.get(name).cloned() {
            let message = format!("the function `{name}` cannot be read: {}", unread.message);
            return self.refuse_beside(span, message, unread.span, "here");
        }
        if name == "goto" {
            let help = "write a `while` loop, or put what is jumped over into an `if`";
            return self.refuse(span, "`goto` is not supported", "", help);
        }
        let (note, help) =
            purpose(name).unwrap_or(("It is not among the functions that are known here.", ""));
        self.refuse(span, format!("`{name}` cannot be called here"), note, help)
    }

    /// A number from a stream.
    fn pick(
        &mut self,
        name: &str,
        distribution: Option<&'static str>,
        arguments: &[Expr],
        span: Span,
    ) -> Made<Worth> {
        let stream = match arguments {
            [stream] => self.value(stream)?,
            _ => return self.cannot(name, span),
        };
        let Worth::Thing(Thing::Handle(stream)) = stream else { return self.cannot(name, span) };
        let Some(function) = distribution.or(self.picks) else {
            let help = "write random_uniform(r), random_negexp(r) or random_normal(r), with `RANDOM r` in the NEURON block";
            return self.refuse(
                span,
                "which distribution this number is from is not said in the file",
                "hoc would choose it, and there is no hoc here.",
                help,
            );
        };
        let known = DISTRIBUTIONS.iter().find(|(f, _)| *f == function).map_or("", |(_, name)| *name);
        self.shared.made.streams.insert(stream.clone());
        let message = format!(
            "`{stream}` is a random stream of each instance here, of its own and from the run's seed"
        );
        self.shared.note(
            Diagnostic::new(Severity::Note, "nmodl/verbatim-stream", message)
                .at(span, format!("drawn from {known} with mean or range 1")),
        );
        Ok(Worth::Number(build::call(function, vec![build::value_of(&stream, span)], span), Type::Double))
    }

    /// Makes sure that a Vector is the one that is played.
    fn vector(&mut self, from: &Expr, span: Span) -> Made<()> {
        let Worth::Thing(Thing::Handle(name)) = self.value(from)? else {
            return self.cannot("vector_vec", span);
        };
        if self.shared.made.list.as_ref().is_some_and(|list| *list != name) {
            return self.refuse(
                span,
                "a second Vector is looked into",
                "An instance has one list of times, which the network description gives it.",
                "",
            );
        }
        self.shared.made.list = Some(name);
        Ok(())
    }

    fn prints(&mut self, name: &str, span: Span) {
        let message = format!("`{name}` shows nothing here");
        self.shared.note(
            Diagnostic::new(Severity::Note, "nmodl/verbatim-prints", message)
                .at(span, "left out")
                .help("record the variable instead"),
        );
    }

    /// A call for what it does.
    pub fn call_effect(&mut self, name: &str, arguments: &[Expr], span: Span) -> Made<()> {
        let own = self.own_name(name);
        let known =
            self.shared.functions.get(&own).map(|f| f.arguments.iter().map(|a| a.1).collect::<Vec<_>>());
        if let Some(types) = known {
            let call = self.own_call(&own, &types, arguments, span)?;
            return self.emit_call(call);
        }
        if self.shared.routines.contains_key(&own) {
            let values = self.numbers(arguments)?;
            return self.emit_call(build::call(&own, values, span));
        }
        if ends_the_run(name) {
            let message = format!("`{name}` does not end the run here");
            self.shared.note(
                Diagnostic::warning("nmodl/verbatim-goes-on", message)
                    .at(span, "NEURON would stop here; this block is left, and the run goes on")
                    .note("A mechanism cannot end a run of many cells."),
            );
            self.leave(span);
            return Ok(());
        }
        if only_prints(name) || name == "fclose" || name == "assert" {
            if name != "fclose" {
                self.prints(name, span);
            }
            return Ok(());
        }
        // NEURON's own checks of tables.
        if name.strip_prefix("_check_").is_some() {
            return Ok(());
        }
        match name {
            "net_send" | "artcell_net_send" | "nrn_net_send" => {
                let [.., time, flag] = arguments else { return self.cannot(name, span) };
                let delay = self.since_now(time)?;
                let flag = self.number(flag)?.0;
                self.emit_call(build::call("net_send", vec![delay, flag], span))
            }
            "net_event" | "net_move" | "artcell_net_move" | "nrn_net_event" | "nrn_net_move" => {
                let [.., time] = arguments else { return self.cannot(name, span) };
                let time = self.number(time)?.0;
                let function = if name.ends_with("event") { "net_event" } else { "net_move" };
                self.emit_call(build::call(function, vec![time], span))
            }
            "state_discontinuity" | "set_seed" => {
                let values = self.numbers(arguments)?;
                self.emit_call(build::call(name, values, span))
            }
            "nrnran123_setseq" => {
                let zero = arguments.iter().skip(1).all(|a| super::shared::constant(a) == Some(0.0));
                // Streams start anew when a run starts.
                if zero { Ok(()) } else { self.cannot(name, span) }
            }
            _ => {
                let Worth::Number(value, _) = self.call_value(name, arguments, span)? else { return Ok(()) };
                if super::expression::has_call(&value) { self.emit_call(value) } else { Ok(()) }
            }
        }
    }

    /// A time as the delay from now: `t + d` is `d`.
    fn since_now(&mut self, time: &Expr) -> Made<ast::Expression> {
        let time = self.number(time)?.0;
        let span = time.span;
        if let ExpressionKind::Binary { operator: BinaryOperator::Add, left, right } = &time.kind
            && matches!(&left.kind, ExpressionKind::Variable(v) if v.name.text == "t")
        {
            return Ok(right.as_ref().clone());
        }
        Ok(build::binary(BinaryOperator::Subtract, time, build::value_of("t", span), span))
    }

    fn emit_call(&mut self, value: ast::Expression) -> Made<()> {
        let span = value.span;
        match value.kind {
            ExpressionKind::Call(Call { name, arguments, span }) => {
                let call = Call { name, arguments, span };
                self.emit(build::statement(StatementKind::Call(call), span));
            }
            _ => {
                let unused = self.temporary("c_unused", span);
                self.emit(build::set(&unused, value, span));
            }
        }
        Ok(())
    }
}
