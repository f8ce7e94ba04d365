//! Whether instances of a mechanism can be spread over threads: safe, serial or refused.
//!
//! The text of a .mod file comes in; out comes a [`Report`] with the verdict, what proves it, and what NEURON would
//! say. The verdict follows from the code that runs, not from keywords: the compiler finds for each shared variable
//! whether an instance can see what another one left in it. NEURON's notices, which follow from keywords, stand beside it.

use super::{Carried, Options, compile, thread_safe};
use crate::diagnostic::{Diagnostics, SourceId, Sources, Span};
use crate::ir::{Effect, GlobalId, Module, Op, OwnTable};
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
                let names = |as_what: Becomes| {
                    let list = shared.iter().filter(|s| s.becomes == as_what).map(|s| s.name.as_str());
                    list.collect::<Vec<_>>().join(", ")
                };
                let all = [Becomes::Own, Becomes::Same, Becomes::Unread].map(|b| (names(b), b.reason()));
                let said = all.iter().filter(|(names, _)| !names.is_empty());
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
    /// What becomes of it.
    pub becomes: Becomes,
}

/// What a shared variable is, that code assigns without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// Each instance has a value of its own, for one call.
    Own,
    /// Its value is the same for all instances.
    Same,
    /// It is only ever made from itself, as a counter or a sum is, and nothing else is made from it: it is left out.
    Unread,
}

impl Becomes {
    /// Why it does no harm.
    pub fn reason(self) -> &'static str {
        match self {
            Becomes::Own => "written before it is read in the same call, so each instance has its own",
            Becomes::Same => "set to one value for all instances",
            Becomes::Unread => "added up over instances and never used, so left out",
        }
    }
}

/// Something about a TABLE of a file that a person may not expect.
#[derive(Clone, Debug)]
pub struct Tabled {
    /// A sentence, no full stop.
    pub text: String,
    /// The routine's name.
    pub span: Span,
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
    /// Where its TABLEs are not what equations say.
    pub tables: Vec<Tabled>,
    /// Whether the units of the file agree. What the verdict is does not depend on it.
    pub units: Checked,
}

/// Judges the text of a .mod file. Files that it includes are looked for beside it.
pub fn judge(sources: &mut Sources, id: SourceId) -> Report {
    let tree = match super::parse(sources, id, &Options::default()) {
        Ok((tree, _)) => tree,
        Err(messages) => {
            let units = Checked::default();
            let (notices, tables) = (Vec::new(), Vec::new());
            return Report { name: None, verdict: Verdict::Refused, notices, messages, tables, units };
        }
    };
    let notices = notices::notices(&tree);
    let name = name_of(&tree);
    let units = dimensions::check(&tree, sources);
    let compiled = compile(sources, id, &Options::default());
    let mut tables = compiled.as_ref().map_or(Vec::new(), |mechanism| own_tables(&mechanism.module));
    tables.extend(tables_before_initial(sources, id).into_iter().map(|(routine, span)| {
        let text = format!("the TABLE of `{routine}` is made {}", moment(&notices));
        Tabled { text, span }
    }));
    let (verdict, messages) = match compiled {
        Ok(mechanism) if mechanism.is_serial() => (Verdict::Serial(mechanism.serial), mechanism.warnings),
        Ok(mechanism) => {
            let assigned = notices::assigned_shared(&tree);
            (Verdict::Safe(shared(&mechanism.module, &assigned)), mechanism.warnings)
        }
        Err(messages) => (Verdict::Refused, messages),
    };
    Report { name, verdict, notices, messages, tables, units }
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
        let any = |is: &dyn Fn(GlobalId) -> bool| {
            (variable.first..variable.first + variable.length).any(|i| is(GlobalId(i)))
        };
        let becomes = if any(&|id| module.unread.contains(&id)) {
            Becomes::Unread
        } else if any(&is_stored) {
            Becomes::Same
        } else {
            Becomes::Own
        };
        Some(Shared { name: name.clone(), becomes })
    };
    assigned.iter().filter_map(of).collect()
}

