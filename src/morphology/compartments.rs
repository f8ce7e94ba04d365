//! A tree of sections as the nodes and couplings of the discretised cable equation.
//!
//! In: a checked [`Tree`], and the ends of sections that must stay nodes. Out: [`Compartments`]. Always true:
//! node 0 is the root, every parent comes before its children, the nodes below a node follow it without a gap
//! (depth first), and the equations are NEURON's for the same sections.
//!
//! NEURON has a node at the far end of each section and at the root's x = 0, with no membrane. Where such a node
//! has one neighbour its voltage is that neighbour's; where it has two, it only joins two resistances in
//! series. Both are left out here, unless the caller keeps them: the voltages of all other nodes are the same
//! without them, and a cell of one segment becomes one equation. With three or more neighbours it stays.

use std::collections::VecDeque;

use super::geometry::SegmentGeometry;
use super::tree::{End, Location, Tree};

/// Index of a node in its cell.
pub type NodeId = u32;

/// In place of a parent for the root.
pub const NO_PARENT: u32 = u32::MAX;

/// The area (um2) by which currents and conductances at a node without membrane are scaled, as in NEURON: a current
/// of 1 nA there is 1 mA/cm2 in the equation.
pub const ZERO_AREA_SCALE: f64 = 100.0;

/// From uS / um2 to S/cm2: 1e-6 / 1e-8.
const SIEMENS_PER_CM2: f64 = 100.0;

/// What a location is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// A density: always a segment; x = 0 and x = 1 mean the first and last one.
    Density,
    /// A point: x = 0 and x = 1 mean the ends themselves.
    Point,
}

/// Why there is no node for a location.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LocateError {
    /// There is no section with this index.
    UnknownSection(usize),
    /// The position is not from 0 to 1.
    OutsideSection(f64),
    /// The end was left out; it has to be among the ends to keep when discretising.
    EndNotKept(Location),
}

/// The nodes of one cell, structure of arrays.
///
/// With v in mV and i in mA/cm2 the axial current into node n is
/// `a[n] (v[parent] - v[n])` plus, for each child c, `b[c] (v[c] - v[n])`.
#[derive(Clone, Debug, PartialEq)]
pub struct Compartments {
    /// Parent node; [`NO_PARENT`] for node 0.
    pub parent: Vec<u32>,
    /// Coupling in this node's equation to its parent (S/cm2 of this node's area, positive; 0 for node 0).
    /// NEURON's `NODEB` is its negative.
    pub a: Vec<f64>,
    /// Coupling in the parent's equation to this node (S/cm2 of the parent's area, positive; 0 for node 0).
    /// NEURON's `NODEA` is its negative.
    pub b: Vec<f64>,
    /// Membrane area (um2); [`ZERO_AREA_SCALE`] for nodes without membrane.
    pub area: Vec<f64>,
    /// Whether the node has a membrane, so is a segment.
    pub is_segment: Vec<bool>,
    /// Diameter of the segment averaged over its length (um); for an end, that of the segment it ends.
    pub diam: Vec<f64>,
    /// Index of the section that the node belongs to.
    pub section: Vec<u32>,
    /// Where the node stands in the order in which NEURON visits the nodes of a cell: section by section, those nearer to
    /// the root first, siblings by where they join their parent and then the youngest first.
    pub turn: Vec<u32>,
    /// Position in that section: the segment's centre, or 0 or 1.
    pub x: Vec<f64>,
    /// Distance along the cable from the root's x = 0 (um), counted as NEURON's `distance()`: a section on the
    /// inside of its parent starts at the centre of the segment it hangs on.
    pub distance: Vec<f64>,
    /// Length of the segment (um); 0 for an end.
    pub length: Vec<f64>,
    /// The section that each section hangs on.
    pub(super) parent_section: Vec<Option<u32>>,
    /// Node of each segment, section by section, from x = 0 on.
    segment_node: Vec<NodeId>,
    /// Where each section's segments begin in `segment_node`; one more entry closes the last.
    first_segment: Vec<usize>,
    /// Nodes of the ends x = 0 and x = 1 of each section, where they are nodes.
    end_node: Vec<[Option<NodeId>; 2]>,
}

