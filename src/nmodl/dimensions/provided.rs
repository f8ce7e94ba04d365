//! The variables that NEURON provides: a mechanism may declare them, but not choose their unit.

use std::collections::HashMap;

use super::Checker;
use super::findings::Shown;
use super::measure::Measure;
use crate::diagnostic::Diagnostic;
use crate::nmodl::ast::{NeuronBlock, NeuronStatementKind};
use crate::nmodl::meaning::Builtin;

impl Checker<'_> {
    /// Compares the declared units of built-in variables, ion variables and currents with those that NEURON has.
    pub(super) fn provided(&mut self, blocks: &[&NeuronBlock]) {
        let units = provided(blocks);
        let mut names: Vec<&String> = units.keys().copied().collect();
        names.sort();
        for name in names {
            self.one(name, units.get(name).map_or("", |unit| unit));
        }
        for (name, _, unit) in Builtin::ALL {
            self.one(name, unit);
        }
    }

    fn one(&mut self, name: &str, unit: &str) {
        self.names.provided.insert(name.to_owned());
        let Some(variable) = self.names.variables.get(name).copied() else { return };
        let Some(wanted) = self.names.standard(unit) else { return };
        let (Measure::Of(want), Measure::Of(have)) = (wanted, variable.measure) else { return };
        if wanted.clash(variable.measure).is_none() {
            return;
        }
        // The code may go by the declaration or by what NEURON does: nothing follows for it.
        if let Some(variable) = self.names.variables.get_mut(name) {
            variable.measure = Measure::Any;
        }
        if !self.on {
            return;
        }
        let shown = |quantity| Shown { text: self.words.of(quantity), quantity: *quantity };
        let (want, have) = (shown(&want), shown(&have));
        let message = format!("`{name}` is in `{unit}` in NEURON, but is declared in `{}`", have.text);
        let label = self.words.relation(&want.quantity, &have.quantity);
        let said = Diagnostic::warning("units/provided", message)
            .at(variable.span, label)
            .help(format!("write `{name} ({unit})`; its values are in that unit whatever is declared"));
        self.findings.say(said, Some((want, have)));
    }
}

/// The units of the ion variables and currents of a mechanism.
fn provided<'a>(blocks: &[&'a NeuronBlock]) -> HashMap<&'a String, &'static str> {
    use NeuronStatementKind as Kind;
    let kinds = || blocks.iter().flat_map(|block| &block.statements).map(|statement| &statement.kind);
    let at_point = kinds().any(|kind| matches!(kind, Kind::PointProcess(_) | Kind::ArtificialCell(_)));
    let current = if at_point { "nA" } else { "mA/cm2" };
    let mut units = HashMap::new();
    for kind in kinds() {
        match kind {
            Kind::NonspecificCurrent(names) | Kind::ElectrodeCurrent(names) => {
                units.extend(names.iter().map(|name| (&name.text, current)));
            }
            Kind::UseIon(ion) => {
                let name = &ion.ion.text;
                for variable in ion.read.iter().chain(&ion.write) {
                    let text = &variable.text;
                    if *text == format!("i{name}") {
                        // A point process that only reads a current sees the membrane's, per area; modlunit wants nA.
                        if !at_point || ion.write.iter().any(|w| w.text == *text) {
                            units.insert(text, current);
                        }
                    } else if *text == format!("e{name}") {
                        units.insert(text, "mV");
                    } else if *text == format!("{name}i") || *text == format!("{name}o") {
                        units.insert(text, "mM");
                    }
                }
            }
            _ => {}
        }
    }
    units
}
