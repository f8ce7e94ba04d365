//! Makes a .mod file thread safe in NEURON too, where that is true: what NEURON's `mkthreadsafe` asks about, done.
//!
//! In come a text and its tree; out comes the new text with a list of what was changed and of what stands in the way.
//! Only the places named are edited: comments and layout stay. What is done:
//!
//! - `VERBATIM return 0; ENDVERBATIM` at the end of a procedure goes, as does an empty VERBATIM: they do nothing;
//! - `METHOD euler` and `METHOD runge` become `cnexp` where each equation is linear in its own state and reads no other
//!   one, else `derivimplicit`;
//! - `THREADSAFE` is added as the first statement of the NEURON block, where NEURON reads it before all that it
//!   silences. NEURON then gives each thread its own copy of every GLOBAL that is assigned, which is sound when each
//!   call sets it before reading it. Whether that holds is for the caller to know: see [`Repair::obstacles`].
//!
//! Files that are included are not edited.

mod edit;
mod linear;

use self::edit::{Edit, apply, whole_lines};
use super::ast::{Item, Module, NeuronBlock, NeuronStatementKind, Phase, Statement, StatementKind, Verbatim};
use super::lexer::{Lexer, TokenKind};
use super::notices::{NoticeKind, notices};
use super::walk::{self, Site};
use crate::diagnostic::{SourceId, Span};

pub use self::edit::unified_diff;

/// A repaired text.
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    /// The new text; the old one when there is nothing to change.
    pub text: String,
    /// What was changed, a sentence each, with the place in the old text.
    pub changes: Vec<Change>,
    /// Why NEURON still would not, or should not, take the file as thread safe; with the place in the old text.
    pub obstacles: Vec<Change>,
}

/// Something that was changed, or cannot be.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// A sentence, no full stop.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// What the caller has found out, and wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim<'a> {
    /// Why `THREADSAFE` may not be true of the code; `None` when no instance sees what another one left behind.
    pub doubt: Option<&'a str>,
    /// Names that move from GLOBAL to RANGE.
    pub to_range: &'a [String],
}

/// Repairs what stands in the main text of a module.
pub fn repair(text: &str, source: SourceId, module: &Module, aim: Aim<'_>) -> Repair {
    let mut repairer = Repairer { text, source, edits: Vec::new(), changes: Vec::new() };
    let idle = repairer.idle_verbatim(module);
    repairer.methods(module);
    let neuron = module.items.iter().find_map(|item| match item {
        Item::Neuron(block) => Some(block),
        _ => None,
    });
    repairer.ranges(module, aim.to_range);
    let obstacles = obstacles(module, &idle, aim.doubt);
    if let Some(block) = neuron
        && obstacles.is_empty()
    {
        repairer.threadsafe(module, block);
    }
    Repair { text: apply(text, repairer.edits), changes: repairer.changes, obstacles }
}

/// The text without the VERBATIM blocks that do nothing.
pub fn without_idle(text: &str, source: SourceId, module: &Module) -> String {
    let mut repairer = Repairer { text, source, edits: Vec::new(), changes: Vec::new() };
    repairer.idle_verbatim(module);
    apply(text, repairer.edits)
}

/// The routines that have a TABLE, with the places of their names.
pub fn tabled(module: &Module) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for site in walk::sites(module) {
        let Site::Routine(routine) = site else { continue };
        walk::statements(site, &mut |statement, _| {
            if matches!(statement.kind, StatementKind::Table(_)) {
                found.push((routine.name.text.clone(), routine.name.span));
            }
        });
    }
    found
}

