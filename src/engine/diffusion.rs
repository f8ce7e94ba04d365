//! Diffusion along the cable of states that KINETIC blocks name in LONGITUDINAL_DIFFUSION.
//!
//! In: the states after all mechanisms have taken their step, with the volume per length V (um2) and the diffusion constant times
//! cross-section D (um4/ms) that their kernels left. Out: the states after one more step of backward Euler of
//!
//! ```text
//! V dc/dt = d/dx (D dc/dx)
//! ```
//!
//! on the tree of the compartments that hold the state, discretised as in NEURON: between a compartment of length h and its neighbour
//! of length k towards the root D is the mean of both, the distance (h + k)/2, so that c V h summed over the cell stays.
//! Each cell is on one thread, and each state is solved for by itself.

use super::layout::{LocalPopulation, NONE};
use super::membrane::Membrane;
use super::sets::Set;
use crate::ir::Place;
use crate::network::{Body, CellBody, Model};

/// All that diffuses on one thread.
#[derive(Debug, Default)]
pub struct Diffusions {
    trees: Vec<Tree>,
    work: Work,
}

/// The instances of one set, parents first, and how they hang together.
#[derive(Debug)]
struct Tree {
    set: usize,
    instance: Vec<u32>,
    /// Position of the parent in these lists, or [`NONE`].
    parent: Vec<u32>,
    /// 2/(h (h + k)), 1/um2: in the equation of the compartment.
    own: Vec<f64>,
    /// 2/(k (h + k)), 1/um2: in the equation of its parent.
    parents: Vec<f64>,
}

#[derive(Debug, Default)]
struct Work {
    diagonal: Vec<f64>,
    right: Vec<f64>,
    above: Vec<f64>,
    below: Vec<f64>,
}

/// One instance of a cell before it has a place: density set, position in its nodes, parent in this list, and the two factors.
type Link = (usize, usize, Option<usize>, f64, f64);

impl Diffusions {
    /// Finds what diffuses among the mechanisms of the cells in `locals`.
    pub fn new(model: &Model, locals: &[LocalPopulation], sets: &[Set]) -> Diffusions {
        let mut trees = Vec::new();
        for (number, set) in sets.iter().enumerate() {
            if set.mechanism.module.diffusions.is_empty() {
                continue;
            }
            let mut tree = Tree {
                set: number,
                instance: Vec::new(),
                parent: Vec::new(),
                own: Vec::new(),
                parents: Vec::new(),
            };
            for (population, local) in model.populations.iter().zip(locals) {
                let Body::Cells(body) = &population.body else { continue };
                let links = links(body, set.index);
                for position in 0..local.cells.len() {
                    let first = tree.instance.len() as u32;
                    for (density, k, parent, own, parents) in &links {
                        let width = body.densities[*density].nodes.len();
                        tree.instance.push(local.density[*density][position * width + k]);
                        tree.parent.push(parent.map_or(NONE, |p| first + p as u32));
                        tree.own.push(*own);
                        tree.parents.push(*parents);
                    }
                }
            }
            trees.push(tree);
        }
        Diffusions { trees, work: Work::default() }
    }

    /// Takes all states that diffuse a step of `dt` (ms) further.
    pub fn step(&mut self, dt: f64, sets: &mut [Set], membrane: &mut Membrane) {
        for tree in &self.trees {
            let Set { mechanism, instances, .. } = &mut sets[tree.set];
            for diffusion in &mechanism.module.diffusions {
                let columns = &mut instances.columns;
                let volume = columns.column(diffusion.volume.0 as usize);
                let constant = columns.column(diffusion.constant.0 as usize);
                match diffusion.state {
                    Place::Column(state) => {
                        let before = columns.column(state.0 as usize);
                        self.work.solve(tree, dt, volume, constant, |i| before[i]);
                        let after = columns.column_mut(state.0 as usize);
                        self.work.hand_over(tree, |i, value| after[i] = value);
                    }
                    Place::Ion(ion, variable) => {
                        let Some((ion, slots)) = instances.ions.get(ion.0 as usize) else { continue };
                        let values = membrane.ions[*ion].get_mut(variable);
                        self.work.solve(tree, dt, volume, constant, |i| values[slots.get(i)]);
                        self.work.hand_over(tree, |i, value| values[slots.get(i)] = value);
                    }
                    Place::Voltage | Place::Area | Place::Diameter | Place::PointScale => {}
                }
            }
        }
    }
}

