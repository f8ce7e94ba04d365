//! NMODL: from the text of a mechanism to a tree, and from the tree to what its names mean.
//!
//! In come texts of [`crate::diagnostic::Sources`]; out come an [`ast::Module`] and diagnostics.
//! The language is that of NEURON 9. Text that NEURON refuses may be read here when it can mean
//! one thing only; text that NEURON reads is never read as something else.

pub mod ast;
pub mod dimensions;
mod lexer;
pub mod meaning;
pub mod notices;
mod parser;
mod printer;
pub mod repair;
pub mod verbatim;
pub(crate) mod walk;

pub use parser::{parse, parse_expression, parse_with_includes};
pub use printer::{print, print_expression, print_statement};

/// The candidate that a misspelt name most likely stands for. Of names of one or two letters any
/// other is near, so for them only another case counts.
fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = crate::diagnostic::suggest(name, candidates)?;
    (name.len() > 2 || near.eq_ignore_ascii_case(name)).then_some(near)
}
