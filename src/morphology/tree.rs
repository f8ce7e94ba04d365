//! Sections and how they hang together, checked.
//!
//! In: [`SectionSpec`]s in any order, connected by name. Out: a [`Tree`], or every [`TreeError`] found.
//! Always true of a tree: at least one section, exactly one root, every other section reaches it, names
//! are unique, all lengths, diameters and resistivities are positive and finite, and 1 <= nseg <= [`MAX_NSEG`].
//! Errors carry section names only: whoever built the specs knows the places in its text.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::geometry::Geometry;

/// The most segments a section may have (NEURON's limit).
pub const MAX_NSEG: usize = 32767;

/// The most segments a tree may have, so that nodes can be counted with 32 bits.
const MAX_SEGMENTS: usize = 1 << 30;

/// One of the two ends of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum End {
    /// x = 0.
    #[default]
    Zero,
    /// x = 1.
    One,
}

/// Where a section is connected.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Name of the parent section.
    pub parent: String,
    /// Position on the parent, 0 to 1. Strictly inside, the child hangs on the centre of the segment
    /// that holds x, as in NEURON.
    pub x: f64,
    /// Which end of the child is connected.
    pub end: End,
}

/// A section as somebody describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct SectionSpec {
    /// Unique name, as in `soma` or `dend[3]`.
    pub name: String,
    /// `None` for the root.
    pub connection: Option<Connection>,
    /// Number of segments.
    pub nseg: usize,
    /// Axial resistivity (ohm cm).
    pub ra: f64,
    /// Length and diameter.
    pub geometry: Geometry,
    /// Names of sets that the section belongs to, besides those every tree has (see [`Tree::set`]).
    pub sets: Vec<String>,
}

/// A section of a checked tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    spec: SectionSpec,
    parent: Option<usize>,
    length: f64,
}

impl Section {
    /// The section's name.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Number of segments.
    pub fn nseg(&self) -> usize {
        self.spec.nseg
    }

    /// Axial resistivity (ohm cm).
    pub fn ra(&self) -> f64 {
        self.spec.ra
    }

    /// Length (um).
    pub fn length(&self) -> f64 {
        self.length
    }

    /// Length and diameter, or 3-d points.
    pub fn geometry(&self) -> &Geometry {
        &self.spec.geometry
    }

    /// Index of the parent section; `None` for the root.
    pub fn parent(&self) -> Option<usize> {
        self.parent
    }

    /// Position on the parent, 0 to 1; 0 for the root.
    pub fn parent_x(&self) -> f64 {
        self.spec.connection.as_ref().map_or(0.0, |c| c.x)
    }

    /// The end that is connected to the parent; x = 0 for the root.
    pub fn near_end(&self) -> End {
        self.spec.connection.as_ref().map_or(End::Zero, |c| c.end)
    }

    /// The segment that holds x: 0 to nseg - 1, counted from x = 0. A border belongs to the segment after it.
    pub fn segment_at(&self, x: f64) -> usize {
        ((x * self.nseg() as f64) as usize).min(self.nseg() - 1)
    }

    /// x of the centre of a segment.
    pub fn segment_x(&self, segment: usize) -> f64 {
        (segment as f64 + 0.5) / self.nseg() as f64
    }
}

/// A position on a tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// Index of the section.
    pub section: usize,
    /// Position, 0 to 1.
    pub x: f64,
}

/// What is wrong with a section.
#[derive(Clone, Debug, PartialEq)]
pub enum TreeProblem {
    /// There are no sections at all.
    Empty,
    /// Another section has the same name.
    DuplicateName,
    /// The section is connected to a section that does not exist.
    UnknownParent(String),
    /// The section is a root like another one, whose name is given.
    SecondRoot(String),
    /// Following the parents leads back here, through the sections given.
    Cycle(Vec<String>),
    /// Connected at an x that is not from 0 to 1.
    ConnectionOutside(f64),
    /// The length (um) is not a positive number.
    Length(f64),
    /// A diameter (um) is not a positive number; with 3-d points, the point's index.
    Diameter(f64, Option<usize>),
    /// A coordinate of the point with this index is not a finite number.
    Coordinate(usize),
    /// Fewer than two 3-d points.
    TooFewPoints(usize),
    /// The axial resistivity (ohm cm) is not a positive number.
    AxialResistivity(f64),
    /// The number of segments is 0 or above [`MAX_NSEG`].
    Nseg(usize),
    /// More segments in all than can be numbered.
    TooManySegments,
}

/// A problem and the section that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeError {
    /// Index of the section in the list that was given; 0 when it is the whole tree's problem.
    pub index: usize,
    /// Name of the section; empty when it is the whole tree's problem.
    pub section: String,
    /// What is wrong.
    pub problem: TreeProblem,
}

