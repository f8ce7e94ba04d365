//! The tree solver against a dense one, its independence of what lies beside a cell, and the passive cable.

use proptest::prelude::*;
use volley::morphology::{
    Compartments, Connection, End, Geometry, Location, NO_PARENT, Placement, SectionSpec, Tree,
};
use volley::solver::{OrderError, TreeMatrix};

/// One cell as columns, with a diagonal and right-hand side from "membranes".
#[derive(Clone, Debug)]
struct Cell {
    parent: Vec<u32>,
    a: Vec<f64>,
    b: Vec<f64>,
    d: Vec<f64>,
    rhs: Vec<f64>,
}

fn cell(max_nodes: usize) -> impl Strategy<Value = Cell> {
    (1..=max_nodes)
        .prop_flat_map(|n| {
            let column = |low: f64, high: f64| prop::collection::vec(low..high, n);
            let parents = prop::collection::vec(any::<prop::sample::Index>(), n);
            (parents, column(0.0, 10.0), column(0.0, 10.0), column(0.01, 5.0), column(-3.0, 3.0))
        })
        .prop_map(|(parents, a, b, d, rhs)| {
            let parent =
                parents.iter().enumerate().map(|(i, p)| if i == 0 { NO_PARENT } else { p.index(i) as u32 });
            Cell { parent: parent.collect(), a, b, d, rhs }
        })
}

/// The cells' columns one after another.
fn concatenate(cells: &[Cell]) -> Cell {
    let mut all = Cell { parent: vec![], a: vec![], b: vec![], d: vec![], rhs: vec![] };
    for cell in cells {
        let start = all.parent.len() as u32;
        all.parent.extend(cell.parent.iter().map(|&p| if p == NO_PARENT { p } else { p + start }));
        all.a.extend(&cell.a);
        all.b.extend(&cell.b);
        all.d.extend(&cell.d);
        all.rhs.extend(&cell.rhs);
    }
    all
}

/// Adds the axial terms for `v` and solves.
fn solve(cell: &Cell, v: &[f64]) -> Vec<f64> {
    let matrix = TreeMatrix::from_columns(&cell.parent, &cell.a, &cell.b).unwrap();
    let (mut d, mut rhs) = (cell.d.clone(), cell.rhs.clone());
    matrix.add_axial(v, &mut d, &mut rhs);
    matrix.solve(&mut d, &mut rhs);
    rhs
}

/// The same equations written out in full, and Gauss elimination with pivoting.
fn solve_dense(cell: &Cell, v: &[f64]) -> Vec<f64> {
    let n = cell.parent.len();
    let mut rows = vec![vec![0.0; n + 1]; n];
    for i in 0..n {
        rows[i][i] += cell.d[i];
        rows[i][n] += cell.rhs[i];
        if cell.parent[i] != NO_PARENT {
            let p = cell.parent[i] as usize;
            for (row, other, coupling) in [(i, p, cell.a[i]), (p, i, cell.b[i])] {
                rows[row][row] += coupling;
                rows[row][other] -= coupling;
                rows[row][n] += coupling * (v[other] - v[row]);
            }
        }
    }
    for column in 0..n {
        let pivot = (column..n).max_by(|&i, &j| rows[i][column].abs().total_cmp(&rows[j][column].abs()));
        rows.swap(column, pivot.unwrap());
        let pivot_row = rows[column].clone();
        for row in rows.iter_mut().skip(column + 1) {
            let factor = row[column] / pivot_row[column];
            for (x, y) in row.iter_mut().zip(&pivot_row) {
                *x -= factor * y;
            }
        }
    }
    let mut x = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i][j] * x[j]).sum();
        x[i] = (rows[i][n] - known) / rows[i][i];
    }
    x
}

proptest! {
    #[test]
    fn agrees_with_a_dense_solver(cell in cell(24), scale in 0.0..100.0f64) {
        let v: Vec<f64> = (0..cell.parent.len()).map(|i| scale * (i as f64 * 1.7).sin()).collect();
        let expected = solve_dense(&cell, &v);
        let largest = expected.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
        for (x, y) in solve(&cell, &v).iter().zip(&expected) {
            prop_assert!((x - y).abs() < 1e-9 * largest, "{x} {y}");
        }
    }

    #[test]
    fn a_cell_is_solved_the_same_whatever_lies_beside_it(
        cells in prop::collection::vec(prop_oneof![cell(1), cell(6)], 1..12)
    ) {
        let alone: Vec<f64> = cells.iter().flat_map(|c| solve(c, &c.rhs)).collect();
        let all = concatenate(&cells);
        prop_assert_eq!(solve(&all, &all.rhs), alone);
    }
}

