//! Cutting a cell into pieces for several threads.
//!
//! In: the tree of a cell as parents, the cost of each node, and how much a piece may cost. Out: [`Pieces`]. Always true: every
//! node is in one piece, every piece is connected, and further pieces hang on at most one of its nodes besides
//! its root, so that a step needs only two rows of it from other threads (Hines, Eichner and Schuermann 2008,
//! doi:10.1007/s10827-007-0073-3). A piece may cost more than it should when a single node does.

use crate::morphology::NO_PARENT;

/// A cell in pieces, numbered such that each comes after the one that it hangs on.
#[derive(Clone, Debug, PartialEq)]
pub struct Pieces {
    /// The piece of each node.
    pub of_node: Vec<u32>,
    /// For each piece its root.
    pub root: Vec<u32>,
    /// For each piece the node where others hang; its root when they hang there or there are none.
    pub far: Vec<u32>,
    /// For each piece the sum of its nodes' costs.
    pub cost: Vec<f64>,
}

impl Pieces {
    /// Number of pieces.
    pub fn len(&self) -> usize {
        self.root.len()
    }

    /// Whether there is no piece, as for a cell without nodes.
    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }
}

/// What has grown together below a node, the node included.
#[derive(Clone, Copy, Default)]
struct Grown {
    cost: f64,
    /// Whether a piece hangs on it somewhere.
    bears: bool,
}

/// Cuts a tree (`parent` of each node, parents first, [`NO_PARENT`] for the one root) whose nodes cost `cost`, into pieces
/// of at most `limit` where nodes allow it.
pub fn cut(parent: &[u32], cost: &[f64], limit: f64) -> Pieces {
    let count = parent.len();
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (node, &p) in parent.iter().enumerate().filter(|(_, p)| **p != NO_PARENT) {
        children[p as usize].push(node as u32);
    }
    let mut grown: Vec<Grown> = cost.iter().map(|&cost| Grown { cost, bears: false }).collect();
    let mut is_root = vec![false; count];
    // Children come after their parents, so what hangs below a node is settled when it is reached.
    for node in (0..count).rev() {
        is_root[node] |= parent[node] == NO_PARENT;
        let mut kept = children[node].clone();
        kept.sort_by(|a, b| grown[*a as usize].cost.total_cmp(&grown[*b as usize].cost));
        let mut sum = cost[node] + kept.iter().map(|&c| grown[c as usize].cost).sum::<f64>();
        let mut off = Vec::new();
        while sum > limit
            && let Some(dearest) = kept.pop()
        {
            sum -= grown[dearest as usize].cost;
            off.push(dearest);
        }
        // Where pieces hang on this node, they can hang nowhere else below it in the same piece.
        let bearing = kept.iter().filter(|&&c| grown[c as usize].bears).count();
        if !off.is_empty() || bearing > 1 {
            off.extend(kept.iter().filter(|&&c| grown[c as usize].bears));
            kept.retain(|&c| !grown[c as usize].bears);
        }
        let bears = !off.is_empty() || bearing == 1;
        off.iter().for_each(|&c| is_root[c as usize] = true);
        grown[node] =
            Grown { cost: cost[node] + kept.iter().map(|&c| grown[c as usize].cost).sum::<f64>(), bears };
    }
    number(parent, cost, &is_root)
}

/// Numbers the pieces in the order of their roots.
fn number(parent: &[u32], cost: &[f64], is_root: &[bool]) -> Pieces {
    let count = parent.len();
    let mut pieces = Pieces { of_node: vec![0; count], root: Vec::new(), far: Vec::new(), cost: Vec::new() };
    for node in 0..count {
        if is_root[node] {
            if parent[node] != NO_PARENT {
                let bearer = pieces.of_node[parent[node] as usize] as usize;
                pieces.far[bearer] = parent[node];
            }
            pieces.of_node[node] = pieces.root.len() as u32;
            pieces.root.push(node as u32);
            pieces.far.push(node as u32);
            pieces.cost.push(0.0);
        } else {
            pieces.of_node[node] = pieces.of_node[parent[node] as usize];
        }
        pieces.cost[pieces.of_node[node] as usize] += cost[node];
    }
    pieces
}
