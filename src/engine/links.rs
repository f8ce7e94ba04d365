//! What POINTER variables stand for: before a kernel runs, the columns of its pointers take the values at their ends.

use super::layout::{LocalPopulation, NONE};
use super::membrane::Membrane;
use super::report::{Probe, probe, read};
use super::sets::Set;
use crate::network::{Body, Model, Owner};

/// One pointer of one instance.
#[derive(Clone, Copy, Debug)]
struct Link {
    column: u32,
    instance: u32,
    from: Probe,
}

/// The pointers of all sets of one thread.
#[derive(Debug)]
pub struct Links {
    /// In the order of instances.
    of_set: Vec<Vec<Link>>,
    values: Vec<f64>,
}

impl Links {
    /// Finds both ends of every pointer.
    pub fn new(model: &Model, locals: &[LocalPopulation], sets: &[Set], membrane: &Membrane) -> Links {
        let mut of_set = vec![Vec::new(); sets.len()];
        for (population, local) in model.populations.iter().zip(locals) {
            let Body::Cells(body) = &population.body else { continue };
            for pointer in &body.pointers {
                let (mechanism, nodes, instances) = match pointer.owner {
                    Owner::Density(d) => {
                        let set = &body.densities[d];
                        (set.mechanism, set.nodes.as_slice(), &local.density[d])
                    }
                    Owner::Point(p) => {
                        let set = &body.points[p];
                        (set.mechanism, std::slice::from_ref(&set.node), &local.point[p])
                    }
                };
                let Some(set) = sets.iter().position(|s| s.index == mechanism) else { continue };
                for (i, instance) in instances.iter().enumerate().filter(|(_, instance)| **instance != NONE) {
                    let (position, own) = (i / nodes.len(), nodes[i % nodes.len()]);
                    let cell_node = pointer.node.unwrap_or(own);
                    let node = local.node(position, cell_node);
                    let (target, body) = (&pointer.target, &population.body);
                    let from = probe(target, body, local, position, cell_node, node, sets, membrane);
                    of_set[set].push(Link { column: pointer.column, instance: *instance, from });
                }
            }
        }
        for links in &mut of_set {
            links.sort_by_key(|link| link.instance);
        }
        Links { of_set, values: Vec::new() }
    }

    /// Renews the pointers of set number `set`: of all instances, or of one.
    pub fn follow(&mut self, set: usize, one: Option<usize>, sets: &mut [Set], membrane: &Membrane) {
        let Links { of_set, values } = self;
        let mut links = of_set[set].as_slice();
        if let Some(one) = one {
            let first = links.partition_point(|link| (link.instance as usize) < one);
            let count = links[first..].partition_point(|link| link.instance as usize == one);
            links = &links[first..first + count];
        }
        values.clear();
        values.extend(links.iter().map(|link| read(link.from, sets, membrane)));
        let columns = &mut sets[set].instances.columns;
        for (link, value) in links.iter().zip(values.iter()) {
            columns.set(link.column as usize, link.instance as usize, *value);
        }
    }
}
