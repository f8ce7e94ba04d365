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

pub use parser::{Readable, parse, parse_expression, parse_readable, parse_with_includes};
pub use printer::{print, print_expression, print_statement};

/// The candidate that a misspelt name most likely stands for. Of names of one or two letters any
/// other is near, so for them only another case counts.
fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = crate::diagnostic::suggest(name, candidates)?;
    (name.len() > 2 || near.eq_ignore_ascii_case(name)).then_some(near)
}

/// The unit that a misspelt one most likely stands for: one of the table or declared, or one with a prefix, such as `millivolt`.
fn nearest_unit(name: &str, table: &crate::units::UnitTable) -> Option<String> {
    const PREFIXES: [&str; 6] = ["milli", "micro", "nano", "pico", "kilo", "mega"];
    const UNITS: [&str; 11] =
        ["volt", "amp", "siemens", "mho", "ohm", "farad", "meter", "second", "mole", "liter", "joule"];
    let long = PREFIXES.iter().flat_map(|prefix| UNITS.iter().map(move |unit| format!("{prefix}{unit}")));
    let long: Vec<String> = long.collect();
    let ascii = in_ascii(name);
    if ascii != name && table.parse(&ascii).is_ok() {
        return Some(ascii);
    }
    nearest(name, table.names().chain(long.iter().map(String::as_str))).map(str::to_string)
}

/// A unit's name without the letters that are not ASCII, as people write it: micro, ohm, degree, angstrom.
fn in_ascii(name: &str) -> String {
    let letters = name.chars().map(|c| match c {
        '\u{b5}' | '\u{3bc}' => "u".to_string(),
        '\u{3a9}' | '\u{2126}' => "ohm".to_string(),
        '\u{b0}' => "deg".to_string(),
        '\u{c5}' | '\u{212b}' => "angstrom".to_string(),
        _ => c.to_string(),
    });
    letters.collect()
}
