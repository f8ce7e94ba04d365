//! `[cell]`: from a shape and entries to the parts that every cell of a type shares.
//!
//! In: the shape of each type, its mechanism entries and its detector. Out: [`CellType`]s with density mechanisms on nodes. Entries of
//! one mechanism are one mechanism, as in NEURON: on a section that two entries name, the later one overrides the
//! values that it gives. Point processes and ions wait for the population, as their values may differ by cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::{ANY, Context};
use super::description::{self, OneOrMore, Scalar};
use super::document::Place;
use super::expression::Scope;
use super::library::{Library, columns, limits, settable};
use super::model::{DensitySet, Detector, Rest, Setting, Values};
use super::place::Shape;
use super::shapes::{self, Built, PLACE_VARIABLES, everywhere, variables};
use crate::diagnostic::Diagnostic;
use crate::ir::Kind;
use crate::morphology::{Compartments, Location, Placement};

/// NEURON's default threshold of a NetCon, mV.
const DEFAULT_THRESHOLD: f64 = 10.0;

/// Keys of a mechanism entry that are not the mechanism's.
const DENSITY_KEYS: [&str; 4] = ["mechanism", "on", "pointers", "values"];

/// What the cells of one type share.
#[derive(Debug)]
pub(crate) struct CellType {
    /// Sections and regions.
    pub shape: Shape,
    /// Names of the sections.
    pub sections: Arc<Vec<String>>,
    /// Nodes.
    pub compartments: Arc<Compartments>,
    /// Capacitance of each node, uF/cm2.
    pub capacitance: Arc<Vec<f64>>,
    /// Density mechanisms.
    pub densities: Vec<DensitySet>,
    /// Parameters chosen so that the cell rests.
    pub rests: Vec<Rest>,
    /// Name, mechanism and nodes of each mechanism entry.
    pub entries: Vec<Entry>,
    /// Where spikes are detected.
    pub detector: Option<Detector>,
}

/// A mechanism entry, for what refers to it by name.
#[derive(Debug)]
pub(crate) struct Entry {
    /// As in `[cell.NAME.mechanism.ENTRY]`.
    pub name: String,
    /// Index into the mechanisms in use.
    pub mechanism: usize,
    /// Nodes, ascending.
    pub nodes: Vec<u32>,
}

/// Builds every type of cell that can be built.
pub(crate) fn build(context: &mut Context, library: &mut Library) -> Vec<CellType> {
    let description = context.description;
    let mut out = Vec::new();
    for (name, cell) in description.cell.iter() {
        let place = context.document.place().at("cell").at(name);
        if let Some(built) = shapes::build(context, name, cell, &place)
            && let Some(cell_type) = cell_type(context, library, name, cell, &place, built)
        {
            out.push(cell_type);
        }
    }
    out
}

fn cell_type(
    context: &mut Context,
    library: &mut Library,
    name: &str,
    cell: &description::Cell,
    place: &Place,
    built: Built,
) -> Option<CellType> {
    let mut keep = ends(context, name, &built.shape);
    let here = place.at("detector");
    let detector = match &cell.detector {
        None => None,
        Some(detector) if detector.point.is_some() => {
            for key in ["at", "threshold"].map(|key| here.at(key)).into_iter().filter(Place::exists) {
                let message = "a detector is either a `point` or a threshold at a place";
                context.error("network/detector", key.key(), message);
            }
            None
        }
        Some(detector) => {
            let location = built.shape.location(context, detector.at.as_deref(), &here.at("at"));
            let threshold =
                context.number(detector.threshold.as_ref(), &here.at("threshold"), DEFAULT_THRESHOLD, ANY);
            keep.extend(location);
            Some((location?, threshold?))
        }
    };
    let (compartments, capacitance) = built.discretise(context, &keep)?;
    let detector = match detector {
        None => None,
        Some((location, threshold)) => {
            Some(Detector { node: node(context, &compartments, location, &here)?, threshold })
        }
    };
    let mut placed = Placed {
        shape: &built.shape,
        compartments: &compartments,
        overlays: Vec::new(),
        entries: Vec::new(),
    };
    for (entry_name, entry) in cell.mechanism.iter() {
        let here = place.at("mechanism").at(entry_name);
        placed.add(context, library, entry_name, entry, &here);
    }
    let (densities, rests) = placed.sets(context, library, place);
    let entries = placed.entries;
    let sections = built.shape.tree.sections().iter().map(|s| s.name().to_string()).collect();
    Some(CellType {
        sections: Arc::new(sections),
        shape: built.shape,
        compartments: Arc::new(compartments),
        capacitance: Arc::new(capacitance),
        densities,
        rests,
        entries,
        detector,
    })
}

