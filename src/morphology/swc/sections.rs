//! From points to sections, by the rules in the module's head.

use std::collections::BTreeMap;

use super::points::Point;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::morphology::{Connection, End, Geometry, Point3, SectionSpec};

const SOMA: i64 = 1;

/// An unbranched run of points.
struct Run {
    /// Its own points, in order from the root.
    points: Vec<usize>,
    /// The point it hangs on.
    parent: Option<usize>,
    /// Whether it begins at its own first point, although it hangs on another.
    detached: bool,
}

/// The sections of a whole tree of points.
pub(super) fn build(points: &[Point], ra: f64) -> Result<Vec<SectionSpec>, Diagnostics> {
    let builder = Builder::new(points);
    let mut diagnostics = Diagnostics::new();
    let mut specs = Vec::with_capacity(builder.runs.len());
    let names = builder.names();
    for (run, name) in builder.runs.iter().zip(&names) {
        let geometry = Geometry::Points(builder.path(run));
        let length = geometry.length();
        if !(length > 0.0 && length.is_finite()) {
            let first = &points[run.points[0]];
            diagnostics.push(
                Diagnostic::error(
                    "swc/length",
                    format!("section `{name}` would have a length of {length} um"),
                )
                .at(first.span, "begins here")
                .help("remove points that lie where their parent lies"),
            );
        }
        specs.push(SectionSpec {
            name: name.clone(),
            connection: builder.connection(run, &names),
            nseg: 1,
            ra,
            geometry,
            sets: Vec::new(),
        });
    }
    diagnostics.into_result(specs)
}

struct Builder<'a> {
    points: &'a [Point],
    /// In the file order of their first points.
    runs: Vec<Run>,
    /// The run of each point.
    run_of: Vec<usize>,
    /// Points that only say that the soma is a sphere.
    dropped: Vec<bool>,
}

