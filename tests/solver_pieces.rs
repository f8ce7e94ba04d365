//! Cells in pieces: cuts keep their rules, and the pieces' solution is the whole cell's.

use proptest::prelude::*;
use volley::morphology::NO_PARENT;
use volley::partition::cuts::{Pieces, cut};
use volley::solver::TreeMatrix;
use volley::solver::pieces::{EndTree, Ends, Found, Joint, Piece, PieceMatrix};

/// A cell as columns, with what its membranes give.
#[derive(Clone, Debug)]
struct Cell {
    parent: Vec<u32>,
    a: Vec<f64>,
    b: Vec<f64>,
    d: Vec<f64>,
    rhs: Vec<f64>,
    v: Vec<f64>,
    cost: Vec<f64>,
}

/// Shapes: a random tree, a chain, a comb, a binary tree, a star.
fn parents(shape: u8, picks: &[prop::sample::Index]) -> Vec<u32> {
    let of = |node: usize| match shape {
        0 => picks[node].index(node),
        1 => node - 1,
        2 if node % 3 == 1 => node - 1,
        2 => node.saturating_sub(2),
        3 => (node - 1) / 2,
        _ => 0,
    };
    (0..picks.len()).map(|node| if node == 0 { NO_PARENT } else { of(node) as u32 }).collect()
}

fn cell() -> impl Strategy<Value = Cell> {
    (1usize..=2000, 0u8..5)
        .prop_flat_map(|(n, shape)| {
            let column = |low: f64, high: f64| prop::collection::vec(low..high, n);
            let picks = prop::collection::vec(any::<prop::sample::Index>(), n);
            let couplings = (column(0.0, 10.0), column(0.0, 10.0));
            let membrane = (column(0.01, 5.0), column(-3.0, 3.0), column(-90.0, 40.0));
            (Just(shape), picks, couplings, membrane, column(0.1, 20.0))
        })
        .prop_map(|(shape, picks, (a, b), (d, rhs, v), cost)| Cell {
            parent: parents(shape, &picks),
            a,
            b,
            d,
            rhs,
            v,
            cost,
        })
}

fn whole(cell: &Cell) -> Vec<f64> {
    let matrix = TreeMatrix::from_columns(&cell.parent, &cell.a, &cell.b).unwrap();
    let (mut d, mut rhs) = (cell.d.clone(), cell.rhs.clone());
    matrix.add_axial(&cell.v, &mut d, &mut rhs);
    matrix.solve(&mut d, &mut rhs);
    rhs
}

/// The nodes of each piece, and the place of each node in its piece.
fn nodes_of(pieces: &Pieces) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut nodes = vec![Vec::new(); pieces.len()];
    let mut place = Vec::new();
    for (node, &piece) in pieces.of_node.iter().enumerate() {
        place.push(nodes[piece as usize].len());
        nodes[piece as usize].push(node);
    }
    (nodes, place)
}

/// One thread's columns: its pieces one after another, as engine lays them.
struct Thread {
    matrix: PieceMatrix,
    pieces: Vec<usize>,
    order: Vec<usize>,
    v: Vec<f64>,
    d: Vec<f64>,
    rhs: Vec<f64>,
}

fn thread(cell: &Cell, pieces: &Pieces, mine: &[usize]) -> Thread {
    let (nodes, place) = nodes_of(pieces);
    let mut order = Vec::new();
    let mut firsts = Vec::new();
    let mut columns = Vec::new();
    for &piece in mine {
        firsts.push(order.len());
        let inner = |&node: &usize| {
            let parent = cell.parent[node];
            if node == pieces.root[piece] as usize { NO_PARENT } else { place[parent as usize] as u32 }
        };
        let parent: Vec<u32> = nodes[piece].iter().map(inner).collect();
        let a: Vec<f64> = nodes[piece].iter().map(|&n| cell.a[n]).collect();
        let b: Vec<f64> = nodes[piece].iter().map(|&n| cell.b[n]).collect();
        columns.push((parent, a, b, place[pieces.far[piece] as usize]));
        order.extend(&nodes[piece]);
    }
    let list = columns.iter().zip(&firsts).map(|((parent, a, b, far), &first)| Piece {
        first,
        parent,
        a,
        b,
        far: *far,
    });
    let matrix = PieceMatrix::new(list);
    let take = |column: &[f64]| order.iter().map(|&n| column[n]).collect::<Vec<f64>>();
    Thread { matrix, pieces: mine.to_vec(), v: take(&cell.v), d: take(&cell.d), rhs: take(&cell.rhs), order }
}