/// More nodes than are eliminated together, with single nodes between.
#[test]
fn many_cells_are_each_solved_alone() {
    let make = |index: usize| {
        let n = [1, 300, 1, 1, 77][index % 5];
        let number = |i: usize, k: f64| 1.0 + (k * (index * n + i) as f64).sin() / 2.0;
        let column = |k: f64| (0..n).map(|i| number(i, k)).collect::<Vec<f64>>();
        let parent = (0..n).map(|i| if i == 0 { NO_PARENT } else { (i - 1 - i % 7 / 3) as u32 });
        Cell { parent: parent.collect(), a: column(0.3), b: column(0.7), d: column(1.1), rhs: column(1.3) }
    };
    let cells: Vec<Cell> = (0..100).map(make).collect();
    let all = concatenate(&cells);
    assert!(all.parent.len() > 7000);
    let alone: Vec<f64> = cells.iter().flat_map(|c| solve(c, &c.rhs)).collect();
    assert_eq!(solve(&all, &all.rhs), alone);
    for cell in &cells[1..3] {
        for (x, y) in solve(cell, &cell.rhs).iter().zip(solve_dense(cell, &cell.rhs)) {
            assert!((x - y).abs() < 1e-11, "{x} {y}");
        }
    }
}

#[test]
fn refuses_columns_out_of_order() {
    let node = |parent: &[u32]| {
        let ones = vec![1.0; parent.len()];
        TreeMatrix::from_columns(parent, &ones, &ones)
    };
    assert_eq!(node(&[0]), Err(OrderError { node: 0 }));
    assert_eq!(node(&[NO_PARENT, 2, 0]), Err(OrderError { node: 1 }));
    assert_eq!(node(&[NO_PARENT, 0, NO_PARENT, 1]), Err(OrderError { node: 3 }));
    assert_eq!(TreeMatrix::from_columns(&[NO_PARENT], &[], &[1.0]), Err(OrderError { node: 0 }));
    assert!(node(&[NO_PARENT, 0, NO_PARENT, 2]).is_ok());
}

/// A sealed passive cable of length L = 2 lambda with a current at x = 0: in the steady state
/// v(x) = I r_i lambda cosh((L - x)/lambda) / sinh(L/lambda) (Rall 1977, doi:10.1002/cphy.cp010103).
/// Returns the largest error relative to v(0), over both ends and all centres.
fn cable_error(nseg: usize, sections: usize) -> f64 {
    let (diam, ra, g, current) = (2.0f64, 100.0f64, 1e-4f64, 0.01f64);
    let lambda = 1e4 * (diam * 1e-4 / (4.0 * ra * g)).sqrt();
    let length = 2.0 * lambda;
    // Megohm per um times um, times nA: mV.
    let resistance = ra * 1e-2 / (std::f64::consts::PI * diam * diam / 4.0) * lambda;
    let exact = |x: f64| current * resistance * ((length - x) / lambda).cosh() / (length / lambda).sinh();

    let specs = (0..sections).map(|i| SectionSpec {
        name: format!("cable[{i}]"),
        connection: (i > 0).then(|| Connection {
            parent: format!("cable[{}]", i - 1),
            x: 1.0,
            end: End::Zero,
        }),
        nseg: nseg / sections,
        ra,
        geometry: Geometry::Cylinder { length: length / sections as f64, diam },
        sets: vec![],
    });
    let tree = Tree::new(specs.collect()).unwrap();
    let ends = [Location { section: 0, x: 0.0 }, Location { section: sections - 1, x: 1.0 }];
    let cell = Compartments::discretise(&tree, &ends);
    assert_eq!(cell.len(), nseg + 2);
    let mut d: Vec<f64> = cell.is_segment.iter().map(|&s| if s { g } else { 0.0 }).collect();
    let mut rhs = vec![0.0; cell.len()];
    rhs[cell.locate(0, 0.0, Placement::Point).unwrap() as usize] = current;
    let matrix = TreeMatrix::from_cells([&cell]);
    matrix.add_axial(&vec![0.0; cell.len()], &mut d, &mut rhs);
    matrix.solve(&mut d, &mut rhs);
    let error = |n: usize| (rhs[n] - exact(cell.distance[n])).abs();
    (0..cell.len()).map(error).fold(0.0, f64::max) / exact(0.0)
}

#[test]
fn steady_cable_is_second_order_in_space() {
    for sections in [1, 4] {
        let errors = [8, 16, 32, 64, 128].map(|nseg| cable_error(nseg, sections));
        assert!(errors[0] < 0.02, "{errors:?}");
        for pair in errors.windows(2) {
            let order = (pair[0] / pair[1]).log2();
            assert!((order - 2.0).abs() < 0.1, "order {order} of {errors:?}");
        }
    }
}
