//! The checked model: everything the engine needs, nothing that can be wrong.

use std::ops::Index;
use std::sync::Arc;

use crate::mechanism::Mechanism;
use crate::morphology::Compartments;

/// Settings of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// Time step, ms.
    pub dt: f64,
    /// End of the run, ms.
    pub tstop: f64,
    /// Temperature, degC.
    pub celsius: f64,
    /// Membrane potential at t = 0, mV.
    pub v_init: f64,
    /// Keys every random stream.
    pub seed: u64,
}

/// A whole network, checked.
#[derive(Clone, Debug)]
pub struct Model {
    /// The network's name; output goes to a folder of that name unless told otherwise.
    pub name: String,
    /// Settings of a run.
    pub simulation: Simulation,
    /// Every mechanism that is used.
    pub mechanisms: Vec<Arc<Mechanism>>,
    /// Ions with any setting or user.
    pub ions: Vec<Ion>,
    /// Populations in the order of the description; global cell ids run through them in this order.
    pub populations: Vec<Population>,
    /// What instances on one cell read of another cell, in the order of the description.
    pub couplings: Vec<Coupling>,
    /// Connections in the order of the description.
    pub projections: Vec<Projection>,
    /// What to record beside spikes.
    pub reports: Vec<Report>,
    /// What mechanisms read of others' shared variables.
    pub externals: Vec<External>,
}

/// An EXTERNAL variable of a mechanism, and the GLOBAL of another one that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct External {
    /// Index into [`Model::mechanisms`] of the one that reads it.
    pub reader: usize,
    /// Its shared variable that takes the value.
    pub global: u32,
    /// Index into [`Model::mechanisms`] of the one that owns it.
    pub owner: usize,
    /// The owner's shared variable.
    pub from: u32,
}

impl Model {
    /// Number of cells, artificial ones included.
    pub fn cell_count(&self) -> u64 {
        self.populations.iter().map(|p| u64::from(p.count)).sum()
    }

    /// The population of that name and its index.
    pub fn population(&self, name: &str) -> Option<(usize, &Population)> {
        self.populations.iter().enumerate().find(|(_, p)| p.name == name)
    }
}

/// An ion, with its values where no cell says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Ion {
    /// Such as `na`.
    pub name: String,
    /// Charge number.
    pub valence: i32,
    /// Default reversal potential, mV.
    pub reversal: f64,
    /// Default concentration inside, mM.
    pub inside: f64,
    /// Default concentration outside, mM.
    pub outside: f64,
}

/// Cells of one kind.
#[derive(Clone, Debug)]
pub struct Population {
    /// As in the description.
    pub name: String,
    /// Global id of its first cell; the cell with index `i` has id `first_id + i`.
    pub first_id: u64,
    /// Number of cells.
    pub count: u32,
    /// What its cells are.
    pub body: Body,
}

/// What the cells of a population are.
#[derive(Clone, Debug)]
pub enum Body {
    /// Cells with membrane.
    Cells(CellBody),
    /// Event-driven cells of one ARTIFICIAL_CELL mechanism.
    Artificial(ArtificialBody),
}

/// Values of one variable over the instances that a population places.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// The same everywhere.
    Uniform(f64),
    /// One value for each of the placement's nodes, the same in every cell.
    PerNode(Vec<f64>),
    /// One value for each cell of the population (of a [`PointSet`]: for each of its cells), the same at all its nodes.
    PerCell(Vec<f64>),
}

impl Values {
    /// The value at the placement's node number `node` of its cell number `cell`.
    pub fn get(&self, cell: usize, node: usize) -> f64 {
        match self {
            Values::Uniform(x) => *x,
            Values::PerNode(list) => list[node],
            Values::PerCell(list) => list[cell],
        }
    }
}

/// A value given to one column of a mechanism.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Column of the mechanism's module (an array's element is a column of its own).
    pub column: u32,
    /// The values, in the variable's unit.
    pub values: Values,
}

/// Cells with membrane: all of one shape, with the same mechanisms at the same places.
#[derive(Clone, Debug)]
pub struct CellBody {
    /// Name of the cell type.
    pub cell_type: String,
    /// Names of its sections, by the section indices of `compartments`.
    pub sections: Arc<Vec<String>>,
    /// The discretised shape.
    pub compartments: Arc<Compartments>,
    /// Membrane capacitance of each node, uF/cm2 (0 at nodes without area).
    pub capacitance: Arc<Vec<f64>>,
    /// Density mechanisms, in the order in which their currents are summed.
    pub densities: Vec<DensitySet>,
    /// Point processes, in the order in which their currents are summed.
    pub points: Vec<PointSet>,
    /// Ions present, with the cell's own values.
    pub ions: Vec<IonSet>,
    /// Where spikes are detected; `None`: the voltage fires no spikes.
    pub detector: Option<Detector>,
    /// Index into [`CellBody::points`] of the point process whose `net_event` is the cell's spike.
    pub fires: Option<usize>,
    /// Parameters to be chosen at initialisation so that each node rests at v_init.
    pub rests: Vec<Rest>,
    /// What the POINTERs of mechanisms point at.
    pub pointers: Vec<Pointer>,
}

