//! `[cell.*.section]`, `[cell.*.region]`, `swc` and `sections`: the shape of a type of cell.
//!
//! In: sections as described. Out: a [`Shape`] with the number of segments settled, and the membrane capacitance of each
//! place. A value of a section comes from the section itself, else from the last region that holds it and gives
//! it, else from the cell, else it is NEURON's default.

use super::context::{ANY, Context, NOT_NEGATIVE, POSITIVE};
use super::description::{self, OneOrMore, Scalar};
use super::document::Place;
use super::expression::{Expression, Scope};
use super::morphology_file;
use super::place::{Shape, array_index};
use crate::diagnostic::{Diagnostic, Span};
use crate::morphology::{
    Compartments, Connection, End, Geometry, Location, NsegRule, Point3, SectionSpec, Tree, TreeError,
    TreeProblem, table,
};

/// NEURON's default axial resistivity, ohm cm.
pub(crate) const DEFAULT_RA: f64 = 35.4;
/// NEURON's default membrane capacitance, uF/cm2.
const DEFAULT_CM: f64 = 1.0;
/// The frequency at which the d_lambda rule is usually applied, Hz.
const DEFAULT_FREQUENCY: f64 = 100.0;
/// More elements of a section array than a cell can have: surely a slip.
const MOST_SECTIONS: u64 = 10_000_000;

/// The variables of values that depend on where they are.
pub(crate) const PLACE_VARIABLES: [&str; 4] = ["x", "distance", "diam", "index"];

/// A section and what the description says of it.
struct Source<'a> {
    /// `None`: read from a file that gives shapes only.
    section: Option<&'a description::Section>,
    place: Place<'a>,
    index: u32,
    /// Where the name and the parent's name stand, if not in the description.
    spans: Option<(Span, Span)>,
}

/// A shape and its capacitance.
pub(crate) struct Built {
    /// Sections, with their numbers of segments.
    pub shape: Shape,
    /// Capacitance of each section, uF/cm2.
    capacitance: Vec<Expression>,
}

/// Builds the shape of one type of cell.
pub(crate) fn build(
    context: &mut Context,
    name: &str,
    cell: &description::Cell,
    place: &Place,
) -> Option<Built> {
    let mut specs = Vec::new();
    let mut sources = Vec::new();
    let mut whole = true;
    let document = context.document;
    let place_here = document.place().at("cell").at(name);
    for (section_name, section) in cell.section.iter() {
        let here = place_here.at("section").at(section_name);
        whole &= add_section(context, cell, section_name, section, here, &mut specs, &mut sources).is_some();
    }
    if let Some(file) = &cell.swc {
        let here = place_here.at("swc");
        for spec in morphology_file::swc(context, file, &here)? {
            specs.push(spec);
            sources.push(Source { section: None, place: here.clone(), index: 0, spans: None });
        }
    }
    let here = place_here.at("sections");
    let rows = match &cell.sections {
        Some(file) => morphology_file::sections(context, file, &here)?,
        None => Vec::new(),
    };
    let own: Vec<description::Section> = rows.iter().map(own_values).collect();
    for (row, own) in rows.iter().zip(&own) {
        let index = array_index(&row.section.name) as u32;
        specs.push(row.section.clone());
        sources.push(Source {
            section: Some(own),
            place: here.clone(),
            index,
            spans: Some((row.span, row.parent_span)),
        });
    }
    // Sections that are missing would be missed again as parents.
    if !whole {
        return None;
    }
    if specs.is_empty() {
        let message = format!("the cell `{name}` has no section");
        let error = Diagnostic::error("network/cell", message).at(place.key(), "");
        context.problems.push(error.help(format!(
            "add `[cell.{name}.section.soma]` with `L` and `diam` (um), or `swc`, or `sections`"
        )));
        return None;
    }
    let tree = match Tree::new(specs.clone()) {
        Ok(tree) => tree,
        Err(errors) => {
            report_all(context, &errors, &sources, place);
            return None;
        }
    };
    let mut shape = Shape { name: name.to_string(), tree, regions: Vec::new() };
    regions(context, cell, &place_here, &mut shape);
    let mut settled = Settled { context, cell, place: &place_here, sources: &sources, shape };
    let capacitance = settled.capacitance()?;
    settled.resistivity(specs)?;
    settled.segments(&capacitance)?;
    Some(Built { shape: settled.shape, capacitance })
}

