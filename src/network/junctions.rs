//! `[junction]`: gap junctions, and other point processes that read a variable of another cell.
//!
//! In: the populations of a model, complete but for their junctions, and the mechanisms. Out: for each junction a point process on one
//! cell or on both, and the [`Coupling`]s that say whose variable each of them reads. The ends that a cell has by one entry are
//! numbered: `NAME[0]`, `NAME[1]`, ... in the order of the pairs, so a [`PointSet`] still has a cell at most once.

use std::collections::BTreeSet;

use super::cells::{CellType, node, uniform_or};
use super::context::{ANY, Context};
use super::description::{Junction, Rule};
use super::document::Place;
use super::library::{Library, limits, settable};
use super::model::{Body, CellBody, Coupling, Ion, Owner, PointSet, Population, Quantity, Setting, Values};
use super::pair_list::{Pair, PairList};
use super::pairs::{Pairing, Pairs};
use super::reports::quantity;
use super::schema::quoted;
use crate::diagnostic::Diagnostic;
use crate::ir::{self, Effect, IonVariable, Kind, Module, Stage};

/// The mechanism of a junction that names none.
pub(super) const DEFAULT_MECHANISM: &str = "Gap";
/// The variable that receives, when the mechanism has no POINTER and the junction names none.
pub(super) const DEFAULT_RECEIVER: &str = "vgap";

/// Keys of a junction that are not the mechanism's.
const KEYS: [&str; 21] = [
    "from",
    "to",
    "rule",
    "from_at",
    "to_at",
    "mechanism",
    "variable",
    "receives",
    "one_way",
    "probability",
    "indegree",
    "outdegree",
    "table",
    "source",
    "target",
    "within",
    "from_cells",
    "to_cells",
    "where",
    "enabled",
    "values",
];

/// Places all junctions on `populations`; returns who reads what.
pub(super) fn build(
    context: &mut Context,
    library: &mut Library,
    cells: &[CellType],
    ions: &[Ion],
    populations: &mut [Population],
) -> Vec<Coupling> {
    let description = context.description;
    let mut couplings = Vec::new();
    for (name, entry) in description.junction.iter() {
        let place = context.document.place().at("junction").at(name);
        if context.switch(entry.enabled.as_ref(), &place.at("enabled"), true) != Some(true) {
            continue;
        }
        let work = Work { name, entry, place: &place, cells, ions };
        if let Some(built) = work.build(context, library, populations) {
            for side in built {
                side.place(populations, &mut couplings);
            }
        }
    }
    couplings
}

/// One entry of the description.
struct Work<'w, 'd> {
    name: &'w str,
    entry: &'w Junction,
    place: &'w Place<'d>,
    cells: &'w [CellType],
    ions: &'w [Ion],
}

/// One end of the junctions of an entry.
#[derive(Clone, Debug)]
struct End {
    population: usize,
    node: u32,
    /// What the other side reads here; not looked for where nobody reads.
    read: Option<Quantity>,
}

/// The point processes on the cells of one population, and what they read.
struct Side {
    name: String,
    population: usize,
    node: u32,
    mechanism: usize,
    column: u32,
    source: usize,
    source_node: u32,
    read: Quantity,
    /// For each cell its ends: the other cell, and the number of the pair.
    ends: Vec<Vec<(u32, usize)>>,
    /// Number of the first `NAME[k]`.
    first: usize,
    /// Columns with their values, pair by pair.
    values: Vec<(u32, Vec<f64>)>,
}

