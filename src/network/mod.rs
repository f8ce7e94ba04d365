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
mod pairs;
mod place;
mod pointers;
mod populations;
mod reports;
mod rules;
mod schema;
mod shapes;
mod table;

pub use delays::{Change, DEFAULT_RESET, Reset, reset_delays};
pub use load::{Loaded, Overrides, ParameterValue, load};
pub use model::*;
pub use schema::schema;