/// What no edit here removes.
fn obstacles(module: &Module, idle: &[Span], doubt: Option<&str>) -> Vec<Change> {
    let mut list = Vec::new();
    for site in module.flat_items() {
        let mut c_code = |verbatim: &Verbatim| {
            if list.is_empty() && !idle.contains(&verbatim.span) {
                let text = "a VERBATIM block holds C code; look at it, and write what it does in NMODL";
                list.push(Change { text: text.into(), span: verbatim.span });
            }
        };
        match site {
            Item::Verbatim(verbatim) => c_code(verbatim),
            other => {
                if let Some(site) = walk::site(other) {
                    walk::statements(site, &mut |statement, _| {
                        if let StatementKind::Verbatim(verbatim) = &statement.kind {
                            c_code(verbatim);
                        }
                    });
                }
            }
        }
    }
    for notice in notices(module) {
        let why = match notice.kind {
            NoticeKind::Link => "what it points at may be changed on another thread",
            NoticeKind::Function => "all threads would share its state; draw from a RANDOM variable instead",
            NoticeKind::Solver if is_runge(&notice.text) => continue,
            NoticeKind::Solver => "NEURON has no thread-safe form of it, whatever the file says",
            _ => continue,
        };
        let said = notice.text.trim_end_matches('.');
        list.push(Change { text: format!("{said}: {why}"), span: notice.span });
    }
    if let Some(doubt) = doubt
        && list.is_empty()
    {
        let span = module.items.first().map_or(module.span, Item::span);
        list.push(Change { text: doubt.to_owned(), span });
    }
    list
}

/// METHOD runge is replaced.
fn is_runge(text: &str) -> bool {
    text.starts_with("runge ")
}

struct Repairer<'a> {
    text: &'a str,
    source: SourceId,
    edits: Vec<Edit>,
    changes: Vec<Change>,
}

