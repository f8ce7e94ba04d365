//! Variables that are read and set.

use super::{Checker, Site, with_near};
use crate::diagnostic::{Diagnostic, Severity};
use crate::nmodl::ast::{
    EquationsKind, Expression, ExpressionKind, Name, StatementKind, UnaryOperator, Variable,
};
use crate::nmodl::meaning::scope::Local;
use crate::nmodl::meaning::{Builtin, MechanismKind, Storage, SymbolId, builtin_function};
use crate::nmodl::{nearest, walk};

impl<'a> Checker<'a, '_> {
    /// A name after SOLVEFOR.
    pub(super) fn state(&mut self, name: &Name) {
        let is_state = |id: SymbolId| matches!(self.meaning.symbol(id).storage, Storage::State { .. });
        if !self.meaning.find(&name.text).is_some_and(is_state) {
            let message = format!("`{}` is not a state", name.text);
            let states = self.meaning.symbols.iter().filter(|s| matches!(s.storage, Storage::State { .. }));
            let diagnostic =
                Diagnostic::error("nmodl/undeclared", message).at(name.span, "not declared in STATE");
            let diagnostic = with_near(diagnostic, &name.text, states.map(|s| s.name.as_str()));
            self.said.push(diagnostic);
        }
    }

    /// A name that stands for a variable as a whole.
    pub(super) fn known(&mut self, name: &Name) {
        if self.scope.find(&name.text).is_none() && self.meaning.find(&name.text).is_none() {
            self.undeclared(name);
        }
    }

    /// Whether some DERIVATIVE block has an equation for that name.
    fn has_derivative(&self, name: &str) -> bool {
        let mut found = false;
        for equations in &self.meaning.equations {
            walk::statements(walk::Site::Equations(equations), &mut |statement, _| {
                if let StatementKind::Assign { target, .. } = &statement.kind {
                    found |= target.primes > 0 && target.name.text == name;
                }
            });
        }
        found
    }

    /// The ion that has a variable of that name, among those that the mechanism uses.
    fn ion_of(&self, name: &str) -> Option<&str> {
        let ions = self.meaning.ions.iter().map(|ion| ion.name.text.as_str());
        ions.into_iter().find(|ion| {
            let own = [format!("i{ion}"), format!("e{ion}"), format!("{ion}i"), format!("{ion}o")];
            own.iter().any(|variable| variable == name)
        })
    }

    /// A name that COMPARTMENT or LONGITUDINAL_DIFFUSION lists; as in NEURON one that nobody declares does nothing.
    pub(super) fn has_volume(&mut self, name: &Name) {
        if self.meaning.find(&name.text).is_some() || !self.reported.insert(name.text.clone()) {
            return;
        }
        let message = format!("`{}` is listed here but never declared", name.text);
        let mut diagnostic = Diagnostic::warning("nmodl/never-declared", message).at(name.span, "ignored");
        let states = self.meaning.symbols.iter().filter(|s| matches!(s.storage, Storage::State { .. }));
        if let Some(near) = nearest(&name.text, states.map(|s| s.name.as_str())) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.said.push(diagnostic);
    }

    pub(super) fn undeclared(&mut self, name: &Name) {
        if !self.reported.insert(name.text.clone()) {
            return;
        }
        let text = &name.text;
        let mut diagnostic;
        if self.is_function(text) {
            diagnostic = Diagnostic::error("nmodl/function-as-variable", format!("`{text}` is a function"))
                .at(name.span, "used as a variable here")
                .help(format!("call it: `{text}(...)`"));
        } else if self.meaning.equations_named(text).is_some() {
            diagnostic =
                Diagnostic::error("nmodl/function-as-variable", format!("`{text}` is a block of equations"))
                    .at(name.span, "used as a variable here");
        } else {
            diagnostic = Diagnostic::error("nmodl/undeclared", format!("`{text}` is not declared"))
                .at(name.span, "no variable of that name");
            let known = self.scope.names().chain(self.meaning.symbols.iter().map(|s| s.name.as_str()));
            diagnostic = match nearest(text, known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None if self.has_derivative(text) => {
                    diagnostic.help(format!("it has a derivative, so declare it: `STATE {{ {text} }}`"))
                }
                None if text == "flag" => {
                    diagnostic.help("only NET_RECEIVE has it: hand it on as an argument")
                }
                None => match self.ion_of(text) {
                    Some(ion) => diagnostic.help(format!("name it after READ in `USEION {ion}`")),
                    None => diagnostic
                        .help(format!("declare it: as a `LOCAL {text}` of this block, or in ASSIGNED")),
                },
            };
            if self.has_verbatim {
                diagnostic = diagnostic.note("names of C code in VERBATIM blocks are not known here");
            }
        }
        self.said.push(diagnostic);
    }

    pub(super) fn is_function(&self, name: &str) -> bool {
        self.meaning.routine(name).is_some()
            || self.meaning.function_tables.iter().any(|f| f.name.text == name)
            || builtin_function(name).is_some()
    }

    /// A variable that is read.
    pub(super) fn variable(&mut self, variable: &'a Variable) {
        if variable.primes > 0 {
            self.derivative(variable, "has no value that can be read");
        }
        self.value(variable);
    }

    fn derivative(&mut self, variable: &Variable, why: &str) {
        let primes = "'".repeat(variable.primes as usize);
        let message = format!("the derivative `{}{primes}` {why}", variable.name.text);
        self.said.push(
            Diagnostic::error("nmodl/derivative", message)
                .at(variable.span, "")
                .help("use a variable of your own for the right side of the equation"),
        );
    }

    /// The name of a variable and its index, whether it is read or set.
    fn value(&mut self, variable: &'a Variable) {
        let name = &variable.name;
        if variable.lag.is_some() && self.site != Site::Equations(EquationsKind::Discrete) {
            self.said.push(
                Diagnostic::error("nmodl/misplaced", "`@` cannot stand here")
                    .at(variable.span, "past values belong in a `DISCRETE` block"),
            );
        }
        if let Some(index) = &variable.index {
            self.expression(index);
        }
        match self.scope.find(&name.text) {
            Some(local) => {
                self.index_fits(variable, local == Local::Array);
                return;
            }
            None if matches!(self.site, Site::Equations(_))
                && matches!(name.text.as_str(), "f_flux" | "b_flux") =>
            {
                return;
            }
            None => {}
        }
        let Some(id) = self.meaning.find(&name.text) else { return self.undeclared(name) };
        let symbol = self.meaning.symbol(id);
        match symbol.storage {
            Storage::Builtin(builtin) => self.builtin(builtin, name),
            Storage::Random => {
                if self.reported.insert(name.text.clone()) {
                    let message = format!("the random stream `{}` has no value", name.text);
                    self.said.push(
                        Diagnostic::error("nmodl/random", message)
                            .at(name.span, "")
                            .help(format!("draw from it, as in `random_uniform({})`", name.text)),
                    );
                }
                return;
            }
            _ => {}
        }
        self.index_fits(variable, symbol.length.is_some());
        if let (Some(index), Some(length)) = (&variable.index, symbol.length) {
            self.index_exists(&name.text, index, length);
        }
    }

    /// An index that is written as a number is known here.
    fn index_exists(&mut self, name: &str, index: &Expression, length: usize) {
        let Some(value) = whole_number(index) else { return };
        if value >= 0.0 && value < length as f64 {
            return;
        }
        let elements = match length {
            1 => format!("`{name}` has one element, `{name}[0]`"),
            _ => format!("`{name}` has the elements 0 to {}", length - 1),
        };
        self.said.push(
            Diagnostic::error("nmodl/index", format!("`{name}[{value}]` does not exist"))
                .at(index.span, elements)
                .help(if value < 0.0 {
                    "elements are counted from 0".to_string()
                } else {
                    format!("write a smaller index, or declare `{name}` with a larger length")
                }),
        );
    }

    fn index_fits(&mut self, variable: &Variable, is_array: bool) {
        if variable.index.is_some() == is_array {
            return;
        }
        let text = &variable.name.text;
        let diagnostic = if is_array {
            Diagnostic::error("nmodl/index", format!("the array `{text}` needs an index"))
                .at(variable.span, "an array as a whole has no value")
                .help(format!("write `{text}[0]` for the first element"))
        } else {
            Diagnostic::error("nmodl/index", format!("`{text}` is not an array"))
                .at(variable.span, "cannot have an index")
                .help(format!("remove the index, or declare `{text}` with a length"))
        };
        self.said.push(diagnostic);
    }

    fn builtin(&mut self, builtin: Builtin, name: &Name) {
        let artificial = self.meaning.kind == MechanismKind::ArtificialCell;
        if artificial && builtin.is_of_membrane() && self.reported.insert(name.text.clone()) {
            let message = format!("an artificial cell has no membrane, so it has no `{}`", name.text);
            self.said.push(
                Diagnostic::error("nmodl/no-membrane", message)
                    .at(name.span, "")
                    .help("write `POINT_PROCESS` instead of `ARTIFICIAL_CELL`, or use another name"),
            );
        }
    }

    /// A variable that is set.
    pub(super) fn target(&mut self, target: &'a Variable) {
        let name = &target.name;
        if target.primes > 0 && !matches!(self.site, Site::Equations(_)) {
            self.derivative(target, "can be set in a `DERIVATIVE` block only");
        }
        if self.scope.find(&name.text).is_some() {
            return self.value(target);
        }
        let Some(id) = self.meaning.find(&name.text) else {
            if self.is_function(&name.text) {
                self.cannot_set(
                    name,
                    "is a function and cannot be set",
                    "a function is set only inside itself",
                );
            } else {
                self.undeclared(name);
            }
            return;
        };
        self.written.insert(id);
        let symbol = self.meaning.symbol(id);
        match symbol.storage {
            Storage::Constant => {
                self.cannot_set(
                    name,
                    "is a constant and cannot be set",
                    "declare it in PARAMETER or ASSIGNED instead",
                );
            }
            // Its copy is taken anew for each block, as in NEURON; published channels shift it.
            Storage::Builtin(Builtin::Voltage) => self.copy_of_voltage(id, name),
            Storage::Builtin(_) => {
                let help = "copy it to a LOCAL variable and change that";
                self.cannot_set(name, "belongs to the simulator and cannot be set", help);
            }
            Storage::Random => {
                self.cannot_set(
                    name,
                    "is a random stream and cannot be set",
                    "set its place with `random_setseq`",
                );
            }
            _ => {}
        }
        let read_only =
            symbol.ion.is_some_and(|i| !i.write) && !matches!(symbol.storage, Storage::State { .. });
        if read_only && self.warned.insert(id) {
            let message = format!("`{}` is only read from the ion: setting it changes a copy", name.text);
            self.said.push(
                Diagnostic::warning("nmodl/read-only-ion", message)
                    .at(name.span, "set here")
                    .note(
                        "As in NEURON the copy belongs to this mechanism and is taken anew for each block; no other mechanism sees it.",
                    )
                    .help(format!("name `{}` after WRITE in USEION, or use a LOCAL variable", name.text)),
            );
        }
        self.value(target);
    }

    fn copy_of_voltage(&mut self, id: SymbolId, name: &Name) {
        if self.warned.insert(id) {
            let message = "setting `v` changes the copy of this mechanism only, until the next step";
            let note = Diagnostic::new(Severity::Note, "nmodl/sets-v", message);
            self.said.push(note.at(name.span, "set here"));
        }
    }

    fn cannot_set(&mut self, name: &Name, why: &str, help: &str) {
        if self.reported.insert(name.text.clone()) {
            let message = format!("`{}` {why}", name.text);
            self.said
                .push(Diagnostic::error("nmodl/cannot-set", message).at(name.span, "set here").help(help));
        }
    }
}

/// The value of a number that is written as such, with or without a minus.
fn whole_number(index: &Expression) -> Option<f64> {
    match &index.kind {
        ExpressionKind::Number { value, .. } => Some(*value),
        ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => match &operand.kind {
            ExpressionKind::Number { value, .. } => Some(-value),
            _ => None,
        },
        _ => None,
    }
}
