//! The keys of a description, as serde reads them and as the JSON Schema shows them.
//!
//! In: the merged tree as JSON. Out: the structs of this file, which say only what was written: names are not
//! resolved and expressions not parsed. They are the one list of keys: the schema that editors use and the one that
//! descriptions are checked against are both made from them. The first sentence of every comment here is
//! what an editor shows, so each gives the unit and the default.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A network of spiking neurons, for Volley.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Volley network")]
pub(crate) struct Description {
    /// Another description that this one is laid over: tables are merged key by key, all else is replaced. The path is
    /// relative to this file.
    pub extends: Option<String>,
    /// The network's name, and that of the folder of its results; the file's name when absent. Not inherited.
    pub name: Option<String>,
    /// Named values for use in expressions, and in file names as `{name}`: what `--set name=value` and sweeps change.
    pub parameters: Named<Parameter>,
    /// Settings of the run.
    pub simulation: Simulation,
    /// NMODL files.
    pub mechanisms: Mechanisms,
    /// Values of a mechanism's GLOBAL variables: those shared by all its instances, as in `[global.hh]`.
    pub global: Named<Named<Scalar>>,
    /// Values of a mechanism's FUNCTION_TABLEs, as in `[function_table.kaf.taum]`.
    pub function_table: Named<Named<FunctionTable>>,
    /// Files of numbers; an expression reads them as `name(row)` or `name(row, column)`, counted from 0.
    pub table: Named<Table>,
    /// Named sets of cell numbers; in an expression `name(i)` is 1 when `i` is in the list, else 0.
    pub list: Named<List>,
    /// Types of cells with membrane.
    pub cell: Named<Cell>,
    /// Groups of cells of one type.
    pub population: Named<Population>,
    /// Electrodes and other point processes placed on chosen cells.
    pub stimulus: Named<Stimulus>,
    /// Groups of connections.
    pub connection: Named<Connection>,
    /// Gap junctions, and other point processes that read a variable of another cell at every step.
    pub junction: Named<Junction>,
    /// What to record beside spikes.
    pub record: Named<Record>,
    /// How `volley train` chooses cells.
    pub training: Option<Training>,
}

/// Settings of the run.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Simulation {
    /// Time step, ms (default 0.025).
    pub dt: Option<Scalar>,
    /// End of the run, ms; rounded to whole time steps.
    pub tstop: Option<Scalar>,
    /// Temperature, degC (default 6.3).
    pub celsius: Option<Scalar>,
    /// Membrane potential at the start, mV (default -65).
    pub v_init: Option<Scalar>,
    /// Keys every random number of the run (default 1).
    pub seed: Option<Scalar>,
    /// How the conductance of a mechanism, dI/dv, is found from its BREAKPOINT (default exact).
    pub conductance: Option<Conductance>,
}

/// How the conductance of a mechanism is found.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Conductance {
    /// The derivative of the current as it is written.
    Exact,
    /// As in NEURON: (I(v + 0.001 mV) - I(v)) / 0.001 mV.
    Difference,
}

/// NMODL files.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Mechanisms {
    /// Files or folders of .mod files, relative to this description. Mechanisms of the catalogue need no entry.
    pub files: Vec<String>,
}

/// Values of a FUNCTION_TABLE: one `value`, or `values` with `from` and `to` or with `at`, or a `table`. Between the
/// points it is linear, outside of them it keeps the value at the end.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FunctionTable {
    /// The same value everywhere.
    pub value: Option<Scalar>,
    /// The value at each point; with two arguments, a list for each point of the first.
    pub values: Option<Numbers>,
    /// The first point, where all are at equal distances; with two arguments, a list of both.
    pub from: Option<Numbers>,
    /// The last point, where all are at equal distances; with two arguments, a list of both.
    pub to: Option<Numbers>,
    /// Every point, in rising order; with two arguments, a list of two lists.
    pub at: Option<Numbers>,
    /// A `[table]` with a row for each point: where it is, and the value.
    pub table: Option<String>,
}

/// A number, or a list of numbers, or a list of lists.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Numbers {
    One(Scalar),
    More(Vec<Numbers>),
}

/// A file of numbers: one row a line, columns separated by blanks or commas, `#` before a comment.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// The file, relative to this description; `{name}` is replaced by a parameter.
    pub file: String,
    /// Lines to leave out at the top (default 0).
    #[serde(default)]
    pub skip: Option<u32>,
    /// Names of the columns, for expressions over rows (default c0, c1, ...).
    #[serde(default)]
    pub columns: Vec<String>,
    /// How many rows the file must have; any number when absent.
    #[serde(default)]
    pub rows: Option<Scalar>,
}