impl CellBody {
    /// Whether the variable exists at this node. A point process has a node of its own.
    pub fn holds(&self, quantity: &Quantity, node: u32) -> bool {
        match quantity {
            Quantity::Voltage | Quantity::Point { .. } => true,
            Quantity::Density { density, .. } => self.densities[*density].nodes.binary_search(&node).is_ok(),
            Quantity::Ion { ion, .. } => {
                let ion = self.ions[*ion].ion;
                self.ions.iter().any(|set| set.ion == ion && set.nodes.binary_search(&node).is_ok())
            }
        }
    }
}

/// What owns a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Index into [`CellBody::densities`].
    Density(usize),
    /// Index into [`CellBody::points`].
    Point(usize),
}

/// A POINTER of instances of a density mechanism or point process of the cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointer {
    /// Whose it is.
    pub owner: Owner,
    /// Nodes of the instances that have it, ascending: elsewhere it may point at something else.
    pub nodes: Vec<u32>,
    /// Column of its mechanism that holds what it points at.
    pub column: u32,
    /// What it points at, in the same cell.
    pub target: Quantity,
    /// Node of the target; `None`: the instance's own.
    pub node: Option<u32>,
}

/// Instances on cells of one population that read, at every step, a variable of cells of another or the same population.
#[derive(Clone, Debug, PartialEq)]
pub struct Coupling {
    /// Population of those who read.
    pub population: usize,
    /// Who reads: instances of a density mechanism, or the point process of the cell.
    pub owner: Owner,
    /// Nodes of the instances that read, ascending.
    pub nodes: Vec<u32>,
    /// Column of their mechanism that gets the value.
    pub column: u32,
    /// Population of those who are read.
    pub source: usize,
    /// What is read.
    pub quantity: Quantity,
    /// Node of the cell that is read.
    pub node: u32,
    /// The cell that reads and the cell that is read, ascending; a cell reads one at most.
    pub pairs: Vec<(u32, u32)>,
}

/// A density mechanism on a set of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct DensitySet {
    /// Index into [`Model::mechanisms`].
    pub mechanism: usize,
    /// Nodes of the cell, ascending.
    pub nodes: Vec<u32>,
    /// Values other than the mechanism's defaults.
    pub settings: Vec<Setting>,
}

/// A point process at one node, on all or some cells of the population.
#[derive(Clone, Debug, PartialEq)]
pub struct PointSet {
    /// As connections and recordings name it.
    pub name: String,
    /// Index into [`Model::mechanisms`].
    pub mechanism: usize,
    /// Node of the cell.
    pub node: u32,
    /// Indices of the cells that have it, ascending; `None`: every cell.
    pub cells: Option<Vec<u32>>,
    /// Values other than the mechanism's defaults.
    pub settings: Vec<Setting>,
    /// Random streams other than those of the run's seed.
    pub streams: Vec<StreamIds>,
}

/// Identifiers of the stream that a RANDOM variable draws from, one for each cell: equal ones give equal numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamIds {
    /// Index into the mechanism's RANDOM variables.
    pub random: usize,
    /// NEURON's id1, id2, id3 and global index; in the order of the cells that have the mechanism.
    pub of_cell: Vec<[u32; 4]>,
}

/// An ion on a set of nodes. Where [`Nernst`] differs from place to place, a cell has several sets of one ion, on disjoint nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct IonSet {
    /// Index into [`Model::ions`].
    pub ion: usize,
    /// Nodes of the cell, ascending.
    pub nodes: Vec<u32>,
    /// Reversal potential, mV; used unless `nernst`.
    pub reversal: Values,
    /// Concentration inside, mM.
    pub inside: Values,
    /// Concentration outside, mM.
    pub outside: Values,
    /// When the reversal potential follows from the concentrations by Nernst's equation.
    pub nernst: Nernst,
}

/// When NEURON (and Volley) computes an ion's reversal potential from its concentrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nernst {
    /// Never: it is a parameter.
    Never,
    /// Once, at initialisation.
    Initially,
    /// Before the currents of every step.
    EveryStep,
}

