//! VERBATIM without a C compiler: the C of a file becomes NMODL.
//!
//! In comes a tree whose VERBATIM blocks hold C; out comes the same tree with statements of NMODL in their place, so
//! that nothing after this step knows of C. What C computes with numbers is translated: declarations, assignments,
//! conditions, loops, `switch`, `return`, functions and constants of the file. The C and the NMODL of one list of
//! statements are read together, so that a brace may open in one block and close in another.
//!
//! Some idioms stand for something that is there without C: a number picked from a pointer is a draw from a RANDOM
//! variable, an element of the Vector that an artificial cell keeps is `play_at`, what prints is left out with a note.
//! A routine that nothing in the mechanism calls has no effect in a run: when its C cannot be translated, the routine
//! is left out with a note. Everything else is refused at its line.

mod alike;
mod assign;
mod build;
mod calls;
mod expression;
mod file;
mod flow;
mod lexer;
mod loops;
mod names;
mod operators;
mod parser;
mod read;
mod shared;
mod statements;
mod tree;
mod walk;
mod whole;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use self::lexer::{Piece, Preprocessor, Token};
use self::shared::{DISTRIBUTIONS, Shared, pick};
use self::statements::{Site, Translator};
use self::tree::Type;
use self::walk::Met;
use super::ast::{self, Item, Module, NeuronStatementKind, Phase, Verbatim};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, SourceId, Sources, Span};

/// The C of all blocks, by where they stand.
type Pieces = BTreeMap<(SourceId, u32), Piece>;

/// Puts NMODL in the place of all C of a mechanism. Without errors among what is said, no VERBATIM is left in it.
pub fn expand(module: &mut Module, sources: &Sources) -> Diagnostics {
    let mut said = Diagnostics::new();
    if !has_c(module) {
        return said;
    }
    if is_only_routines(module) {
        without_routines(&mut module.items);
        return said;
    }
    let (pieces, file_level) = pieces(module);
    let words = words(module, sources);
    let all: Vec<&Piece> = pieces.values().collect();
    let shared = Shared::new(module, &file_level, &all, words);
    let mut work = Work { pieces: &pieces, shared, said: &mut said, made: Vec::new(), done: HashSet::new() };
    let left_out = work.run(module);
    let Work { shared, made, .. } = work;
    if said.has_errors() {
        return alike::together(&said, sources);
    }
    for note in &shared.made.notes {
        said.push(note.clone());
    }
    whole::settle(module, shared, made, &left_out);
    said
}

/// Every word of the C of a mechanism.
pub fn words_of_c(module: &Module) -> HashSet<String> {
    let mut all = HashSet::new();
    let mut read = |text: &str| all.extend(super::parser::words(text).map(str::to_string));
    for item in module.flat_items() {
        match item {
            Item::Verbatim(verbatim) => read(&verbatim.text),
            other => {
                let Some(block) = body(other) else { continue };
                walk::block(block, &mut |met| {
                    if let Met::Verbatim(verbatim) = met {
                        read(&verbatim.text);
                    }
                });
            }
        }
    }
    all
}

/// Whether there is C in a mechanism.
pub fn has_c(module: &Module) -> bool {
    module.flat_items().into_iter().any(|item| match item {
        Item::Verbatim(_) => true,
        other => body(other).is_some_and(|b| b.statements.iter().any(walk::has_c)),
    })
}

/// The code of an item.
fn body(item: &Item) -> Option<&ast::Block> {
    match item {
        Item::Phase(x) => Some(&x.body),
        Item::Equations(x) => Some(&x.body),
        Item::Routine(x) => Some(&x.body),
        Item::NetReceive(x) => Some(&x.body),
        _ => None,
    }
}

fn is_only_routines(module: &Module) -> bool {
    let nothing =
        |s: &ast::NeuronStatement| matches!(&s.kind, NeuronStatementKind::Suffix(n) if n.text == "nothing");
    module
        .flat_items()
        .into_iter()
        .any(|i| matches!(i, Item::Neuron(block) if block.statements.iter().any(nothing)))
}

/// A file of routines for hoc has nothing that a run could use; what it is is said later.
fn without_routines(items: &mut Vec<Item>) {
    items.retain(|i| !matches!(i, Item::Verbatim(_) | Item::Routine(_) | Item::Phase(_)));
    for item in items {
        if let Item::Include(include) = item {
            without_routines(&mut include.items);
        }
    }
}

