//! What the translation of every body needs to know of the file, and what it adds to it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::file::{FileItem, file_items};
use super::lexer::{Kind, Piece, Token};
use super::parser::Unread;
use super::tree::{Declared, Expr, ExprKind, Function, Operator, Type, Value};
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{self, Item, NeuronStatementKind};
use crate::nmodl::meaning::Builtin;

/// The three distributions that streams are drawn from here.
pub(super) const DISTRIBUTIONS: [(&str, &str); 3] =
    [("random_negexp", "negexp"), ("random_normal", "normal"), ("random_uniform", "uniform")];

/// A variable that C declares outside of functions, or as `static` inside one.
#[derive(Clone)]
pub(super) struct Global {
    pub declared: Declared,
    /// What it is called in NMODL.
    pub name: String,
}

/// What a translation adds to the file.
#[derive(Clone, Default)]
pub(super) struct Made {
    /// Pointers that are streams of random numbers.
    pub streams: BTreeSet<String>,
    /// The variable that holds the Vector that is played.
    pub list: Option<String>,
    /// C's variables that are used, by their names in NMODL.
    pub globals: BTreeMap<String, Global>,
    /// `c_truncate` is used.
    pub truncates: bool,
    /// `c_round` is used.
    pub rounds: bool,
    /// Notes, by place.
    pub notes: Vec<Diagnostic>,
}

/// What is known of the file.
pub(super) struct Shared {
    pub suffix: String,
    pub variables: HashSet<String>,
    pub file_locals: HashSet<String>,
    /// FUNCTIONs and PROCEDUREs: whether it is a FUNCTION.
    pub routines: HashMap<String, bool>,
    pub tables: HashSet<String>,
    /// Variables of ions named after READ or WRITE.
    pub ions: HashSet<String>,
    pub pointers: HashSet<String>,
    pub net_arguments: Vec<String>,
    /// Every word of the file.
    pub words: HashSet<String>,
    pub functions: HashMap<String, Function>,
    pub globals: HashMap<String, Global>,
    /// What could not be read, by the names in it.
    pub unread: HashMap<String, Unread>,
    pub types: HashSet<String>,
    /// Names that C sets somewhere.
    pub written: HashSet<String>,
    /// Pointers that numbers are picked from somewhere.
    pub picked: HashSet<String>,
    /// Variables whose Vector is looked into somewhere.
    pub vectors: HashSet<String>,
    /// What the comments of the C say of distributions.
    pub comments: String,
    pub made: Made,
}

impl Shared {
    /// Collects what the file declares, in NMODL and in C outside of blocks.
    pub fn new(
        module: &ast::Module,
        file_level: &[Token],
        pieces: &[&Piece],
        words: HashSet<String>,
    ) -> Shared {
        let mut it = Shared {
            suffix: String::new(),
            variables: Builtin::ALL.iter().map(|(name, ..)| name.to_string()).collect(),
            file_locals: HashSet::new(),
            routines: HashMap::new(),
            tables: HashSet::new(),
            ions: HashSet::new(),
            pointers: HashSet::new(),
            net_arguments: Vec::new(),
            words,
            functions: HashMap::new(),
            globals: HashMap::new(),
            unread: HashMap::new(),
            types: HashSet::new(),
            written: HashSet::new(),
            picked: HashSet::new(),
            vectors: HashSet::new(),
            comments: String::new(),
            made: Made::default(),
        };
        for item in module.flat_items() {
            it.item(item);
        }
        for piece in pieces {
            it.look_at(&piece.tokens);
            it.comments.push_str(&piece.comments);
        }
        for item in file_items(file_level, &mut it.types, module.span) {
            match item {
                FileItem::Function(function) if it.routines.contains_key(&function.name) => {
                    let message = "NMODL has a routine of the same name".to_string();
                    it.unread.insert(function.name.clone(), Unread { span: function.span, message });
                }
                FileItem::Function(function) => {
                    it.functions.insert(function.name.clone(), function);
                }
                FileItem::Variables(list) => {
                    for declared in list {
                        let name = it.valid(&declared.name);
                        it.globals.insert(declared.name.clone(), Global { declared, name });
                    }
                }
                FileItem::Unread(names, unread) => {
                    for name in names {
                        it.unread.entry(name).or_insert_with(|| unread.clone());
                    }
                }
            }
        }
        it
    }