impl Compartments {
    /// Cuts the tree into nodes. The ends named in `keep` (x = 0 or x = 1; other positions need no keeping) stay
    /// nodes, for point processes, clamps and recordings there.
    pub fn discretise(tree: &Tree, keep: &[Location]) -> Compartments {
        Graph::new(tree).prune(tree, keep).number(tree)
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    /// Never true: a tree has at least one section.
    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// The nodes of a section's segments from x = 0 on; empty when there is no such section.
    pub fn segments(&self, section: usize) -> &[NodeId] {
        let begin = self.first_segment.get(section);
        let end = self.first_segment.get(section + 1);
        match (begin, end) {
            (Some(&begin), Some(&end)) => &self.segment_node[begin..end],
            _ => &[],
        }
    }

    /// The node at a position. The end x = 0 of a section whose parent it meets inside a segment is that segment.
    ///
    /// # Errors
    /// No such section or position, or a point at an end that is not a node.
    pub fn locate(&self, section: usize, x: f64, placement: Placement) -> Result<NodeId, LocateError> {
        let segments = self.segments(section);
        if segments.is_empty() {
            return Err(LocateError::UnknownSection(section));
        }
        if !(0.0..=1.0).contains(&x) {
            return Err(LocateError::OutsideSection(x));
        }
        let end = if x == 0.0 { Some(End::Zero) } else { (x == 1.0).then_some(End::One) };
        match (placement, end) {
            (Placement::Point, Some(end)) => {
                self.end_node[section][end as usize].ok_or(LocateError::EndNotKept(Location { section, x }))
            }
            _ => {
                let segment = ((x * segments.len() as f64) as usize).min(segments.len() - 1);
                Ok(segments[segment])
            }
        }
    }
}

/// A vertex before numbering: all of NEURON's nodes, section by section.
struct Vertex {
    section: u32,
    x: f64,
    /// Area (um2), or none for an end.
    area: Option<f64>,
    diam: f64,
    distance: f64,
    /// Vertex towards the root.
    parent: Option<usize>,
    /// Axial resistance to it (megohm).
    resistance: f64,
    /// Set when the vertex is left out.
    removed: bool,
}

/// All of NEURON's nodes. A section's vertices lie together, from its near end to its far end; the root section
/// has one more in front, its x = 0.
struct Graph {
    vertices: Vec<Vertex>,
    /// The vertex at the near end of each section: its parent's vertex, or the root's x = 0.
    near: Vec<usize>,
    /// The vertex of the segment next to the near end; the others follow it, then the far end.
    first: Vec<usize>,
}

impl Graph {
    fn new(tree: &Tree) -> Graph {
        let count = tree.sections().len();
        let mut graph = Graph { vertices: Vec::new(), near: vec![0; count], first: vec![0; count] };
        for section in parents_first(tree) {
            graph.add_section(tree, section);
        }
        graph
    }

    fn add_section(&mut self, tree: &Tree, index: usize) {
        let section = &tree.sections()[index];
        let nseg = section.nseg();
        let geometry: Vec<SegmentGeometry> = section.geometry().segments(nseg, section.ra());
        let (near_x, far_x) = match section.near_end() {
            End::Zero => (0.0, 1.0),
            End::One => (1.0, 0.0),
        };
        let vertex = |x, area, diam, distance, parent, resistance| Vertex {
            section: index as u32,
            x,
            area,
            diam,
            distance,
            parent,
            resistance,
            removed: false,
        };
        let near = match section.parent() {
            Some(parent) => self.attachment(tree, parent, section.parent_x()),
            None => {
                self.vertices.push(vertex(near_x, None, geometry[0].diam, 0.0, None, 0.0));
                self.vertices.len() - 1
            }
        };
        self.near[index] = near;
        self.first[index] = self.vertices.len();
        let start = self.vertices[near].distance;
        let mut parent = near;
        let mut resistance = 0.0;
        for (i, segment) in geometry.iter().enumerate() {
            let along = section.segment_x(i);
            let x = if near_x == 0.0 { along } else { section.segment_x(nseg - 1 - i) };
            let distance = start + along * section.length();
            let to_parent = resistance + segment.near_resistance;
            self.vertices.push(vertex(
                x,
                Some(segment.area),
                segment.diam,
                distance,
                Some(parent),
                to_parent,
            ));
            parent = self.vertices.len() - 1;
            resistance = segment.far_resistance;
        }
        let diam = geometry[nseg - 1].diam;
        let distance = start + section.length();
        self.vertices.push(vertex(far_x, None, diam, distance, Some(parent), resistance));
    }

