//! What cells read of each other at every step: gap junctions, and pointers to other cells.
//!
//! In: the couplings of a model and which thread has which cell. Out: before the kernels that use them run, the columns of those who
//! read hold the values of those who are read. What is read from a cell of the same thread is copied straight; what crosses threads
//! goes over a [`Board`]: every thread writes what others want to know of its cells, all meet, and every thread reads.
//!
//! A potential crosses as soon as it is new, between the voltages and the states of a step. So currents see v(t) and states v(t + dt), as a
//! POINTER and a `target_var` do in NEURON. All else crosses once a step too, after its events and before its currents;
//! until the next step nobody sees it change. That holds on one thread as well, so the result does not depend on
//! where cells are. A board that nobody needs costs nothing, not even a meeting.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use super::layout::{LocalPopulation, NONE};
use super::membrane::Membrane;
use super::report::{Probe, probe, read};
use super::sets::Set;
use crate::network::{Body, Model, Owner, Quantity};
use crate::partition::Plan;

/// What crosses at one moment of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Membrane potentials, when they are new.
    Voltages,
    /// All else, before the currents.
    Others,
}

impl Moment {
    fn of(quantity: &Quantity) -> Moment {
        match quantity {
            Quantity::Voltage => Moment::Voltages,
            _ => Moment::Others,
        }
    }
}

/// Values in a cache line: threads write to lines of their own.
const LINE: usize = 8;

/// A variable of a cell: the first coupling that reads the same of its population, and the cell.
type Source = (usize, u32);

/// Where threads leave what others read.
#[derive(Debug)]
pub struct Board {
    voltages: Part,
    others: Part,
}

/// The values that cross at one moment. Two sheets are used in turn: the slowest thread may still read the one of the step before.
#[derive(Debug, Default)]
struct Part {
    slot: BTreeMap<Source, u32>,
    sheets: [Vec<AtomicU64>; 2],
}

impl Board {
    /// A board for the couplings of `model` that cross threads as `plan` deals the cells out.
    pub fn new(model: &Model, plan: &Plan) -> Board {
        let part = |moment: Moment| {
            // By thread first: then the values of a thread lie together.
            let mut crossing: BTreeSet<(u16, Source)> = BTreeSet::new();
            for coupling in model.couplings.iter().filter(|c| Moment::of(&c.quantity) == moment) {
                let key = key(model, coupling);
                for (reader, source) in &coupling.pairs {
                    let thread = plan.thread_of[coupling.source][*source as usize];
                    if plan.thread_of[coupling.population][*reader as usize] != thread {
                        crossing.insert((thread, (key, *source)));
                    }
                }
            }
            let mut part = Part::default();
            let mut next = 0;
            let mut last = None;
            for (thread, source) in crossing {
                if last.is_some_and(|last| last != thread) {
                    next = usize::next_multiple_of(next, LINE);
                }
                last = Some(thread);
                part.slot.insert(source, next as u32);
                next += 1;
            }
            part.sheets = [0, 1].map(|_| (0..next).map(|_| AtomicU64::new(0)).collect());
            part
        };
        Board { voltages: part(Moment::Voltages), others: part(Moment::Others) }
    }

    /// Whether anything crosses threads at this moment: then all have to meet.
    pub fn is_used(&self, moment: Moment) -> bool {
        !self.part(moment).slot.is_empty()
    }

    fn part(&self, moment: Moment) -> &Part {
        match moment {
            Moment::Voltages => &self.voltages,
            Moment::Others => &self.others,
        }
    }
}

/// The number of the first coupling that reads the same variable of the same population.
fn key(model: &Model, coupling: &crate::network::Coupling) -> usize {
    let same = |c: &crate::network::Coupling| {
        c.source == coupling.source && c.node == coupling.node && c.quantity == coupling.quantity
    };
    model.couplings.iter().position(same).unwrap_or(0)
}

/// All that goes into one column of one set.
#[derive(Debug)]
struct Readers {
    set: usize,
    column: usize,
    /// From cells of this thread: what is read, and the instance that gets it.
    inside: Vec<(Probe, u32)>,
    /// From the board: the slot, and the instance that gets it.
    into: Vec<(u32, u32)>,
}

/// One thread's part in the exchange.
#[derive(Debug)]
pub struct Couplings {
    voltages: Traffic,
    others: Traffic,
}

#[derive(Debug, Default)]
struct Traffic {
    readers: Vec<Readers>,
    /// From cells of this thread to the board.
    out: Vec<(Probe, u32)>,
    values: Vec<f64>,
}

