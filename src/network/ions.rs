//! Ions: where they are, their values, and when a reversal potential is computed.
//!
//! In: the mechanisms of a cell and what the description says of its ions. Out: [`IonSet`]s, by NEURON's rules (`eion.cpp` of
//! NEURON 9): at each place an ion's reversal potential is computed from its concentrations once a mechanism there uses a
//! concentration (before every step if one writes it, else at the start), unless one writes the reversal potential.

use super::cells::{CellType, numbers_at, uniform_or};
use super::context::Context;
use super::description::{self, NernstChoice, Scalar};
use super::document::Place;
use super::library::Library;
use super::model::{Ion, IonSet, Nernst, Values};
use crate::diagnostic::Diagnostic;
use crate::ir::IonVariable;

/// NEURON's defaults: name, charge, reversal potential (mV), concentrations inside and outside (mM).
const KNOWN: [(&str, i32, f64, f64, f64); 3] =
    [("na", 1, 50.0, 10.0, 140.0), ("k", 1, -77.0, 54.4, 2.5), ("ca", 2, 132.457_934_163_700_9, 5e-5, 2.0)];

/// NEURON's defaults of any other ion: reversal potential (mV), concentrations (mM).
const OTHER: (f64, f64, f64) = (0.0, 1.0, 1.0);

/// How strongly the mechanisms at a node use an ion. The numbers are NEURON's: 1 read, 3 written.
#[derive(Clone, Copy, Default)]
struct Style {
    present: bool,
    concentration: u8,
    reversal: u8,
}

impl Style {
    fn nernst(self) -> Nernst {
        match (self.concentration, self.reversal) {
            (0, _) | (_, 3) => Nernst::Never,
            (3, _) => Nernst::EveryStep,
            _ => Nernst::Initially,
        }
    }
}

/// The ions of one body: `users` are its mechanisms, each with its nodes.
pub(crate) fn sets(
    context: &mut Context,
    library: &Library,
    ions: &mut Vec<Ion>,
    cell: &CellType,
    users: &[(usize, &[u32])],
) -> Vec<IonSet> {
    let mut names: Vec<&str> = Vec::new();
    for (mechanism, _) in users {
        for ion in &library.used[*mechanism].module.ions {
            if !names.contains(&ion.name.as_str()) {
                names.push(&ion.name);
            }
        }
    }
    let mut out = Vec::new();
    for name in &names {
        let styles = styles(library, cell, users, name);
        one(context, library, ions, cell, name, &styles, &mut out);
    }
    let description = context.description;
    for (name, _) in description.cell.get(&cell.shape.name).iter().flat_map(|c| c.ion.iter()) {
        // A mechanism that is complained of already may use it.
        if !names.contains(&name) && context.failed.is_empty() {
            let place = ion_place(context, cell, name);
            let what = format!("mechanism in the cell `{}` that uses the ion", cell.shape.name);
            context.unknown(&what, name, place.key(), names.iter().copied());
        }
    }
    out
}

fn ion_place<'a>(context: &Context<'a>, cell: &CellType, name: &str) -> Place<'a> {
    context.document.place().at("cell").at(&cell.shape.name).at("ion").at(name)
}

fn styles(library: &Library, cell: &CellType, users: &[(usize, &[u32])], name: &str) -> Vec<Style> {
    let mut styles = vec![Style::default(); cell.compartments.len()];
    for (mechanism, nodes) in users {
        for ion in library.used[*mechanism].module.ions.iter().filter(|ion| ion.name == name) {
            let concentration = |list: &[IonVariable]| {
                list.iter().any(|v| matches!(v, IonVariable::Inside | IonVariable::Outside))
            };
            let read = u8::from(concentration(&ion.reads));
            let level = if concentration(&ion.writes) { 3 } else { read };
            let reversal = if ion.writes.contains(&IonVariable::Reversal) {
                3
            } else {
                u8::from(ion.reads.contains(&IonVariable::Reversal))
            };
            for node in *nodes {
                let style = &mut styles[*node as usize];
                style.present = true;
                style.concentration = style.concentration.max(level);
                style.reversal = style.reversal.max(reversal);
            }
        }
    }
    styles
}