/// What a row of a table of sections says beyond the shape, as an entry of the description would say it.
fn own_values(row: &table::Row) -> description::Section {
    description::Section {
        nseg: row.nseg.map(|n| Scalar::Number(n as f64)),
        ra: row.ra.map(Scalar::Number),
        cm: row.cm.map(Scalar::Number),
        ..Default::default()
    }
}

/// The sections that one entry describes: one, or an array.
fn add_section<'a>(
    context: &mut Context,
    cell: &description::Cell,
    name: &str,
    section: &'a description::Section,
    place: Place<'a>,
    specs: &mut Vec<SectionSpec>,
    sources: &mut Vec<Source<'a>>,
) -> Option<()> {
    let count = match &section.count {
        None => None,
        Some(count) => match context.whole(Some(count), &place.at("count"), 0, 0, MOST_SECTIONS) {
            Some(count) => Some(count as u32),
            None => return None,
        },
    };
    for index in 0..count.unwrap_or(1) {
        let full = if count.is_some() { format!("{name}[{index}]") } else { name.to_string() };
        // One complaint for an array is enough.
        specs.push(spec(context, cell, full, section, &place, index)?);
        sources.push(Source { section: Some(section), place: place.clone(), index, spans: None });
    }
    Some(())
}

fn spec(
    context: &mut Context,
    cell: &description::Cell,
    name: String,
    section: &description::Section,
    place: &Place,
    index: u32,
) -> Option<SectionSpec> {
    let geometry = geometry(context, section, place, index);
    let connection = match &section.parent {
        None => {
            for key in ["at", "end"] {
                let here = place.at(key);
                if here.exists() {
                    let message = format!("`{key}` says where on the parent, and `{name}` has no `parent`");
                    context.error("network/unused", here.key(), message);
                }
            }
            Some(None)
        }
        Some(parent) => connection(context, cell, parent, section, place, index).map(Some),
    };
    Some(SectionSpec {
        name,
        connection: connection?,
        nseg: 1,
        ra: DEFAULT_RA,
        geometry: geometry?,
        sets: Vec::new(),
    })
}

/// A number that may use `index`.
fn indexed(context: &mut Context, scalar: &Scalar, place: &Place, index: u32) -> Option<f64> {
    let expression = context.expression(scalar, place, &Scope::of(&["index"]))?;
    context.evaluate(&expression, &[f64::from(index)], ANY, &format!("`{}`", place.path()))
}

fn geometry(
    context: &mut Context,
    section: &description::Section,
    place: &Place,
    index: u32,
) -> Option<Geometry> {
    match (&section.points, &section.length, &section.diam) {
        (Some(points), None, None) => {
            let points = points.iter().map(|[x, y, z, diam]| Point3::new(*x, *y, *z, *diam)).collect();
            Some(Geometry::Points(points))
        }
        (None, Some(length), Some(diam)) => {
            let length = indexed(context, length, &place.at("L"), index);
            let diam = indexed(context, diam, &place.at("diam"), index);
            Some(Geometry::Cylinder { length: length?, diam: diam? })
        }
        _ => {
            let message = format!("`{}` needs `L` and `diam` (um), or `points`", place.path());
            context.error("network/section", place.key(), message);
            None
        }
    }
}