impl Work {
    /// Sets the equations up and solves them: elimination from the leaves to the roots, and back.
    fn solve(
        &mut self,
        tree: &Tree,
        dt: f64,
        volume: &[f64],
        constant: &[f64],
        before: impl Fn(usize) -> f64,
    ) {
        let Work { diagonal, right, above, below } = self;
        let count = tree.instance.len();
        diagonal.clear();
        diagonal.resize(count, 1.0 / dt);
        right.clear();
        right.extend(tree.instance.iter().map(|i| before(*i as usize) / dt));
        above.clear();
        above.resize(count, 0.0);
        below.clear();
        below.resize(count, 0.0);
        for i in 0..count {
            let parent = tree.parent[i] as usize;
            if tree.parent[i] == NONE {
                continue;
            }
            let (me, other) = (tree.instance[i] as usize, tree.instance[parent] as usize);
            let mean = (constant[me] + constant[other]) / 2.0;
            above[i] = -tree.parents[i] * mean / volume[other];
            below[i] = -tree.own[i] * mean / volume[me];
            diagonal[i] -= below[i];
            diagonal[parent] -= above[i];
        }
        for i in (0..count).rev().filter(|i| tree.parent[*i] != NONE) {
            let parent = tree.parent[i] as usize;
            let factor = above[i] / diagonal[i];
            diagonal[parent] -= factor * below[i];
            right[parent] -= factor * right[i];
        }
        for i in 0..count {
            if tree.parent[i] != NONE {
                right[i] -= below[i] * right[tree.parent[i] as usize];
            }
            right[i] /= diagonal[i];
        }
    }

    fn hand_over(&self, tree: &Tree, mut set: impl FnMut(usize, f64)) {
        for (instance, value) in tree.instance.iter().zip(&self.right) {
            set(*instance as usize, *value);
        }
    }
}

/// How the instances of a mechanism in one cell hang together, parents first.
fn links(body: &CellBody, mechanism: usize) -> Vec<Link> {
    let shape = &body.compartments;
    let mut placed: Vec<Option<(usize, usize)>> = vec![None; shape.len()];
    for (d, density) in body.densities.iter().enumerate().filter(|(_, d)| d.mechanism == mechanism) {
        for (k, node) in density.nodes.iter().enumerate() {
            placed[*node as usize] = Some((d, k));
        }
    }
    let holds = |node: u32| placed[node as usize].is_some();
    let mut outer: Vec<Vec<u32>> = vec![Vec::new(); shape.len()];
    let mut inner = vec![None; shape.len()];
    let mut waiting = Vec::new();
    for node in (0..shape.len() as u32).filter(|node| holds(*node)) {
        inner[node as usize] = shape.inner_neighbour(node, holds);
        match inner[node as usize] {
            Some(other) => outer[other as usize].push(node),
            None => waiting.push(node),
        }
    }
    let mut position = vec![None; shape.len()];
    let mut list = Vec::new();
    while let Some(node) = waiting.pop() {
        let Some((density, k)) = placed[node as usize] else { continue };
        position[node as usize] = Some(list.len());
        waiting.extend(&outer[node as usize]);
        let (parent, own, parents) = match inner[node as usize] {
            None => (None, 0.0, 0.0),
            Some(other) => {
                let (h, k) = (shape.length[node as usize], shape.length[other as usize]);
                (position[other as usize], 2.0 / h / (h + k), 2.0 / k / (h + k))
            }
        };
        list.push((density, k, parent, own, parents));
    }
    list
}