impl Repairer<'_> {
    fn replace(&mut self, span: Span, new: &str, told: String) {
        if span.source == self.source {
            self.edits.push(Edit { range: span.start as usize..span.end as usize, text: new.into() });
            self.changes.push(Change { text: told, span });
        }
    }

    /// Takes out VERBATIM blocks that do nothing; gives the places of those that go.
    fn idle_verbatim(&mut self, module: &Module) -> Vec<Span> {
        let mut idle: Vec<(Span, &str)> = Vec::new();
        for item in module.flat_items() {
            match item {
                Item::Verbatim(verbatim) if code_of(&verbatim.text).is_empty() => {
                    idle.push((verbatim.span, "an empty VERBATIM block"));
                }
                other => {
                    let Some(site) = walk::site(other) else { continue };
                    let is_procedure = matches!(site, Site::Routine(r) if !r.is_function);
                    let last = site.body().statements.last();
                    walk::statements(site, &mut |statement, _| {
                        let StatementKind::Verbatim(verbatim) = &statement.kind else { return };
                        match code_of(&verbatim.text).as_str() {
                            "" => idle.push((verbatim.span, "an empty VERBATIM block")),
                            "return0;" | "return(0);"
                                if is_procedure
                                    && last.is_some_and(|l: &Statement| l.span == statement.span) =>
                            {
                                let what = "the `return 0;` at the end of a procedure";
                                idle.push((verbatim.span, what));
                            }
                            _ => {}
                        }
                    });
                }
            }
        }
        idle.retain(|(span, _)| span.source == self.source);
        for (span, what) in &idle {
            let range = span.start as usize..span.end as usize;
            let range = whole_lines(self.text, range.clone()).unwrap_or(range);
            self.edits.push(Edit { range, text: String::new() });
            self.changes.push(Change { text: format!("{what} does nothing and is gone"), span: *span });
        }
        idle.into_iter().map(|(span, _)| span).collect()
    }

    /// `euler` and `runge` become a method that NEURON spreads over threads.
    fn methods(&mut self, module: &Module) {
        let sites = walk::sites(module);
        for site in &sites {
            if !matches!(site, Site::Phase(p) if p.phase == Phase::Breakpoint) {
                continue;
            }
            walk::statements(*site, &mut |statement, _| {
                let StatementKind::Solve(solve) = &statement.kind else { return };
                let Some(method) = &solve.method else { return };
                let old = method.name.text.as_str();
                if method.steady_state || !matches!(old, "euler" | "runge") {
                    return;
                }
                let named = |site: &&Site<'_>| match site {
                    Site::Equations(block) => {
                        block.name.text == solve.name.text
                            && block.kind == super::ast::EquationsKind::Derivative
                    }
                    _ => false,
                };
                let Some(block) = sites.iter().find(named) else { return };
                let (new, why) = if linear::suits_cnexp(module, *block) {
                    ("cnexp", "each equation is linear in its own state and free of the others")
                } else {
                    (
                        "derivimplicit",
                        "an equation is not linear in its own state, or is coupled to another one",
                    )
                };
                self.replace(method.name.span, new, format!("METHOD {old} is now {new}: {why}"));
            });
        }
    }

    /// Moves names from GLOBAL to RANGE: a GLOBAL statement of which all names move changes its keyword, from others
    /// the names are taken out and a RANGE statement follows.
    fn ranges(&mut self, module: &Module, to_range: &[String]) {
        let neurons = module.items.iter().filter_map(|item| match item {
            Item::Neuron(block) => Some(block),
            _ => None,
        });
        let statements: Vec<_> = neurons.flat_map(|block| &block.statements).collect();
        let declared = declared(module);
        // A GLOBAL that no block declares is a variable; a RANGE that no block declares is none.
        let moves = |name: &&str| to_range.iter().any(|r| r == name) && declared.contains(name);
        for statement in statements {
            let NeuronStatementKind::Global(names) = &statement.kind else { continue };
            let (moved, kept): (Vec<&str>, Vec<&str>) =
                names.iter().map(|n| n.text.as_str()).partition(moves);
            if moved.is_empty() || statement.span.source != self.source {
                continue;
            }
            let list = moved.join(", ");
            let told = format!("each instance has its own value, so these are RANGE now: {list}");
            let start = statement.span.start as usize;
            if kept.is_empty() {
                self.edits.push(Edit { range: start..start + "GLOBAL".len(), text: "RANGE".into() });
                self.changes.push(Change { text: told, span: statement.span });
            } else {
                let new = format!("GLOBAL {} RANGE {list}", kept.join(", "));
                self.replace(statement.span, &new, told);
            }
        }
    }

    /// Puts THREADSAFE after the brace that opens the NEURON block.
    fn threadsafe(&mut self, module: &Module, block: &NeuronBlock) {
        let is_declared = |item: &&Item| match item {
            Item::Neuron(block) => {
                block.statements.iter().any(|s| matches!(s.kind, NeuronStatementKind::ThreadSafe(_)))
            }
            _ => false,
        };
        if module.flat_items().iter().any(is_declared) {
            return;
        }
        let Some(brace) = self.after_brace(block.span) else { return };
        let line_end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let rest = self.text.get(brace..).unwrap_or("");
        let first = block.statements.first().map_or(block.span.end, |s| s.span.start) as usize;
        let before = self.text.get(..first).unwrap_or("");
        let indent = &before[before.rfind('\n').map_or(0, |i| i + 1)..];
        let on_own_line = brace <= first - indent.len() && indent.bytes().all(|b| b == b' ' || b == b'\t');
        // What else stands on the brace's line (a comment) stays there.
        let to_line_end = rest.find(['\r', '\n']).unwrap_or(0);
        let (at, text) = if on_own_line {
            (brace + to_line_end, format!("{line_end}{indent}THREADSAFE"))
        } else {
            let blank = if rest.starts_with(|c: char| c.is_ascii_whitespace()) { "" } else { " " };
            (brace, format!(" THREADSAFE{blank}"))
        };
        self.edits.push(Edit { range: at..at, text });
        let told = "THREADSAFE is added: no instance sees what another one left behind".to_string();
        self.changes.push(Change { text: told, span: block.span });
    }

    /// Where the text goes on after the first `{` of a block that is no part of a comment.
    fn after_brace(&self, block: Span) -> Option<usize> {
        let mut lexer = Lexer::new(self.text, block.start as usize..block.end as usize, true);
        loop {
            let token = lexer.next();
            match token.kind {
                TokenKind::Symbol("{") => return Some(token.end),
                TokenKind::End => return None,
                _ => {}
            }
        }
    }
}

/// C code without comments and blanks.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*") {
        code += &rest[..at];
        rest = rest[at..].find("*/").map_or("", |end| &rest[at + end + 2..]);
    }
    code += rest;
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

/// The names that PARAMETER and ASSIGNED blocks declare.
fn declared(module: &Module) -> Vec<&str> {
    let mut names = Vec::new();
    for item in &module.items {
        match item {
            Item::Parameter(block) => names.extend(block.parameters.iter().map(|p| p.name.text.as_str())),
            Item::Assigned(block) => names.extend(block.variables.iter().map(|v| v.name.text.as_str())),
            _ => {}
        }
    }
    names
}