    fn item(&mut self, item: &Item) {
        let variables = &mut self.variables;
        let mut add = |name: &ast::Name| {
            variables.insert(name.text.clone());
        };
        match item {
            Item::Parameter(block) => block.parameters.iter().for_each(|p| add(&p.name)),
            Item::Constant(block) => block.constants.iter().for_each(|c| add(&c.name)),
            Item::Assigned(block) => block.variables.iter().for_each(|v| add(&v.name)),
            Item::State(block) => {
                for state in &block.states {
                    variables.insert(state.name.text.clone());
                    variables.insert(format!("{}0", state.name.text));
                }
            }
            Item::Units(block) => {
                for definition in &block.definitions {
                    if let ast::UnitDefinition::Factor { name, .. } = definition {
                        add(name);
                    }
                }
            }
            Item::Local(list) => {
                self.file_locals.extend(list.names.iter().map(|n| n.name.text.clone()));
            }
            Item::Routine(routine) => {
                self.routines.insert(routine.name.text.clone(), routine.is_function);
            }
            Item::FunctionTable(table) => {
                self.tables.insert(table.name.text.clone());
            }
            Item::NetReceive(receive) => {
                self.net_arguments = receive.arguments.iter().map(|a| a.name.text.clone()).collect();
            }
            Item::Neuron(block) => block.statements.iter().for_each(|s| self.neuron(&s.kind)),
            _ => {}
        }
    }

    fn neuron(&mut self, kind: &NeuronStatementKind) {
        let texts = |names: &[ast::Name]| names.iter().map(|n| n.text.clone()).collect::<Vec<_>>();
        match kind {
            NeuronStatementKind::Suffix(name)
            | NeuronStatementKind::PointProcess(name)
            | NeuronStatementKind::ArtificialCell(name) => self.suffix = name.text.clone(),
            NeuronStatementKind::UseIon(ion) => {
                self.ions.extend(texts(&ion.read));
                self.ions.extend(texts(&ion.write));
                self.variables.extend(texts(&ion.read));
                self.variables.extend(texts(&ion.write));
            }
            NeuronStatementKind::NonspecificCurrent(names) | NeuronStatementKind::ElectrodeCurrent(names) => {
                self.variables.extend(texts(names));
            }
            NeuronStatementKind::Pointer(names) | NeuronStatementKind::BbCorePointer(names) => {
                self.pointers.extend(texts(names));
                self.variables.extend(texts(names));
            }
            NeuronStatementKind::External(names) => self.variables.extend(texts(names)),
            _ => {}
        }
    }

    /// What the tokens of one block show without being understood.
    fn look_at(&mut self, tokens: &[Token]) {
        let (mut picks, mut vectors) = (false, false);
        let mut handles = Vec::new();
        for (i, token) in tokens.iter().enumerate() {
            let Some(name) = token.name() else { continue };
            self.words.insert(name.to_string());
            picks |= pick(name).is_some();
            vectors |= matches!(name, "vector_vec" | "vector_capacity");
            let before = i.checked_sub(1).and_then(|i| tokens.get(i));
            if let Some(pointer) = name.strip_prefix("_p_") {
                handles.push(pointer.to_string());
            } else if before.is_some_and(|t| t.is("&")) {
                handles.push(name.to_string());
            }
            let after = after_index(tokens, i + 1);
            let sets = |t: &Token| match t.kind {
                Kind::Symbol(s) => {
                    s == "++" || s == "--" || (s.ends_with('=') && !matches!(s, "==" | "!=" | "<=" | ">="))
                }
                _ => false,
            };
            let stepped = before.is_some_and(|t| t.is("++") || t.is("--") || t.is("&"));
            // What stands after a type is a declaration.
            let declared = before.and_then(Token::name).is_some_and(|w| !matches!(w, "else" | "do"))
                && after.is_some_and(|t| t.is("="));
            if stepped || (after.is_some_and(sets) && !declared) {
                self.written.insert(name.to_string());
            }
        }
        if picks {
            self.picked.extend(handles.iter().cloned());
        }
        if vectors {
            self.vectors.extend(handles);
        }
    }

    /// A name that NMODL takes and that no other thing of the file has.
    pub fn fresh(&mut self, wanted: &str) -> String {
        let base = if wanted.starts_with(|c: char| c.is_ascii_alphabetic()) {
            wanted.to_string()
        } else {
            format!("c_{}", wanted.trim_start_matches('_'))
        };
        let mut name = base.clone();
        let mut number = 1;
        while self.words.contains(&name) || crate::nmodl::parser::is_reserved(&name) {
            number += 1;
            name = format!("{base}{number}");
        }
        self.words.insert(name.clone());
        name
    }