    /// The vertex at x of a section that is already in the graph.
    fn attachment(&self, tree: &Tree, section: usize, x: f64) -> usize {
        let at = &tree.sections()[section];
        let nseg = at.nseg();
        let from_near = match at.near_end() {
            End::Zero => x,
            End::One => 1.0 - x,
        };
        if from_near == 0.0 {
            self.near[section]
        } else if from_near == 1.0 {
            self.first[section] + nseg
        } else {
            let segment = at.segment_at(x);
            match at.near_end() {
                End::Zero => self.first[section] + segment,
                End::One => self.first[section] + nseg - 1 - segment,
            }
        }
    }

    /// Leaves out the ends that change nothing. Neighbours of an end are always segments, so one pass is enough.
    fn prune(mut self, tree: &Tree, keep: &[Location]) -> Graph {
        let mut kept = vec![false; self.vertices.len()];
        for location in keep {
            if location.section < tree.sections().len() && (location.x == 0.0 || location.x == 1.0) {
                kept[self.attachment(tree, location.section, location.x)] = true;
            }
        }
        let mut children: Vec<u32> = vec![0; self.vertices.len()];
        let mut last_child = vec![0; self.vertices.len()];
        for (i, vertex) in self.vertices.iter().enumerate() {
            if let Some(parent) = vertex.parent {
                children[parent] += 1;
                last_child[parent] = i;
            }
        }
        for i in 0..self.vertices.len() {
            if self.vertices[i].area.is_some() || kept[i] {
                continue;
            }
            let child = last_child[i];
            match (self.vertices[i].parent, children[i]) {
                (Some(_), 0) => self.vertices[i].removed = true,
                (Some(parent), 1) => {
                    self.vertices[i].removed = true;
                    self.vertices[child].parent = Some(parent);
                    self.vertices[child].resistance += self.vertices[i].resistance;
                }
                (None, 1) => {
                    self.vertices[i].removed = true;
                    self.vertices[child].parent = None;
                    self.vertices[child].resistance = 0.0;
                }
                (None, 2) => self.join_at_root(i),
                _ => {}
            }
        }
        self
    }

    /// Leaves out a root between two segments: the root section's first segment becomes the root.
    fn join_at_root(&mut self, root: usize) {
        let new_root = root + 1;
        let other = (new_root + 1..self.vertices.len()).find(|&i| self.vertices[i].parent == Some(root));
        if let Some(other) = other {
            self.vertices[root].removed = true;
            self.vertices[other].parent = Some(new_root);
            self.vertices[other].resistance += self.vertices[new_root].resistance;
            self.vertices[new_root].parent = None;
            self.vertices[new_root].resistance = 0.0;
        }
    }

    /// Numbers the remaining vertices depth first, a section's own segments before what hangs on them.
    fn number(self, tree: &Tree) -> Compartments {
        let children = self.children();
        let roots = self.vertices.iter().position(|v| v.parent.is_none() && !v.removed);
        let mut order = Vec::with_capacity(self.vertices.len());
        let mut stack: Vec<usize> = roots.into_iter().collect();
        while let Some(vertex) = stack.pop() {
            order.push(vertex);
            stack.extend(children.of(vertex).iter().rev());
        }
        let mut node_of: Vec<Option<NodeId>> = vec![None; self.vertices.len()];
        for (node, &vertex) in order.iter().enumerate() {
            node_of[vertex] = Some(node as NodeId);
        }

        let turns = self.turns(tree);
        let mut out = Compartments::with_capacity(order.len());
        for &index in &order {
            let vertex = &self.vertices[index];
            let area = vertex.area.unwrap_or(ZERO_AREA_SCALE);
            let parent = vertex.parent.and_then(|parent| node_of[parent]);
            let (a, b) = match parent {
                Some(parent) => {
                    let siemens = SIEMENS_PER_CM2 / vertex.resistance;
                    (siemens / area, siemens / out.area[parent as usize])
                }
                None => (0.0, 0.0),
            };
            out.parent.push(parent.unwrap_or(NO_PARENT));
            out.a.push(a);
            out.b.push(b);
            out.area.push(area);
            out.is_segment.push(vertex.area.is_some());
            out.diam.push(vertex.diam);
            out.section.push(vertex.section);
            out.turn.push(turns[index]);
            out.x.push(vertex.x);
            out.distance.push(vertex.distance);
            let section = &tree.sections()[vertex.section as usize];
            let length = section.length() / section.nseg() as f64;
            out.length.push(if vertex.area.is_some() { length } else { 0.0 });
        }
        for (index, section) in tree.sections().iter().enumerate() {
            out.parent_section.push(section.parent().map(|parent| parent as u32));
            out.first_segment.push(out.segment_node.len());
            let first = self.first[index];
            let far = first + section.nseg();
            out.segment_node.extend(node_of[first..far].iter().flatten());
            let near_and_far = [node_of[self.near[index]], node_of[far]];
            out.end_node.push(match section.near_end() {
                End::Zero => near_and_far,
                End::One => [near_and_far[1], near_and_far[0]],
            });
            if section.near_end() == End::One {
                out.segment_node[out.first_segment[index]..].reverse();
            }
        }
        out.first_segment.push(out.segment_node.len());
        out
    }

