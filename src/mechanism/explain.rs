//! To see inside: what a mechanism becomes, pass by pass, and what its kernels cost.

use super::{Options, parse};
use crate::diagnostic::{Diagnostics, SourceId, Sources};
use crate::ir::{self, Module, Stage, dump};
use crate::kernel::{Cost, Program};
use crate::nmodl;

/// All that there is to see of a mechanism.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What each pass that changed anything left behind, as NMODL-like text; the first is `lower`.
    pub passes: Vec<(&'static str, String)>,
    /// The kernels that run, with what they cost.
    pub kernels: Vec<KernelCost>,
    /// Hidden columns: what depends on parameters only and is computed once, when they are set; as text.
    pub prepared: Option<String>,
    /// Estimated cost of one instance and time step, ns.
    pub step_cost: f64,
}

/// A kernel and what it costs.
#[derive(Clone, Debug)]
pub struct KernelCost {
    /// When it runs.
    pub stage: Stage,
    /// Vector operations, registers, and ns for one instance.
    pub cost: Cost,
    /// What it computes once for all instances, a line each.
    pub uniform: Vec<String>,
}

/// Compiles the text of a .mod file and keeps what each pass made of it.
///
/// # Errors
/// As [`super::compile`].
pub fn explain(sources: &mut Sources, id: SourceId, options: &Options) -> Result<Explanation, Diagnostics> {
    let (mut tree, _) = parse(sources, id, options)?;
    let lowering = options.lowering(&tree);
    let read = nmodl::verbatim::expand(&mut tree, sources);
    if read.has_errors() {
        return Err(read);
    }
    let meaning = nmodl::meaning::analyse(&tree)?;
    let mut module = ir::lower(&meaning, &lowering)?;
    let mut passes = vec![("lower", dump::module(&module))];
    let mut watch = |name: &'static str, module: &Module| {
        let text = dump::module(module);
        if passes.last().is_none_or(|(_, before)| *before != text) {
            passes.push((name, text));
        }
    };
    let recorded = |name: &str| options.recorded.as_ref().is_none_or(|names| names.iter().any(|n| n == name));
    ir::optimise_watched(&mut module, recorded, &mut watch);
    let cost = |(stage, kernel): (Stage, &ir::Kernel)| KernelCost {
        stage,
        cost: Program::compile(kernel).cost(),
        uniform: dump::uniform(&module, stage, kernel),
    };
    let kernels: Vec<KernelCost> = module.kernels().map(cost).collect();
    let of_step = kernels.iter().filter(|k| matches!(k.stage, Stage::Current | Stage::State));
    let step_cost = of_step.map(|k| k.cost.nanoseconds).sum();
    let prepared = module.prepare.as_ref().map(|kernel| dump::kernel(&module, Stage::Prepare, kernel));
    Ok(Explanation { passes, kernels, prepared, step_cost })
}
