//! Shared by the tests of the intermediate representation: NMODL to modules, and a plain evaluator.

#![allow(dead_code)]

use volley::diagnostic::{Diagnostics, Sources};
use volley::ir::{Module, Options, lower, optimise};
use volley::nmodl;

/// Lowers a text; the messages as they look on a terminal when it is refused.
pub fn lowered_with(text: &str, options: &Options) -> Result<Module, String> {
    let mut sources = Sources::default();
    let id = sources.add("test.mod", text);
    let result = || -> Result<Module, Diagnostics> {
        let tree = nmodl::parse(&sources, id)?;
        let meaning = nmodl::meaning::analyse(&tree)?;
        lower(&meaning, options)
    };
    result().map_err(|said| said.render(&sources, false))
}

/// The same, with tables.
pub fn lowered(text: &str) -> Result<Module, String> {
    lowered_with(text, &Options::default())
}

/// A module that must lower, optimised.
pub fn optimised(text: &str) -> Module {
    let mut module = lowered(text).unwrap_or_else(|messages| panic!("{messages}"));
    optimise(&mut module);
    module
}
