//! A compiled mechanism and the built-in catalogue.
//!
//! The text of a .mod file comes in; out comes a [`Mechanism`]: what users may set and see, and programs for the
//! vector machine. Built-in mechanisms go through the very same steps. This takes milliseconds, and no compiler.

pub mod catalogue;
pub mod explain;
pub mod text;
pub mod verdict;

use std::path::PathBuf;

use crate::diagnostic::{Diagnostics, SourceId, Sources};
use crate::ir::{self, Kernel, Module};
use crate::kernel::Program;
use crate::nmodl;

/// What can be chosen when a mechanism is compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Compute the routines that have a TABLE anew each time, as if there were none (NEURON's `usetable_x = 0`).
    pub without_tables: bool,
    /// Computed variables that nothing in the mechanism reads are kept only if they are named here; `None`: all are.
    pub recorded: Option<Vec<String>>,
    /// Where to look for included files that are not beside the file that includes them.
    pub include_folders: Vec<PathBuf>,
}

/// A mechanism that is ready to run.
#[derive(Clone, Debug)]
pub struct Mechanism {
    /// Its variables, ions, weights and kernels.
    pub module: Module,
    /// Hidden columns that follow from parameters.
    pub prepare: Option<Program>,
    /// INITIAL.
    pub initial: Option<Program>,
    /// Currents and their slope.
    pub current: Option<Program>,
    /// States, from t to t + dt.
    pub state: Option<Program>,
    /// NET_RECEIVE.
    pub receive: Option<Program>,
    /// INITIAL in NET_RECEIVE.
    pub receive_initial: Option<Program>,
    /// Conditions of WATCH.
    pub watch: Option<Program>,
    /// What is probably not meant in the text.
    pub warnings: Diagnostics,
}

impl Mechanism {
    /// Estimated cost of one instance and time step, ns: currents, states and conditions.
    pub fn cost(&self) -> f64 {
        let of = |program: &Option<Program>| program.as_ref().map_or(0.0, |p| p.cost().nanoseconds);
        of(&self.current) + of(&self.state) + of(&self.watch)
    }
}

/// Reads the text of a .mod file. Files that it includes are looked for beside it, then in the folders of `options`.
fn parse(sources: &mut Sources, id: SourceId, options: &Options) -> Result<nmodl::ast::Module, Diagnostics> {
    let mut load = text::includes(&sources.get(id).name, &options.include_folders);
    nmodl::parse_with_includes(sources, id, &mut load)
}

/// Compiles the text of a .mod file. Files that it includes are looked for beside it, then in the folders of `options`.
///
/// # Errors
/// Everything that is wrong with the text or not supported, each with its place.
pub fn compile(sources: &mut Sources, id: SourceId, options: &Options) -> Result<Mechanism, Diagnostics> {
    let mut tree = parse(sources, id, options)?;
    let mut warnings = nmodl::verbatim::expand(&mut tree, sources);
    if warnings.has_errors() {
        return Err(warnings);
    }
    let meaning = nmodl::meaning::analyse(&tree)?;
    warnings.extend(meaning.warnings.clone());
    let mut module = ir::lower(&meaning, &ir::Options { tables: !options.without_tables })?;
    match &options.recorded {
        None => ir::optimise(&mut module),
        Some(names) => ir::optimise_for(&mut module, |name| names.iter().any(|n| n == name)),
    }
    let program = |kernel: &Option<Kernel>| kernel.as_ref().map(Program::compile);
    let mut warnings = meaning.warnings;
    warnings.extend(std::mem::take(&mut module.warnings));
    Ok(Mechanism {
        prepare: program(&module.prepare),
        initial: program(&module.initial),
        current: program(&module.current),
        state: program(&module.state),
        receive: program(&module.receive),
        receive_initial: program(&module.receive_initial),
        watch: program(&module.watch),
        warnings,
        module,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_catalogue_compiles_without_a_word() {
        for name in catalogue::names() {
            let mut sources = Sources::default();
            let mechanism = catalogue::compile(&mut sources, name, &Options::default())
                .unwrap_or_else(|said| panic!("{name}:\n{}", said.render(&sources, false)));
            assert_eq!(mechanism.module.name, name);
            assert!(mechanism.warnings.is_empty(), "{}", mechanism.warnings.render(&sources, false));
        }
    }
}
