//! LONGITUDINAL_DIFFUSION: states that also move along the cable.
//!
//! ```text
//! COMPARTMENT i, diam*diam*vol[i] { ca }
//! LONGITUDINAL_DIFFUSION i, D*diam*diam*vol[i] { ca }
//! ```
//!
//! A kernel knows nothing of neighbours. After the KINETIC block it leaves two numbers for each diffusing element in columns that nobody
//! else sees: the volume per length that COMPARTMENT gives, and the diffusion constant times the cross-section. The engine moves the
//! states with them once all mechanisms have taken their step, as NEURON does.

use std::collections::BTreeMap;

use super::super::types::*;
use super::context::{Context, Local, Lowered};
use super::draft::Slot;
use super::names::{Named, Names};
use crate::nmodl::ast::{self, EquationsKind, StateFactor, StatementKind};
use crate::nmodl::meaning::Meaning;

/// The hidden columns of a STATE that diffuses: two for each element.
#[derive(Clone, Debug)]
pub(super) struct Diffused {
    name: String,
    first: u32,
}

/// The LONGITUDINAL_DIFFUSION statements of a block, those inside others too: where they stand means nothing.
fn statements(block: &ast::Block) -> Vec<&StateFactor> {
    let mut found = Vec::new();
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::LongitudinalDiffusion(factor) => found.push(factor),
            StatementKind::If { branches, otherwise } => {
                let blocks = branches.iter().map(|branch| &branch.body).chain(otherwise);
                found.extend(blocks.flat_map(statements));
            }
            StatementKind::Block(body)
            | StatementKind::From { body, .. }
            | StatementKind::While { body, .. } => found.extend(statements(body)),
            _ => {}
        }
    }
    found
}

/// Finds columns for the volumes and constants of all states that diffuse.
pub(super) fn columns(names: &mut Names, meaning: &Meaning) {
    let blocks = meaning.equations.iter().filter(|block| block.kind == EquationsKind::Kinetic);
    for state in blocks.flat_map(|block| statements(&block.body)).flat_map(|factor| &factor.names) {
        if names.diffused.iter().any(|known| known.name == state.text) {
            continue;
        }
        let elements = match names.get(&state.text) {
            Some(Named::Column(_, length)) => length.unwrap_or(1),
            _ => 1,
        };
        names.diffused.push(Diffused { name: state.text.clone(), first: names.columns });
        for what in ["volume", "constant"] {
            names.variables.push(Variable {
                name: format!("{}_{what}", state.text),
                unit: String::new(),
                default: 0.0,
                limits: None,
                length: elements,
                first: names.columns,
                role: Role::Assigned,
                visible: false,
            });
            names.columns = names.columns.saturating_add(elements);
        }
    }
}

impl<'a> Context<'a> {
    /// Computes volumes and constants after a KINETIC block has been solved in a step.
    pub fn diffusion(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let factors = statements(&equations.body);
        if factors.is_empty() || self.draft.stage != Stage::State {
            return Ok(());
        }
        let mut volumes = BTreeMap::new();
        self.volumes(&equations.body, &mut volumes)?;
        for factor in factors {
            for name in &factor.names {
                self.diffuse(factor, name, &volumes)?;
            }
        }
        Ok(())
    }

    fn diffuse(
        &mut self,
        factor: &'a StateFactor,
        name: &'a ast::Name,
        volumes: &BTreeMap<Slot, Value>,
    ) -> Lowered<()> {
        if self.names.kind != Kind::Density {
            return self.refuse(
                name.span,
                format!("`{}` cannot diffuse in a point process", name.text),
                "What diffuses is in every compartment of a cable.",
                "make it a density mechanism, with SUFFIX",
            );
        }
        let places = self.state_places(&name.text);
        let diffused = self.names.diffused.iter().find(|known| known.name == name.text);
        let (true, Some(first)) = (self.is_state(&name.text), diffused.map(|known| known.first)) else {
            return self.refuse(
                name.span,
                format!("`{}` is no STATE, so it cannot diffuse", name.text),
                "",
                "",
            );
        };
        let count = places.len() as u32;
        for (i, place) in (0u32..).zip(places) {
            let Some(volume) = volumes.get(&Slot::Place(place)).copied() else {
                let message = format!("`{}` diffuses, but has no volume", name.text);
                return self.refuse(name.span, message, "", "name it in a COMPARTMENT statement too");
            };
            let constant = self.for_element(factor, i)?;
            let columns = [ColumnId(first + i), ColumnId(first + count + i)];
            for (column, value) in columns.into_iter().zip([volume, constant]) {
                self.draft.set(Slot::Place(Place::Column(column)), value, name.span);
            }
            let [volume, constant] = columns;
            let diffusion = Diffusion { state: place, volume, constant };
            if !self.diffusions.contains(&diffusion) {
                self.diffusions.push(diffusion);
            }
        }
        Ok(())
    }

    /// The value that a COMPARTMENT or LONGITUDINAL_DIFFUSION statement has for element `i` of a state.
    pub fn for_element(&mut self, factor: &'a StateFactor, i: u32) -> Lowered<Value> {
        self.in_block(|cx| {
            if let Some(index) = &factor.index {
                let slot = cx.draft.locals(1);
                let number = cx.draft.number(f64::from(i));
                cx.draft.set(Slot::Local(slot), number, index.span);
                cx.declare(&index.text, Local::Slot(slot, None));
            }
            cx.expression(&factor.value)
        })
    }
}