fn connection(
    context: &mut Context,
    cell: &description::Cell,
    parent: &str,
    section: &description::Section,
    place: &Place,
    index: u32,
) -> Option<Connection> {
    let x = section.at.as_ref().map_or(Some(1.0), |at| indexed(context, at, &place.at("at"), index));
    let here = place.at("end");
    let end = match section.end.as_ref().map_or(Some(0.0), |end| indexed(context, end, &here, index)) {
        Some(0.0) => Some(End::Zero),
        Some(1.0) => Some(End::One),
        Some(other) => {
            context.error(
                "network/section",
                here.span(),
                format!("a section has the ends 0 and 1, not {other}"),
            );
            None
        }
        None => None,
    };
    let parent = parent_name(context, cell, parent, &place.at("parent"), index);
    Some(Connection { parent: parent?, x: x?, end: end? })
}

/// `soma`, `dend[3]`, or `dend[index - 1]`.
fn parent_name(
    context: &mut Context,
    cell: &description::Cell,
    text: &str,
    place: &Place,
    index: u32,
) -> Option<String> {
    let Some((array, inside)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) else {
        let is_array = cell.section.get(text).is_some_and(|s| s.count.is_some());
        if is_array {
            let message = format!("`{text}` is an array, so a parent is one of its elements");
            let error = Diagnostic::error("network/section", message).at(place.span(), "");
            context.problems.push(error.help(format!("write `{text}[0]`, or `{text}[index]`")));
            return None;
        }
        return Some(text.to_string());
    };
    if inside.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.to_string());
    }
    let span = place.span();
    let number = indexed(context, &Scalar::Text(inside.to_string()), place, index)?;
    if number >= 0.0 && number.fract() == 0.0 {
        return Some(format!("{array}[{number}]"));
    }
    let message = format!("the parent of element {index} would be `{array}[{number}]`, which cannot be");
    context.error("network/section", span, message);
    None
}

/// Complaints of the tree, each at the value that is wrong; one of its kind for an array.
fn report_all(context: &mut Context, errors: &[TreeError], sources: &[Source], cell: &Place) {
    let mut seen: Vec<(&str, Span)> = Vec::new();
    for error in errors {
        let span = place_of(error, sources, cell);
        if !seen.contains(&(error.code(), span)) {
            seen.push((error.code(), span));
            context.problems.push(Diagnostic::error(error.code(), error.to_string()).at(span, ""));
        }
    }
}

fn place_of(error: &TreeError, sources: &[Source], cell: &Place) -> Span {
    let section = (!error.section.is_empty()).then(|| sources.get(error.index)).flatten();
    if let Some((name, parent)) = section.and_then(|s| s.spans) {
        let of_parent = matches!(error.problem, TreeProblem::UnknownParent(_) | TreeProblem::Cycle(_));
        return if of_parent { parent } else { name };
    }
    let place = section.map_or(cell, |s| &s.place);
    match &error.problem {
        TreeProblem::Length(_) if place.at("L").exists() => place.at("L").span(),
        TreeProblem::Length(_) => place.at("points").span(),
        TreeProblem::Diameter(_, None) => place.at("diam").span(),
        TreeProblem::Diameter(_, Some(point)) => place.at("points").item(*point).span(),
        TreeProblem::Coordinate(point) => place.at("points").item(*point).span(),
        TreeProblem::TooFewPoints(_) => place.at("points").span(),
        TreeProblem::ConnectionOutside(_) => place.at("at").span(),
        TreeProblem::UnknownParent(_) | TreeProblem::Cycle(_) => place.at("parent").span(),
        _ => place.key(),
    }
}

fn regions(context: &mut Context, cell: &description::Cell, place: &Place, shape: &mut Shape) {
    for (name, region) in cell.region.iter() {
        let here = place.at("region").at(name);
        if shape.tree.set(name).is_some() {
            let message = format!("`{name}` is both a region and a section of the cell `{}`", shape.name);
            context.error("network/name", here.key(), message);
        }
        let sections = shape.sections(context, &region.on, &here.at("on"));
        shape.regions.push((name.to_string(), sections));
    }
}

/// Settles what each section inherits.
struct Settled<'s, 'c, 'a> {
    context: &'s mut Context<'c>,
    cell: &'s description::Cell,
    place: &'s Place<'a>,
    sources: &'s [Source<'a>],
    shape: Shape,
}

