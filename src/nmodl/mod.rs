//! NMODL: from the text of a mechanism to a tree, and from the tree to what its names mean.
//!
//! In come texts of [`crate::diagnostic::Sources`]; out come an [`ast::Module`] and diagnostics.
//! The language is that of NEURON 9. Text that NEURON refuses may be read here when it can mean
//! one thing only; text that NEURON reads is never read as something else.

pub mod ast;
mod lexer;
pub mod meaning;
mod parser;
mod printer;

pub use parser::{parse, parse_expression, parse_with_includes};
pub use printer::{print, print_expression, print_statement};