    /// The name itself, where NMODL takes it and it means nothing else yet; else a fresh one.
    pub fn valid(&mut self, name: &str) -> String {
        let free = !self.variables.contains(name)
            && !self.file_locals.contains(name)
            && !self.routines.contains_key(name)
            && crate::nmodl::meaning::builtin_function(name).is_none()
            && !crate::nmodl::parser::is_reserved(name)
            && name.starts_with(|c: char| c.is_ascii_alphabetic());
        if free { name.to_string() } else { self.fresh(&format!("c_{}", name.trim_start_matches('_'))) }
    }

    /// Says something once for each place.
    pub fn note(&mut self, diagnostic: Diagnostic) {
        let place = |d: &Diagnostic| d.labels.first().map(|l| l.span);
        if !self.made.notes.iter().any(|n| n.code == diagnostic.code && place(n) == place(&diagnostic)) {
            self.made.notes.push(diagnostic);
        }
    }
}

/// The token behind `[ ... ]`, when one opens at `at`.
fn after_index(tokens: &[Token], at: usize) -> Option<&Token> {
    let mut depth = 0u32;
    for token in tokens.get(at..)? {
        if token.is("[") {
            depth += 1;
        } else if token.is("]") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 {
            return Some(token);
        }
    }
    None
}

/// What a function of NEURON that picks a number draws: `Some(None)` when the stream knows and the name does not say.
pub(super) fn pick(name: &str) -> Option<Option<&'static str>> {
    Some(match name {
        "nrn_random_pick" => None,
        "nrnran123_dblpick" | "nrnran123_uniform" => Some("random_uniform"),
        "nrnran123_negexp" => Some("random_negexp"),
        "nrnran123_normal" | "nrnran123_gauss" => Some("random_normal"),
        _ => return None,
    })
}

/// What a variable of that type keeps of a value.
fn kept_in(of: Type, value: f64) -> f64 {
    match of {
        Type::Int | Type::Unsigned => value.trunc(),
        Type::Float => f64::from(value as f32),
        Type::Double | Type::Void | Type::Opaque => value,
    }
}

/// The value of an expression of numbers alone.
pub(super) fn constant(expression: &Expr) -> Option<f64> {
    Some(match &expression.kind {
        ExprKind::Number { value, .. } => *value,
        ExprKind::Negate(a) => -constant(a)?,
        ExprKind::Cast(of, a) if of.is_number() => {
            let value = constant(a)?;
            kept_in(*of, value)
        }
        ExprKind::Binary(operator, a, b) => {
            let whole = |e: &Expr| matches!(e.kind, ExprKind::Number { whole: true, .. });
            let both = whole(a) && whole(b);
            let (a, b) = (constant(a)?, constant(b)?);
            match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide if both => (a / b).trunc(),
                Operator::Divide => a / b,
                _ => return None,
            }
        }
        _ => return None,
    })
}

impl Global {
    /// The values that it starts from: one, or those of an array.
    ///
    /// # Errors
    /// The place and the reason when they are no numbers.
    pub fn start(&self) -> Result<Vec<f64>, (Span, String)> {
        let declared = &self.declared;
        let wrong = |what: &str| Err((declared.span, format!("`{}` {what}", declared.name)));
        if !declared.of.is_number() {
            return wrong("is a pointer, a text or a structure");
        }
        let keep = |e: &Expr| {
            let value = constant(e).filter(|v| v.is_finite());
            let value = value.map(|v| kept_in(declared.of, v));
            value.ok_or((e.span, format!("what `{}` starts from is no plain number", declared.name)))
        };
        let mut values = match &declared.value {
            None => Vec::new(),
            Some(Value::One(one)) => vec![keep(one)?],
            Some(Value::List(list)) => list.iter().map(keep).collect::<Result<Vec<f64>, _>>()?,
        };
        let length = match &declared.length {
            None => 1,
            Some(None) => values.len(),
            Some(Some(length)) => match constant(length) {
                Some(n) if (1.0..=1000.0).contains(&n) => n as usize,
                _ => return wrong("is an array whose length is no number up to 1000"),
            },
        };
        if values.len() > length {
            return wrong("has more values than elements");
        }
        values.resize(length, 0.0);
        Ok(values)
    }

    /// Whether it holds whole numbers.
    pub fn of(&self) -> Type {
        self.declared.of
    }
}