/// TABLEs that are made from what each instance has its own.
fn own_tables(module: &Module) -> Vec<Tabled> {
    let told = |table: &OwnTable| {
        let text = format!(
            "the TABLE of `{}` is made from what each instance has its own ({}): each gets its own table, in NEURON all that of the first",
            table.routine,
            table.from.join(", ")
        );
        Tabled { text, span: table.span }
    };
    module.own_tables.iter().map(told).collect()
}

/// When NEURON makes the TABLEs of a file with these notices, and what the other case would change.
fn moment(notices: &[Notice]) -> &'static str {
    if thread_safe(notices) {
        "before INITIAL, so what INITIAL and other code set does not reach it, but for what stands after DEPEND"
    } else {
        "by the first call; with THREADSAFE it would be before INITIAL, without what INITIAL and other code set"
    }
}

/// The routines with a TABLE, if it matters to the file whether TABLEs are made before INITIAL, as NEURON does where a file is thread safe by
/// its keywords, or by the first call.
fn tables_before_initial(sources: &mut Sources, id: SourceId) -> Vec<(String, Span)> {
    let Some((safe, other)) = super::lowered_both(sources, id) else { return Vec::new() };
    let set = |module: &Module, id: &GlobalId| module.assigned.contains(id);
    let from_set = |module: &Module| {
        let mut ops = module.tables.iter().flat_map(|table| table.range.ops.iter().chain(&table.body.ops));
        ops.any(|op| matches!(op, Op::Global(id) if set(module, id)))
    };
    if safe.kernels().eq(other.kernels()) && !from_set(&safe) {
        return Vec::new();
    }
    let Ok((tree, _)) = super::parse(sources, id, &Options::default()) else { return Vec::new() };
    repair::tabled(&tree)
}

/// A repaired text and what it was judged by.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The new text, what was changed and what stands in the way.
    pub repair: Repair,
    /// The routines whose TABLEs NEURON makes at another moment now, of which the results may depend.
    pub moved: Vec<(String, Span)>,
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
            shared.iter().filter(|s| s.becomes == Becomes::Own).map(|s| s.name.clone()).collect()
        }
        _ => Vec::new(),
    };
    let doubt = match &report.verdict {
        _ if name_of(&tree).is_none_or(|name| name == "nothing") => Some("it defines no mechanism".into()),
        Verdict::Safe(shared) => {
            let sums = shared.iter().filter(|s| s.becomes == Becomes::Unread).map(|s| s.name.as_str());
            let sums: Vec<&str> = sums.collect();
            let why = "added up over instances, which nothing here uses, but for hoc each thread would have a sum of its own";
            (!sums.is_empty()).then(|| format!("{why}: {}", sums.join(", ")))
        }
        // Where nothing shared is assigned, there is nothing to prove.
        _ if notices::assigned_shared(&tree).is_empty() => None,
        Verdict::Serial(carried) => {
            let names: Vec<&str> = carried.iter().map(|c| c.name.as_str()).collect();
            Some(format!("this passes from one instance to the next: {}", names.join(", ")))
        }
        Verdict::Refused => Some("Volley refuses the mechanism, so it proves nothing of its GLOBALs".into()),
    };
    let repair = repair::repair(&text, id, &tree, Aim { doubt: doubt.as_deref(), to_range: &to_range });
    let gains = |tree: &ast::Module| thread_safe(&notices::notices(tree));
    let name = sources.get(id).name.clone();
    let new = sources.add(name, repair.text.as_str());
    let becomes_safe = super::parse(sources, new, &Options::default()).is_ok_and(|(new, _)| gains(&new));
    let moved = match !gains(&tree) && becomes_safe {
        true => tables_before_initial(sources, id),
        false => Vec::new(),
    };
    Ok(Repaired { repair, moved, report })
}
