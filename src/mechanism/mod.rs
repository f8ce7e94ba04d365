//! A compiled mechanism and the built-in catalogue.
//!
//! The text of a .mod file comes in; out comes a [`Mechanism`]: what users may set and see, and programs for the
//! vector machine. Built-in mechanisms go through the very same steps. This takes milliseconds, and no compiler.

pub mod catalogue;
pub mod explain;
pub mod text;
pub mod verdict;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, SourceId, Sources, Span};
use crate::ir::{self, Given, Kernel, Module};
use crate::kernel::Program;
use crate::nmodl::{
    self,
    dimensions::{self, Checked},
};

/// What can be chosen when a mechanism is compiled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Compute the routines that have a TABLE anew each time, as if there were none (NEURON's `usetable_x = 0`).
    pub without_tables: bool,
    /// Take conductances from the currents at v and at v + 1 uV, as NEURON does, and not from the derivative.
    pub difference: bool,
    /// Computed variables that nothing in the mechanism reads are kept only if they are named here; `None`: all are.
    pub recorded: Option<Vec<String>>,
    /// RANGE variables that are set from outside at every step, as a POINTER's value is: those that junctions set. Names that
    /// the mechanism does not have mean nothing.
    pub received: Vec<String>,
    /// GLOBAL variables, by their names in NEURON (`x_mechanism`), that other mechanisms read as EXTERNAL.
    pub exported: Vec<String>,
    /// Values of FUNCTION_TABLEs, by name; `None`: they are not known yet, and nothing is to be run.
    pub given: Option<BTreeMap<String, Arc<Given>>>,
    /// Where to look for included files that are not beside the file that includes them.
    pub include_folders: Vec<PathBuf>,
}

impl Options {
    /// Those that lowering knows, for a file as it was written: with its C.
    fn lowering(&self, tree: &nmodl::ast::Module) -> ir::Options {
        ir::Options {
            tables: !self.without_tables,
            thread_safe: thread_safe(&nmodl::notices::notices(tree)),
            exported: self.exported.clone(),
            given: self.given.clone(),
            difference: self.difference,
        }
    }
}

/// Whether a file is thread safe by its keywords, as NEURON sees it.
fn thread_safe(notices: &[nmodl::notices::Notice]) -> bool {
    notices.iter().all(|notice| !notice.kind.unsafe_in_neuron())
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
    /// BEFORE and AFTER blocks.
    pub phases: Vec<(ir::Stage, Program)>,
    /// Why it runs on one thread only: what passes from one instance to the next. Empty for most mechanisms.
    pub serial: Vec<Carried>,
    /// File and line of each loop and event that may never end, by [`ir::Site`].
    pub sites: Vec<(String, usize)>,
    /// File, line and column of what may go wrong while it runs, by [`ir::FaultId`].
    pub fault_places: Vec<(String, usize, usize)>,
    /// Conditions of WATCH.
    pub watch: Option<Program>,
    /// What is probably not meant in the text.
    pub warnings: Diagnostics,
    /// Whether the units of the text agree.
    pub units: Checked,
}

/// A shared variable by which one instance sees what another one did.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// Its name.
    pub name: String,
    /// Where it is read before it is set, when that is known.
    pub span: Option<Span>,
    /// The line of that place, with the file's name.
    pub place: Option<(String, usize)>,
}

/// What passes from instance to instance, a variable (of an array any of its elements) once.
fn carried(module: &Module, sources: &Sources) -> Vec<Carried> {
    let mut list: Vec<Carried> = Vec::new();
    for carried in &module.serial {
        let id = carried.id.0;
        let variable = module.globals.iter().find(|v| id >= v.first && id - v.first < v.length);
        let Some(variable) = variable.filter(|v| list.iter().all(|c| c.name != v.name)) else { continue };
        let span = carried.read.or(carried.set);
        let place = span.map(|span| line(span, sources));
        list.push(Carried { name: variable.name.clone(), span, place });
    }
    // In the order of the text.
    list.sort_by_key(|c| c.span.map(|span| (span.source, span.start)));
    list
}