/// Ends of sections where the description places or records something: they must be nodes. Complaints come later,
/// when the places are used.
fn ends(context: &Context, cell: &str, shape: &Shape) -> Vec<Location> {
    let description = context.description;
    let mut texts: Vec<&str> = Vec::new();
    if let Some(cell) = description.cell.get(cell) {
        texts.extend(cell.point.iter().filter_map(|(_, p)| p.at.as_deref()));
    }
    let uses = |population: &str| {
        description.population.get(population).and_then(|p| p.cell.as_deref()).is_some_and(|c| c == cell)
    };
    let stimuli = description.stimulus.iter().filter(|(_, s)| uses(&s.population));
    texts.extend(stimuli.filter_map(|(_, s)| s.at.as_deref()));
    for (_, junction) in description.junction.iter() {
        let sides = [(&junction.from, &junction.from_at), (&junction.to, &junction.to_at)];
        texts.extend(sides.into_iter().filter(|(side, _)| uses(side)).filter_map(|(_, at)| at.as_deref()));
    }
    for (_, record) in description.record.iter().filter(|(_, r)| uses(&r.population)) {
        match &record.at {
            None => {}
            Some(OneOrMore::One(text)) => texts.push(text),
            Some(OneOrMore::More(list)) => texts.extend(list.iter().map(String::as_str)),
        }
    }
    texts.into_iter().filter_map(|text| end(text, shape)).collect()
}

fn end(text: &str, shape: &Shape) -> Option<Location> {
    let (name, x) = text.trim().strip_suffix(')')?.rsplit_once('(')?;
    let x: f64 = x.trim().parse().ok()?;
    let section = shape.tree.find(name.trim())?;
    (x == 0.0 || x == 1.0).then_some(Location { section, x })
}

/// The node of a location.
pub(crate) fn node(
    context: &mut Context,
    compartments: &Compartments,
    at: Location,
    place: &Place,
) -> Option<u32> {
    match compartments.locate(at.section, at.x, Placement::Point) {
        Ok(node) => Some(node),
        Err(_) => {
            context.error("network/location", place.span(), "there is no node at this location");
            None
        }
    }
}

/// One value given to a column at a node.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Given {
    Default,
    Number(f64),
    Rest,
}

/// All entries of one mechanism, laid over each other.
struct Overlay {
    mechanism: usize,
    nodes: Vec<bool>,
    columns: BTreeMap<u32, Vec<Given>>,
}

/// Mechanism entries on their way to sets.
struct Placed<'p> {
    shape: &'p Shape,
    compartments: &'p Compartments,
    overlays: Vec<Overlay>,
    entries: Vec<Entry>,
}

impl Placed<'_> {
    fn add(
        &mut self,
        context: &mut Context,
        library: &mut Library,
        name: &str,
        entry: &description::Density,
        place: &Place,
    ) {
        let (shape, compartments) = (self.shape, self.compartments);
        let mechanism_name = entry.mechanism.as_deref().unwrap_or(name);
        let named = place.at("mechanism");
        let span = if named.exists() { named.span() } else { place.key() };
        let on = entry.on.clone().unwrap_or_else(everywhere);
        let sections = shape.sections(context, &on, &place.at("on"));
        let Some(mechanism) = library.find(context, mechanism_name, Kind::Density, span) else {
            context.failed.insert(name.to_string());
            return;
        };
        let count = compartments.len();
        let at = self.overlays.iter().position(|o| o.mechanism == mechanism).unwrap_or_else(|| {
            self.overlays.push(Overlay { mechanism, nodes: vec![false; count], columns: BTreeMap::new() });
            self.overlays.len() - 1
        });
        let overlay = &mut self.overlays[at];
        let mut nodes: Vec<u32> = sections.iter().flat_map(|s| compartments.segments(*s)).copied().collect();
        nodes.sort_unstable();
        nodes.iter().for_each(|node| overlay.nodes[*node as usize] = true);

        let direct = entry.others.iter().map(|(key, scalar)| (key, scalar, place.at(key)));
        let values = entry.values.iter().map(|(key, scalar)| (key, scalar, place.at("values").at(key)));
        for (key, scalar, here) in direct.chain(values) {
            let module = library.used[mechanism].module.clone();
            let Some(columns) = settable(context, &module, key, here.key(), &DENSITY_KEYS) else { continue };
            let Some(given) = values_at(context, shape, compartments, &nodes, scalar, &here) else {
                continue;
            };
            if let (Some(variable), Some(Given::Number(value))) = (module.variable(key), given.first()) {
                limits(context, variable, *value, here.span());
            }
            for column in columns {
                let list = overlay.columns.entry(column).or_insert_with(|| vec![Given::Default; count]);
                nodes.iter().zip(&given).for_each(|(node, value)| list[*node as usize] = *value);
            }
        }
        self.entries.push(Entry { name: name.to_string(), mechanism, nodes });
    }

    /// The sets: one for each mechanism, or two where a parameter is chosen at rest on some nodes only.
    fn sets(&self, context: &mut Context, library: &Library, place: &Place) -> (Vec<DensitySet>, Vec<Rest>) {
        let mut densities = Vec::new();
        let mut rests = Vec::new();
        let mut resting: Vec<Option<usize>> = Vec::new();
        for overlay in &self.overlays {
            resting.resize(overlay.nodes.len(), None);
            // Nodes by the columns that are chosen at rest there.
            let mut groups: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
            for node in (0..overlay.nodes.len()).filter(|n| overlay.nodes[*n]) {
                let chosen = overlay.columns.iter().filter(|(_, list)| list[node] == Given::Rest);
                groups.entry(chosen.map(|(column, _)| *column).collect()).or_default().push(node as u32);
            }
            for (chosen, nodes) in groups {
                let density = densities.len();
                for node in &nodes {
                    let before = resting[*node as usize];
                    if chosen.len() > 1 || (!chosen.is_empty() && before.is_some()) {
                        let message = "only one value can be chosen so that the cell rests";
                        let error =
                            Diagnostic::error("network/rest", message).at(place.key(), "in this cell");
                        let names = [before.unwrap_or(overlay.mechanism), overlay.mechanism];
                        let names = names.map(|m| format!("`{}`", library.used[m].module.name));
                        context.problems.push(error.note(format!(
                            "two values are \"rest\" at one place, of {}",
                            names.join(" and ")
                        )));
                        return (densities, rests);
                    }
                    if !chosen.is_empty() {
                        resting[*node as usize] = Some(overlay.mechanism);
                    }
                }
                rests.extend(chosen.iter().map(|column| Rest { density, column: *column }));
                let settings = overlay.settings(library, &nodes, &chosen);
                densities.push(DensitySet { mechanism: overlay.mechanism, nodes, settings });
            }
        }
        (densities, rests)
    }
}

