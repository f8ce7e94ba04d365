//! Mechanisms: from the text of an NMODL file to programs that run.
//!
//! In: texts of [`Sources`], or the name of a mechanism of the built-in [`catalogue`]. Out: a [`Mechanism`], which
//! all threads share: what it is ([`Module`]: names, defaults, ions), and a program for each stage of a run.
//! Nothing in it changes later; values live in [`crate::kernel::Instances`].

pub mod catalogue;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostics, SourceId, Sources};
use crate::ir::{self, Module};
use crate::kernel::Program;
use crate::nmodl;

/// What can be chosen when a mechanism is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Use the TABLEs of the mechanism; without them their routines are computed anew each time.
    pub tables: bool,
    /// The computed variables that are looked at from outside; others that nothing reads are not stored.
    /// `None`: all that users can see.
    pub recorded: Option<BTreeSet<String>>,
}

impl Default for Options {
    fn default() -> Options {
        Options { tables: true, recorded: None }
    }
}

/// A mechanism, ready to run.
#[derive(Clone, Debug)]
pub struct Mechanism {
    /// Its names, defaults, ions and tables, and the kernels that the programs were made from.
    pub module: Module,
    /// Fills hidden columns; after `initial` and whenever a parameter, `dt` or `celsius` has changed.
    pub prepare: Option<Program>,
    /// INITIAL.
    pub initial: Option<Program>,
    /// Currents and their slopes.
    pub current: Option<Program>,
    /// States, from t to t + dt.
    pub state: Option<Program>,
    /// NET_RECEIVE.
    pub receive: Option<Program>,
    /// INITIAL inside NET_RECEIVE.
    pub receive_initial: Option<Program>,
    /// What is probably not meant.
    pub warnings: Diagnostics,
}

impl Mechanism {
    /// What currents and states are estimated to cost for one instance and one step, ns.
    pub fn cost(&self) -> f64 {
        [&self.current, &self.state].into_iter().flatten().map(|program| program.cost().nanoseconds).sum()
    }
}

/// Compiles the mechanism in text `id`.
///
/// # Errors
/// All mistakes in the text, and all constructs in it that are not supported, each with its place.
pub fn compile(sources: &Sources, id: SourceId, options: &Options) -> Result<Mechanism, Diagnostics> {
    compile_tree(&nmodl::parse(sources, id)?, options)
}

/// The same, for a text that may include others. `load` gets what stands between the quotes of an `INCLUDE` and
/// gives that file's text, or says why it cannot.
///
/// # Errors
/// As [`compile`], and the files that could not be read.
pub fn compile_with_includes(
    sources: &mut Sources,
    id: SourceId,
    load: &mut dyn FnMut(&str) -> Result<String, std::io::Error>,
    options: &Options,
) -> Result<Mechanism, Diagnostics> {
    compile_tree(&nmodl::parse_with_includes(sources, id, load)?, options)
}

fn compile_tree(tree: &nmodl::ast::Module, options: &Options) -> Result<Mechanism, Diagnostics> {
    let meaning = nmodl::meaning::analyse(tree)?;
    let mut module = ir::lower(&meaning, &ir::Options { tables: options.tables })?;
    match &options.recorded {
        Some(names) => ir::passes::optimise_for(&mut module, |name| names.contains(name)),
        None => ir::optimise(&mut module),
    }
    let program = |kernel: &Option<ir::Kernel>| kernel.as_ref().map(Program::compile);
    Ok(Mechanism {
        prepare: program(&module.prepare),
        initial: program(&module.initial),
        current: program(&module.current),
        state: program(&module.state),
        receive: program(&module.receive),
        receive_initial: program(&module.receive_initial),
        module,
        warnings: meaning.warnings,
    })
}
