//! Where each variable lives.

use std::collections::HashSet;

use super::{Collector, Declared, Details, names};
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{Block, Name, StatementKind};
use crate::nmodl::meaning::{Builtin, Storage, Symbol, SymbolId};
use crate::nmodl::nearest;

impl Collector<'_> {
    pub(super) fn add(&mut self, symbol: Symbol) -> SymbolId {
        let id = SymbolId(self.meaning.symbols.len());
        self.meaning.by_name.insert(symbol.name.clone(), id);
        self.meaning.symbols.push(symbol);
        id
    }

    pub(super) fn symbols(&mut self) {
        let everywhere = self.meaning.name.span;
        for (name, builtin, unit) in Builtin::ALL {
            let mut symbol = plain(name, Storage::Builtin(builtin), everywhere);
            symbol.unit = Some(unit.to_string());
            symbol.implicit = true;
            self.add(symbol);
        }
        let range = names(&self.lists.range);
        let global = names(&self.lists.global);
        for name in &self.lists.global {
            if range.contains(&name.text.as_str()) {
                let message = format!("`{}` is named both in RANGE and in GLOBAL", name.text);
                self.said.push(
                    Diagnostic::error("nmodl/range-and-global", message)
                        .at(name.span, "one for all instances here, one for each there")
                        .help("leave it in one of the two"),
                );
            }
        }
        let declared = std::mem::take(&mut self.declared);
        let variables: HashSet<&str> = declared
            .iter()
            .filter(|(_, kind, _)| kind.is_variable())
            .map(|(n, ..)| n.text.as_str())
            .collect();
        for (name, kind, details) in declared {
            if !kind.is_variable() {
                continue;
            }
            if Builtin::named(&name.text).is_some() {
                self.builtin_redeclared(name, kind);
                continue;
            }
            let storage = self.storage(name, kind, &range, &global);
            let Details { default, unit, limits, length, tolerance, start } = details;
            let symbol = Symbol {
                name: name.text.clone(),
                storage,
                ion: None,
                default,
                unit,
                limits,
                length,
                tolerance,
                implicit: false,
                span: name.span,
            };
            let id = self.add(symbol);
            if kind == Declared::State {
                let start_declared = variables.contains(format!("{}0", name.text).as_str());
                self.start_value(id, start, start_declared);
            }
        }
        self.named_only_in_neuron_block();
        self.use_table();
    }

    /// A built-in variable may be declared as if it were a parameter; the declaration says nothing.
    fn builtin_redeclared(&mut self, name: &Name, kind: Declared) {
        if !matches!(kind, Declared::Parameter | Declared::Assigned) {
            let message =
                format!("`{}` is a variable of the simulator and cannot be {}", name.text, kind.text());
            self.said.push(
                Diagnostic::error("nmodl/duplicate", message).at(name.span, "").help("give it another name"),
            );
        }
    }

    fn storage(&mut self, name: &Name, kind: Declared, range: &[&str], global: &[&str]) -> Storage {
        let text = name.text.as_str();
        let listed = |list: &[&Name]| list.iter().any(|n| n.text == text);
        let lists = &self.lists;
        let special = if listed(&lists.pointer) {
            Some(Storage::Pointer)
        } else if listed(&lists.bb_core_pointer) {
            Some(Storage::BbCorePointer)
        } else if listed(&lists.external) {
            Some(Storage::External)
        } else {
            None
        };
        let in_range = range.contains(&text) || listed(&lists.nonspecific) || listed(&lists.electrode);
        let in_global = global.contains(&text);
        match kind {
            Declared::State => {
                if in_global {
                    let message = format!("the state `{text}` cannot be GLOBAL");
                    self.said.push(
                        Diagnostic::error("nmodl/global-state", message)
                            .at(name.span, "every instance has a state of its own")
                            .help("remove it from GLOBAL"),
                    );
                }
                Storage::State { initial: None }
            }
            Declared::Constant | Declared::UnitFactor => {
                if self.is_ion_variable(text) {
                    let message = format!("`{text}` is a variable of an ion and cannot be {}", kind.text());
                    self.said.push(
                        Diagnostic::error("nmodl/duplicate", message)
                            .at(name.span, "")
                            .help("declare it in ASSIGNED, or remove it from USEION"),
                    );
                }
                Storage::Constant
            }
            Declared::FileLocal => Storage::FileLocal,
            _ if special.is_some() => special.unwrap_or(Storage::Pointer),
            Declared::Parameter if in_range => Storage::RangeParameter,
            Declared::Parameter => Storage::GlobalParameter,
            _ if in_global => Storage::GlobalAssigned,
            _ if in_range => Storage::RangeAssigned,
            _ => Storage::InstanceAssigned,
        }
    }

    /// `m0`, which the state `m` starts from: the mechanism's own, if it declares one.
    fn start_value(&mut self, state: SymbolId, start: Option<f64>, declared: bool) {
        let Symbol { name, unit, span, .. } = self.meaning.symbols[state.0].clone();
        if self.is_ion_variable(&name) {
            return;
        }
        let start_name = format!("{name}0");
        let known = self.meaning.by_name.get(&start_name).copied();
        let initial = match known {
            Some(id) => Some(id),
            // Declared further down: filled in when all symbols are there.
            None if declared => None,
            None => {
                let mut symbol = plain(&start_name, Storage::GlobalParameter, span);
                symbol.default = start.unwrap_or(0.0);
                symbol.unit = unit;
                symbol.implicit = true;
                Some(self.add(symbol))
            }
        };
        self.meaning.symbols[state.0].storage = Storage::State { initial };
    }

    /// Names in RANGE or GLOBAL that nobody declares are ignored with a warning; currents,
    /// variables of ions, pointers and streams get a variable all the same.
    fn named_only_in_neuron_block(&mut self) {
        for id in 0..self.meaning.symbols.len() {
            let symbol = &self.meaning.symbols[id];
            if symbol.storage == (Storage::State { initial: None }) && !self.is_ion_variable(&symbol.name) {
                let initial = self.meaning.by_name.get(&format!("{}0", symbol.name)).copied();
                self.meaning.symbols[id].storage = Storage::State { initial };
            }
        }
        let lists = std::mem::take(&mut self.lists);
        for (list, storage) in [
            (&lists.pointer, Storage::Pointer),
            (&lists.bb_core_pointer, Storage::BbCorePointer),
            (&lists.external, Storage::External),
            (&lists.random, Storage::Random),
            (&lists.nonspecific, Storage::RangeAssigned),
            (&lists.electrode, Storage::RangeAssigned),
        ] {
            for name in list {
                let known = self.meaning.by_name.contains_key(&name.text);
                if known && storage == Storage::Random {
                    let message =
                        format!("the random stream `{}` is declared as something else too", name.text);
                    self.said.push(Diagnostic::error("nmodl/duplicate", message).at(name.span, ""));
                } else if !known {
                    self.add(plain(&name.text, storage, name.span));
                }
            }
        }
        let symbols: Vec<String> = self.meaning.symbols.iter().map(|s| s.name.clone()).collect();
        for name in lists.range.iter().chain(&lists.global) {
            if let Some(routine) = self.meaning.routine(&name.text) {
                let what = if routine.is_function { "FUNCTION" } else { "PROCEDURE" };
                let message = format!("`{}` is a {what}, and named in RANGE or GLOBAL", name.text);
                self.said.push(
                    Diagnostic::warning("nmodl/routine-in-list", message)
                        .at(name.span, "NEURON refuses the file: these lists are of variables")
                        .at(routine.name.span, "defined here")
                        .help("take it out of the list: routines are seen from outside anyway"),
                );
                continue;
            }
            let of_ion =
                lists.ions.iter().any(|i| i.read.iter().chain(&i.write).any(|n| n.text == name.text));
            if symbols.contains(&name.text)
                || self.first.contains_key(name.text.as_str())
                || of_ion
                || name.text.starts_with("usetable")
            {
                continue;
            }
            // NEURON has a place for such a GLOBAL in mechanisms with THREADSAFE.
            let global = lists.global.iter().any(|g| g.text == name.text) && self.mentions(&name.text);
            let message = format!("`{}` is named in RANGE or GLOBAL but never declared", name.text);
            let taken = if global { "taken as an ASSIGNED variable" } else { "ignored" };
            let mut diagnostic = Diagnostic::warning("nmodl/never-declared", message).at(name.span, taken);
            if global && !self.meaning.by_name.contains_key(&name.text) {
                self.add(plain(&name.text, Storage::GlobalAssigned, name.span));
            }
            if let Some(near) = nearest(&name.text, symbols.iter().map(String::as_str)) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            self.said.push(diagnostic);
        }
        self.lists = lists;
    }

    /// A mechanism with a TABLE has a switch that turns tables off.
    fn use_table(&mut self) {
        let has_table =
            |block: &Block| block.statements.iter().any(|s| matches!(s.kind, StatementKind::Table(_)));
        let routines = self.meaning.functions.iter().chain(&self.meaning.procedures);
        let Some(span) = routines.filter(|r| has_table(&r.body)).map(|r| r.span).next() else { return };
        if !self.meaning.by_name.contains_key("usetable") {
            let mut symbol = plain("usetable", Storage::GlobalParameter, span);
            symbol.default = 1.0;
            symbol.implicit = true;
            self.add(symbol);
        }
    }
}

/// A variable of which nothing but the name is known.
pub(super) fn plain(name: &str, storage: Storage, span: Span) -> Symbol {
    Symbol {
        name: name.to_string(),
        storage,
        ion: None,
        default: 0.0,
        unit: None,
        limits: None,
        length: None,
        tolerance: None,
        implicit: false,
        span,
    }
}
