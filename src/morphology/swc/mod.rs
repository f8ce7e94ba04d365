//! Morphologies in SWC files (Stockley et al. 1993; Cannon et al. 1998, doi:10.1016/S0165-0270(98)00091-0).
//!
//! In: the text of a file, one point a line: id, type, x, y, z, radius (um), id of the parent point or -1.
//! `#` begins a comment; points may come in any order. Out: sections for a [`Tree`](super::Tree), or everything
//! that is wrong, each with its line and column. Always true of the result: one root, no cycle, every length and
//! diameter positive, so that a `Tree` of it alone is refused only for the `ra` or names added to it.
//!
//! Points become sections as NEURON's Import3d makes them, except for what is named under 7.
//!
//! 1. A section is an unbranched run of points of one type. It begins with a copy of the point it hangs on, and is
//!    connected with its 0 end to the 1 end of the section of that point.
//! 2. Names are `soma`, `axon[i]`, `dend[i]`, `apic[i]` for types 1 to 4, `dend_5[i]` and so on for others, numbered
//!    in file order. A soma of several sections has `soma[i]`.
//! 3. A soma of one point is a sphere; it becomes a cylinder of the same area, as long as it is wide (2r). So is
//!    a soma of three points as NeuroMorpho.org writes it: two neighbours of the first point, with its radius
//!    and one radius away (to 1 %), that bear nothing.
//! 4. Any other soma is a stack of cones through its points; outlines are not recognised, as SWC doesn't mark them.
//! 5. Where another type hangs on the soma, the copied point gets the diameter of the section's own first point.
//! 6. What hangs on a sphere, on an inner point of the soma, or where the soma branches, begins at its own first
//!    point (if it has two or more points), as the copied one lies inside the soma. On a sphere or an inner point it
//!    is connected at soma(0.5), on the soma's first point at 0, on its last at 1. If its first point branches, the
//!    first branch continues it and the others hang on its 0 end.
//! 7. Unlike Import3d: a run stays one section when its points are not neighbours in the file; the rule for a
//!    branching first point also holds for the second point of the file, and only where rule 6 leaves the copied
//!    point out; and a root with nothing of its type after it is a sphere whatever its type.

mod points;
mod sections;

use crate::diagnostic::{Diagnostics, SourceId, Sources};
use crate::morphology::SectionSpec;

/// The sections of an SWC text, each with one segment and the axial resistivity `ra` (ohm cm).
///
/// # Errors
/// Everything that is wrong with the text, with places.
pub fn read(sources: &Sources, source: SourceId, ra: f64) -> Result<Vec<SectionSpec>, Diagnostics> {
    let points = points::read(sources, source)?;
    sections::build(&points, ra)
}
