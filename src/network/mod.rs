//! From a description (TOML, tables, morphologies, mechanisms) to a checked [`Model`].
//!
//! What comes in is text made by people; what goes out is a [`Model`] in which every name is resolved, every
//! value is a finite number in its unit, and every connection is possible. The engine builds cells from it and
//! never looks at a description. docs/description.md is the manual of the format.
//!
//! The way through: the files are read and merged with the place of every value ([`load`] → `document`), checked against the
//! schema that editors use (`schema`, `description`), and resolved: parameters, tables and lists (`names`), mechanisms
//! (`mod_files`, `library`), types of cells (`shapes`, `cells`), populations with their point processes and ions (`populations`,
//! `ions`), what they read of each other (`junctions`, `outside`), connections (`connections`, `pairs`, `rules`), recordings (`reports`), and the delays last (`delays`).
//! Each step reports all that it finds, and goes on with what can be built.

mod cache;
mod cells;
mod connections;
mod context;
mod delays;
mod description;
mod document;
mod expression;
mod externals;
mod function_tables;
mod ions;
mod junctions;
mod library;
mod load;
mod memory;
mod mod_files;
mod model;
mod morphology_file;
mod names;
mod outside;
mod pair_list;
mod pairs;
mod pieces;
mod place;
mod pointers;
mod populations;
mod reports;
mod rules;
mod schema;
mod shapes;
mod table;
mod training;

pub use cache::Cache;
pub use delays::{Change, DEFAULT_RESET, Reset, reset_delays};
pub(crate) use document::{Document, Node, Value, parse as tree, reason};
pub use load::{Loaded, Overrides, ParameterValue, load, load_sharing};
pub(crate) use memory::machine as machine_memory;
pub use model::*;
pub use schema::schema;
pub(crate) use schema::{is_name, quoted};
pub use training::Training;