impl Work<'_, '_> {
    fn build(
        &self,
        context: &mut Context,
        library: &mut Library,
        populations: &[Population],
    ) -> Option<Vec<Side>> {
        let (entry, place) = (self.entry, self.place);
        let pairing = Pairing::of_junction(entry);
        pairing.unused_keys(context, place);
        let one_way = context.switch(entry.one_way.as_ref(), &place.at("one_way"), false)?;
        let from = self.end(context, library, populations, "from", true);
        let to = self.end(context, library, populations, "to", !one_way);
        let mechanism = self.mechanism(context, library);
        let (from, to, (mechanism, column)) = (from?, to?, mechanism?);
        let module = library.used[mechanism].module.clone();
        for end in [Some(&to), (!one_way).then_some(&from)].into_iter().flatten() {
            self.ions(context, &module, &populations[end.population], end.node)?;
        }
        let same = from.population == to.population;
        let alike = same && from.node == to.node;
        let (sources, targets) = (&populations[from.population], &populations[to.population]);
        let table = pairing.table(context, place)?;
        let work = Pairs {
            group: "junction",
            name: self.name,
            pairing,
            place,
            from: sources,
            to: targets,
            same,
            table,
        };
        let mut pairs = work.pairs(context)?;
        if alike && !one_way && matches!(entry.rule, Rule::Probability) {
            // Each two cells have been drawn in both orders.
            pairs.retain(|pair| pair.source < pair.target);
        }
        pairs.sort(sources.count, targets.count);
        work.filter(context, &mut pairs)?;
        let mut pairs: Vec<Pair> = pairs.iter().collect();
        if alike {
            self.no_self(context, &pairs, sources)?;
            if !one_way {
                self.once(context, &mut pairs, sources);
            }
        }
        for (end, cells) in [
            (&from, pairs.iter().map(|p| p.source).collect::<BTreeSet<_>>()),
            (&to, pairs.iter().map(|p| p.target).collect()),
        ] {
            self.has_point(context, &populations[end.population], end, &cells)?;
        }
        let values = self.values(context, &work, &module, column, &pairs)?;
        let side = |reader: &End, other: &End, first: usize| {
            Some(Side {
                name: self.name.to_string(),
                population: reader.population,
                node: reader.node,
                mechanism,
                column,
                source: other.population,
                source_node: other.node,
                read: other.read.clone()?,
                ends: vec![Vec::new(); populations[reader.population].count as usize],
                first,
                values: values.clone(),
            })
        };
        let mut at_target = side(&to, &from, 0)?;
        for (number, pair) in pairs.iter().enumerate() {
            at_target.ends[pair.target as usize].push((pair.source, number));
            if alike && !one_way {
                at_target.ends[pair.source as usize].push((pair.target, number));
            }
        }
        let mut sides = vec![at_target];
        if !one_way && !alike {
            let first = if same { sides[0].most() } else { 0 };
            let mut at_source = side(&from, &to, first)?;
            for (number, pair) in pairs.iter().enumerate() {
                at_source.ends[pair.source as usize].push((pair.target, number));
            }
            sides.push(at_source);
        }
        Some(sides)
    }

    /// Population and place of the side `key`, and the variable there when it is read.
    fn end(
        &self,
        context: &mut Context,
        library: &Library,
        populations: &[Population],
        key: &str,
        is_read: bool,
    ) -> Option<End> {
        let (name, at) = match key {
            "from" => (&self.entry.from, self.entry.from_at.as_deref()),
            _ => (&self.entry.to, self.entry.to_at.as_deref()),
        };
        let here = self.place.at(key);
        let Some(population) = populations.iter().position(|p| p.name == *name) else {
            // One that could not be built has been reported.
            if context.description.population.get(name).is_none() {
                context.unknown("population", name, here.span(), context.description.population.names());
            }
            return None;
        };
        let Body::Cells(body) = &populations[population].body else {
            let message = format!("`{name}` is artificial: its cells have no membrane to join");
            context.error("network/junction", here.span(), message);
            return None;
        };
        let cell = self.cells.iter().find(|c| c.shape.name == body.cell_type)?;
        let here = self.place.at(&format!("{key}_at"));
        let location = cell.shape.location(context, at, &here)?;
        let node = node(context, &body.compartments, location, &here)?;
        let mut end = End { population, node, read: None };
        if !is_read {
            return Some(end);
        }
        let variable = self.entry.variable.as_deref().unwrap_or("v");
        let named = self.place.at("variable");
        let (read, _) = quantity(context, library, cell, body, self.ions, variable, &named)?;
        if !body.holds(&read, node) {
            let section = cell.shape.tree.sections()[location.section].name();
            let message =
                format!("there is no `{variable}` at {section}({}) of the cells of `{name}`", location.x);
            if context.failed.is_empty() {
                context.error("network/junction", named.span(), message);
            }
            return None;
        }
        end.read = Some(read);
        Some(end)
    }