/// A named set of cell numbers.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct List {
    /// The cell numbers themselves.
    pub cells: Option<Vec<u32>>,
    /// A table with a cell in each row.
    pub table: Option<String>,
    /// The cell number of a row: an expression of its columns c0, c1, ... (or their names) and `row`.
    pub cell: Option<Scalar>,
    /// Take the cell numbers from 0 to `count` - 1, those that fit `where`.
    pub count: Option<Scalar>,
    /// Keep a cell when this expression of `index` is not 0.
    #[serde(rename = "where")]
    pub condition: Option<Scalar>,
}

/// How `volley train` chooses cells: those whose rates come together at one moment.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Training {
    /// The population whose cells are chosen.
    pub population: String,
    /// How many cells to choose.
    pub select: Scalar,
    /// A number for each cell, from its `index`; no two cells of one number are chosen (default `index`).
    #[serde(default)]
    pub group: Option<Scalar>,
    /// The parameter that names the file of chosen cells.
    pub parameter: String,
    /// The table that reads this file; a line with the number of cells goes on top when it skips one.
    pub table: String,
    /// What is written of a chosen cell, column by column: expressions of its `index` (default `index` alone).
    #[serde(default)]
    pub columns: Vec<Scalar>,
    /// Values of parameters before training.
    #[serde(default)]
    pub untrained: Named<Parameter>,
}

/// A type of cell.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Cell {
    /// A morphology file (SWC), relative to this description; its sections are named soma, axon, dend, apic.
    pub swc: Option<String>,
    /// A table of sections, relative to this description: a row for each, with columns section, parent, L, diam (um).
    pub sections: Option<String>,
    /// The cell's cables, by name.
    pub section: Named<Section>,
    /// Named sets of sections that share values, and that `on` may name.
    pub region: Named<Region>,
    /// Axial resistivity, ohm cm (default 35.4).
    #[serde(rename = "Ra")]
    pub ra: Option<Scalar>,
    /// Membrane capacitance, uF/cm2 (default 1).
    pub cm: Option<Scalar>,
    /// Segments of each section (default 1), unless `max_length` or `d_lambda` is given.
    pub nseg: Option<Scalar>,
    /// Longest segment, um: each section gets the smallest odd number of segments that keeps to it.
    pub max_length: Option<Scalar>,
    /// Longest segment as a part of the length constant at `frequency`; 0.1 is usual.
    pub d_lambda: Option<Scalar>,
    /// Frequency of the length constant, Hz (default 100).
    pub frequency: Option<Scalar>,
    /// Density mechanisms, by any name; the name is the mechanism's unless `mechanism` says otherwise.
    pub mechanism: Named<Density>,
    /// Reversal potentials and concentrations, by ion.
    pub ion: Named<Ion>,
    /// Point processes (synapses, electrodes) that every cell of the type has, by any name.
    pub point: Named<Point>,
    /// Where spikes are detected; without it the cells never fire.
    pub detector: Option<Detector>,
}

/// A cable, or with `count` an array of cables.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Section {
    /// Makes an array of sections name[0], name[1], ...; the other keys may then use `index`.
    pub count: Option<Scalar>,
    /// Length, um; with `diam`, instead of `points`.
    #[serde(rename = "L")]
    pub length: Option<Scalar>,
    /// Diameter, um; with `L`, instead of `points`.
    pub diam: Option<Scalar>,
    /// 3-d points [x, y, z, diameter], um; instead of `L` and `diam`.
    pub points: Option<Vec<[f64; 4]>>,
    /// Number of segments.
    pub nseg: Option<Scalar>,
    /// Axial resistivity, ohm cm.
    #[serde(rename = "Ra")]
    pub ra: Option<Scalar>,
    /// Membrane capacitance, uF/cm2; may be an expression of x, distance, diam, index.
    pub cm: Option<Scalar>,
    /// The section it grows from, as `soma` or `dend[3]` or `dend[index - 1]`; the root section has none.
    pub parent: Option<String>,
    /// Where on the parent, 0 to 1 (default 1).
    pub at: Option<Scalar>,
    /// Which of its ends is joined to the parent, 0 or 1 (default 0).
    pub end: Option<Scalar>,
}