impl TreeError {
    /// A stable short name of the problem, for a diagnostic's code.
    pub fn code(&self) -> &'static str {
        match self.problem {
            TreeProblem::Empty => "morphology/empty",
            TreeProblem::DuplicateName => "morphology/duplicate-section",
            TreeProblem::UnknownParent(_) => "morphology/unknown-parent",
            TreeProblem::SecondRoot(_) => "morphology/several-roots",
            TreeProblem::Cycle(_) => "morphology/cycle",
            TreeProblem::ConnectionOutside(_) => "morphology/connection",
            TreeProblem::Length(_) => "morphology/length",
            TreeProblem::Diameter(..) => "morphology/diameter",
            TreeProblem::Coordinate(_) => "morphology/coordinate",
            TreeProblem::TooFewPoints(_) => "morphology/points",
            TreeProblem::AxialResistivity(_) => "morphology/axial-resistivity",
            TreeProblem::Nseg(_) | TreeProblem::TooManySegments => "morphology/nseg",
        }
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.section;
        match &self.problem {
            TreeProblem::Empty => write!(f, "the cell has no sections"),
            TreeProblem::DuplicateName => write!(f, "there are two sections named `{name}`"),
            TreeProblem::UnknownParent(parent) => {
                write!(f, "section `{name}` is connected to `{parent}`, which does not exist")
            }
            TreeProblem::SecondRoot(first) => {
                write!(f, "sections `{first}` and `{name}` both have no parent; a cell has one root")
            }
            TreeProblem::Cycle(names) if names.len() == 1 => {
                write!(f, "section `{name}` is connected to itself")
            }
            TreeProblem::Cycle(names) => {
                write!(f, "the sections `{}` are connected in a circle", names.join("`, `"))
            }
            TreeProblem::ConnectionOutside(x) => {
                write!(f, "section `{name}` is connected at x = {x} of its parent; x goes from 0 to 1")
            }
            TreeProblem::Length(length) => {
                write!(f, "section `{name}` has length {length} um; it must be a positive number")
            }
            TreeProblem::Diameter(diam, None) => {
                write!(f, "section `{name}` has diameter {diam} um; it must be a positive number")
            }
            TreeProblem::Diameter(diam, Some(point)) => {
                write!(
                    f,
                    "point {point} of section `{name}` has diameter {diam} um; it must be a positive number"
                )
            }
            TreeProblem::Coordinate(point) => {
                write!(f, "point {point} of section `{name}` has a coordinate that is not a finite number")
            }
            TreeProblem::TooFewPoints(count) => {
                write!(f, "section `{name}` needs two or more 3-d points, and has {count}")
            }
            TreeProblem::AxialResistivity(ra) => {
                write!(f, "section `{name}` has Ra = {ra} ohm cm; it must be a positive number")
            }
            TreeProblem::Nseg(nseg) => {
                write!(f, "section `{name}` has nseg = {nseg}; it goes from 1 to {MAX_NSEG}")
            }
            TreeProblem::TooManySegments => write!(f, "the cell has more than {MAX_SEGMENTS} segments"),
        }
    }
}

impl std::error::Error for TreeError {}

/// A whole, checked tree of sections.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    sections: Vec<Section>,
    root: usize,
    by_name: HashMap<String, usize>,
    sets: BTreeMap<String, Vec<usize>>,
}

impl Tree {
    /// Checks the sections and connects them. The sections keep their order and so their indices.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the sections, with the tree's own problems last.
    pub fn new(specs: Vec<SectionSpec>) -> Result<Tree, Vec<TreeError>> {
        let mut errors = Vec::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for (index, spec) in specs.iter().enumerate() {
            let mut report = |problem| errors.push(TreeError { index, section: spec.name.clone(), problem });
            if by_name.contains_key(&spec.name) {
                report(TreeProblem::DuplicateName);
            } else {
                by_name.insert(spec.name.clone(), index);
            }
            check_numbers(spec, report);
        }
        let mut parents = Vec::with_capacity(specs.len());
        for (index, spec) in specs.iter().enumerate() {
            let parent = spec.connection.as_ref().and_then(|c| by_name.get(&c.parent).copied());
            if let (Some(connection), None) = (&spec.connection, parent) {
                let problem = TreeProblem::UnknownParent(connection.parent.clone());
                errors.push(TreeError { index, section: spec.name.clone(), problem });
            }
            parents.push(parent);
        }
        let root = check_shape(&specs, &parents, &mut errors);
        let segments = specs.iter().fold(0usize, |sum, spec| sum.saturating_add(spec.nseg));
        if segments > MAX_SEGMENTS {
            errors.push(whole(TreeProblem::TooManySegments));
        }
        match root {
            Some(root) if errors.is_empty() => {
                let sets = collect_sets(&specs);
                let sections = specs
                    .into_iter()
                    .zip(parents)
                    .map(|(spec, parent)| Section { length: spec.geometry.length(), spec, parent })
                    .collect();
                Ok(Tree { sections, root, by_name, sets })
            }
            _ => Err(errors),
        }
    }

    /// All sections, in the order they were given.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Index of the root section.
    pub fn root(&self) -> usize {
        self.root
    }

    /// Index of the section with this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The sections of a set, by rising index. Every tree has the set `all`, one for every section's
    /// name, and one for the name before `[` of numbered sections (`dend` holds `dend[0]`, `dend[1]`, ...).
    pub fn set(&self, name: &str) -> Option<&[usize]> {
        self.sets.get(name).map(Vec::as_slice)
    }

