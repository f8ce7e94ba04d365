//! What POINTER and EXTERNAL variables stand for: before a kernel runs, they take the values at their ends, and a POINTER that the
//! mechanism's code writes brings its value back there when the kernel has run.
//!
//! Both ends of a pointer are in one cell, so on one thread. Instances run together where none can see what another one writes;
//! else one after the other, in their order, each with its pointers renewed before it, as NEURON has it. Two that write to one
//! place then do so in a fixed order: that of mechanisms in the model, then of instances in the cell.

use super::layout::{LocalPopulation, NONE};
use super::membrane::Membrane;
use super::report::{Probe, probe, read};
use super::sets::Set;
use crate::ir::IonVariable;
use crate::network::{Body, Model, Owner};

/// One pointer of one instance.
#[derive(Clone, Copy, Debug)]
struct Link {
    column: u32,
    instance: u32,
    end: Probe,
    written: bool,
}

/// A shared variable of another set that this set's code reads.
#[derive(Clone, Copy, Debug)]
struct Foreign {
    global: usize,
    set: usize,
    from: usize,
}

/// The pointers of one set.
#[derive(Clone, Debug, Default)]
struct SetLinks {
    /// In the order of instances.
    links: Vec<Link>,
    /// Some of them are written.
    written: bool,
    /// An instance may see what another one writes.
    in_turn: bool,
    foreign: Vec<Foreign>,
}

/// The pointers of all sets of one thread.
#[derive(Debug)]
pub struct Links {
    of_set: Vec<SetLinks>,
    values: Vec<f64>,
}

impl Links {
    /// Finds both ends of every pointer.
    pub fn new(model: &Model, locals: &[LocalPopulation], sets: &[Set], membrane: &Membrane) -> Links {
        let mut of_set = vec![SetLinks::default(); sets.len()];
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
                let pointers = &sets[set].mechanism.module.pointers;
                let written = pointers.iter().any(|p| p.column.0 == pointer.column && p.written);
                for (i, instance) in instances.iter().enumerate().filter(|(_, instance)| **instance != NONE) {
                    let (position, own) = (i / nodes.len(), nodes[i % nodes.len()]);
                    if pointer.nodes.binary_search(&own).is_err() {
                        continue;
                    }
                    let cell_node = pointer.node.unwrap_or(own);
                    let (target, body) = (&pointer.target, &population.body);
                    // Cells with pointers are never cut, so the end is here too.
                    let end = probe(target, body, local, position, cell_node, sets, membrane);
                    let Some(end) = end else { continue };
                    of_set[set].links.push(Link {
                        column: pointer.column,
                        instance: *instance,
                        end,
                        written,
                    });
                }
            }
        }
        for (number, links) in of_set.iter_mut().enumerate() {
            links.links.sort_by_key(|link| link.instance);
            links.written = links.links.iter().any(|link| link.written);
            links.in_turn = in_turn(number, &links.links, sets);
        }
        for external in &model.externals {
            let place = |mechanism| sets.iter().position(|s| s.index == mechanism);
            if let (Some(reader), Some(set)) = (place(external.reader), place(external.owner)) {
                let (global, from) = (external.global as usize, external.from as usize);
                of_set[reader].foreign.push(Foreign { global, set, from });
            }
        }
        Links { of_set, values: Vec::new() }
    }

    /// Whether instances of set number `set` must run one after the other.
    pub fn in_turn(&self, set: usize) -> bool {
        self.of_set[set].in_turn
    }

    /// Renews the pointers of set number `set`, of all instances or of one, and what it reads of other mechanisms.
    pub fn follow(&mut self, set: usize, one: Option<usize>, sets: &mut [Set], membrane: &Membrane) {
        let Links { of_set, values } = self;
        if of_set[set].links.is_empty() && of_set[set].foreign.is_empty() {
            return;
        }
        let links = of_set[set].of(one);
        values.clear();
        values.extend(links.iter().map(|link| read(link.end, sets, membrane)));
        let columns = &mut sets[set].instances.columns;
        for (link, value) in links.iter().zip(values.iter()) {
            columns.set(link.column as usize, link.instance as usize, *value);
        }
        for foreign in &of_set[set].foreign {
            sets[set].globals[foreign.global] = sets[foreign.set].globals[foreign.from];
        }
    }

    /// Brings back what set number `set`, all instances or one, wrote to its pointers.
    pub fn bring_back(&self, set: usize, one: Option<usize>, sets: &mut [Set], membrane: &mut Membrane) {
        if !self.of_set[set].written {
            return;
        }
        for link in self.of_set[set].of(one).iter().filter(|link| link.written) {
            let value = sets[set].instances.columns.get(link.column as usize, link.instance as usize);
            match link.end {
                Probe::Voltage { node } => membrane.nodes.voltage[node as usize] = value,
                Probe::Ion { ion, variable, slot } => {
                    membrane.ions[ion as usize].get_mut(variable)[slot as usize] = value;
                }
                Probe::Column { set, column, instance } => {
                    let Set { instances, stale, .. } = &mut sets[set as usize];
                    let (column, instance) = (column as usize, instance as usize);
                    if instances.columns.get(column, instance).to_bits() != value.to_bits() {
                        instances.columns.set(column, instance, value);
                        *stale = true;
                    }
                }
                Probe::Nothing => {}
            }
        }
    }
}

impl SetLinks {
    /// The links of all instances, or of one.
    fn of(&self, one: Option<usize>) -> &[Link] {
        let Some(one) = one else { return &self.links };
        let first = self.links.partition_point(|link| (link.instance as usize) < one);
        let count = self.links[first..].partition_point(|link| link.instance as usize == one);
        &self.links[first..first + count]
    }
}

/// Whether an instance of set number `number` could see, in a run for all at once, what it should not yet, or not see what it should.
fn in_turn(number: usize, links: &[Link], sets: &[Set]) -> bool {
    let ions = &sets[number].mechanism.module.ions;
    let writes_ions = ions.iter().any(|ion| !ion.writes.is_empty());
    let own = |link: &Link| match link.end {
        Probe::Column { set, .. } => set as usize == number,
        // What kernels read of their compartment without a pointer, or add to.
        Probe::Voltage { .. } => link.written,
        Probe::Ion { variable, .. } => link.written || writes_ions || variable == IonVariable::Current,
        Probe::Nothing => false,
    };
    let mut written: Vec<Probe> = links.iter().filter(|link| link.written).map(|link| link.end).collect();
    written.sort();
    let meets = |link: &Link| {
        let first = written.partition_point(|end| *end < link.end);
        written[first..].iter().take(2).filter(|end| **end == link.end).count() > usize::from(link.written)
    };
    links.iter().any(|link| own(link) || meets(link))
}