/// Adds the sets of one ion: one for each rule that holds somewhere, on disjoint nodes.
fn one(
    context: &mut Context,
    library: &Library,
    ions: &mut Vec<Ion>,
    cell: &CellType,
    name: &str,
    styles: &[Style],
    out: &mut Vec<IonSet>,
) {
    let Some(ion) = index(context, library, ions, name) else { return };
    let empty = description::Ion::default();
    let given =
        context.description.cell.get(&cell.shape.name).and_then(|c| c.ion.get(name)).unwrap_or(&empty);
    let place = ion_place(context, cell, name);
    let rule = |style: &Style| match given.nernst {
        Some(NernstChoice::Never) => Nernst::Never,
        Some(NernstChoice::Initially) => Nernst::Initially,
        Some(NernstChoice::EveryStep) => Nernst::EveryStep,
        None => style.nernst(),
    };
    for nernst in [Nernst::Never, Nernst::Initially, Nernst::EveryStep] {
        let nodes: Vec<u32> = (0..styles.len())
            .filter(|n| styles[*n].present && rule(&styles[*n]) == nernst)
            .map(|n| n as u32)
            .collect();
        if nodes.is_empty() {
            continue;
        }
        let defaults = ions[ion].clone();
        if given.reversal.is_some() && nernst != Nernst::Never {
            useless_reversal(context, &place, name, given.nernst.is_some());
        }
        let mut values = |key: &str, scalar: &Option<Scalar>, default: f64| match scalar {
            None => Some(Values::Uniform(default)),
            Some(scalar) => {
                let here = place.at(key);
                let numbers = numbers_at(context, &cell.shape, &cell.compartments, &nodes, scalar, &here)?;
                if key != "reversal"
                    && let Some(bad) = numbers.iter().find(|n| **n <= 0.0)
                {
                    let message = format!("a concentration must be more than 0 mM, and this is {bad}");
                    context.error("network/range", here.span(), message);
                    return None;
                }
                Some(uniform_or(numbers, Values::PerNode))
            }
        };
        let reversal = values("reversal", &given.reversal, defaults.reversal);
        let inside = values("inside", &given.inside, defaults.inside);
        let outside = values("outside", &given.outside, defaults.outside);
        if let (Some(reversal), Some(inside), Some(outside)) = (reversal, inside, outside) {
            out.push(IonSet { ion, nodes, reversal, inside, outside, nernst });
        }
    }
}

fn useless_reversal(context: &mut Context, place: &Place, name: &str, chosen: bool) {
    let here = place.at("reversal");
    let message = format!("`reversal` of `{name}` has no effect, as it is computed from the concentrations");
    let error = Diagnostic::error("network/ion", message).at(here.span(), "");
    context.problems.push(if chosen {
        error.at(place.at("nernst").span(), "asked for here")
    } else {
        error
            .note("as in NEURON, a mechanism that uses a concentration of the ion makes its reversal potential follow")
            .help("set `nernst = \"never\"` beside it to keep the value, or remove it")
    });
}

/// The ion's place in the model, made on first use.
fn index(context: &mut Context, library: &Library, ions: &mut Vec<Ion>, name: &str) -> Option<usize> {
    if let Some(index) = ions.iter().position(|ion| ion.name == name) {
        return Some(index);
    }
    let uses = library.used.iter().flat_map(|m| m.module.ions.iter().map(move |ion| (m, ion)));
    let charges: Vec<(i32, &str, crate::diagnostic::Span)> = uses
        .filter(|(_, ion)| ion.name == name)
        .filter_map(|(m, ion)| Some((ion.valence?, m.module.name.as_str(), m.module.span)))
        .collect();
    let known = KNOWN.iter().find(|(n, ..)| *n == name);
    let elsewhere = library.charge(name).map(|charge| charge as i32);
    let valence = match (known, charges.first(), elsewhere) {
        (Some((_, valence, ..)), ..) => *valence,
        (None, Some((valence, ..)), _) => *valence,
        (None, None, Some(valence)) => valence,
        (None, None, None) => {
            let user = library.used.iter().find(|m| m.module.ions.iter().any(|ion| ion.name == name));
            let message = format!("the charge of the ion `{name}` is not known");
            let mut error = Diagnostic::error("network/ion", message);
            if let Some(user) = user {
                error = error.at(user.module.span, "used by this mechanism");
            }
            context.problems.push(error.help("add VALENCE to a USEION statement of the ion"));
            return None;
        }
    };
    if let Some((other, by, span)) = charges.iter().find(|(charge, ..)| *charge != valence) {
        let message = format!("the ion `{name}` has charge {valence}, and `{by}` says {other}");
        context.error("network/ion", *span, message);
    }
    let (reversal, inside, outside) = known.map_or(OTHER, |(_, _, e, i, o)| (*e, *i, *o));
    ions.push(Ion { name: name.to_string(), valence, reversal, inside, outside });
    Some(ions.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NEURON 9.0.2's `ion_style` for every pair of uses: einit and eadvance (bits 040 and 0100).
    #[test]
    fn nernst_as_neuron_decides() {
        let style = |concentration, reversal| Style { present: true, concentration, reversal }.nernst();
        for reversal in [0, 1] {
            assert_eq!(style(0, reversal), Nernst::Never);
            assert_eq!(style(1, reversal), Nernst::Initially);
            assert_eq!(style(3, reversal), Nernst::EveryStep);
        }
        for concentration in [0, 1, 3] {
            assert_eq!(style(concentration, 3), Nernst::Never);
        }
    }
}
