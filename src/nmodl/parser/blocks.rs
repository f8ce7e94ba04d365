//! What stands at the outermost level of a file: blocks of code, routines, `INCLUDE`, `DEFINE`.

use super::{DEEPEST_INCLUDE, Failed, ITEM_WORDS, Includes, MOST_INCLUDES, Parsed, Parser, Place};
use crate::diagnostic::{Diagnostic, SourceId};
use crate::nmodl::ast::{
    Block, Define, EquationsBlock, EquationsKind, FunctionTable, Include, Item, LocalList, Name, NetReceive,
    Phase, PhaseBlock, Routine, Title, UnitsSwitch,
};
use crate::nmodl::lexer::TokenKind;
use crate::nmodl::meaning::builtin_function;
use crate::nmodl::nearest;

impl<'a> Parser<'a> {
    pub(super) fn item(&mut self) -> Parsed<Item> {
        let start = self.token.start;
        self.unopened.clear();
        match self.token.kind {
            TokenKind::Verbatim { .. } => return Ok(Item::Verbatim(self.verbatim()?)),
            TokenKind::Word => {}
            TokenKind::Symbol("}") => {
                let diagnostic = Diagnostic::error("nmodl/syntax", "a `}` that closes nothing")
                    .at(self.token_span(), "no block is open here");
                return Err(self.report(diagnostic));
            }
            _ => return Err(self.unexpected("a block")),
        }
        match self.token_text() {
            "TITLE" => Ok(Item::Title(self.title())),
            "INCLUDE" => self.include(),
            "DEFINE" => self.define(),
            "UNITSON" | "UNITSOFF" => {
                let on = self.is_word("UNITSON");
                self.advance();
                Ok(Item::UnitsSwitch(UnitsSwitch { on, span: self.span_from(start) }))
            }
            "UNITS" => Ok(Item::Units(self.units_block()?)),
            "NEURON" => Ok(Item::Neuron(self.neuron_block()?)),
            "PARAMETER" => Ok(Item::Parameter(self.parameter_block()?)),
            "CONSTANT" => Ok(Item::Constant(self.constant_block()?)),
            "ASSIGNED" => Ok(Item::Assigned(self.assigned_block()?)),
            "STATE" => Ok(Item::State(self.state_block()?)),
            "INDEPENDENT" => Ok(Item::Independent(self.independent_block()?)),
            "LOCAL" => {
                self.advance();
                let names = self.local_names()?;
                Ok(Item::Local(LocalList { names, span: self.span_from(start) }))
            }
            "INITIAL" => self.phase(Phase::Initial),
            "BREAKPOINT" => self.phase(Phase::Breakpoint),
            "CONSTRUCTOR" => self.phase(Phase::Constructor),
            "DESTRUCTOR" => self.phase(Phase::Destructor),
            "BEFORE" | "AFTER" => self.before_after(),
            "DERIVATIVE" => self.equations(EquationsKind::Derivative, Place::Plain),
            "KINETIC" => self.equations(EquationsKind::Kinetic, Place::Kinetic),
            "LINEAR" => self.equations(EquationsKind::Linear, Place::Equations),
            "NONLINEAR" => self.equations(EquationsKind::Nonlinear, Place::Equations),
            "DISCRETE" => self.equations(EquationsKind::Discrete, Place::Plain),
            "FUNCTION" => self.routine(true),
            "PROCEDURE" => self.routine(false),
            "FUNCTION_TABLE" => self.function_table(),
            "NET_RECEIVE" => self.net_receive(),
            word @ ("ENDVERBATIM" | "ENDCOMMENT") => {
                let message = format!("`{word}` without a `{}` before it", word.trim_start_matches("END"));
                let diagnostic = Diagnostic::error("nmodl/syntax", message)
                    .at(self.token_span(), "closes nothing")
                    .help("remove it, or write the word that opens the block first on a line");
                Err(self.report(diagnostic))
            }
            // Blocks of older releases; some of their words were taken inside of blocks too.
            word @ ("PARTIAL" | "TERMINAL" | "STEPPED" | "PLOT" | "EQUATION") => {
                let diagnostic = self.obsolete(word);
                Err(self.report(diagnostic))
            }
            word => {
                let diagnostic =
                    Diagnostic::error("nmodl/syntax", format!("expected a block, found `{word}`"))
                        .at(self.token_span(), "no block starts like this");
                let upper = word.to_uppercase();
                let foreign = match word {
                    "void" => Some("write `PROCEDURE name(x) { ... }`"),
                    "double" | "float" | "int" | "def" | "function" | "func" => {
                        Some("write `FUNCTION name(x) { ... }`, which gives what `name` is set to")
                    }
                    _ => None,
                };
                if let Some(help) = foreign {
                    return Err(self.report(diagnostic.help(help)));
                }
                let diagnostic = match nearest(&upper, ITEM_WORDS) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help(
                        "a statement belongs in a block such as BREAKPOINT; a line of words starts with `:` or `TITLE`",
                    ),
                };
                Err(self.report(diagnostic))
            }
        }
    }

    /// The rest of the line, whatever it holds.
    fn title(&mut self) -> Title {
        let start = self.token.start;
        let from = self.token.end;
        let end = self.lexer.line_end(from);
        let text = self.slice(from, end).trim().to_string();
        self.last_end = end;
        self.lexer.jump(end);
        self.token = self.lexer.next();
        Title { text, span: self.span_from(start) }
    }

    fn define(&mut self) -> Parsed<Item> {
        let start = self.advance().start;
        let name = self.name("a name that is not yet `DEFINE`d")?;
        let value = self.integer("a whole number")?;
        self.defines.insert(name.text.clone(), value.value);
        Ok(Item::Define(Define { name, value, span: self.span_from(start) }))
    }

    fn include(&mut self) -> Parsed<Item> {
        let start = self.token.start;
        let place = self.token_span();
        self.advance();
        let path = self.text_literal("a file name between double quotes")?;
        let span = self.span_from(start);
        let refuse = |parser: &mut Parser<'a>, message: String, text: String| {
            parser.push_error(Diagnostic::error("nmodl/include", message).at(span, text));
            Err(Failed)
        };
        let Some(includes) = &mut self.includes else {
            self.push_error(
                Diagnostic::error("nmodl/include", format!("`{}` cannot be included here", path.text))
                    .at(place, "this text has no folder to look for the file in"),
            );
            return Err(Failed);
        };
        let too_many = match (includes.chain.len() >= DEEPEST_INCLUDE, includes.count >= MOST_INCLUDES) {
            (true, _) => Some(format!("files that include files may be {DEEPEST_INCLUDE} deep, not more")),
            (_, true) => Some(format!("a mechanism may include {MOST_INCLUDES} files, not more")),
            _ => None,
        };
        if let Some(limit) = too_many {
            if std::mem::replace(&mut includes.too_many_told, true) {
                return Err(Failed);
            }
            return refuse(self, format!("`{}` is one included file too many", path.text), limit);
        }
        let text = match (includes.load)(&path.text) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("cannot read the included file `{}`", path.text);
                return refuse(self, message, error.to_string());
            }
        };
        // What includes a text that is the same as itself does so without end, whatever the files are called.
        let open = || includes.chain.iter().chain([&self.source]);
        let begin = open().position(|id| *includes.sources.get(*id).text == *text);
        if let Some(begin) = begin {
            let names: Vec<String> =
                open().skip(begin).map(|id| format!("`{}`", includes.sources.get(*id).name)).collect();
            let message = match &names[1..] {
                [] => format!("`{}` includes itself", path.text),
                _ => format!(
                    "files include each other in a circle: {} includes `{}` again",
                    names.join(" includes "),
                    path.text
                ),
            };
            return refuse(self, message, "this INCLUDE closes the circle".into());
        }
        let id = includes.sources.add(path.text.clone(), text);
        includes.count += 1;
        let items = self.included_items(id);
        Ok(Item::Include(Include { path, items, span }))
    }

    /// The items of an included file; names `DEFINE`d so far hold in it, and its own hold after it.
    fn included_items(&mut self, id: SourceId) -> Vec<Item> {
        let Some(includes) = &mut self.includes else { return Vec::new() };
        let text = includes.sources.get(id).text.clone();
        let mut inner = Parser::new(&text, id, 0..text.len(), true);
        inner.includes = Some(Includes {
            sources: &mut *includes.sources,
            load: &mut *includes.load,
            chain: includes.chain.iter().copied().chain([self.source]).collect(),
            count: includes.count,
            too_many_told: includes.too_many_told,
        });
        inner.defines = std::mem::take(&mut self.defines);
        inner.errors = self.errors;
        let items = inner.items();
        let (count, told) = inner.includes.as_ref().map_or((0, false), |i| (i.count, i.too_many_told));
        self.defines = std::mem::take(&mut inner.defines);
        self.errors = inner.errors;
        self.lost.extend(std::mem::take(&mut inner.lost));
        let said = std::mem::take(&mut inner.diagnostics);
        self.diagnostics.extend(said);
        if let Some(includes) = &mut self.includes {
            includes.count = count;
            includes.too_many_told = told;
        }
        items
    }

    fn body(&mut self, place: Place) -> Parsed<Block> {
        self.place = place;
        let block = self.block();
        self.place = Place::Plain;
        block
    }

    fn phase(&mut self, phase: Phase) -> Parsed<Item> {
        let start = self.advance().start;
        let body = self.body(Place::Plain)?;
        Ok(Item::Phase(PhaseBlock { phase, body, span: self.span_from(start) }))
    }

    fn before_after(&mut self) -> Parsed<Item> {
        let start = self.token.start;
        let before = self.is_word("BEFORE");
        self.advance();
        let word = self.token_text();
        let phase = match (before, word) {
            (true, "INITIAL") => Phase::BeforeInitial,
            (true, "BREAKPOINT") => Phase::BeforeBreakpoint,
            (true, "STEP") => Phase::BeforeStep,
            (false, "INITIAL") => Phase::AfterInitial,
            (false, "SOLVE") => Phase::AfterSolve,
            (true, "SOLVE") | (false, "BREAKPOINT" | "STEP") => {
                return self.not_in_neuron(before, word, start);
            }
            (true, _) => return Err(self.unexpected("`INITIAL`, `BREAKPOINT` or `STEP`")),
            (false, _) => return Err(self.unexpected("`INITIAL` or `SOLVE`")),
        };
        self.advance();
        let body = self.body(Place::Plain)?;
        Ok(Item::Phase(PhaseBlock { phase, body, span: self.span_from(start) }))
    }

    /// Blocks that NEURON's translator takes, and that end NEURON when it loads the mechanism.
    fn not_in_neuron(&mut self, before: bool, word: &str, start: usize) -> Parsed<Item> {
        self.advance();
        let name = if before { format!("BEFORE {word}") } else { format!("AFTER {word}") };
        let help = match word {
            "BREAKPOINT" => {
                "write the statements at the end of BREAKPOINT, or `AFTER SOLVE` for the end of each step"
            }
            "SOLVE" => "write the statements before the SOLVE statement in BREAKPOINT",
            _ => "write `BEFORE STEP`, which runs at the end of each step, before anything is recorded",
        };
        self.push_error(
            Diagnostic::error("nmodl/unsupported", format!("`{name}` cannot run"))
                .at(self.span_from(start), "nor in NEURON")
                .note(format!(
                    "NEURON translates `{name}`, then stops when it loads the mechanism: \"not implemented\""
                ))
                .help(help),
        );
        self.body(Place::Plain)?;
        Err(Failed)
    }

    /// The name of a routine. Those of NEURON's own functions are taken.
    fn routine_name(&mut self, what: &str) -> Parsed<Name> {
        let name = self.name(what)?;
        let text = &name.text;
        if builtin_function(text).is_some_and(|function| function.is_reserved()) {
            self.push_error(
                Diagnostic::error("nmodl/reserved", format!("`{text}` is a built-in function"))
                    .at(name.span, "the name is taken, in NEURON too")
                    .help(format!("give it another name, such as `{text}_`, here and where it is called")),
            );
        }
        Ok(name)
    }

    fn equations(&mut self, kind: EquationsKind, place: Place) -> Parsed<Item> {
        let start = self.advance().start;
        let name = self.name("the name of the block")?;
        let solve_for = if self.take_word("SOLVEFOR") { self.names("a state")? } else { Vec::new() };
        let body = self.body(place)?;
        Ok(Item::Equations(EquationsBlock { kind, name, solve_for, body, span: self.span_from(start) }))
    }

    fn routine(&mut self, is_function: bool) -> Parsed<Item> {
        let start = self.advance().start;
        let what = if is_function { "the name of the function" } else { "the name of the procedure" };
        let name = self.routine_name(what)?;
        let arguments = self.argument_list()?;
        let unit = self.unit()?;
        let body = self.body(Place::Routine)?;
        Ok(Item::Routine(Routine { is_function, name, arguments, unit, body, span: self.span_from(start) }))
    }

    fn function_table(&mut self) -> Parsed<Item> {
        let start = self.advance().start;
        let name = self.routine_name("the name of the function")?;
        let arguments = self.argument_list()?;
        let unit = self.unit()?;
        Ok(Item::FunctionTable(FunctionTable { name, arguments, unit, span: self.span_from(start) }))
    }

    fn net_receive(&mut self) -> Parsed<Item> {
        let start = self.advance().start;
        let arguments = self.argument_list()?;
        let body = self.body(Place::NetReceive)?;
        Ok(Item::NetReceive(NetReceive { arguments, body, span: self.span_from(start) }))
    }
}