/// A named set of sections.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Region {
    /// Its sections: `all`, a name as `soma`, an array as `dend`, an element as `dend[3]`, a pattern as `api*`, another
    /// region; or a list of these.
    pub on: OneOrMore,
    /// Number of segments of each section.
    #[serde(default)]
    pub nseg: Option<Scalar>,
    /// Axial resistivity, ohm cm.
    #[serde(rename = "Ra", default)]
    pub ra: Option<Scalar>,
    /// Membrane capacitance, uF/cm2; may be an expression of x, distance, diam, index.
    #[serde(default)]
    pub cm: Option<Scalar>,
}

/// A density mechanism on a set of sections. All further keys are its RANGE variables, in the mechanism's units: a number, an
/// expression of x, distance, diam, index, or "rest": chosen so that the cell rests at v_init.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Density {
    /// The mechanism's SUFFIX; when absent it is the name of this table.
    pub mechanism: Option<String>,
    /// Sections that have it: as a region's `on` (default all). A later entry overrides the values of an earlier one.
    pub on: Option<OneOrMore>,
    /// What its POINTER variables point at in the same cell, as `{ p = "soma(0.5).v" }`; without a place it is the mechanism's own.
    pub pointers: Named<String>,
    /// Values whose names are also keys of this table.
    pub values: Named<Scalar>,
    #[serde(flatten)]
    pub others: Named<Scalar>,
}

/// An ion's values in a type of cell.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ion {
    /// Reversal potential, mV (default: na 50, k -77, ca 132.458, others 0).
    pub reversal: Option<Scalar>,
    /// Concentration inside, mM (default: na 10, k 54.4, ca 5e-5, others 1).
    pub inside: Option<Scalar>,
    /// Concentration outside, mM (default: na 140, k 2.5, ca 2, others 1).
    pub outside: Option<Scalar>,
    /// When the reversal potential is computed from the concentrations (default: as NEURON decides).
    pub nernst: Option<NernstChoice>,
}

/// When the reversal potential is computed from the concentrations.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NernstChoice {
    /// It is a parameter.
    Never,
    /// Once, at the start.
    Initially,
    /// Before the currents of every step.
    EveryStep,
}

/// A point process at a location. All further keys are its RANGE variables, in the mechanism's units.
#[derive(Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct Point {
    /// The mechanism's POINT_PROCESS name, as ExpSyn; when absent it is the name of this table.
    #[serde(default)]
    pub mechanism: Option<String>,
    /// Where, as `soma(0.5)` (default: the middle of the root section).
    #[serde(default)]
    pub at: Option<String>,
    /// What its POINTER variables point at in the same cell, as `{ p = "soma(0.5).v" }`; without a place it is its own.
    #[serde(default)]
    pub pointers: Named<String>,
    /// Identifiers of the streams of its RANDOM variables, as `{ r = [1, "index", 3] }`: the id1, id2, id3 of NEURON's Random123, and
    /// after them its global index (default 0). Others have streams of their own, from the run's seed.
    #[serde(default)]
    pub streams: Named<Vec<Scalar>>,
    /// Values whose names are also keys of this table.
    #[serde(default)]
    pub values: Named<Scalar>,
    #[serde(flatten)]
    pub others: Named<Scalar>,
}

/// Where spikes are detected: when v there rises through the threshold, or when a point process fires.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Detector {
    /// Where, as `soma(0.5)` (default: the middle of the root section).
    pub at: Option<String>,
    /// Threshold, mV (default 10).
    pub threshold: Option<Scalar>,
    /// In the place of a threshold: the point process of the cell whose `net_event` is the cell's spike.
    pub point: Option<String>,
}

/// Cells of one type.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Population {
    /// The type of its cells, from [cell].
    pub cell: Option<String>,
    /// An artificial-cell mechanism, as NetStim, instead of `cell`.
    pub mechanism: Option<String>,
    /// Number of cells (default 1).
    pub count: Option<Scalar>,
    /// Values cell by cell, expressions of `index` and `count`: `values.synapse.tau` of a cell's point process, mechanism entry
    /// or ion; `values.start` of an artificial cell.
    pub values: Named<CellValue>,
    /// Spike times of artificial cells that play a list (VecStim), ms.
    pub times: Option<Times>,
    /// Identifiers of the streams of the RANDOM variables of artificial cells, as `{ r = [1, "index", 3] }`: the id1, id2, id3 of NEURON's Random123, and
    /// after them its global index (default 0). Others have streams of their own, from the run's seed.
    pub streams: Named<Vec<Scalar>>,
}