    /// The mechanism, and its column that receives what is read.
    fn mechanism(&self, context: &mut Context, library: &mut Library) -> Option<(usize, u32)> {
        let named = self.place.at("mechanism");
        let span = if named.exists() { named.span() } else { self.place.key() };
        let name = self.entry.mechanism.as_deref().unwrap_or(DEFAULT_MECHANISM);
        let index = library.find(context, name, Kind::PointProcess, span)?;
        let module = &library.used[index].module;
        let known = || module.pointers.iter().map(|p| p.name.as_str());
        let wanted = match (&self.entry.receives, module.pointers.as_slice()) {
            (Some(wanted), _) => wanted.as_str(),
            (None, [only]) => only.name.as_str(),
            (None, _) => DEFAULT_RECEIVER,
        };
        let here = self.place.at("receives");
        let span = if here.exists() { here.span() } else { span };
        let Some(pointer) = module.pointers.iter().find(|p| p.name == wanted) else {
            let message =
                format!("`{name}` reads no POINTER or RANGE variable `{wanted}` that a junction could set");
            let error = Diagnostic::error("network/junction", message).at(span, "");
            self.say(context, match module.pointers.is_empty() {
                true => error.help("a mechanism of junctions has `POINTER vgap`, or `RANGE vgap` and no assignment to it"),
                false => error.help(format!("write `receives = \"NAME\"` with one of {}", quoted(known()))),
            });
            return None;
        };
        if let Some(other) = module.pointers.iter().find(|p| p.name != wanted) {
            let message = format!("the POINTER `{}` of `{name}` points at nothing", other.name);
            let error = Diagnostic::error("network/junction", message).at(span, "");
            self.say(context, error.note(format!("a junction sets one variable, here `{wanted}`")));
            return None;
        }
        let column = ir::Place::Column(pointer.column);
        let writes = |effect: &Effect| matches!(effect, Effect::Write(place, _) if *place == column);
        if module
            .kernels()
            .any(|(stage, kernel)| stage != Stage::Initial && kernel.effects.iter().any(writes))
        {
            let message = format!("`{name}` assigns to `{wanted}`, which belongs to another cell");
            let error = Diagnostic::error("network/junction", message).at(span, "");
            self.say(
                context,
                error.help(
                    "a junction reads a variable of the other cell; give each side a mechanism of its own",
                ),
            );
            return None;
        }
        Some((index, pointer.column.0))
    }

    fn say(&self, context: &mut Context, error: Diagnostic) {
        context.problems.push(error);
    }

    /// The ions of a cell are settled before its junctions: a mechanism of junctions uses what is there, and changes no concentration.
    fn ions(&self, context: &mut Context, module: &Module, population: &Population, node: u32) -> Option<()> {
        let Body::Cells(body) = &population.body else { return None };
        for used in &module.ions {
            let set = body
                .ions
                .iter()
                .find(|set| self.ions[set.ion].name == used.name && set.nodes.binary_search(&node).is_ok());
            let writes = used.writes.iter().any(|w| *w != IonVariable::Current);
            let message = match set {
                None => format!(
                    "`{}` uses the ion `{}`, which nothing else has at its place in the cells of `{}`",
                    module.name, used.name, population.name
                ),
                Some(_) if writes => {
                    format!("`{}` writes more of the ion `{}` than its current", module.name, used.name)
                }
                Some(_) => continue,
            };
            context.error("network/junction", self.place.key(), message);
            return None;
        }
        Some(())
    }

    /// A compartment cannot be joined to itself.
    fn no_self(&self, context: &mut Context, pairs: &[Pair], population: &Population) -> Option<()> {
        let Some(pair) = pairs.iter().find(|p| p.source == p.target) else { return Some(()) };
        let message = format!(
            "`{}` joins cell {} of `{}` to itself, at the same place",
            self.place.path(),
            pair.source,
            population.name
        );
        let error = Diagnostic::error("network/self", message).at(self.place.at("rule").span(), "");
        self.say(context, error.help("leave it out, as by `where = \"source != target\"`, or give `from_at` and `to_at` different places"));
        None
    }

