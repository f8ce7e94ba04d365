//! Lengths, areas and axial resistances of a section's segments.
//!
//! In: a uniform cylinder, or a list of 3-d points with diameters joined by truncated cones. Out: per segment
//! its membrane area, mean diameter, and the axial resistance of each of its halves. Nothing is sampled:
//! cones are integrated exactly between the segment's borders, as NEURON does (Hines and Carnevale 1997,
//! doi:10.1162/neco.1997.9.6.1179, on the meaning of segments).

use std::f64::consts::PI;

/// A 3-d point of a section, with the diameter of the cable there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point3 {
    /// Position (um).
    pub x: f64,
    /// Position (um).
    pub y: f64,
    /// Position (um).
    pub z: f64,
    /// Diameter (um).
    pub diam: f64,
}

impl Point3 {
    /// A point; all in um.
    pub fn new(x: f64, y: f64, z: f64, diam: f64) -> Point3 {
        Point3 { x, y, z, diam }
    }

    /// Straight distance to another point (um).
    pub fn distance(&self, other: &Point3) -> f64 {
        let (dx, dy, dz) = (self.x - other.x, self.y - other.y, self.z - other.z);
        (dx * dx + dy * dy + dz * dz).sqrt()
    }
}

/// The shape of one section.
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    /// A cylinder.
    Cylinder {
        /// Length (um).
        length: f64,
        /// Diameter (um).
        diam: f64,
    },
    /// Two or more points joined by truncated cones; the length is the length of the path.
    ///
    /// As in NEURON the first point is at the end that is connected to the parent, whichever of 0 and 1 that is
    /// (at 0 for the root). Two points at one place make a step in diameter, whose ring counts as area.
    Points(Vec<Point3>),
}

/// One segment as the cable equation needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentGeometry {
    /// Membrane area (um2).
    pub area: f64,
    /// Diameter, averaged over the length (um).
    pub diam: f64,
    /// Axial resistance from the border on the parent's side to the centre (megohm).
    pub near_resistance: f64,
    /// Axial resistance from the centre to the border on the far side (megohm).
    pub far_resistance: f64,
}

/// Megohm of a cable, per (ohm cm times um / um2): 1e4 / 1e6.
const MEGOHM: f64 = 1e-2;

impl Geometry {
    /// Length of the section along its path (um).
    pub fn length(&self) -> f64 {
        match self {
            Geometry::Cylinder { length, .. } => *length,
            Geometry::Points(points) => points.windows(2).map(|p| p[0].distance(&p[1])).sum(),
        }
    }

    /// The segments in order from the end that is connected to the parent. `ra` in ohm cm.
    ///
    /// The geometry must have passed the tree's checks and `nseg` must be at least 1.
    pub fn segments(&self, nseg: usize, ra: f64) -> Vec<SegmentGeometry> {
        match self {
            Geometry::Cylinder { length, diam } => {
                let dx = length / nseg as f64;
                let half = MEGOHM * ra * (dx / 2.0) / (PI * diam * diam / 4.0);
                let area = PI * diam * dx;
                let segment =
                    SegmentGeometry { area, diam: *diam, near_resistance: half, far_resistance: half };
                vec![segment; nseg]
            }
            Geometry::Points(points) => {
                let arc = arc_lengths(points);
                let length = arc.last().copied().unwrap_or(0.0);
                let half = length / nseg as f64 / 2.0;
                let mut cursor = Cursor::new(points, &arc);
                let mut segments = Vec::with_capacity(nseg);
                for i in 0..nseg {
                    let start = 2.0 * i as f64 * half;
                    let near = cursor.integrate_to(start + half);
                    let end = if i + 1 == nseg { length } else { start + 2.0 * half };
                    let far = cursor.integrate_to(end);
                    segments.push(SegmentGeometry {
                        area: PI * (near.area + far.area),
                        diam: (near.diameter + far.diameter) / (2.0 * half),
                        near_resistance: MEGOHM * ra * near.resistance * 4.0 / PI,
                        far_resistance: MEGOHM * ra * far.resistance * 4.0 / PI,
                    });
                }
                segments
            }
        }
    }
}

/// Distance along the path of each point from the first one (um).
pub(super) fn arc_lengths(points: &[Point3]) -> Vec<f64> {
    let mut arc = Vec::with_capacity(points.len());
    let mut sum = 0.0;
    for (i, point) in points.iter().enumerate() {
        if i > 0 {
            sum += points[i - 1].distance(point);
        }
        arc.push(sum);
    }
    arc
}

/// Integrals over a stretch of the path, without the constant factors.
#[derive(Default)]
struct Stretch {
    /// Sum of mean diameter times slant height; times pi the lateral area of the cones (um2).
    area: f64,
    /// Integral of the diameter (um2).
    diameter: f64,
    /// Integral of 1 / diameter^2 (1/um).
    resistance: f64,
}

impl Stretch {
    /// Adds one truncated cone: lateral area pi (d1 + d2)/2 s with s the slant height, and the integral
    /// of 1/d^2 of a linear d, which is h / (d1 d2).
    fn add_cone(&mut self, height: f64, d1: f64, d2: f64) {
        let rise = (d2 - d1) / 2.0;
        let slant = (height * height + rise * rise).sqrt();
        self.area += (d1 + d2) / 2.0 * slant;
        self.diameter += (d1 + d2) / 2.0 * height;
        self.resistance += height / (d1 * d2);
    }
}

/// Walks along the path once, from stretch to stretch.
struct Cursor<'a> {
    points: &'a [Point3],
    arc: &'a [f64],
    /// The point at or before the present position.
    index: usize,
    /// Present position (um) and the diameter there (um).
    at: f64,
    diam: f64,
}

impl<'a> Cursor<'a> {
    fn new(points: &'a [Point3], arc: &'a [f64]) -> Cursor<'a> {
        let diam = points.first().map_or(0.0, |p| p.diam);
        Cursor { points, arc, index: 0, at: 0.0, diam }
    }

    /// Integrates from the present position to `end`, and stays there. A step in diameter right at `end`
    /// belongs to this stretch.
    fn integrate_to(&mut self, end: f64) -> Stretch {
        let mut sum = Stretch::default();
        while self.index + 1 < self.points.len() {
            let next = self.index + 1;
            if self.arc[next] > end {
                let fraction = (end - self.arc[self.index]) / (self.arc[next] - self.arc[self.index]);
                let from = self.points[self.index].diam;
                let diam = from + (self.points[next].diam - from) * fraction;
                sum.add_cone((end - self.at).max(0.0), self.diam, diam);
                self.at = end;
                self.diam = diam;
                break;
            }
            let diam = self.points[next].diam;
            sum.add_cone(self.arc[next] - self.at, self.diam, diam);
            self.at = self.arc[next];
            self.diam = diam;
            self.index = next;
        }
        sum
    }
}
