//! Calls: of the mechanism's own routines, and of built-in functions.

use std::collections::HashSet;

use super::{Checker, Site, count, with_near};
use crate::diagnostic::Diagnostic;
use crate::nmodl::ast::{Call, EquationsKind, ExpressionKind, Name};
use crate::nmodl::meaning::{FUNCTIONS, FunctionClass, MechanismKind, Storage, builtin_function};

impl<'a> Checker<'a, '_> {
    pub(super) fn call(&mut self, call: &'a Call) {
        let name = &call.name.text;
        let mut arguments = call.arguments.iter();
        let table = self.meaning.function_tables.iter().find(|f| f.name.text == *name);
        let block = self.meaning.equations_named(name).filter(|e| e.kind == EquationsKind::Derivative);
        let own = self.meaning.routine(name).map(|r| r.arguments.len()).or(block.map(|_| 0));
        if let Some(wanted) = own.or(table.map(|t| t.arguments.len())) {
            self.arity(call, wanted, wanted);
            if let Site::Routine(caller) = self.site {
                let list = self.calls.entry(caller.name.text.clone()).or_default();
                list.push((name.clone(), call.span));
            }
        } else if let Some(function) = builtin_function(name) {
            self.arity(call, function.least, function.most);
            self.class_fits(function.class, call);
            if function.class == FunctionClass::RandomVariable {
                self.stream(call);
                arguments.next();
            }
        } else {
            self.unknown_function(&call.name);
        }
        for argument in arguments {
            self.expression(argument);
        }
    }

    fn arity(&mut self, call: &Call, least: usize, most: usize) {
        let given = call.arguments.len();
        if (least..=most).contains(&given) {
            return;
        }
        let wanted =
            if least == most { count(least, "argument") } else { format!("{least} to {most} arguments") };
        let message = format!("`{}` takes {wanted}, not {given}", call.name.text);
        let mut diagnostic =
            Diagnostic::error("nmodl/arguments", message).at(call.span, format!("{given} given"));
        if let Some(routine) = self.meaning.routine(&call.name.text) {
            diagnostic = diagnostic.at(routine.name.span, "declared here");
        }
        self.said.push(diagnostic);
    }

    fn class_fits(&mut self, class: FunctionClass, call: &Call) {
        let name = &call.name.text;
        let kind = self.meaning.kind;
        let (message, help) = match class {
            FunctionClass::Event if self.meaning.net_receive.is_none() => (
                format!("`{name}` needs a `NET_RECEIVE` block"),
                "only a point process or an artificial cell with NET_RECEIVE sends events",
            ),
            FunctionClass::Play if kind != MechanismKind::ArtificialCell => (
                format!("`{name}` is for artificial cells only"),
                "a list of times is played to artificial cells",
            ),
            _ => return,
        };
        self.said.push(Diagnostic::error("nmodl/misplaced", message).at(call.span, "").help(help));
    }

    /// The first argument of `random_...` must be the name of a stream.
    fn stream(&mut self, call: &Call) {
        let named = call.arguments.first().and_then(|a| match &a.kind {
            ExpressionKind::Variable(v) => self.meaning.find(&v.name.text),
            _ => None,
        });
        if !named.is_some_and(|id| self.meaning.symbol(id).storage == Storage::Random) {
            let span = call.arguments.first().map_or(call.span, |a| a.span);
            let message = format!("the first argument of `{}` must be a random stream", call.name.text);
            self.said.push(
                Diagnostic::error("nmodl/random", message)
                    .at(span, "not named after RANDOM")
                    .help("write `RANDOM name` in the NEURON block and use that name"),
            );
        }
    }

    fn unknown_function(&mut self, name: &Name) {
        if !self.reported.insert(name.text.clone()) {
            return;
        }
        let text = &name.text;
        let variable = self.scope.find(text).is_some() || self.meaning.find(text).is_some();
        if variable {
            let message = format!("`{text}` is a variable, not a function");
            self.said.push(
                Diagnostic::error("nmodl/variable-as-function", message)
                    .at(name.span, "called here")
                    .help(format!("to multiply, write `{text} * (...)`")),
            );
            return;
        }
        let own = self.meaning.functions.iter().chain(&self.meaning.procedures).map(|r| r.name.text.as_str());
        let tables = self.meaning.function_tables.iter().map(|f| f.name.text.as_str());
        let known = own.chain(tables).chain(FUNCTIONS.iter().map(|f| f.name));
        let diagnostic =
            Diagnostic::error("nmodl/unknown-function", format!("there is no function `{text}`"))
                .at(name.span, "called here");
        let mut diagnostic = match of_another_language(text) {
            Some(help) => diagnostic.help(help),
            None => with_near(diagnostic, text, known),
        };
        if self.has_verbatim {
            diagnostic = diagnostic.note("functions of C code in VERBATIM blocks are not known here");
        }
        self.said.push(diagnostic);
    }

    /// Reports each routine that calls itself, directly or by others, once per circle.
    pub(super) fn recursion(&mut self) {
        let routines = self.meaning.functions.iter().chain(&self.meaning.procedures);
        let mut done: HashSet<&str> = HashSet::new();
        let mut circles: HashSet<Vec<String>> = HashSet::new();
        for start in routines {
            let mut path: Vec<(&str, usize)> = vec![(&start.name.text, 0)];
            while let Some((name, next)) = path.last_mut() {
                let called = self.calls.get(*name).and_then(|list| list.get(*next));
                *next += 1;
                let Some((callee, span)) = called else {
                    done.insert(*name);
                    path.pop();
                    continue;
                };
                if let Some(at) = path.iter().position(|(n, _)| n == callee) {
                    let circle: Vec<String> = path[at..].iter().map(|(n, _)| format!("`{n}`")).collect();
                    if !circles.insert(circle.clone()) {
                        continue;
                    }
                    let message = if circle.len() == 1 {
                        format!("{} calls itself", circle[0])
                    } else {
                        format!("{} call each other in a circle", circle.join(", "))
                    };
                    self.said.push(
                        Diagnostic::error("nmodl/recursion", message)
                            .at(*span, "this call closes the circle")
                            .note("routines are put in place of their calls, so none can contain itself")
                            .help("write a loop instead"),
                    );
                } else if !done.contains(callee.as_str()) {
                    path.push((callee, 0));
                }
            }
        }
    }
}

/// What to write for a function that other languages have under that name.
fn of_another_language(name: &str) -> Option<&'static str> {
    Some(match name {
        "ln" | "Log" | "LOG" => "the natural logarithm is `log`, that to base 10 is `log10`",
        "log2" => "write `log(x) / log(2)`",
        "max" => "did you mean `fmax`?",
        "min" => "did you mean `fmin`?",
        "round" | "rint" | "nint" => "write `floor(x + 0.5)`",
        "int" | "trunc" | "fix" => "write `floor(x)`, or `ceil(x)` for a negative one",
        "sqr" | "square" => "write `x * x` or `x^2`",
        "cbrt" => "write `x^(1/3)`",
        "power" => "write `x^y` or `pow(x, y)`",
        "mod" => "did you mean `fmod`?",
        "sign" | "sgn" | "heaviside" => "write `if (x < 0) { ... } else { ... }`",
        "rand" | "random" => {
            "write `scop_random()`, or `random_uniform(r)` with `RANDOM r` in the NEURON block"
        }
        _ => return None,
    })
}