/// Detects upward crossings of the membrane potential.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detector {
    /// Node of the cell.
    pub node: u32,
    /// mV.
    pub threshold: f64,
}

/// A parameter of a density mechanism that is chosen at initialisation, node by node, so that all membrane
/// currents at v_init cancel. The mechanism's current must be affine in the parameter (as a leak is in its `e`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Index into [`CellBody::densities`].
    pub density: usize,
    /// Column of the parameter.
    pub column: u32,
}

/// Event-driven cells.
#[derive(Clone, Debug)]
pub struct ArtificialBody {
    /// Index into [`Model::mechanisms`].
    pub mechanism: usize,
    /// Values other than the mechanism's defaults ([`Values::PerNode`] does not occur).
    pub settings: Vec<Setting>,
    /// Random streams other than those of the run's seed.
    pub streams: Vec<StreamIds>,
    /// For mechanisms that play a list: the times of each cell, ms, ascending. Else empty.
    pub times: Vec<Arc<[f64]>>,
}

/// Connections from one population to another.
#[derive(Clone, Debug)]
pub struct Projection {
    /// As in the description.
    pub name: String,
    /// Index of the population that fires.
    pub source: usize,
    /// Index of the population that receives.
    pub target: usize,
    /// Index into the target's [`CellBody::points`]; `None` when the target is artificial.
    pub point: Option<usize>,
    /// The connections.
    pub connections: Connections,
}

/// The connections of one projection, sorted by (source, target), structure of arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connections {
    /// Index of the firing cell in its population.
    pub source: Vec<u32>,
    /// Index of the receiving cell in its population.
    pub target: Vec<u32>,
    /// First weight; further weights start at 0 and are set by the mechanism's NET_RECEIVE INITIAL.
    pub weight: PerConnection,
    /// ms.
    pub delay: PerConnection,
}

/// A number for each of a projection's connections.
#[derive(Clone, Debug, PartialEq)]
pub enum PerConnection {
    /// All have the same, which is kept once.
    Same(f64),
    /// Each has its own, in the order of the connections.
    Each(Vec<f64>),
}

impl PerConnection {
    /// The number that all have, if it is kept once.
    pub fn common(&self) -> Option<f64> {
        match self {
            PerConnection::Same(value) => Some(*value),
            PerConnection::Each(_) => None,
        }
    }

    /// Memory in use, bytes.
    pub fn bytes(&self) -> usize {
        match self {
            PerConnection::Same(_) => 0,
            PerConnection::Each(list) => size_of_val(list.as_slice()),
        }
    }
}

impl Default for PerConnection {
    fn default() -> PerConnection {
        PerConnection::Each(Vec::new())
    }
}

impl Index<usize> for PerConnection {
    type Output = f64;

    fn index(&self, connection: usize) -> &f64 {
        match self {
            PerConnection::Same(value) => value,
            PerConnection::Each(list) => &list[connection],
        }
    }
}

impl Connections {
    /// Number of connections.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// Memory in use, bytes: 8 for each connection, and 8 more for each of weight and delay that is not the same for all.
    pub fn bytes(&self) -> usize {
        size_of_val(self.source.as_slice())
            + size_of_val(self.target.as_slice())
            + self.weight.bytes()
            + self.delay.bytes()
    }
}

/// What a report records.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// Membrane potential, mV.
    Voltage,
    /// A column of the density mechanism number `density` of the population.
    Density {
        /// Index into [`CellBody::densities`].
        density: usize,
        /// Column of its mechanism.
        column: u32,
    },
    /// A column of a point process.
    Point {
        /// Index into [`CellBody::points`].
        point: usize,
        /// Column of its mechanism.
        column: u32,
    },
    /// An ion's variable.
    Ion {
        /// Index into [`CellBody::ions`].
        ion: usize,
        /// Which variable.
        variable: crate::ir::IonVariable,
    },
}

/// One recorded place in every chosen cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Node of the cell.
    pub node: u32,
    /// SONATA's element id: the index of the section in the cell.
    pub section: u32,
    /// Position in the section, 0..=1.
    pub x: f64,
}

/// A variable recorded at intervals.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Name of the file, without `.h5`.
    pub name: String,
    /// Index of the population.
    pub population: usize,
    /// Indices of the cells, ascending.
    pub cells: Vec<u32>,
    /// Places in each cell.
    pub elements: Vec<Element>,
    /// What is recorded.
    pub quantity: Quantity,
    /// Name of the variable, as the description gives it.
    pub variable: String,
    /// Its unit.
    pub unit: String,
    /// Sampled every so many steps, from t = 0 on.
    pub every: u32,
    /// Also keep 64-bit values, in a data set of their own beside SONATA's 32-bit one.
    pub double: bool,
}