/// Where a value was found.
struct Found<'f, 'a> {
    scalar: &'f Scalar,
    place: Place<'a>,
}

impl<'a> Settled<'_, '_, 'a> {
    /// The value that holds for a section: its own, else the last region's, else the cell's.
    fn find<'f>(
        &'f self,
        section: usize,
        key: &str,
        own: impl Fn(&description::Section) -> Option<&Scalar>,
        region: impl Fn(&description::Region) -> Option<&Scalar>,
        cell: Option<&'f Scalar>,
    ) -> Option<Found<'f, 'a>> {
        let source = &self.sources[section];
        if let Some(scalar) = source.section.and_then(&own) {
            return Some(Found { scalar, place: source.place.at(key) });
        }
        for (name, entry) in self.cell.region.0.iter().rev() {
            let holds = self.shape.regions.iter().any(|(n, list)| n == name && list.contains(&section));
            if let (true, Some(scalar)) = (holds, region(entry)) {
                return Some(Found { scalar, place: self.place.at("region").at(name).at(key) });
            }
        }
        cell.map(|scalar| Found { scalar, place: self.place.at(key) })
    }

    fn capacitance(&mut self) -> Option<Vec<Expression>> {
        let mut out = Vec::new();
        let mut last: Option<(Span, Expression)> = None;
        for section in 0..self.shape.tree.sections().len() {
            let found = self.find(section, "cm", |s| s.cm.as_ref(), |r| r.cm.as_ref(), self.cell.cm.as_ref());
            let Some((scalar, place)) = found.map(|f| (f.scalar.clone(), f.place)) else {
                out.push(Expression::number(DEFAULT_CM, self.place.span()));
                continue;
            };
            // Sections that share an entry share its expression.
            let expression = match &last {
                Some((span, expression)) if *span == place.span() => expression.clone(),
                _ => self.context.expression(&scalar, &place, &Scope::of(&PLACE_VARIABLES))?,
            };
            last = Some((place.span(), expression.clone()));
            out.push(expression);
        }
        Some(out)
    }

    fn resistivity(&mut self, mut specs: Vec<SectionSpec>) -> Option<()> {
        for section in 0..specs.len() {
            let found = self.find(section, "Ra", |s| s.ra.as_ref(), |r| r.ra.as_ref(), self.cell.ra.as_ref());
            let Some((scalar, place)) = found.map(|f| (f.scalar.clone(), f.place)) else { continue };
            let value = indexed(self.context, &scalar, &place, self.sources[section].index)?;
            specs[section].ra =
                self.context.within(value, POSITIVE, place.span(), &format!("`{}`", place.path()))?;
        }
        self.take(Tree::new(specs))
    }

    /// Takes a changed tree, or reports what is wrong with it.
    fn take(&mut self, tree: Result<Tree, Vec<TreeError>>) -> Option<()> {
        match tree {
            Ok(tree) => {
                self.shape.tree = tree;
                Some(())
            }
            Err(errors) => {
                report_all(self.context, &errors, self.sources, self.place);
                None
            }
        }
    }

    /// The rule for sections that do not say.
    fn rule(&mut self) -> Option<NsegRule> {
        let cell = self.cell;
        let given: Vec<&str> = [
            ("nseg", cell.nseg.is_some()),
            ("max_length", cell.max_length.is_some()),
            ("d_lambda", cell.d_lambda.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, given)| given.then_some(key))
        .collect();
        if let [first, second, ..] = given[..] {
            let here = self.place.at(second);
            let error =
                Diagnostic::error("network/nseg", format!("`{first}` and `{second}` exclude each other"));
            self.context.problems.push(error.at(here.key(), "").at(self.place.at(first).key(), "the other"));
            return None;
        }
        if cell.frequency.is_some() && cell.d_lambda.is_none() {
            let here = self.place.at("frequency");
            self.context.error("network/unused", here.key(), "`frequency` belongs to `d_lambda`");
        }
        if cell.max_length.is_some() {
            let here = self.place.at("max_length");
            let length = self.context.number(cell.max_length.as_ref(), &here, 0.0, POSITIVE)?;
            return Some(NsegRule::MaxLength(length));
        }
        if cell.d_lambda.is_some() {
            let fraction =
                self.context.number(cell.d_lambda.as_ref(), &self.place.at("d_lambda"), 0.1, POSITIVE)?;
            let here = self.place.at("frequency");
            let frequency =
                self.context.number(cell.frequency.as_ref(), &here, DEFAULT_FREQUENCY, POSITIVE)?;
            return Some(NsegRule::DLambda { fraction, frequency });
        }
        let most = crate::morphology::MAX_NSEG as u64;
        let nseg = self.context.whole(cell.nseg.as_ref(), &self.place.at("nseg"), 1, 1, most)?;
        Some(NsegRule::Fixed(nseg as usize))
    }

    fn segments(&mut self, capacitance: &[Expression]) -> Option<()> {
        let rule = self.rule()?;
        let coarse = Compartments::discretise(&self.shape.tree, &[]);
        let mut list = Vec::new();
        for section in 0..self.shape.tree.sections().len() {
            let found = self.find(section, "nseg", |s| s.nseg.as_ref(), |r| r.nseg.as_ref(), None);
            let nseg = match found.map(|f| (f.scalar.clone(), f.place)) {
                Some((scalar, place)) => {
                    let index = self.sources[section].index;
                    let value = indexed(self.context, &scalar, &place, index)?;
                    let most = crate::morphology::MAX_NSEG as f64;
                    if !(value >= 1.0 && value <= most && value.fract() == 0.0) {
                        let message = format!(
                            "`{}` must be a whole number from 1 to {most}, and this is {value}",
                            place.path()
                        );
                        self.context.error("morphology/nseg", place.span(), message);
                        return None;
                    }
                    value as usize
                }
                None => {
                    let node = coarse.segments(section).first().copied().unwrap_or(0) as usize;
                    let cm = cm_at(self.context, &self.shape.tree, &coarse, capacitance, node)?;
                    rule.nseg(&self.shape.tree.sections()[section], cm.max(f64::MIN_POSITIVE))
                }
            };
            list.push(nseg);
        }
        let mut tree = self.shape.tree.clone();
        let changed = tree.set_nseg(|section, _| list[section]);
        self.take(changed.map(|()| tree))
    }
}