/// The file and the line of a place in the text.
fn line(span: Span, sources: &Sources) -> (String, usize) {
    (sources.get(span.source).name.clone(), sources.line_column(span).0)
}

/// The file, the line and the column of a place in the text.
fn line_column(span: Span, sources: &Sources) -> (String, usize, usize) {
    let (line, column) = sources.line_column(span);
    (sources.get(span.source).name.clone(), line, column)
}

impl Mechanism {
    /// `file:line:column` of what may go wrong, when it is known.
    pub fn fault_at(&self, fault: ir::FaultId) -> Option<String> {
        let place = self.fault_places.get(fault.0 as usize);
        place.map(|(file, line, column)| format!("{file}:{line}:{column}"))
    }

    /// `file:line` of a loop or an event, when it is known.
    pub fn written_at(&self, site: ir::Site) -> Option<String> {
        self.sites.get(site.0 as usize).map(|(file, line)| format!("{file}:{line}"))
    }

    /// Whether its instances run one after another, on one thread.
    pub fn is_serial(&self) -> bool {
        !self.serial.is_empty()
    }

    /// The program of a phase.
    pub fn phase(&self, stage: ir::Stage) -> Option<&Program> {
        self.phases.iter().find(|(of, _)| *of == stage).map(|(_, program)| program)
    }

    /// Estimated cost of one instance and time step, ns: currents, states, conditions, and the phases of a step.
    pub fn cost(&self) -> f64 {
        let of = |program: &Option<Program>| program.as_ref().map_or(0.0, |p| p.cost().nanoseconds);
        let phases = self.phases.iter().filter(|(stage, _)| {
            matches!(stage, ir::Stage::BeforeBreakpoint | ir::Stage::AfterSolve | ir::Stage::BeforeStep)
        });
        of(&self.current)
            + of(&self.state)
            + of(&self.watch)
            + phases.map(|(_, p)| p.cost().nanoseconds).sum::<f64>()
    }
}

/// Reads the text of a .mod file. Files that it includes are looked for beside it, then in the folders of `options`.
/// With the tree come warnings.
fn parse(
    sources: &mut Sources,
    id: SourceId,
    options: &Options,
) -> Result<(nmodl::ast::Module, Diagnostics), Diagnostics> {
    let (module, said) = readable(sources, id, options);
    if said.has_errors() { Err(said) } else { Ok((module, said)) }
}

/// What can be read of the text of a .mod file, with all mistakes that can be told of a text that is damaged. Without
/// errors among them the tree is whole. Files that it includes are looked for as in [`compile`].
pub fn readable(sources: &mut Sources, id: SourceId, options: &Options) -> (nmodl::ast::Module, Diagnostics) {
    let mut load = text::includes(&sources.get(id).name, &options.include_folders);
    let nmodl::Readable { module, mut said, lost } = nmodl::parse_readable(sources, id, &mut load);
    if said.has_errors() {
        let more = beside_damage(&module, lost, sources);
        // What is wrong in the line of another mistake may follow from it.
        let line = |d: &Diagnostic| d.labels.first().map(|l| (l.span.source, sources.line_column(l.span).0));
        let errors = said.iter().filter(|d| d.severity == Severity::Error);
        let lines: Vec<_> = errors.map(line).collect();
        more.iter().filter(|d| !lines.contains(&line(d))).for_each(|d| said.push(d.clone()));
    }
    (module, said.errors_first())
}

/// What else is wrong with a text of which some words cannot be made sense of. C is not looked into.
fn beside_damage(tree: &nmodl::ast::Module, mut lost: HashSet<String>, sources: &Sources) -> Diagnostics {
    lost.extend(nmodl::verbatim::words_of_c(tree));
    nmodl::meaning::beside_damage(tree, &lost, sources)
}

