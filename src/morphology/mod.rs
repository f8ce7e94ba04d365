//! The shape of a cell: a tree of sections, cut into compartments.
//!
//! In: sections with names, connections, lengths and diameters or 3-d points ([`SectionSpec`]), written
//! in a network description or read from an SWC file or a table. Out: a checked [`Tree`], and from it
//! [`Compartments`], the nodes of the discretised cable in the order the solver wants, with areas and
//! coupling conductances. Always true: a `Tree` is whole (one root, no cycle, every number usable),
//! so that everything below can go without checks; the equations of `Compartments` are those of NEURON for
//! the same sections, and differ from its only by rounding.
//!
//! Words as in NEURON: a *section* is an unbranched cable with positions x from 0 to 1; it has `nseg`
//! *segments* of equal length with centres at x = (i + 1/2)/nseg; a *node* is a point whose voltage is
//! solved for: the centre of a segment, or an end of a section, which has no area.

mod compartments;
mod geometry;
mod neighbours;
mod nseg;
pub mod swc;
pub mod table;
mod tree;

pub use compartments::{Compartments, LocateError, NO_PARENT, NodeId, Placement, ZERO_AREA_SCALE};
pub use geometry::{Geometry, Point3, SegmentGeometry};
pub use nseg::NsegRule;
pub use tree::{Connection, End, Location, MAX_NSEG, Section, SectionSpec, Tree, TreeError, TreeProblem};