    /// Both orders of two cells mean one junction. In a table each row is one, and two of the same cells are told.
    fn once(&self, context: &mut Context, pairs: &mut Vec<Pair>, population: &Population) {
        let mut seen = BTreeSet::new();
        let mut again = None;
        let table = matches!(self.entry.rule, Rule::Table);
        pairs.retain(|pair| {
            let new = seen.insert((pair.source.min(pair.target), pair.source.max(pair.target)));
            if !new && again.is_none() {
                again = Some(*pair);
            }
            new || table
        });
        if let (true, Some(pair)) = (table, again) {
            let message = format!(
                "`{}` joins cells {} and {} of `{}` more than once",
                self.place.path(),
                pair.source.min(pair.target),
                pair.source.max(pair.target),
                population.name
            );
            let warning =
                Diagnostic::warning("network/junction", message).at(self.place.at("table").span(), "");
            self.say(context, warning.note("each row of the table is a junction for both of its cells"));
        }
    }

    /// A point process that is read must be on the cells that are read.
    fn has_point(
        &self,
        context: &mut Context,
        population: &Population,
        end: &End,
        cells: &BTreeSet<u32>,
    ) -> Option<()> {
        let (Some(Quantity::Point { point, .. }), Body::Cells(body)) = (&end.read, &population.body) else {
            return Some(());
        };
        let Some(having) = &body.points[*point].cells else { return Some(()) };
        let Some(without) = cells.iter().find(|cell| having.binary_search(cell).is_err()) else {
            return Some(());
        };
        let message =
            format!("cell {without} of `{}` has no `{}`", population.name, body.points[*point].name);
        context.error("network/junction", self.place.at("variable").span(), message);
        None
    }

    /// The mechanism's variables, pair by pair.
    fn values(
        &self,
        context: &mut Context,
        work: &Pairs,
        module: &Module,
        receiver: u32,
        pairs: &[Pair],
    ) -> Option<Vec<(u32, Vec<f64>)>> {
        let inner = self.place.at("values");
        let direct = self.entry.others.iter().map(|(key, scalar)| (key, scalar, self.place.at(key)));
        let nested = self.entry.values.iter().map(|(key, scalar)| (key, scalar, inner.at(key)));
        let list: PairList = pairs.iter().copied().collect();
        let mut out: Vec<(u32, Vec<f64>)> = Vec::new();
        let mut complete = Some(());
        for (key, scalar, here) in direct.chain(nested) {
            let columns = settable(context, module, key, here.key(), &KEYS);
            if columns.as_ref().is_some_and(|c| c.contains(&receiver)) {
                context.error(
                    "network/junction",
                    here.key(),
                    format!("`{key}` is what the other cell gives"),
                );
                complete = None;
                continue;
            }
            let values = work.values(context, &list, key, &here, Some(scalar), 0.0, ANY);
            let values = values.map(|values| (0..pairs.len()).map(|pair| values[pair]).collect::<Vec<_>>());
            let (Some(columns), Some(values)) = (columns, values) else {
                complete = None;
                continue;
            };
            if let (Some(variable), Some(value)) = (module.variable(key), values.first()) {
                limits(context, variable, *value, here.span());
            }
            for column in columns {
                out.retain(|(c, _)| *c != column);
                out.push((column, values.clone()));
            }
        }
        complete.map(|()| out)
    }
}

impl Side {
    /// The most ends that one cell has.
    fn most(&self) -> usize {
        self.ends.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Adds the point processes to the population, and what they read to `couplings`.
    fn place(self, populations: &mut [Population], couplings: &mut Vec<Coupling>) {
        let Body::Cells(CellBody { points, .. }) = &mut populations[self.population].body else { return };
        for k in 0..self.most() {
            let having =
                || self.ends.iter().enumerate().filter_map(|(cell, ends)| Some((cell as u32, *ends.get(k)?)));
            let settings = self.values.iter().map(|(column, values)| Setting {
                column: *column,
                values: uniform_or(having().map(|(_, (_, pair))| values[pair]).collect(), Values::PerCell),
            });
            couplings.push(Coupling {
                population: self.population,
                owner: Owner::Point(points.len()),
                nodes: vec![self.node],
                column: self.column,
                source: self.source,
                quantity: self.read.clone(),
                node: self.source_node,
                pairs: having().map(|(cell, (other, _))| (cell, other)).collect(),
            });
            points.push(PointSet {
                name: format!("{}[{}]", self.name, self.first + k),
                mechanism: self.mechanism,
                node: self.node,
                cells: Some(having().map(|(cell, _)| cell).collect()),
                settings: settings.collect(),
                streams: Vec::new(),
            });
        }
    }
}