    /// The names of all sets, sorted.
    pub fn set_names(&self) -> impl Iterator<Item = &str> {
        self.sets.keys().map(String::as_str)
    }

    /// Sets the number of segments of every section to what `rule` says for its index and itself.
    ///
    /// # Errors
    /// The sections whose number is not from 1 to [`MAX_NSEG`]; the tree is then unchanged.
    pub fn set_nseg(&mut self, mut rule: impl FnMut(usize, &Section) -> usize) -> Result<(), Vec<TreeError>> {
        let counts: Vec<usize> = self.sections.iter().enumerate().map(|(i, s)| rule(i, s)).collect();
        let mut errors = Vec::new();
        for (index, (section, &nseg)) in self.sections.iter().zip(&counts).enumerate() {
            if !(1..=MAX_NSEG).contains(&nseg) {
                let section = section.name().to_string();
                errors.push(TreeError { index, section, problem: TreeProblem::Nseg(nseg) });
            }
        }
        if errors.is_empty() && counts.iter().sum::<usize>() > MAX_SEGMENTS {
            errors.push(whole(TreeProblem::TooManySegments));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        for (section, nseg) in self.sections.iter_mut().zip(counts) {
            section.spec.nseg = nseg;
        }
        Ok(())
    }
}

/// A problem that no single section has.
fn whole(problem: TreeProblem) -> TreeError {
    TreeError { index: 0, section: String::new(), problem }
}

fn positive(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Checks what can be checked of one section alone.
fn check_numbers(spec: &SectionSpec, mut report: impl FnMut(TreeProblem)) {
    if let Some(connection) = &spec.connection
        && !(0.0..=1.0).contains(&connection.x)
    {
        report(TreeProblem::ConnectionOutside(connection.x));
    }
    if !(1..=MAX_NSEG).contains(&spec.nseg) {
        report(TreeProblem::Nseg(spec.nseg));
    }
    if !positive(spec.ra) {
        report(TreeProblem::AxialResistivity(spec.ra));
    }
    match &spec.geometry {
        Geometry::Cylinder { length, diam } => {
            if !positive(*length) {
                report(TreeProblem::Length(*length));
            }
            if !positive(*diam) {
                report(TreeProblem::Diameter(*diam, None));
            }
        }
        Geometry::Points(points) => {
            let mut usable = true;
            for (i, point) in points.iter().enumerate() {
                if !(point.x.is_finite() && point.y.is_finite() && point.z.is_finite()) {
                    report(TreeProblem::Coordinate(i));
                    usable = false;
                }
                if !positive(point.diam) {
                    report(TreeProblem::Diameter(point.diam, Some(i)));
                }
            }
            if points.len() < 2 {
                report(TreeProblem::TooFewPoints(points.len()));
            } else if usable && !positive(spec.geometry.length()) {
                report(TreeProblem::Length(spec.geometry.length()));
            }
        }
    }
}

/// Finds the root, and reports further roots and every circle once.
fn check_shape(
    specs: &[SectionSpec],
    parents: &[Option<usize>],
    errors: &mut Vec<TreeError>,
) -> Option<usize> {
    if specs.is_empty() {
        errors.push(whole(TreeProblem::Empty));
        return None;
    }
    let mut root: Option<usize> = None;
    for (index, spec) in specs.iter().enumerate().filter(|(_, s)| s.connection.is_none()) {
        match root {
            None => root = Some(index),
            Some(first) => {
                let problem = TreeProblem::SecondRoot(specs[first].name.clone());
                errors.push(TreeError { index, section: spec.name.clone(), problem });
            }
        }
    }
    // Walk from every section towards the root; a walk that meets itself has found a circle. Without a root
    // there is always such a circle, or a parent that does not exist.
    let mut walk_of = vec![usize::MAX; specs.len()];
    for start in 0..specs.len() {
        let mut at = Some(start);
        while let Some(index) = at.filter(|&i| walk_of[i] == usize::MAX) {
            walk_of[index] = start;
            at = parents[index];
        }
        if let Some(meeting) = at.filter(|&i| walk_of[i] == start) {
            let mut names = vec![specs[meeting].name.clone()];
            let mut next = parents[meeting];
            while let Some(index) = next.filter(|&i| i != meeting) {
                names.push(specs[index].name.clone());
                next = parents[index];
            }
            let section = specs[meeting].name.clone();
            errors.push(TreeError { index: meeting, section, problem: TreeProblem::Cycle(names) });
        }
    }
    root
}

/// All sets of a tree; see [`Tree::set`].
fn collect_sets(specs: &[SectionSpec]) -> BTreeMap<String, Vec<usize>> {
    let mut sets: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, spec) in specs.iter().enumerate() {
        let base = spec.name.split_once('[').map_or(spec.name.as_str(), |(base, _)| base);
        let given = spec.sets.iter().map(String::as_str);
        for name in ["all", spec.name.as_str(), base].into_iter().chain(given) {
            let members = sets.entry(name.to_string()).or_default();
            if members.last() != Some(&index) {
                members.push(index);
            }
        }
    }
    sets
}