    /// When NEURON visits each vertex ([`Compartments::turn`]).
    fn turns(&self, tree: &Tree) -> Vec<u32> {
        let sections = tree.sections();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); sections.len()];
        for (index, section) in sections.iter().enumerate().rev() {
            if let Some(parent) = section.parent() {
                children[parent].push(index);
            }
        }
        let mut turns = vec![0; self.vertices.len()];
        let mut next = 1;
        let mut waiting = VecDeque::from([tree.root()]);
        while let Some(index) = waiting.pop_front() {
            let first = self.first[index];
            for turn in &mut turns[first..=first + sections[index].nseg()] {
                *turn = next;
                next += 1;
            }
            let from_near = |child: &usize| match sections[index].near_end() {
                End::Zero => sections[*child].parent_x(),
                End::One => 1.0 - sections[*child].parent_x(),
            };
            children[index].sort_by(|a, b| from_near(a).total_cmp(&from_near(b)));
            waiting.extend(&children[index]);
        }
        turns
    }

    /// The children of every vertex that stays, by rising index. A section's next segment has the lowest index,
    /// as later sections lie behind it.
    fn children(&self) -> Children {
        let mut start = vec![0; self.vertices.len() + 1];
        let edges = || {
            let staying = self.vertices.iter().enumerate().filter(|(_, v)| !v.removed);
            staying.filter_map(|(i, v)| v.parent.map(|parent| (parent, i)))
        };
        for (parent, _) in edges() {
            start[parent + 1] += 1;
        }
        for i in 0..self.vertices.len() {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut list = vec![0; start[self.vertices.len()]];
        for (parent, child) in edges() {
            list[next[parent]] = child;
            next[parent] += 1;
        }
        Children { start, list }
    }
}

/// The children of all vertices in one list.
struct Children {
    start: Vec<usize>,
    list: Vec<usize>,
}

impl Children {
    fn of(&self, vertex: usize) -> &[usize] {
        &self.list[self.start[vertex]..self.start[vertex + 1]]
    }
}

/// The sections in an order in which parents come first, otherwise as in the tree.
fn parents_first(tree: &Tree) -> Vec<usize> {
    let sections = tree.sections();
    let mut order = Vec::with_capacity(sections.len());
    let mut done = vec![false; sections.len()];
    let mut waiting = Vec::new();
    for index in 0..sections.len() {
        let mut at = Some(index);
        while let Some(section) = at.filter(|&i| !done[i]) {
            waiting.push(section);
            at = sections[section].parent();
        }
        while let Some(section) = waiting.pop() {
            done[section] = true;
            order.push(section);
        }
    }
    order
}

impl Compartments {
    fn with_capacity(nodes: usize) -> Compartments {
        Compartments {
            parent: Vec::with_capacity(nodes),
            a: Vec::with_capacity(nodes),
            b: Vec::with_capacity(nodes),
            area: Vec::with_capacity(nodes),
            is_segment: Vec::with_capacity(nodes),
            diam: Vec::with_capacity(nodes),
            section: Vec::with_capacity(nodes),
            turn: Vec::with_capacity(nodes),
            x: Vec::with_capacity(nodes),
            distance: Vec::with_capacity(nodes),
            length: Vec::with_capacity(nodes),
            parent_section: Vec::new(),
            segment_node: Vec::new(),
            first_segment: Vec::new(),
            end_node: Vec::new(),
        }
    }
}
