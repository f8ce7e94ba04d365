//! The mechanisms of one thread: their instances with the values that the model gives them.

use std::sync::Arc;

use super::layout::{self, LocalPopulation, NONE, Placement};
use super::own_events::Ticket;
use crate::ir;
use crate::kernel::{AlignedVector, Columns, Instances, Kept, NodeColumns, NodeIndex, Program, TableValues};
use crate::mechanism::Mechanism;
use crate::network::{Body, Model, Setting, StreamIds};
use crate::random::{Part, Stream};

/// All instances of one mechanism on one thread.
#[derive(Debug)]
pub struct Set {
    /// What they are instances of.
    pub mechanism: Arc<Mechanism>,
    /// Index of it in the model.
    pub index: usize,
    /// Their columns and places.
    pub instances: Instances,
    /// The mechanism's shared variables: the same on every thread.
    pub globals: Vec<f64>,
    /// Its tables, built from the shared variables.
    pub tables: Vec<TableValues>,
    /// The latest self-event with flag 1 of each instance: the one that `net_move` moves. Empty for density mechanisms, which have no events.
    pub tickets: Vec<Option<Ticket>>,
    /// Whether events look at all connections of their instance (FOR_NETCONS).
    pub looks_at_connections: bool,
    /// The conditions that each instance waits for, in the order of their WATCH statements. Empty without such statements.
    pub watching: Vec<Vec<Armed>>,
    /// Global id of the cell whose spike each one's `net_event` is, or [`NONE`]: artificial cells, and point processes that
    /// are their cell's detector. Else empty.
    pub ids: Vec<u32>,
    /// How many events each instance got at once in a step: the step, the count, and who sent the last one. Empty until one is sent.
    pub at_once: Vec<AtOnce>,
    /// A variable was changed from elsewhere since hidden columns were computed from it.
    pub stale: bool,
    /// What is the same for all instances in the kernels of every step.
    pub kept: KeptOfStep,
}

/// Which of a mechanism's kernels that run for all instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Hidden columns.
    Prepare,
    /// INITIAL.
    Initial,
    /// Currents.
    Current,
    /// States.
    State,
    /// Conditions of WATCH.
    Watch,
    /// BEFORE and AFTER blocks.
    Phase(ir::Stage),
}

impl Kernel {
    /// The kernel of this mechanism, if it has one.
    pub fn of(self, mechanism: &Mechanism) -> Option<&Program> {
        match self {
            Kernel::Prepare => mechanism.prepare.as_ref(),
            Kernel::Initial => mechanism.initial.as_ref(),
            Kernel::Current => mechanism.current.as_ref(),
            Kernel::State => mechanism.state.as_ref(),
            Kernel::Watch => mechanism.watch.as_ref(),
            Kernel::Phase(stage) => mechanism.phase(stage),
        }
    }
}

/// What is kept from step to step for the kernels that run in each.
#[derive(Clone, Debug, Default)]
pub struct KeptOfStep {
    current: Kept,
    state: Kept,
}

impl KeptOfStep {
    /// That of a kernel, if it runs in every step.
    pub fn of(&mut self, kernel: Kernel) -> Option<&mut Kept> {
        match kernel {
            Kernel::Current => Some(&mut self.current),
            Kernel::State => Some(&mut self.state),
            _ => None,
        }
    }
}

/// Events that an instance has sent itself and gets in the same step.
#[derive(Clone, Copy, Debug, Default)]
pub struct AtOnce {
    /// The step.
    pub step: u64,
    /// How many there were.
    pub count: u32,
}

/// A condition of WATCH that an instance waits for.
#[derive(Clone, Copy, Debug)]
pub struct Armed {
    /// Index in the mechanism's conditions.
    pub number: u32,
    /// Whether it was true when last looked at: only what becomes true counts.
    pub holds: bool,
    /// The event that told that it became true.
    pub event: Option<Ticket>,
}

/// An ion in the compartments of one thread.
#[derive(Clone, Debug)]
pub struct LocalIon {
    /// Slot of each compartment of the thread, or [`NONE`].
    pub slot: Vec<u32>,
    /// Compartment of each slot.
    pub nodes: Vec<u32>,
}