/// Spike times: a list for every cell, or a table with a row for each spike.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Times {
    /// The same times, ms, in every cell.
    List(Vec<Scalar>),
    /// A row for each spike.
    Table(TimesTable),
}

/// Spike times from a table with a row for each spike.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimesTable {
    /// The table.
    pub table: String,
    /// Cell number: an expression of the row's columns (default c0).
    #[serde(default)]
    pub cell: Option<Scalar>,
    /// Time, ms: an expression of the row's columns (default c1).
    #[serde(default)]
    pub time: Option<Scalar>,
}

/// A point process on chosen cells of a population. All further keys are its RANGE variables, in the mechanism's units;
/// expressions may use `index` and `count`.
#[derive(Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct Stimulus {
    /// The population.
    pub population: String,
    /// Its cells: a list's name, a cell number, or several (default all).
    #[serde(default)]
    pub cells: Option<Cells>,
    /// Where, as `soma(0.5)` (default: the middle of the root section).
    #[serde(default)]
    pub at: Option<String>,
    /// The mechanism, as IClamp or SEClamp.
    pub mechanism: String,
    /// false leaves it out (default true).
    #[serde(default)]
    pub enabled: Option<Switch>,
    /// What its POINTER variables point at in the same cell, as `{ p = "soma(0.5).v" }`; without a place it is its own.
    #[serde(default)]
    pub pointers: Named<String>,
    /// Identifiers of the streams of its RANDOM variables, as `{ r = [1, "index", 3] }`: the id1, id2, id3 of NEURON's Random123, and
    /// after them its global index (default 0). Others have streams of their own, from the run's seed.
    #[serde(default)]
    pub streams: Named<Vec<Scalar>>,
    /// Values whose names are also keys of this table.
    #[serde(default)]
    pub values: Named<Scalar>,
    #[serde(flatten)]
    pub others: Named<Scalar>,
}

/// Connections from the cells of one population to those of another.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connection {
    /// The population that fires.
    pub from: String,
    /// The population and point process that receive, as `beta.excitatory`; an artificial population alone.
    pub to: String,
    /// Which cells are connected.
    pub rule: Rule,
    /// Of each pair, independently of the others: 0 to 1 (rule probability).
    #[serde(default)]
    pub probability: Option<Scalar>,
    /// Number of different sources that each target draws (rule indegree).
    #[serde(default)]
    pub indegree: Option<Scalar>,
    /// Number of targets of each source (rule map, default 1).
    #[serde(default)]
    pub outdegree: Option<Scalar>,
    /// A table with a connection in each row (rule table).
    #[serde(default)]
    pub table: Option<String>,
    /// Source cell: an expression of the row's columns (rule table, default c0).
    #[serde(default)]
    pub source: Option<Scalar>,
    /// Target cell: an expression of the row's columns (rule table, default c1) or of `source` and `number` (rule map).
    #[serde(default)]
    pub target: Option<Scalar>,
    /// Only cells of this list fire and receive.
    #[serde(default)]
    pub within: Option<Cells>,
    /// Only these cells fire (default all).
    #[serde(default)]
    pub from_cells: Option<Cells>,
    /// Only these cells receive (default all).
    #[serde(default)]
    pub to_cells: Option<Cells>,
    /// Whether a cell may be connected to itself (default true).
    #[serde(rename = "self", default)]
    pub to_self: Option<Switch>,
    /// Keep a connection when this expression of `source` and `target` is not 0.
    #[serde(rename = "where", default)]
    pub condition: Option<Scalar>,
    /// Weight, in the unit of the target's NET_RECEIVE (uS for synapses); may use source, target, random functions.
    pub weight: Scalar,
    /// Delay, ms, at least dt (default 1); may use source, target, random functions.
    #[serde(default)]
    pub delay: Option<Scalar>,
    /// false leaves it out (default true).
    #[serde(default)]
    pub enabled: Option<Switch>,
}