fn in_pieces(cell: &Cell, pieces: &Pieces, threads: usize) -> Vec<f64> {
    let mut team: Vec<Thread> = (0..threads)
        .map(|t| thread(cell, pieces, &(0..pieces.len()).filter(|p| p % threads == t).collect::<Vec<_>>()))
        .collect();
    let joint = |piece: usize| {
        let root = pieces.root[piece] as usize;
        let parent = cell.parent[root];
        let bearer = (parent != NO_PARENT).then(|| pieces.of_node[parent as usize] as usize);
        let at_far = bearer.is_some_and(|b| parent != pieces.root[b]);
        Joint { parent: bearer, at_far, a: cell.a[root], b: cell.b[root] }
    };
    let has_far = (0..pieces.len()).map(|p| pieces.far[p] != pieces.root[p]).collect();
    let mut tree = EndTree::new((0..pieces.len()).map(joint).collect(), has_far);
    let mut ends = vec![Ends::default(); pieces.len()];
    for Thread { matrix, pieces, v, d, rhs, .. } in &mut team {
        matrix.add_axial(v, d, rhs);
        matrix.eliminate(v, d, rhs, |number, left| ends[pieces[number]] = left);
    }
    let mut found = vec![Found::default(); pieces.len()];
    tree.solve(|piece| ends[piece], &mut found);
    let mut result = vec![f64::NAN; cell.parent.len()];
    for Thread { matrix, pieces, order, d, rhs, .. } in &mut team {
        matrix.substitute(d, rhs, |number| found[pieces[number]]);
        for (place, &node) in order.iter().enumerate() {
            result[node] = rhs[place];
        }
    }
    result
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pieces_give_what_the_whole_gives(cell in cell(), part in 0.001f64..1.2, threads in 1usize..5) {
        let total: f64 = cell.cost.iter().sum();
        let pieces = cut(&cell.parent, &cell.cost, total * part);
        let expected = whole(&cell);
        for (node, (x, y)) in in_pieces(&cell, &pieces, threads).iter().zip(&expected).enumerate() {
            prop_assert!((x - y).abs() <= 1e-10 * (1.0 + y.abs()), "node {node}: {x} and {y}");
        }
    }

    #[test]
    fn cuts_keep_their_rules(cell in cell(), part in 0.001f64..1.2) {
        let total: f64 = cell.cost.iter().sum();
        let limit = total * part;
        let pieces = cut(&cell.parent, &cell.cost, limit);
        // Nothing is lost or doubled.
        prop_assert_eq!(pieces.of_node.len(), cell.parent.len());
        prop_assert!((pieces.cost.iter().sum::<f64>() - total).abs() < 1e-9 * total);
        let mut hung_on: Vec<Vec<u32>> = vec![Vec::new(); pieces.len()];
        for (node, &piece) in pieces.of_node.iter().enumerate() {
            let parent = cell.parent[node];
            if node == pieces.root[piece as usize] as usize {
                if parent != NO_PARENT {
                    let bearer = pieces.of_node[parent as usize];
                    prop_assert!(bearer < piece);
                    hung_on[bearer as usize].push(parent);
                }
            } else {
                // Connected: every other node's parent is in the same piece.
                prop_assert_eq!(pieces.of_node[parent as usize], piece);
            }
        }
        for (piece, nodes) in hung_on.iter().enumerate() {
            for node in nodes {
                prop_assert!(*node == pieces.root[piece] || *node == pieces.far[piece]);
            }
            // Only a single dear node makes a piece too dear.
            let most = (0..cell.parent.len())
                .filter(|&n| pieces.of_node[n] as usize == piece)
                .map(|n| cell.cost[n])
                .fold(0.0, f64::max);
            prop_assert!(pieces.cost[piece] <= limit.max(most) + 1e-9 * total);
        }
    }
}