/// Builds the sets of one thread and completes `locals` with where the instances are. Mechanisms that write concentrations come first, as in
/// NEURON, else they stand in the model's order: what reads a concentration finds that of the same step. `ions` are in the model's order.
pub fn build(
    model: &Model,
    locals: &mut [LocalPopulation],
    nodes: &NodeColumns,
    ions: &[LocalIon],
) -> Vec<Set> {
    for (population, local) in model.populations.iter().zip(locals.iter_mut()) {
        if let Body::Cells(body) = &population.body {
            let cells = local.cells.len();
            local.density = body.densities.iter().map(|d| vec![NONE; d.nodes.len() * cells]).collect();
            local.point = vec![vec![NONE; cells]; body.points.len()];
        }
    }
    let mut sets = Vec::new();
    let mut order: Vec<usize> = (0..model.mechanisms.len()).collect();
    order.sort_by_key(|index| !writes_concentration(&model.mechanisms[*index].module));
    for index in order {
        let mechanism = &model.mechanisms[index];
        let set = if mechanism.module.kind == ir::Kind::ArtificialCell {
            artificial_set(model, index, mechanism, locals)
        } else {
            membrane_set(model, index, mechanism, locals, nodes, ions)
        };
        sets.extend(set);
    }
    sets
}

fn writes_concentration(module: &ir::Module) -> bool {
    let concentration = |v: &ir::IonVariable| matches!(v, ir::IonVariable::Inside | ir::IonVariable::Outside);
    module.ions.iter().any(|ion| ion.writes.iter().any(concentration))
}

fn membrane_set(
    model: &Model,
    index: usize,
    mechanism: &Arc<Mechanism>,
    locals: &mut [LocalPopulation],
    nodes: &NodeColumns,
    ions: &[LocalIon],
) -> Option<Set> {
    let module = &mechanism.module;
    let placements = layout::placements(model, index, locals);
    if placements.is_empty() {
        return None;
    }
    let mut columns = defaults(module, placements.len());
    let first = module.first.zip(layout::first_instance(model, index));
    let mut randoms: Vec<Vec<Stream>> = vec![Vec::new(); module.randoms.len()];
    let mut ids = Vec::new();
    for (instance, place) in placements.iter().enumerate() {
        let local = &mut locals[place.population as usize];
        let population = &model.populations[place.population as usize];
        let Body::Cells(body) = &population.body else { continue };
        let cell = local.cells[place.local as usize];
        let densities = body.densities.len();
        if let Some((column, _)) =
            first.filter(|(_, first)| *first == (place.population, cell, place.set, place.position))
        {
            columns.set(column.0 as usize, instance, 1.0);
        }
        let set = place.set as usize;
        let name: String;
        let mut given: (&[StreamIds], usize) = (&[], 0);
        if set < densities {
            let density = &body.densities[set];
            apply(&mut columns, instance, &density.settings, cell as usize, place.position as usize);
            local.density[set][place.local as usize * density.nodes.len() + place.position as usize] =
                instance as u32;
            name = format!("{}@{}", module.name, density.nodes[place.position as usize]);
        } else {
            let point = &body.points[set - densities];
            let position = layout::position_in_point_set(point, cell);
            apply(&mut columns, instance, &point.settings, position, 0);
            local.point[set - densities][place.local as usize] = instance as u32;
            if body.fires == Some(set - densities) {
                ids.resize(placements.len(), NONE);
                ids[instance] = (population.first_id + u64::from(cell)) as u32;
            }
            name = point.name.clone();
            given = (&point.streams, position);
        }
        for (number, (random, streams)) in module.randoms.iter().zip(&mut randoms).enumerate() {
            let own = || stream(model, &population.name, cell, &name, random);
            streams.push(chosen_stream(given, number).unwrap_or_else(own));
        }
    }
    columns.pad();
    let places: Vec<u32> = placements.iter().map(|p| p.node).collect();
    let point_scale = match module.kind {
        ir::Kind::PointProcess => {
            let scale: Vec<f64> = places.iter().map(|n| 100.0 / nodes.area[*n as usize]).collect();
            AlignedVector::from_slice(&scale)
        }
        _ => AlignedVector::new(0),
    };
    let slots = module.ions.iter().map(|used| ion_slots(model, ions, &used.name, &placements)).collect();
    let instances = Instances {
        columns,
        nodes: NodeIndex::new(&places),
        point_scale,
        ions: slots,
        randoms,
        plays: Vec::new(),
    };
    Some(new_set(model, mechanism, index, instances, ids))
}

fn ion_slots(model: &Model, ions: &[LocalIon], name: &str, placements: &[Placement]) -> (usize, NodeIndex) {
    let ion = model.ions.iter().position(|i| i.name == name).unwrap_or(0);
    let slots: Vec<u32> = placements.iter().map(|p| ions[ion].slot[p.node as usize]).collect();
    (ion, NodeIndex::new(&slots))
}

