//! One elimination and substitution, axial currents included, by the shape of the trees and how many are solved together. Items: nodes.

use divan::Bencher;
use divan::counter::ItemsCount;
use volley::morphology::NO_PARENT;
use volley::solver::TreeMatrix;

/// What a cell looks like.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// One node after another.
    Cable(u32),
    /// Branches of 8 nodes, two at the end of each.
    Bush(u32),
    /// So many children of one root.
    Star(u32),
    /// One node.
    Single,
}

impl Shape {
    fn parents(self) -> Vec<u32> {
        match self {
            Shape::Cable(nodes) => (0..nodes).map(|node| node.checked_sub(1).unwrap_or(NO_PARENT)).collect(),
            Shape::Star(nodes) => (0..nodes).map(|node| if node == 0 { NO_PARENT } else { 0 }).collect(),
            Shape::Single => vec![NO_PARENT],
            Shape::Bush(nodes) => {
                let parent = |node: u32| match (node % 8, node / 8) {
                    (0, 0) => NO_PARENT,
                    (0, branch) => (branch - 1) / 2 * 8 + 7,
                    _ => node - 1,
                };
                (0..nodes).map(parent).collect()
            }
        }
    }
}

/// Shapes, and cells of each: about 2,000 or 10,000 nodes in all.
const CELLS: [(Shape, u32); 8] = [
    (Shape::Cable(2000), 1),
    (Shape::Cable(200), 10),
    (Shape::Cable(20), 100),
    (Shape::Bush(2000), 1),
    (Shape::Bush(80), 25),
    (Shape::Bush(80), 125),
    (Shape::Star(20), 100),
    (Shape::Single, 10_000),
];

#[divan::bench(args = CELLS)]
fn solver(bencher: Bencher, (shape, cells): (Shape, u32)) {
    let one = shape.parents();
    let mut parents = Vec::new();
    for cell in 0..cells {
        let first = cell * one.len() as u32;
        parents.extend(one.iter().map(|p| if *p == NO_PARENT { *p } else { p + first }));
    }
    let coupling = vec![0.01; parents.len()];
    let matrix = TreeMatrix::from_columns(&parents, &coupling, &coupling).expect("parents come first");
    let voltage: Vec<f64> = (0..parents.len()).map(|node| (node % 97) as f64 - 65.0).collect();
    let (mut diagonal, mut right) = (vec![0.0; parents.len()], vec![0.0; parents.len()]);
    bencher.counter(ItemsCount::new(parents.len())).bench_local(|| {
        diagonal.fill(0.04);
        right.fill(0.001);
        matrix.add_axial(&voltage, &mut diagonal, &mut right);
        matrix.solve(&mut diagonal, &mut right);
    });
}