impl<'a> Builder<'a> {
    fn new(points: &'a [Point]) -> Builder<'a> {
        let mut builder = Builder {
            points,
            runs: Vec::new(),
            run_of: vec![0; points.len()],
            dropped: vec![false; points.len()],
        };
        let Some(root) = points.iter().position(|p| p.parent.is_none()) else { return builder };
        builder.drop_sphere_points(root);
        let mut starts = vec![root];
        while let Some(start) = starts.pop() {
            builder.add_run(start, &mut starts);
        }
        builder.runs.sort_by_key(|run| run.points[0]);
        for (index, run) in builder.runs.iter().enumerate() {
            for &point in &run.points {
                builder.run_of[point] = index;
            }
        }
        builder
    }

    /// Rule 3: the three points by which NeuroMorpho.org describes a sphere.
    fn drop_sphere_points(&mut self, root: usize) {
        let soma: Vec<usize> = (0..self.points.len()).filter(|&i| self.points[i].kind == SOMA).collect();
        let others: Vec<usize> = soma.iter().copied().filter(|&i| i != root).collect();
        if soma.len() != 3 || others.len() != 2 {
            return;
        }
        let centre = &self.points[root];
        let plain = others
            .iter()
            .map(|&i| &self.points[i])
            .all(|p| p.parent == Some(root) && p.children.is_empty() && p.radius == centre.radius);
        let length: f64 = others.iter().map(|&i| self.point(root).distance(&self.point(i))).sum();
        if plain && (length / (2.0 * centre.radius) - 1.0).abs() < 0.01 {
            for other in others {
                self.dropped[other] = true;
            }
        }
    }

    /// Follows a run from its first point, and notes where others begin.
    fn add_run(&mut self, start: usize, starts: &mut Vec<usize>) {
        let parent = self.points[start].parent;
        let detached = parent.is_some_and(|parent| self.leaves_out(parent, start))
            && self.continuation(start, true).is_some();
        let mut run = Run { points: vec![start], parent, detached };
        let mut last = start;
        while let Some(next) = self.continuation(last, detached && last == start) {
            starts.extend(self.children(last).filter(|&child| child != next));
            run.points.push(next);
            last = next;
        }
        starts.extend(self.children(last));
        self.runs.push(run);
    }

    fn children(&self, point: usize) -> impl Iterator<Item = usize> + use<'_, 'a> {
        self.points[point].children.iter().copied().filter(|&child| !self.dropped[child])
    }

    fn soma_children(&self, point: usize) -> usize {
        self.children(point).filter(|&child| self.points[child].kind == SOMA).count()
    }

    /// The child that continues a point's run. The root, and a first point whose run leaves out the copied point
    /// (`must`), are continued by their first child of the same type even where they branch, since a run needs two
    /// points; a soma is continued unless it branches itself.
    fn continuation(&self, point: usize, must: bool) -> Option<usize> {
        let at = &self.points[point];
        let same = self.children(point).find(|&child| self.points[child].kind == at.kind)?;
        let alone =
            if at.kind == SOMA { self.soma_children(point) == 1 } else { self.children(point).count() == 1 };
        (alone || must || at.parent.is_none()).then_some(same)
    }

    /// Rule 6: whether a run that hangs on `parent` can do without a copy of it.
    fn leaves_out(&self, parent: usize, first: usize) -> bool {
        let on_soma = self.points[parent].kind == SOMA && self.points[first].kind != SOMA;
        on_soma && (self.is_sphere(parent) || self.is_inner(parent) || self.soma_children(parent) > 1)
    }

    /// A root that nothing of its type continues.
    fn is_sphere(&self, point: usize) -> bool {
        self.points[point].parent.is_none() && self.continuation(point, false).is_none()
    }

    /// Neither the first point of the root's run nor the last of its run.
    fn is_inner(&self, point: usize) -> bool {
        self.points[point].parent.is_some() && self.continuation(point, false).is_some()
    }

    fn point(&self, index: usize) -> Point3 {
        let [x, y, z] = self.points[index].position;
        Point3::new(x, y, z, 2.0 * self.points[index].radius)
    }

    /// The 3-d points of a run (rules 1, 3, 5 and 6).
    fn path(&self, run: &Run) -> Vec<Point3> {
        let own = run.points.iter().map(|&index| self.point(index));
        let first = self.point(run.points[0]);
        match run.parent {
            None if run.points.len() == 1 => {
                let radius = first.diam / 2.0;
                [-radius, radius].map(|dx| Point3 { x: first.x + dx, ..first }).to_vec()
            }
            Some(parent) if !run.detached => {
                let mut copy = self.point(parent);
                if self.points[parent].kind == SOMA && self.points[run.points[0]].kind != SOMA {
                    copy.diam = first.diam;
                }
                std::iter::once(copy).chain(own).collect()
            }
            _ => own.collect(),
        }
    }

    /// Where a run is connected (rules 1 and 6).
    fn connection(&self, run: &Run, names: &[String]) -> Option<Connection> {
        let parent = run.parent?;
        let index = self.run_of[parent];
        let on = &self.runs[index];
        let at_first = on.points[0] == parent;
        let at_last = on.points[on.points.len() - 1] == parent;
        let x = match (at_first, at_last) {
            // A sphere has one point, its centre.
            (true, true) if on.parent.is_none() => 0.5,
            (_, true) => 1.0,
            (true, false) if on.parent.is_none() || on.detached => 0.0,
            _ => 0.5,
        };
        Some(Connection { parent: names[index].clone(), x, end: End::Zero })
    }

    /// Rule 2.
    fn names(&self) -> Vec<String> {
        let mut total: BTreeMap<i64, usize> = BTreeMap::new();
        for run in &self.runs {
            *total.entry(self.points[run.points[0]].kind).or_default() += 1;
        }
        let mut used: BTreeMap<i64, usize> = BTreeMap::new();
        let mut name = |run: &Run| {
            let kind = self.points[run.points[0]].kind;
            let base = match kind {
                SOMA => "soma".to_string(),
                2 => "axon".to_string(),
                3 => "dend".to_string(),
                4 => "apic".to_string(),
                other => format!("dend_{other}"),
            };
            let number = used.entry(kind).or_default();
            *number += 1;
            if kind == SOMA && total[&kind] == 1 { base } else { format!("{base}[{}]", *number - 1) }
        };
        self.runs.iter().map(&mut name).collect()
    }
}
