//! Like cells solved side by side get the bits of each one solved by itself.

use proptest::prelude::*;
use volley::morphology::NO_PARENT;
use volley::solver::interleaved::Shape;
use volley::solver::{InterleavedMatrix, OrderError, TreeMatrix};

/// A tree, and what the membranes of many cells with it give, node by node.
#[derive(Clone, Debug)]
struct Cells {
    count: usize,
    parent: Vec<u32>,
    a: Vec<f64>,
    b: Vec<f64>,
    capacitance: Vec<f64>,
    d: Vec<f64>,
    rhs: Vec<f64>,
    v: Vec<f64>,
}

/// Shapes: a random tree, a chain, a comb, a binary tree, a star.
fn cells() -> impl Strategy<Value = Cells> {
    (1usize..=40, 1usize..=60, 0u8..5)
        .prop_flat_map(|(count, n, shape)| {
            let column = |n: usize, low: f64, high: f64| prop::collection::vec(low..high, n);
            let picks = prop::collection::vec(any::<prop::sample::Index>(), n);
            let tree = (column(n, 0.0, 10.0), column(n, 0.0, 10.0), column(n, 0.01, 0.1));
            let all = n * count;
            let membrane = (column(all, 0.01, 5.0), column(all, -3.0, 3.0), column(all, -90.0, 40.0));
            (Just((count, shape)), picks, tree, membrane)
        })
        .prop_map(|((count, shape), picks, (a, b, capacitance), (d, rhs, v))| {
            let of = |node: usize| match shape {
                0 => picks[node].index(node),
                1 => node - 1,
                2 if node % 3 == 1 => node - 1,
                2 => node.saturating_sub(2),
                3 => (node - 1) / 2,
                _ => 0,
            };
            let parent = |node| if node == 0 { NO_PARENT } else { of(node) as u32 };
            Cells { count, parent: (0..picks.len()).map(parent).collect(), a, b, capacitance, d, rhs, v }
        })
}

/// dv and the new v of cell `cell`, solved by itself.
fn alone(cells: &Cells, cell: usize) -> (Vec<f64>, Vec<f64>) {
    let own = |column: &[f64]| column.iter().skip(cell).step_by(cells.count).copied().collect::<Vec<f64>>();
    let (mut d, mut rhs, mut v) = (own(&cells.d), own(&cells.rhs), own(&cells.v));
    let matrix = TreeMatrix::from_columns(&cells.parent, &cells.a, &cells.b).unwrap();
    for (d, c) in d.iter_mut().zip(&cells.capacitance) {
        *d += c;
    }
    matrix.add_axial(&v, &mut d, &mut rhs);
    matrix.solve(&mut d, &mut rhs);
    for (v, dv) in v.iter_mut().zip(&rhs) {
        *v += dv;
    }
    (rhs, v)
}

fn matrix(cells: &Cells) -> Result<InterleavedMatrix, OrderError> {
    let Cells { parent, a, b, capacitance, .. } = cells;
    InterleavedMatrix::new(Shape { parent, a, b, capacitance }, cells.count)
}

fn agree(cells: &Cells) {
    let (mut d, mut rhs, mut v) = (cells.d.clone(), cells.rhs.clone(), cells.v.clone());
    let matrix = matrix(cells).unwrap();
    assert_eq!(matrix.len(), d.len());
    matrix.step(&mut v, &mut d, &mut rhs);
    for cell in 0..cells.count {
        let bits = |column: &[f64]| {
            column.iter().skip(cell).step_by(cells.count).map(|x| x.to_bits()).collect::<Vec<u64>>()
        };
        let (dv, after) = alone(cells, cell);
        assert_eq!(bits(&rhs), dv.iter().map(|x| x.to_bits()).collect::<Vec<u64>>(), "dv of cell {cell}");
        assert_eq!(bits(&v), after.iter().map(|x| x.to_bits()).collect::<Vec<u64>>(), "v of cell {cell}");
    }
}

proptest! {
    #[test]
    fn each_cell_is_solved_as_if_it_were_alone(cells in cells()) {
        agree(&cells);
    }
}

/// More cells than are taken through the sweeps together.
#[test]
fn cells_of_many_blocks_are_each_solved_alone() {
    let (n, count) = (400, 53);
    let column =
        |length: usize, k: f64| (0..length).map(|i| 1.5 + (k * i as f64).sin()).collect::<Vec<f64>>();
    agree(&Cells {
        count,
        parent: (0..n).map(|i| if i == 0 { NO_PARENT } else { (i - 1 - i % 7 / 3) as u32 }).collect(),
        a: column(n, 0.3),
        b: column(n, 0.7),
        capacitance: column(n, 0.9),
        d: column(n * count, 1.1),
        rhs: column(n * count, 1.3),
        v: column(n * count, 1.7),
    });
}

#[test]
fn refuses_columns_out_of_order() {
    let of = |parent: &[u32], other: usize| {
        let ones = vec![1.0; other];
        InterleavedMatrix::new(Shape { parent, a: &ones, b: &ones, capacitance: &ones }, 3)
    };
    assert_eq!(of(&[0], 1), Err(OrderError { node: 0 }));
    assert_eq!(of(&[NO_PARENT, 2, 0], 3), Err(OrderError { node: 1 }));
    assert_eq!(of(&[NO_PARENT, 0, NO_PARENT], 3), Err(OrderError { node: 2 }));
    assert_eq!(of(&[NO_PARENT, 0], 1), Err(OrderError { node: 1 }));
    assert!(of(&[NO_PARENT, 0, 0], 3).is_ok());
    assert!(of(&[], 0).is_ok_and(|matrix| matrix.is_empty()));
}