impl Traffic {
    /// Those who read into this column.
    fn readers(&mut self, set: usize, column: usize) -> &mut Readers {
        let known = self.readers.iter().position(|r| (r.set, r.column) == (set, column));
        let number = known.unwrap_or_else(|| {
            self.readers.push(Readers { set, column, inside: Vec::new(), into: Vec::new() });
            self.readers.len() - 1
        });
        &mut self.readers[number]
    }
}

impl Couplings {
    /// Finds both ends of every coupling among this thread's cells.
    pub fn new(
        model: &Model,
        board: &Board,
        locals: &[LocalPopulation],
        sets: &[Set],
        membrane: &Membrane,
    ) -> Couplings {
        let mut all = Couplings { voltages: Traffic::default(), others: Traffic::default() };
        let mut posted = BTreeSet::new();
        for coupling in &model.couplings {
            let Body::Cells(readers) = &model.populations[coupling.population].body else { continue };
            let moment = Moment::of(&coupling.quantity);
            let traffic = match moment {
                Moment::Voltages => &mut all.voltages,
                Moment::Others => &mut all.others,
            };
            let slots = &board.part(moment).slot;
            let key = key(model, coupling);
            let (here, there) = (&locals[coupling.population], &locals[coupling.source]);
            let (mechanism, nodes, own) = match coupling.owner {
                Owner::Density(d) => {
                    let set = &readers.densities[d];
                    (set.mechanism, set.nodes.as_slice(), here.density[d].as_slice())
                }
                Owner::Point(p) => {
                    let set = &readers.points[p];
                    (set.mechanism, std::slice::from_ref(&set.node), here.point[p].as_slice())
                }
            };
            let set = sets.iter().position(|s| s.index == mechanism);
            let width = own.len() / here.cells.len().max(1);
            let body = &model.populations[coupling.source].body;
            for (reader, source) in &coupling.pairs {
                let from = there.local(*source).map(|position| {
                    let node = there.node(position, coupling.node);
                    probe(&coupling.quantity, body, there, position, coupling.node, node, sets, membrane)
                });
                let slot = slots.get(&(key, *source));
                if let (Some(from), Some(slot)) = (from, slot)
                    && posted.insert((key, *source))
                {
                    traffic.out.push((from, *slot));
                }
                let (Some(position), Some(set)) = (here.local(*reader), set) else { continue };
                for (node, instance) in nodes.iter().zip(&own[position * width..(position + 1) * width]) {
                    if *instance == NONE || coupling.nodes.binary_search(node).is_err() {
                        continue;
                    }
                    let readers = traffic.readers(set, coupling.column as usize);
                    match (from, slot) {
                        (Some(from), _) => readers.inside.push((from, *instance)),
                        (None, Some(slot)) => readers.into.push((*slot, *instance)),
                        (None, None) => {}
                    }
                }
            }
        }
        all
    }

    fn traffic(&mut self, moment: Moment) -> &mut Traffic {
        match moment {
            Moment::Voltages => &mut self.voltages,
            Moment::Others => &mut self.others,
        }
    }

    /// Writes what other threads want to know of this one's cells to the board's sheet of step `step`.
    pub fn post(&mut self, moment: Moment, step: u64, board: &Board, sets: &[Set], membrane: &Membrane) {
        // The meeting that follows orders these stores before all loads.
        let sheet = &board.part(moment).sheets[(step & 1) as usize];
        for (from, slot) in &self.traffic(moment).out {
            sheet[*slot as usize].store(read(*from, sets, membrane).to_bits(), Ordering::Relaxed);
        }
    }

    /// Gives every reader of this thread its value; those from other threads have all been posted.
    pub fn take(&mut self, moment: Moment, step: u64, board: &Board, sets: &mut [Set], membrane: &Membrane) {
        let sheet = &board.part(moment).sheets[(step & 1) as usize];
        let Traffic { readers, values, .. } = self.traffic(moment);
        // All are read before any is written: one who is read may be a reader too.
        values.clear();
        let inside = readers.iter().flat_map(|readers| &readers.inside);
        values.extend(inside.map(|(from, _)| read(*from, sets, membrane)));
        let mut values = values.iter();
        for Readers { set, column, inside, into } in readers {
            let column = sets[*set].instances.columns.column_mut(*column);
            for ((_, instance), value) in inside.iter().zip(&mut values) {
                column[*instance as usize] = *value;
            }
            for (slot, instance) in into {
                column[*instance as usize] = f64::from_bits(sheet[*slot as usize].load(Ordering::Relaxed));
            }
        }
    }
}