/// The tokens of all C in the order of the text; those outside of blocks also in one row.
fn pieces(module: &Module) -> (Pieces, Vec<Token>) {
    let mut preprocessor = Preprocessor::new();
    let mut pieces = Pieces::new();
    let mut file_level = Vec::new();
    let mut read = |verbatim: &Verbatim, preprocessor: &mut Preprocessor| {
        let start = verbatim.span.start as usize + "VERBATIM".len();
        let piece = preprocessor.read(&verbatim.text, verbatim.span.source, start);
        let tokens = piece.tokens.clone();
        pieces.insert((verbatim.span.source, verbatim.span.start), piece);
        tokens
    };
    for item in module.flat_items() {
        match item {
            Item::Verbatim(verbatim) => file_level.extend(read(verbatim, &mut preprocessor)),
            Item::Define(define) => {
                let value = define.value.value as f64;
                preprocessor.define_number(&define.name.text, value, define.name.span);
            }
            other => {
                let Some(block) = body(other) else { continue };
                walk::block(block, &mut |met| {
                    if let Met::Verbatim(verbatim) = met {
                        read(verbatim, &mut preprocessor);
                    }
                });
            }
        }
    }
    (pieces, file_level)
}

/// Every word of the file and of those it includes.
fn words(module: &Module, sources: &Sources) -> HashSet<String> {
    let mut texts: BTreeSet<SourceId> = module.flat_items().iter().map(|i| i.span().source).collect();
    texts.insert(module.span.source);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = HashSet::new();
    for id in texts {
        words.extend(
            sources.get(id).text.split(|c| !is_part(c)).filter(|w| !w.is_empty()).map(str::to_string),
        );
    }
    words
}

/// What is left out, by its place, with why.
type LeftOut = BTreeMap<(SourceId, u32), Diagnostic>;

struct Work<'a> {
    pieces: &'a Pieces,
    shared: Shared,
    said: &'a mut Diagnostics,
    /// Functions of C, as routines of NMODL.
    made: Vec<ast::Routine>,
    /// Routines and functions that were looked at.
    done: HashSet<String>,
}