/// Pairs of cells of which one, or each, gets a point process that reads a variable of the other. All further keys are RANGE
/// variables of the mechanism, in its units; expressions may use what the `weight` of a connection may use.
#[derive(Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct Junction {
    /// The population on one side: the one that is read when `one_way`.
    pub from: String,
    /// The population on the other side: the one that gets the point process when `one_way`.
    pub to: String,
    /// Which cells are joined.
    pub rule: Rule,
    /// Place on the cells of `from`, as `soma(0.5)` (default: the middle of the root section).
    #[serde(default)]
    pub from_at: Option<String>,
    /// Place on the cells of `to` (default: the middle of the root section).
    #[serde(default)]
    pub to_at: Option<String>,
    /// The point process (default Gap).
    #[serde(default)]
    pub mechanism: Option<String>,
    /// What is read of the other cell at its place: `v`, `hh.m`, `cai`, `synapse.g` (default v).
    #[serde(default)]
    pub variable: Option<String>,
    /// The POINTER or RANGE variable of the mechanism that gets it (default: its only POINTER, else `vgap`).
    #[serde(default)]
    pub receives: Option<String>,
    /// Only the cells of `to` get the point process, and read those of `from` (default false: each reads the other).
    #[serde(default)]
    pub one_way: Option<Switch>,
    /// Of each pair, independently of the others: 0 to 1 (rule probability).
    #[serde(default)]
    pub probability: Option<Scalar>,
    /// Number of different partners that each cell of `to` draws (rule indegree).
    #[serde(default)]
    pub indegree: Option<Scalar>,
    /// Number of targets of each source (rule map, default 1).
    #[serde(default)]
    pub outdegree: Option<Scalar>,
    /// A table with a junction in each row (rule table).
    #[serde(default)]
    pub table: Option<String>,
    /// Cell of `from`: an expression of the row's columns (rule table, default c0).
    #[serde(default)]
    pub source: Option<Scalar>,
    /// Cell of `to`: an expression of the row's columns (rule table, default c1) or of `source` (rule map).
    #[serde(default)]
    pub target: Option<Scalar>,
    /// Only cells of this list are joined.
    #[serde(default)]
    pub within: Option<Cells>,
    /// Only these cells of `from` (default all).
    #[serde(default)]
    pub from_cells: Option<Cells>,
    /// Only these cells of `to` (default all).
    #[serde(default)]
    pub to_cells: Option<Cells>,
    /// Keep a pair when this expression of `source` and `target` is not 0.
    #[serde(rename = "where", default)]
    pub condition: Option<Scalar>,
    /// false leaves it out (default true).
    #[serde(default)]
    pub enabled: Option<Switch>,
    /// Values whose names are also keys of this table.
    #[serde(default)]
    pub values: Named<Scalar>,
    #[serde(flatten)]
    pub others: Named<Scalar>,
}

/// Which cells are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    /// Every source to every target.
    AllToAll,
    /// Source i to target i.
    OneToOne,
    /// Each pair with the same `probability`.
    Probability,
    /// Each target from `indegree` different sources, drawn at random.
    Indegree,
    /// The rows of `table`.
    Table,
    /// Each source to the `outdegree` targets (default 1) that an expression gives.
    Map,
}

/// A variable to record at intervals.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The population.
    pub population: String,
    /// Its cells: a list's name, a cell number, or several (default all).
    #[serde(default)]
    pub cells: Option<Cells>,
    /// `v`, `hh.m` (mechanism or its entry), `synapse.g` (point process), `ena`, `cai`, `cao`, `ina` (ion) (default v).
    #[serde(default)]
    pub variable: Option<String>,
    /// Where: `soma(0.5)`, or `all` segments, or a list (default: the middle of the root section).
    #[serde(default)]
    pub at: Option<OneOrMore>,
    /// Interval, ms, a multiple of dt (default dt).
    #[serde(default)]
    pub every: Option<Scalar>,
    /// Also keep the values with 64 bits (default false).
    #[serde(default)]
    pub double: Option<Switch>,
    /// false leaves it out (default true).
    #[serde(default)]
    pub enabled: Option<Switch>,
}

/// A parameter: a number, a text (an expression or a file name), or a switch.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Parameter {
    Number(f64),
    Switch(bool),
    Text(String),
}

/// A number, or a text with an expression.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Number(f64),
    Text(String),
}

/// true or false, or a text with an expression (not 0 is true).
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Switch {
    Truth(bool),
    Text(String),
}

/// A text, or a list of texts.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// A list's name, a cell number, or a list of cell numbers.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Cells {
    List(String),
    One(u32),
    These(Vec<u32>),
}

/// A value cell by cell, or a table of them.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum CellValue {
    Value(Scalar),
    Group(Named<Scalar>),
}

/// A TOML table whose keys are names that the author chose, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Named<T>(pub Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named(Vec::new())
    }
}

impl<T> Named<T> {
    /// Entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The entry of that name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    list.push(entry);
                }
                Ok(Named(list))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }
}
