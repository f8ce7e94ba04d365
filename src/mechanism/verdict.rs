//! Whether instances of a mechanism can be spread over threads: safe, serial or refused.
//!
//! The text of a .mod file comes in; out comes a [`Report`] with the verdict, what proves it, and what NEURON would
//! say. The verdict follows from the code that runs, not from keywords: the compiler finds for each shared variable
//! whether an instance can see what another one left in it. NEURON's notices, which follow from keywords, stand beside it.

use super::{Carried, Options, compile};
use crate::diagnostic::{Diagnostics, SourceId, Sources};
use crate::ir::{Effect, GlobalId, Module};
use crate::nmodl::ast;
use crate::nmodl::dimensions::{self, Checked};
use crate::nmodl::notices::{self, Notice};
use crate::nmodl::repair::{self, Aim, Repair};

/// Whether a mechanism can run on several threads, and why.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// No instance sees what another one left behind.
    Safe(Vec<Shared>),
    /// State passes from one instance to the next.
    Serial(Vec<Carried>),
    /// It is wrong or not supported.
    Refused,
}

impl Verdict {
    /// The verdict in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Safe(_) => "safe",
            Verdict::Serial(_) => "serial",
            Verdict::Refused => "refused",
        }
    }

    /// Whether the mechanism runs; a serial one does on one thread.
    pub fn runs(&self) -> bool {
        !matches!(self, Verdict::Refused)
    }

    /// Why, in a sentence.
    pub fn reason(&self) -> String {
        match self {
            Verdict::Safe(shared) if shared.is_empty() => "no GLOBAL is assigned".into(),
            Verdict::Safe(shared) => {
                let names = |uniform: bool| {
                    let list: Vec<&str> =
                        shared.iter().filter(|s| s.uniform == uniform).map(|s| s.name.as_str()).collect();
                    list.join(", ")
                };
                let own = "written before it is read in the same call, so each instance has its own";
                let same = "set to one value for all instances";
                let said = [(names(false), own), (names(true), same)];
                let said = said.iter().filter(|(names, _)| !names.is_empty());
                said.map(|(names, why)| format!("{why}: {names}")).collect::<Vec<_>>().join("; ")
            }
            Verdict::Serial(carried) => {
                let names: Vec<&str> = carried.iter().map(|c| c.name.as_str()).collect();
                format!("passes from one instance to the next, so it runs on thread 0: {}", names.join(", "))
            }
            Verdict::Refused => "not supported, or wrong".into(),
        }
    }
}

/// A shared variable that code assigns without harm.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// Its name.
    pub name: String,
    /// Its value is the same for all instances; else each instance has a value of its own, for one call.
    pub uniform: bool,
}

/// All that is said of a file.
#[derive(Clone, Debug)]
pub struct Report {
    /// The mechanism's name, once the file could be read.
    pub name: Option<String>,
    /// Whether it can be spread over threads.
    pub verdict: Verdict,
    /// What NEURON's translator would say.
    pub notices: Vec<Notice>,
    /// Volley's own messages: why it is refused, and warnings.
    pub messages: Diagnostics,
    /// Whether the units of the file agree. What the verdict is does not depend on it.
    pub units: Checked,
}

/// Judges the text of a .mod file. Files that it includes are looked for beside it.
pub fn judge(sources: &mut Sources, id: SourceId) -> Report {
    let tree = match super::parse(sources, id, &Options::default()) {
        Ok((tree, _)) => tree,
        Err(messages) => {
            let units = Checked::default();
            return Report { name: None, verdict: Verdict::Refused, notices: Vec::new(), messages, units };
        }
    };
    let notices = notices::notices(&tree);
    let name = name_of(&tree);
    let units = dimensions::check(&tree, sources);
    let (verdict, messages) = match compile(sources, id, &Options::default()) {
        Ok(mechanism) if mechanism.is_serial() => (Verdict::Serial(mechanism.serial), mechanism.warnings),
        Ok(mechanism) => {
            let assigned = notices::assigned_shared(&tree);
            (Verdict::Safe(shared(&mechanism.module, &assigned)), mechanism.warnings)
        }
        Err(messages) => (Verdict::Refused, messages),
    };
    Report { name, verdict, notices, messages, units }
}

fn name_of(tree: &ast::Module) -> Option<String> {
    tree.flat_items().into_iter().find_map(|item| match item {
        ast::Item::Neuron(block) => block.statements.iter().find_map(|statement| match &statement.kind {
            ast::NeuronStatementKind::Suffix(name)
            | ast::NeuronStatementKind::PointProcess(name)
            | ast::NeuronStatementKind::ArtificialCell(name) => Some(name.text.clone()),
            _ => None,
        }),
        _ => None,
    })
}

/// What becomes of the shared variables that code assigns.
fn shared(module: &Module, assigned: &[String]) -> Vec<Shared> {
    let is_stored = |id: GlobalId| {
        module.kernels().any(|(_, kernel)| {
            kernel.effects.iter().any(|e| matches!(e, Effect::WriteGlobal(to, _) if *to == id))
        })
    };
    let of = |name: &String| {
        let variable = module.globals.iter().find(|v| v.name == *name)?;
        let uniform = (variable.first..variable.first + variable.length).any(|i| is_stored(GlobalId(i)));
        Some(Shared { name: name.clone(), uniform })
    };
    assigned.iter().filter_map(of).collect()
}

/// A repaired text and what it was judged by.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The new text, what was changed and what stands in the way.
    pub repair: Repair,
    /// What is said of the file without the blocks of C that do nothing: what THREADSAFE is added by.
    pub report: Report,
}

/// Makes the text of a .mod file thread safe in NEURON too, where that is true. With `range`, assigned GLOBALs of which
/// each instance has its own value are named in RANGE.
///
/// # Errors
/// The text cannot be read as NMODL.
pub fn repaired(sources: &mut Sources, id: SourceId, range: bool) -> Result<Repaired, Diagnostics> {
    let (tree, _) = super::parse(sources, id, &Options::default())?;
    let text = sources.get(id).text.clone();
    // C that does nothing must not hide what is true of the rest.
    let name = sources.get(id).name.clone();
    let stripped = sources.add(name, repair::without_idle(&text, id, &tree));
    let report = judge(sources, stripped);
    let to_range: Vec<String> = match &report.verdict {
        Verdict::Safe(shared) if range => {
            shared.iter().filter(|s| !s.uniform).map(|s| s.name.clone()).collect()
        }
        _ => Vec::new(),
    };
    let doubt = match &report.verdict {
        _ if name_of(&tree).is_none_or(|name| name == "nothing") => Some("it defines no mechanism".into()),
        Verdict::Safe(_) => None,
        // Where nothing shared is assigned, there is nothing to prove.
        _ if notices::assigned_shared(&tree).is_empty() => None,
        Verdict::Serial(carried) => {
            let names: Vec<&str> = carried.iter().map(|c| c.name.as_str()).collect();
            Some(format!("this passes from one instance to the next: {}", names.join(", ")))
        }
        Verdict::Refused => Some("Volley refuses the mechanism, so it proves nothing of its GLOBALs".into()),
    };
    let repair = repair::repair(&text, id, &tree, Aim { doubt: doubt.as_deref(), to_range: &to_range });
    Ok(Repaired { repair, report })
}