impl Work<'_> {
    /// Translates what runs, then what else can be; gives what has to be left out.
    fn run(&mut self, module: &mut Module) -> LeftOut {
        let mut called = Vec::new();
        let mut left_out = LeftOut::new();
        each_item(&mut module.items, &mut |item| {
            let is_root = match item {
                Item::Phase(block) => !matches!(block.phase, Phase::Constructor | Phase::Destructor),
                Item::Equations(_) | Item::NetReceive(_) => true,
                _ => false,
            };
            if is_root {
                let errors = self.item(item);
                errors.into_iter().for_each(|e| self.said.push(e));
                called.extend(called_by(item));
            }
        });
        self.reach(module, called, &mut |work, errors| errors.into_iter().for_each(|e| work.said.push(e)));
        let mut rest = Vec::new();
        each_item(&mut module.items, &mut |item| {
            let waits = match item {
                Item::Phase(block) => matches!(block.phase, Phase::Constructor | Phase::Destructor),
                Item::Routine(routine) => !self.done.contains(&routine.name.text),
                _ => false,
            };
            if waits {
                rest.push(place(item));
            }
        });
        for at in rest {
            self.unreached(module, at, &mut left_out);
        }
        self.without_callees(module, &mut left_out);
        left_out
    }

    /// Translates routines that are called, and those that they call.
    fn reach(
        &mut self,
        module: &mut Module,
        mut called: Vec<String>,
        errors: &mut dyn FnMut(&mut Self, Vec<Diagnostic>),
    ) {
        while let Some(name) = called.pop() {
            if !self.done.insert(name.clone()) {
                continue;
            }
            let mut found = false;
            each_item(&mut module.items, &mut |item| {
                if matches!(item, Item::Routine(r) if r.name.text == name) && !found {
                    found = true;
                    let said = self.item(item);
                    errors(self, said);
                    called.extend(called_by(item));
                }
            });
            if !found && self.shared.functions.contains_key(&name) {
                let said = self.function(&name);
                errors(self, said);
                if let Some(routine) = self.made.last() {
                    called.extend(called_by(&Item::Routine(routine.clone())));
                }
            }
        }
    }

    /// Translates something that a run never reaches; when that fails it is left out.
    fn unreached(&mut self, module: &mut Module, at: (SourceId, u32), left_out: &mut LeftOut) {
        let mut failed = Vec::new();
        let (saved, made, done) = (self.shared.made.clone(), self.made.len(), self.done.clone());
        let mut called = Vec::new();
        each_item(&mut module.items, &mut |item| {
            if place(item) == at {
                if let Item::Routine(routine) = item {
                    self.done.insert(routine.name.text.clone());
                }
                failed.extend(self.item(item));
                failed.extend(self.of_c(item));
                called.extend(called_by(item));
            }
        });
        // Only what is C's alone is translated for it; other routines come in their own turn.
        called.retain(|name| self.shared.functions.contains_key(name));
        self.reach(module, called, &mut |_, errors| failed.extend(errors));
        let Some(first) = failed.into_iter().next() else { return };
        self.shared.made = saved;
        self.made.truncate(made);
        self.done = done;
        each_item(&mut module.items, &mut |item| {
            if place(item) == at {
                let note = self.left_out(item, &first);
                if let Item::Routine(routine) = item {
                    self.done.insert(routine.name.text.clone());
                }
                left_out.insert(at, note.clone());
                self.said.push(note);
            }
        });
    }

    /// A name in the NMODL of a routine that nobody declares: in NEURON only C can stand for it.
    fn of_c(&self, item: &Item) -> Option<Diagnostic> {
        let Item::Routine(routine) = item else { return None };
        let known = |name: &str| {
            let it = &self.shared;
            it.variables.contains(name)
                || it.file_locals.contains(name)
                || it.ions.contains(name)
                || it.pointers.contains(name)
                || it.globals.contains_key(name)
                || it.made.globals.contains_key(name)
        };
        let own = super::walk::Site::Routine(routine).names();
        let name = super::walk::free_names(&routine.body, own).into_iter().find(|n| !known(&n.text))?;
        Some(
            Diagnostic::error("nmodl/undeclared", format!("`{}` is not declared", name.text))
                .at(name.span, ""),
        )
    }

    fn left_out(&self, item: &Item, first: &Diagnostic) -> Diagnostic {
        let (name, span) = match item {
            Item::Routine(routine) => (format!("`{}`", routine.name.text), routine.name.span),
            Item::Phase(block) if block.phase == Phase::Constructor => {
                ("CONSTRUCTOR".to_string(), block.span)
            }
            _ => ("DESTRUCTOR".to_string(), item.span()),
        };
        let note = if matches!(item, Item::Routine(_)) {
            "Nothing in the mechanism calls it: it is for hoc, and has no effect in a run."
        } else {
            "What it makes is for routines that hoc calls; variables that it would set keep their defaults."
        };
        let mut diagnostic =
            Diagnostic::new(Severity::Note, "nmodl/verbatim-left-out", format!("{name} is left out"))
                .at(Span { end: span.end.min(span.start + 80), ..span }, "");
        if let Some(label) = first.labels.first() {
            diagnostic = diagnostic.at(label.span, first.message.clone());
        }
        diagnostic.note(note)
    }

    /// Leaves out what calls something that is left out; it cannot be reached either.
    fn without_callees(&mut self, module: &mut Module, left_out: &mut LeftOut) {
        loop {
            let mut gone = HashSet::new();
            each_item(&mut module.items, &mut |item| {
                if let (Item::Routine(routine), true) = (&*item, left_out.contains_key(&place(item))) {
                    gone.insert(routine.name.text.clone());
                }
            });
            let mut more = None;
            each_item(&mut module.items, &mut |item| {
                let may = match item {
                    Item::Routine(_) => true,
                    Item::Phase(block) => matches!(block.phase, Phase::Constructor | Phase::Destructor),
                    _ => false,
                };
                let open = may && more.is_none() && !left_out.contains_key(&place(item));
                if open && let Some(callee) = called_by(item).into_iter().find(|c| gone.contains(c)) {
                    let why =
                        Diagnostic::error("nmodl/verbatim", format!("calls `{callee}`")).at(item.span(), "");
                    more = Some((place(item), self.left_out(item, &why)));
                }
            });
            let Some((at, mut note)) = more else { return };
            note.labels.truncate(1);
            self.said.push(note.clone());
            left_out.insert(at, note);
        }
    }

    /// Translates the C of an item; what is wrong comes back.
    fn item(&mut self, item: &mut Item) -> Vec<Diagnostic> {
        let arguments = |list: &[ast::Argument]| list.iter().map(|a| a.name.text.clone()).collect::<Vec<_>>();
        match item {
            Item::Phase(block) => {
                let site = match block.phase {
                    Phase::Breakpoint => Site::Whole("BREAKPOINT"),
                    _ => Site::Plain,
                };
                self.body(&mut block.body, site, Vec::new())
            }
            Item::Equations(block) => {
                self.body(&mut block.body, Site::Whole("a block of equations"), Vec::new())
            }
            Item::NetReceive(block) => {
                let mut names = arguments(&block.arguments);
                names.push("flag".to_string());
                self.body(&mut block.body, Site::Plain, names)
            }
            Item::Routine(routine) => {
                let mut names = arguments(&routine.arguments);
                let mut site = Site::Plain;
                if routine.is_function {
                    names.push(routine.name.text.clone());
                    site = Site::Function(routine.name.text.clone(), Type::Double);
                }
                self.body(&mut routine.body, site, names)
            }
            _ => Vec::new(),
        }
    }

    fn body(&mut self, block: &mut ast::Block, site: Site, names: Vec<String>) -> Vec<Diagnostic> {
        if !block.statements.iter().any(walk::has_c) {
            return Vec::new();
        }
        let picks = self.picks(block);
        let mut c = Vec::new();
        walk::block(block, &mut |met| {
            if let Met::Verbatim(verbatim) = met {
                c.extend(self.pieces.get(&(verbatim.span.source, verbatim.span.start)));
            }
        });
        let mut errors = match read::list(&block.statements, self.pieces, &self.shared.types, block.span) {
            Ok(list) => {
                let translator = Translator::new(&mut self.shared, site, names, picks);
                let (statements, errors) = translator.body(&list, block.span);
                block.statements = statements;
                errors
            }
            Err(unread) => vec![read::message(&unread)],
        };
        if !errors.is_empty() {
            let tokens: Vec<&Token> = c.iter().flat_map(|piece| &piece.tokens).collect();
            calls::refused_too(&tokens, &mut errors);
        }
        errors
    }

    /// A function of C as a routine of NMODL.
    fn function(&mut self, name: &str) -> Vec<Diagnostic> {
        let Some(function) = self.shared.functions.get(name).cloned() else { return Vec::new() };
        let refuse = |span: Span, what: &str| {
            let message = format!("the C function `{name}` {what}");
            vec![
                Diagnostic::error("nmodl/verbatim", message)
                    .at(span, "")
                    .note("VERBATIM is translated where it computes with numbers."),
            ]
        };
        if function.of == Type::Opaque {
            return refuse(function.span, "gives a pointer or a structure");
        }
        if let Some(argument) = function.arguments.iter().find(|a| !a.1.is_number() && a.1 != Type::Void) {
            return refuse(argument.2, &format!("takes a pointer or a structure, `{}`", argument.0));
        }
        let list = match read::tokens(&function.body, &self.shared.types, function.span) {
            Ok(list) => list,
            Err(unread) => return vec![read::message(&unread)],
        };
        let is_function = function.of != Type::Void;
        let mut arguments = Vec::new();
        let mut scope = Vec::new();
        for (argument, of, span) in &function.arguments {
            let inner = self.shared.valid(argument);
            arguments.push(ast::Argument { name: build::name(&inner, *span), unit: None });
            scope.push((argument.clone(), expression::Held::Scalar { name: inner, of: *of }));
        }
        let site = if is_function { Site::Function(name.to_string(), function.of) } else { Site::Plain };
        let mut translator = Translator::new(&mut self.shared, site, Vec::new(), None);
        translator.scopes.push(scope);
        let (statements, errors) = translator.body(&list, function.span);
        self.made.push(ast::Routine {
            is_function,
            name: build::name(name, function.span),
            arguments,
            unit: None,
            body: build::block(statements, function.span),
            span: function.span,
        });
        errors
    }

    /// What `nrn_random_pick` draws in a body: what is drawn when there is no stream, or what comments say.
    fn picks(&self, block: &ast::Block) -> Option<&'static str> {
        let mut found = Vec::new();
        let mut comments = String::new();
        walk::block(block, &mut |met| match met {
            Met::Call(name) => match name.text.as_str() {
                "exprand" => found.push("random_negexp"),
                "normrand" => found.push("random_normal"),
                "scop_random" => found.push("random_uniform"),
                _ => {}
            },
            Met::Verbatim(verbatim) => {
                let Some(piece) = self.pieces.get(&(verbatim.span.source, verbatim.span.start)) else {
                    return;
                };
                comments.push_str(&piece.comments);
                for name in piece.tokens.iter().filter_map(Token::name) {
                    found.extend(pick(name).flatten());
                }
            }
            _ => {}
        });
        found.sort_unstable();
        found.dedup();
        if let [one] = found.as_slice() {
            return Some(*one);
        }
        for text in [&comments, &self.shared.comments] {
            let said: Vec<&'static str> = DISTRIBUTIONS
                .iter()
                .filter(|(_, word)| text.contains(&format!("{word}(")))
                .map(|(f, _)| *f)
                .collect();
            if let [one] = said.as_slice() {
                return Some(*one);
            }
        }
        None
    }
}

/// Where an item stands, which tells it from all others.
fn place(item: &Item) -> (SourceId, u32) {
    (item.span().source, item.span().start)
}

/// What an item calls.
fn called_by(item: &Item) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(block) = body(item) {
        walk::block(block, &mut |met| {
            if let Met::Call(name) = met {
                names.push(name.text.clone());
            }
        });
    }
    names
}

/// Visits all items, those of included files too.
fn each_item(items: &mut [Item], visit: &mut dyn FnMut(&mut Item)) {
    for item in items {
        match item {
            Item::Include(include) => each_item(&mut include.items, visit),
            other => visit(other),
        }
    }
}