/// The place variables of a node: x, distance, diam, index.
pub(crate) fn variables(tree: &Tree, compartments: &Compartments, node: usize) -> [f64; 4] {
    let section = compartments.section[node] as usize;
    let index = array_index(tree.sections()[section].name());
    [compartments.x[node], compartments.distance[node], compartments.diam[node], index]
}

fn cm_at(
    context: &mut Context,
    tree: &Tree,
    compartments: &Compartments,
    capacitance: &[Expression],
    node: usize,
) -> Option<f64> {
    let section = compartments.section[node] as usize;
    let what = format!("`cm` of section `{}`", tree.sections()[section].name());
    context.evaluate(&capacitance[section], &variables(tree, compartments, node), NOT_NEGATIVE, &what)
}

impl Built {
    /// Cuts the cell into nodes; `keep` are ends that must be nodes. Gives the capacitance of each node too (uF/cm2, 0 without membrane).
    pub fn discretise(&self, context: &mut Context, keep: &[Location]) -> Option<(Compartments, Vec<f64>)> {
        let tree = &self.shape.tree;
        let compartments = Compartments::discretise(tree, keep);
        let mut capacitance = Vec::with_capacity(compartments.len());
        for node in 0..compartments.len() {
            let membrane = compartments.is_segment[node];
            let cm =
                if membrane { cm_at(context, tree, &compartments, &self.capacitance, node)? } else { 0.0 };
            capacitance.push(cm);
        }
        Some((compartments, capacitance))
    }
}

/// All sections: what an absent `on` means.
pub(crate) fn everywhere() -> OneOrMore {
    OneOrMore::One("all".to_string())
}