/// Compiles the text of a .mod file. Files that it includes are looked for beside it, then in the folders of `options`.
///
/// # Errors
/// Everything that is wrong with the text or not supported, each with its place.
pub fn compile(sources: &mut Sources, id: SourceId, options: &Options) -> Result<Mechanism, Diagnostics> {
    compiled(sources, id, options).map_err(Diagnostics::errors_first)
}

fn compiled(sources: &mut Sources, id: SourceId, options: &Options) -> Result<Mechanism, Diagnostics> {
    let (mut tree, mut said) = parse(sources, id, options)?;
    let units = dimensions::check(&tree, sources);
    let before = nmodl::verbatim::has_c(&tree).then(|| tree.clone());
    let lowering = options.lowering(&tree);
    let mut warnings = nmodl::verbatim::expand(&mut tree, sources);
    if warnings.has_errors() {
        if let Some(before) = before {
            warnings.extend(beside_damage(&before, HashSet::new(), sources));
        }
        return Err(warnings);
    }
    said.extend(warnings);
    let mut meaning = match nmodl::meaning::analyse(&tree) {
        Ok(meaning) => meaning,
        Err(more) => {
            said.extend(more);
            return Err(said);
        }
    };
    said.extend(std::mem::take(&mut meaning.warnings));
    let mut module = ir::lower(&meaning, &lowering)?;
    receive(&mut module, &options.received);
    match &options.recorded {
        None => ir::optimise(&mut module),
        Some(names) => ir::optimise_for(&mut module, |name| names.iter().any(|n| n == name)),
    }
    let mut warnings = said;
    warnings.extend(std::mem::take(&mut module.warnings));
    let program = |kernel: &Option<Kernel>| {
        let kernel = kernel.as_ref()?;
        let program = Program::compile(kernel);
        Some(if module.in_sequence(kernel) { program.in_sequence() } else { program })
    };
    let phase = |(stage, kernel): &(ir::Stage, Kernel)| Some((*stage, program(&Some(kernel.clone()))?));
    Ok(Mechanism {
        phases: module.phases.iter().filter_map(phase).collect(),
        prepare: program(&module.prepare),
        initial: program(&module.initial),
        current: program(&module.current),
        state: program(&module.state),
        receive: program(&module.receive),
        receive_initial: program(&module.receive_initial),
        serial: carried(&module, sources),
        sites: module.sites.iter().map(|span| line(*span, sources)).collect(),
        fault_places: module.faults.iter().map(|fault| line_column(fault.span, sources)).collect(),
        watch: program(&module.watch),
        warnings,
        units,
        module,
    })
}

/// A mechanism lowered as one that is thread safe by its keywords, and as one that is not; `None` when it cannot be lowered.
fn lowered_both(sources: &mut Sources, id: SourceId) -> Option<(Module, Module)> {
    let (mut tree, _) = parse(sources, id, &Options::default()).ok()?;
    if nmodl::verbatim::expand(&mut tree, sources).has_errors() {
        return None;
    }
    let meaning = nmodl::meaning::analyse(&tree).ok()?;
    let lower =
        |thread_safe| ir::lower(&meaning, &ir::Options { thread_safe, ..ir::Options::default() }).ok();
    Some((lower(true)?, lower(false)?))
}

/// Lets the named RANGE variables be set at every step: what follows from them is then not computed once and for all.
fn receive(module: &mut Module, names: &[String]) {
    for variable in module.variables.iter().filter(|v| v.visible && v.length == 1 && names.contains(&v.name))
    {
        let column = ir::ColumnId(variable.first);
        if variable.role != ir::Role::State && module.pointers.iter().all(|p| p.column != column) {
            let name = variable.name.clone();
            module.pointers.push(ir::Pointer { name, column, read: true, written: false });
        }
    }
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
            let units = mechanism.units.messages(false);
            assert!(units.is_empty(), "{}", units.render(&sources, false));
        }
    }
}