fn artificial_set(
    model: &Model,
    index: usize,
    mechanism: &Arc<Mechanism>,
    locals: &mut [LocalPopulation],
) -> Option<Set> {
    let module = &mechanism.module;
    let uses = |p: usize| matches!(&model.populations[p].body, Body::Artificial(a) if a.mechanism == index);
    let count = (0..locals.len()).filter(|p| uses(*p)).map(|p| locals[p].cells.len()).sum();
    if count == 0 {
        return None;
    }
    let mut columns = defaults(module, count);
    let first = module.first.zip(layout::first_instance(model, index));
    let mut randoms: Vec<Vec<Stream>> = vec![Vec::new(); module.randoms.len()];
    let mut plays = Vec::new();
    let mut ids = Vec::new();
    for ((p, population), local) in model.populations.iter().enumerate().zip(locals.iter_mut()) {
        let Body::Artificial(body) = &population.body else { continue };
        if body.mechanism != index {
            continue;
        }
        local.first_artificial = ids.len() as u32;
        for cell in &local.cells {
            if let Some((column, _)) = first.filter(|(_, first)| *first == (p as u32, *cell, 0, 0)) {
                columns.set(column.0 as usize, ids.len(), 1.0);
            }
            apply(&mut columns, ids.len(), &body.settings, *cell as usize, 0);
            for (number, (random, streams)) in module.randoms.iter().zip(&mut randoms).enumerate() {
                let own = || stream(model, &population.name, *cell, "", random);
                let given = (body.streams.as_slice(), *cell as usize);
                streams.push(chosen_stream(given, number).unwrap_or_else(own));
            }
            if module.plays {
                plays.push(body.times.get(*cell as usize).cloned().unwrap_or_else(|| Arc::from([])));
            }
            ids.push((population.first_id + u64::from(*cell)) as u32);
        }
    }
    columns.pad();
    let instances = Instances {
        columns,
        nodes: NodeIndex::Contiguous { first: 0 },
        point_scale: AlignedVector::new(0),
        ions: Vec::new(),
        randoms,
        plays,
    };
    Some(new_set(model, mechanism, index, instances, ids))
}

fn new_set(
    model: &Model,
    mechanism: &Arc<Mechanism>,
    index: usize,
    instances: Instances,
    ids: Vec<u32>,
) -> Set {
    let module = &mechanism.module;
    let mut globals = vec![0.0; module.global_count as usize];
    for variable in &module.globals {
        let first = variable.first as usize;
        globals[first..first + variable.length as usize].fill(variable.default);
    }
    for external in model.externals.iter().filter(|e| e.reader == index) {
        // What a mechanism without instances here has; else it is renewed before each run.
        let owner = &model.mechanisms[external.owner].module;
        let of = |v: &&ir::Variable| (v.first..v.first + v.length).contains(&external.from);
        globals[external.global as usize] = owner.globals.iter().find(of).map_or(0.0, |v| v.default);
    }
    let count = instances.columns.count();
    let watchers = if module.watches.is_empty() { 0 } else { count };
    Set {
        mechanism: mechanism.clone(),
        index,
        instances,
        globals,
        tables: Vec::new(),
        tickets: vec![None; if module.kind == ir::Kind::Density { 0 } else { count }],
        looks_at_connections: mechanism.receive.as_ref().is_some_and(|p| p.uses_connections()),
        watching: vec![Vec::new(); watchers],
        ids,
        at_once: Vec::new(),
        stale: false,
        kept: KeptOfStep::default(),
    }
}

fn defaults(module: &ir::Module, count: usize) -> Columns {
    let mut columns = Columns::new(module.columns as usize, count);
    for variable in &module.variables {
        for column in variable.first..variable.first + variable.length {
            columns.fill(column as usize, variable.default);
        }
    }
    columns
}

fn apply(columns: &mut Columns, instance: usize, settings: &[Setting], cell: usize, node: usize) {
    for setting in settings {
        columns.set(setting.column as usize, instance, setting.values.get(cell, node));
    }
}

/// The stream that the description chooses for RANDOM variable number `random` of a cell.
fn chosen_stream((given, position): (&[StreamIds], usize), random: usize) -> Option<Stream> {
    let ids = given.iter().find(|ids| ids.random == random)?;
    let [id1, id2, id3, index] = *ids.of_cell.get(position)?;
    Some(Stream::new(id1, id2, id3, index))
}

fn stream(model: &Model, population: &str, cell: u32, owner: &str, random: &str) -> Stream {
    let parts =
        [Part::Name(population), Part::Number(u64::from(cell)), Part::Name(owner), Part::Name(random)];
    Stream::keyed(model.simulation.seed, &parts)
}
