//! Which compartments exchange what diffuses along the cable.
//!
//! In: the nodes of a cell, and which of them hold something. Out: for each of them the one towards the root with which it exchanges, as
//! in NEURON: the next segment, also across the end of a section and across a branch point. What hangs on the x = 0 of
//! a section whose own parent does not hold it exchanges with that section's first segment.

use super::compartments::{Compartments, NO_PARENT, NodeId};

impl Compartments {
    /// The segment towards the root with which segment `node` exchanges, among those that hold what diffuses.
    pub fn inner_neighbour(&self, node: NodeId, holds: impl Fn(NodeId) -> bool) -> Option<NodeId> {
        let parent = |node: NodeId| Some(self.parent[node as usize]).filter(|p| *p != NO_PARENT);
        let mut inner = parent(node);
        if let Some(end) = inner.filter(|p| !self.is_segment[*p as usize]) {
            inner = parent(end);
        }
        if let Some(inner) = inner.filter(|p| holds(*p)) {
            return Some(inner);
        }
        let section = self.section[node as usize];
        if inner.is_some_and(|p| self.section[p as usize] == section) {
            return None;
        }
        let trunk = self.parent_section.get(section as usize).copied().flatten()?;
        let first = self.first_of(trunk)?;
        holds(first).then_some(first)
    }

    /// The segment of a section that is nearest to the root.
    fn first_of(&self, section: u32) -> Option<NodeId> {
        let segments = self.segments(section as usize);
        let ends = [segments.first(), segments.last()];
        // Of one section the segments are numbered away from the root.
        ends.into_iter().flatten().copied().min()
    }
}