impl Overlay {
    fn settings(&self, library: &Library, nodes: &[u32], chosen: &[u32]) -> Vec<Setting> {
        let mut out = Vec::new();
        for (&column, list) in self.columns.iter().filter(|(column, _)| !chosen.contains(column)) {
            let module = &library.used[self.mechanism].module;
            let holder = module.variables.iter().find(|v| (v.first..v.first + v.length).contains(&column));
            let default = holder.map_or(0.0, |v| v.default);
            let value = |node: &u32| match list[*node as usize] {
                Given::Number(value) => value,
                _ => default,
            };
            let values: Vec<f64> = nodes.iter().map(value).collect();
            out.push(Setting { column, values: uniform_or(values, Values::PerNode) });
        }
        out
    }
}

/// One value if all are equal, else the list.
pub(crate) fn uniform_or(values: Vec<f64>, many: impl FnOnce(Vec<f64>) -> Values) -> Values {
    match values.first() {
        Some(first) if values.iter().all(|v| v.to_bits() == first.to_bits()) => Values::Uniform(*first),
        _ => many(values),
    }
}

/// The values of an expression at nodes, or "rest" at all of them.
fn values_at(
    context: &mut Context,
    shape: &Shape,
    compartments: &Compartments,
    nodes: &[u32],
    scalar: &Scalar,
    place: &Place,
) -> Option<Vec<Given>> {
    if matches!(scalar, Scalar::Text(text) if text.trim() == "rest") {
        return Some(vec![Given::Rest; nodes.len()]);
    }
    let numbers = numbers_at(context, shape, compartments, nodes, scalar, place)?;
    Some(numbers.into_iter().map(Given::Number).collect())
}

/// The numbers that an expression of x, distance, diam and index gives at nodes.
pub(crate) fn numbers_at(
    context: &mut Context,
    shape: &Shape,
    compartments: &Compartments,
    nodes: &[u32],
    scalar: &Scalar,
    place: &Place,
) -> Option<Vec<f64>> {
    let expression = context.expression(scalar, place, &Scope::of(&PLACE_VARIABLES))?;
    let mut out = Vec::with_capacity(nodes.len());
    for node in nodes {
        let at = variables(&shape.tree, compartments, *node as usize);
        let what = || {
            let section = shape.tree.sections()[compartments.section[*node as usize] as usize].name();
            format!("`{}` at {section}({})", place.path(), at[0])
        };
        match expression.value(&at, || context.stream(&[])) {
            Ok(value) => out.push(value),
            Err(failure) => {
                context.problems.push(failure.diagnostic(&what()));
                return None;
            }
        }
    }
    Some(out)
}

impl CellType {
    /// The density set and column that `entry.variable` names, for a value or a record; the set must hold all of the entry.
    pub fn density(
        &self,
        context: &mut Context,
        library: &Library,
        name: &str,
        variable: &str,
        place: &Place,
    ) -> Option<(usize, std::ops::Range<u32>)> {
        let by_entry = self.entries.iter().find(|e| e.name == name).map(|e| e.mechanism);
        let mechanism = by_entry.or_else(|| {
            self.entries.iter().map(|e| e.mechanism).find(|m| library.used[*m].module.name == name)
        })?;
        let module = library.used[mechanism].module.clone();
        let (_, columns) = columns(context, &module, variable, place.span(), &[])?;
        let set = self.densities.iter().position(|d| d.mechanism == mechanism)?;
        Some((set, columns))
    }

    /// Whether a mechanism entry, or a mechanism of an entry, has that name.
    pub fn has_entry(&self, library: &Library, name: &str) -> bool {
        self.entries.iter().any(|e| e.name == name || library.used[e.mechanism].module.name == name)
    }
}
