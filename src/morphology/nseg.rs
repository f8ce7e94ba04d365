//! How finely to cut a section.

use std::f64::consts::PI;

use super::geometry::{Geometry, arc_lengths};
use super::tree::{MAX_NSEG, Section};

/// A rule that gives the number of segments of each section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NsegRule {
    /// The same number everywhere.
    Fixed(usize),
    /// The smallest odd number whose segments are at most this long (um).
    MaxLength(f64),
    /// Segments of at most about `fraction` of the length constant at `frequency`, rounded to an odd number:
    /// Hines and Carnevale 2001, doi:10.1177/107385840100700207. They advise 0.1 at 100 Hz.
    DLambda {
        /// Part of the length constant that a segment may span.
        fraction: f64,
        /// Frequency (Hz).
        frequency: f64,
    },
}

impl NsegRule {
    /// The usual d_lambda rule: a tenth of the length constant at 100 Hz.
    pub const D_LAMBDA: NsegRule = NsegRule::DLambda { fraction: 0.1, frequency: 100.0 };

    /// The number of segments for a section whose membrane has capacitance `cm` (uF/cm2), at least 1 and at
    /// most [`MAX_NSEG`].
    pub fn nseg(&self, section: &Section, cm: f64) -> usize {
        match *self {
            NsegRule::Fixed(n) => n.clamp(1, MAX_NSEG),
            NsegRule::MaxLength(max) => {
                let wanted = (section.length() / max).ceil();
                odd_at_least(wanted)
            }
            NsegRule::DLambda { fraction, frequency } => {
                let electrotonic = electrotonic_length(section, cm, frequency);
                // The published rule: int((L/(d_lambda lambda_f) + 0.9)/2)*2 + 1.
                let pairs = ((electrotonic / fraction + 0.9) / 2.0).floor();
                odd_at_least(pairs * 2.0 + 1.0)
            }
        }
    }
}

/// The smallest odd number that is not below `wanted` (a float cast saturates, and NaN gives 1).
fn odd_at_least(wanted: f64) -> usize {
    let n = wanted.clamp(1.0, MAX_NSEG as f64) as usize;
    (n | 1).min(MAX_NSEG)
}

/// Length of a section in units of the length constant at a frequency, at which axial and capacitive currents
/// alone count: lambda_f = 1e5 sqrt(d / (4 pi f Ra cm)) um. Cones between 3-d points add up with their mean diameter.
fn electrotonic_length(section: &Section, cm: f64, frequency: f64) -> f64 {
    let per_root_diam = 1e-5 * (4.0 * PI * frequency * section.ra() * cm).sqrt();
    match section.geometry() {
        Geometry::Cylinder { length, diam } => length / diam.sqrt() * per_root_diam,
        Geometry::Points(points) => {
            let arc = arc_lengths(points);
            let sum: f64 = (1..points.len())
                .map(|i| (arc[i] - arc[i - 1]) / ((points[i].diam + points[i - 1].diam) / 2.0).sqrt())
                .sum();
            sum * per_root_diam
        }
    }
}
