//! From NMODL text to the tree.
//!
//! A recursive descent parser with one token of look-ahead (two in a few places). A mistake is
//! reported once, then the parser goes on at the next statement or block, so that one run shows
//! all mistakes and no message is the echo of another. Depth and size of what it builds are
//! bounded, so that no text can overflow the stack, here or in the passes that walk the tree.

mod blocks;
mod declarations;
mod expressions;
mod habits;
mod neuron;
mod statements;

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::Range;

use super::ast::{Expression, Integer, Item, Module, Name, Number, Text, Unit};
use super::lexer::{Lexer, Token, TokenKind};
use super::nearest;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};

/// Blocks and parentheses inside each other.
const DEEPEST: u32 = 120;
/// Height of one expression's tree; a long sum is as high as it has terms.
const HIGHEST: u32 = 600;
/// Files that include files.
const DEEPEST_INCLUDE: usize = 64;
/// Files included in all.
const MOST_INCLUDES: u32 = 256;
/// After so many errors a text is something else than NMODL.
const MOST_ERRORS: u32 = 50;

/// Words that open a block or a file-level statement.
const ITEM_WORDS: [&str; 29] = [
    "TITLE",
    "INCLUDE",
    "DEFINE",
    "UNITS",
    "UNITSON",
    "UNITSOFF",
    "NEURON",
    "PARAMETER",
    "CONSTANT",
    "ASSIGNED",
    "STATE",
    "INDEPENDENT",
    "LOCAL",
    "INITIAL",
    "BREAKPOINT",
    "CONSTRUCTOR",
    "DESTRUCTOR",
    "BEFORE",
    "AFTER",
    "DERIVATIVE",
    "KINETIC",
    "LINEAR",
    "NONLINEAR",
    "DISCRETE",
    "FUNCTION",
    "PROCEDURE",
    "FUNCTION_TABLE",
    "NET_RECEIVE",
    "VERBATIM",
];

/// Item words that open a block of statements and name nothing that is used elsewhere but themselves and what follows them.
const CODE_WORDS: [&str; 13] = [
    "INITIAL",
    "BREAKPOINT",
    "CONSTRUCTOR",
    "DESTRUCTOR",
    "BEFORE",
    "AFTER",
    "DERIVATIVE",
    "KINETIC",
    "LINEAR",
    "NONLINEAR",
    "DISCRETE",
    "FUNCTION",
    "PROCEDURE",
];

/// Item words that may also stand inside a block of statements.
const SHARED_WORDS: [&str; 5] = ["LOCAL", "INITIAL", "UNITSON", "UNITSOFF", "VERBATIM"];

/// Other words that cannot be names.
const OTHER_WORDS: [&str; 41] = [
    "if",
    "else",
    "while",
    "IF",
    "ELSE",
    "WHILE",
    "FROM",
    "TO",
    "BY",
    "WITH",
    "START",
    "STEP",
    "SOLVE",
    "SOLVEFOR",
    "METHOD",
    "STEADYSTATE",
    "IFERROR",
    "TABLE",
    "DEPEND",
    "CONDUCTANCE",
    "CONSERVE",
    "COMPARTMENT",
    "LONGITUDINAL_DIFFUSION",
    "WATCH",
    "FOR_NETCONS",
    "PROTECT",
    "MUTEXLOCK",
    "MUTEXUNLOCK",
    "SUFFIX",
    "POINT_PROCESS",
    "ARTIFICIAL_CELL",
    "USEION",
    "READ",
    "WRITE",
    "VALENCE",
    "NONSPECIFIC_CURRENT",
    "ELECTRODE_CURRENT",
    "RANGE",
    "GLOBAL",
    "ENDCOMMENT",
    "ENDVERBATIM",
];

fn is_item_word(word: &str) -> bool {
    ITEM_WORDS.contains(&word)
}

/// Whether a word of the language, so that it cannot be a name.
pub(super) fn is_reserved(word: &str) -> bool {
    is_item_word(word) || OTHER_WORDS.contains(&word)
}

/// Reads a mechanism. An `INCLUDE` is an error here, as there is no way to find the file.
///
/// # Errors
/// All mistakes in the text.
pub fn parse(sources: &Sources, id: SourceId) -> Result<Module, Diagnostics> {
    let text = sources.get(id).text.clone();
    let mut parser = Parser::new(&text, id, 0..text.len(), true);
    let items = parser.items();
    let span = Span::new(id, 0, text.len());
    parser.diagnostics.into_result(Module { items, span })
}

/// Reads a mechanism and the files it includes. `load` gets what stands between the quotes of an
/// `INCLUDE` and gives that file's text; the text is added to `sources` under the same name.
///
/// # Errors
/// All mistakes in the texts, and the files that could not be read.
pub fn parse_with_includes(
    sources: &mut Sources,
    id: SourceId,
    load: &mut dyn FnMut(&str) -> io::Result<String>,
) -> Result<Module, Diagnostics> {
    let Readable { module, said, .. } = parse_readable(sources, id, load);
    said.into_result(module)
}

/// What could be read of a mechanism, be it whole or damaged.
#[derive(Clone, Debug)]
pub struct Readable {
    /// The statements and blocks in which nothing is wrong.
    pub module: Module,
    /// All mistakes in the texts, and the files that could not be read.
    pub said: Diagnostics,
    /// Every word of the statements and blocks that were passed over: what the rest says of them is not known.
    pub lost: HashSet<String>,
}

/// Reads as much of a mechanism and of the files it includes as can be read; `load` as in [`parse_with_includes`].
pub fn parse_readable(
    sources: &mut Sources,
    id: SourceId,
    load: &mut dyn FnMut(&str) -> io::Result<String>,
) -> Readable {
    let text = sources.get(id).text.clone();
    let mut parser = Parser::new(&text, id, 0..text.len(), true);
    parser.includes = Some(Includes { sources, load, chain: Vec::new(), count: 0, too_many_told: false });
    let items = parser.items();
    let span = Span::new(id, 0, text.len());
    Readable { module: Module { items, span }, said: parser.diagnostics, lost: parser.lost }
}

/// The words of a text, as names are written.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    pieces.filter(|word| word.starts_with(|c: char| !c.is_ascii_digit()))
}

/// Whether a statement with this word in it may declare names, be it NMODL or what somebody took for it.
fn declares(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    is_item_word(&upper)
        || matches!(
            upper.as_str(),
            "FROM"
                | "FOR"
                | "FOR_NETCONS"
                | "COMPARTMENT"
                | "LONGITUDINAL_DIFFUSION"
                | "DOUBLE"
                | "FLOAT"
                | "INT"
        )
}

/// Reads one expression that stands in a part of a text of another format, such as a string in a
/// network description. Spans count in the whole text. There are no comments and no units in it.
///
/// # Errors
/// All mistakes in the expression, and anything that follows it within the range.
pub fn parse_expression(
    sources: &Sources,
    id: SourceId,
    range: Range<usize>,
) -> Result<Expression, Diagnostics> {
    let text = sources.get(id).text.clone();
    let mut parser = Parser::new(&text, id, range, false);
    let expression = parser.expression().and_then(|e| match parser.token.kind {
        TokenKind::End => Ok(e),
        _ => Err(parser.unexpected("an operator or the end of the expression")),
    });
    match expression {
        Ok(expression) => parser.diagnostics.into_result(expression),
        Err(Failed) => Err(parser.diagnostics),
    }
}

/// A mistake was reported; whoever can goes on behind it.
#[derive(Debug)]
struct Failed;

type Parsed<T> = Result<T, Failed>;

/// Where included files come from.
struct Includes<'a> {
    sources: &'a mut Sources,
    load: &'a mut dyn FnMut(&str) -> io::Result<String>,
    /// The files that this one is included from, the outermost first.
    chain: Vec<SourceId>,
    /// Files included so far.
    count: u32,
    /// Whether it was said that they are too many.
    too_many_told: bool,
}

/// Where a statement stands, as some belong in one kind of block only.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Plain,
    Kinetic,
    Equations,
    NetReceive,
    Routine,
}

struct Parser<'a> {
    text: &'a str,
    source: SourceId,
    lexer: Lexer<'a>,
    /// The token not yet used.
    token: Token,
    /// End of the last token used.
    last_end: usize,
    diagnostics: Diagnostics,
    errors: u32,
    /// Start of the token that the last message was about.
    last_error: Option<usize>,
    /// `DEFINE`d names.
    defines: HashMap<String, i64>,
    depth: u32,
    place: Place,
    /// Columns of the statements whose opening brace is missing, in the item that is read: the closing one is left over.
    unopened: Vec<usize>,
    /// The last mistake was a missing opening brace.
    no_brace: bool,
    /// Words of the language that were used as names, and complained of.
    reserved: HashSet<&'a str>,
    /// Words of what was passed over after mistakes.
    lost: HashSet<String>,
    /// Literals may carry a unit, and there are comments.
    mechanism: bool,
    includes: Option<Includes<'a>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, source: SourceId, range: Range<usize>, mechanism: bool) -> Parser<'a> {
        let mut lexer = Lexer::new(text, range.clone(), mechanism);
        let token = lexer.next();
        Parser {
            text,
            source,
            lexer,
            token,
            last_end: range.start,
            diagnostics: Diagnostics::new(),
            errors: 0,
            last_error: None,
            defines: HashMap::new(),
            depth: 0,
            place: Place::Plain,
            unopened: Vec::new(),
            no_brace: false,
            reserved: HashSet::new(),
            lost: HashSet::new(),
            mechanism,
            includes: None,
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn token_text(&self) -> &'a str {
        self.slice(self.token.start, self.token.end)
    }

    fn token_span(&self) -> Span {
        Span::new(self.source, self.token.start, self.token.end)
    }

    /// From a byte to the end of the last token used.
    fn span_from(&self, start: usize) -> Span {
        Span::new(self.source, start, self.last_end)
    }

    fn advance(&mut self) -> Token {
        let used = self.token;
        self.last_end = used.end;
        self.token = self.lexer.next();
        used
    }

    /// The token after the current one.
    fn peek(&self) -> Token {
        self.lexer.clone().next()
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.token.kind, TokenKind::Symbol(s) if s == symbol)
    }

    fn is_word(&self, word: &str) -> bool {
        self.token.kind == TokenKind::Word && self.token_text() == word
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Parsed<()> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn expect_word(&mut self, word: &'static str) -> Parsed<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    /// Reports a message about the current token unless one about it has been given.
    fn report(&mut self, diagnostic: Diagnostic) -> Failed {
        if self.last_error != Some(self.token.start) {
            self.last_error = Some(self.token.start);
            self.push_error(diagnostic);
        }
        Failed
    }

    fn push_error(&mut self, diagnostic: Diagnostic) {
        self.errors += 1;
        if self.errors <= MOST_ERRORS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// How the current token is called in a message.
    fn found(&self) -> String {
        match self.token.kind {
            TokenKind::End if self.mechanism => "the end of the file".into(),
            TokenKind::End => "the end of the expression".into(),
            TokenKind::Verbatim { .. } => "a `VERBATIM` block".into(),
            TokenKind::Text => "a text".into(),
            TokenKind::Unknown('"') => "a text without its closing `\"`".into(),
            _ => format!("`{}`", self.token_text()),
        }
    }

    /// The parenthesis that closes the one at `open`.
    fn close(&mut self, open: Span) -> Parsed<()> {
        if self.take(")") {
            return Ok(());
        }
        let diagnostic = self.unexpected_here("`)`").at(open, "to close this one");
        Err(self.report(diagnostic))
    }

    /// Reports that the current token is not what belongs there.
    fn unexpected(&mut self, wanted: &str) -> Failed {
        let diagnostic = self.unexpected_here(wanted);
        self.report(diagnostic)
    }

    fn unexpected_here(&self, wanted: &str) -> Diagnostic {
        let message = format!("expected {wanted}, found {}", self.found());
        let diagnostic = Diagnostic::error("nmodl/syntax", message);
        // What is missing at the end of a line is missing there, and not where the next one begins.
        let before = self.slice(0, self.last_end).chars().next_back().filter(|_| self.last_end > 0);
        let diagnostic = match before {
            Some(last) if wanted != "a statement" && self.lexer.starts_line(self.token.start) => {
                let place = Span::new(self.source, self.last_end - last.len_utf8(), self.last_end);
                diagnostic.at(place, format!("expected {wanted} after this"))
            }
            _ => diagnostic.at(self.token_span(), format!("expected {wanted}")),
        };
        match self.help_with(wanted) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// A name that is no word of the language.
    fn name(&mut self, what: &str) -> Parsed<Name> {
        let text = self.token_text();
        if self.token.kind != TokenKind::Word {
            return Err(self.unexpected(what));
        }
        if self.mechanism && is_reserved(text) {
            // One word that is used as a name everywhere is one mistake.
            if !self.reserved.insert(text) {
                return Err(Failed);
            }
            let diagnostic =
                Diagnostic::error("nmodl/reserved", format!("expected {what}, found the keyword `{text}`"))
                    .at(self.token_span(), "a word of the language cannot be a name");
            return Err(self.report(diagnostic));
        }
        let span = self.token_span();
        self.advance();
        Ok(Name { text: text.to_string(), span })
    }

    /// Names with commas between them.
    fn names(&mut self, what: &str) -> Parsed<Vec<Name>> {
        let mut names = vec![self.name(what)?];
        while self.take(",") {
            names.push(self.name(what)?);
        }
        Ok(names)
    }

    /// A number or a `DEFINE`d name, with an optional minus.
    fn number(&mut self, what: &str) -> Parsed<Number> {
        let start = self.token.start;
        let negative = self.take("-");
        let value = match self.token.kind {
            TokenKind::Number { value, .. } => self.finite(value)?,
            TokenKind::Word => match self.defines.get(self.token_text()) {
                Some(value) => *value as f64,
                None => return Err(self.unexpected(what)),
            },
            _ => return Err(self.unexpected(what)),
        };
        self.advance();
        Ok(Number { value: if negative { -value } else { value }, span: self.span_from(start) })
    }

    fn finite(&mut self, value: f64) -> Parsed<f64> {
        if value.is_finite() {
            return Ok(value);
        }
        let text = self.token_text();
        let diagnostic = Diagnostic::error("nmodl/number", format!("the number `{text}` is too large"))
            .at(self.token_span(), "")
            .note("the largest number is about 1.8e308");
        Err(self.report(diagnostic))
    }

    /// A whole number or a `DEFINE`d name, with an optional minus.
    fn integer(&mut self, what: &str) -> Parsed<Integer> {
        let start = self.token.start;
        let negative = self.take("-");
        let value = match self.token.kind {
            TokenKind::Number { whole: true, .. } => match self.token_text().parse::<i64>() {
                Ok(value) => value,
                Err(_) => {
                    self.finite(f64::INFINITY)?;
                    0
                }
            },
            TokenKind::Word if self.defines.contains_key(self.token_text()) => {
                self.defines[self.token_text()]
            }
            _ => return Err(self.unexpected(what)),
        };
        self.advance();
        Ok(Integer { value: if negative { -value } else { value }, span: self.span_from(start) })
    }

    /// `[3]` when there is one: the length of an array, at least 1.
    fn array_length(&mut self) -> Parsed<Option<Integer>> {
        if !self.take("[") {
            return Ok(None);
        }
        let length = self.integer("the length of the array: a whole number or a `DEFINE`d name")?;
        if !self.is("]") {
            let said = self.unexpected_here("`]`");
            return Err(
                self.report(said.help("the length is one whole number or a `DEFINE`d name, no expression"))
            );
        }
        if !(1..=1_000_000).contains(&length.value) {
            self.push_error(
                Diagnostic::error(
                    "nmodl/array-length",
                    format!("an array cannot have {} elements", length.value),
                )
                .at(length.span, "must be from 1 to 10000"),
            );
            return Err(Failed);
        }
        self.expect("]")?;
        Ok(Some(length))
    }

    /// `(mV)` when there is one.
    fn unit(&mut self) -> Parsed<Option<Unit>> {
        if !self.is("(") {
            return Ok(None);
        }
        let start = self.token.start;
        let Some(end) = self.lexer.until_parenthesis(self.token.end) else {
            let diagnostic = Diagnostic::error("nmodl/syntax", "a unit has no closing `)`")
                .at(self.token_span(), "the unit starts here and must end on the same line");
            return Err(self.report(diagnostic));
        };
        let text = self.slice(self.token.end, end).trim().to_string();
        self.last_end = end + 1;
        self.lexer.jump(end + 1);
        self.token = self.lexer.next();
        Ok(Some(Unit { text, span: self.span_from(start) }))
    }

    fn text_literal(&mut self, what: &str) -> Parsed<Text> {
        if self.token.kind != TokenKind::Text {
            return Err(self.unexpected(what));
        }
        let span = self.token_span();
        let text = self.slice(self.token.start + 1, self.token.end - 1).to_string();
        self.advance();
        Ok(Text { text, span })
    }

    /// Goes one level deeper, or reports that it is too deep.
    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Parser<'a>) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    fn too_deep(&mut self) -> Failed {
        let diagnostic = Diagnostic::error("nmodl/too-deep", "blocks or parentheses are nested too deeply")
            .at(self.token_span(), "here")
            .note(format!("at most {DEEPEST} levels"))
            .help("compute a part of it first, into a LOCAL variable");
        self.report(diagnostic)
    }

    /// Reports that an expression has too many operators in a row.
    fn too_long(&mut self) -> Failed {
        let message = format!("this expression has more than {HIGHEST} operators in a row");
        let diagnostic =
            Diagnostic::error("nmodl/too-long", message).at(self.token_span(), "too long here").help(
                "compute it in parts: put the first terms into a LOCAL variable, then add the others to that",
            );
        self.report(diagnostic)
    }

    /// The nearest of some words, as help.
    fn with_suggestion(diagnostic: Diagnostic, word: &str, words: &[&str]) -> Diagnostic {
        match nearest(word, words.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        }
    }

    /// All items up to the end of the text.
    fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while self.token.kind != TokenKind::End && self.errors <= MOST_ERRORS {
            let start = self.token.start;
            match self.item() {
                Ok(item) => items.push(item),
                Err(Failed) => {
                    self.skip_to_item(start);
                    self.lose_item(start);
                }
            }
        }
        if let Some(open) = self.lexer.open_comment() {
            self.lost.extend(words(self.slice(open, self.text.len())).map(str::to_string));
            let place = Span::new(self.source, open, open + "COMMENT".len());
            let diagnostic = Diagnostic::error("nmodl/syntax", "`COMMENT` has no `ENDCOMMENT`");
            self.push_error(diagnostic.at(place, "everything from here on is left out"));
        }
        items
    }

    /// Notes that the text from `start` up to the current token is not in the tree.
    fn lose(&mut self, start: usize) {
        self.lost.extend(words(self.slice(start, self.token.start)).map(str::to_string));
    }

    /// The same for what stood outside of blocks: of a block of code others use only what its first line says.
    fn lose_item(&mut self, start: usize) {
        let text = self.slice(start, self.token.start);
        let code =
            words(text).next().is_some_and(|word| CODE_WORDS.contains(&word) && text.starts_with(word));
        let mut others = words(text).skip(1).filter(|word| !SHARED_WORDS.contains(word));
        if code && !others.any(is_item_word) {
            let line = self.lexer.line_end(start).min(self.token.start);
            self.lost.extend(words(self.slice(start, line)).map(str::to_string));
        } else {
            self.lose(start);
        }
    }

    /// The same for a statement, which others do not miss unless it declares names.
    fn lose_statement(&mut self, start: usize) {
        if words(self.slice(start, self.token.start)).any(declares) {
            self.lose(start);
        }
    }

    /// After a mistake outside of statements: on to the next word that opens an item. `start` is
    /// where the failed item began; at least one token is passed.
    fn skip_to_item(&mut self, start: usize) {
        let mut braces = 0i32;
        while self.token.kind != TokenKind::End {
            if self.token.start > start && braces <= 0 && (self.at_item() || self.at_misspelt_head()) {
                return;
            }
            // A word that opens an item and nothing else, first on its line, is one, whatever the
            // braces say: they are what is wrong.
            let word = self.token_text();
            if self.token.start > start
                && self.at_item()
                && !SHARED_WORDS.contains(&word)
                && self.lexer.starts_line(self.token.start)
            {
                return;
            }
            if self.is("{") {
                braces += 1;
            } else if self.is("}") {
                braces -= 1;
            }
            self.advance();
        }
    }

    /// Whether a block whose word is misspelt seems to start here: `PARAMETR {` or `FUNCTON f(x)`, first on its line.
    fn at_misspelt_head(&self) -> bool {
        let word = self.token_text();
        if self.token.kind != TokenKind::Word
            || is_reserved(word)
            || !self.lexer.starts_line(self.token.start)
        {
            return false;
        }
        let mut ahead = self.lexer.clone();
        let opens = match ahead.next().kind {
            TokenKind::Symbol("{") => true,
            TokenKind::Word => matches!(ahead.next().kind, TokenKind::Symbol("{" | "(")),
            _ => false,
        };
        opens && nearest(&word.to_uppercase(), ITEM_WORDS).is_some()
    }

    /// Whether a block or file-level statement seems to start here, and not a name that happens to be such a word.
    fn at_item(&self) -> bool {
        match self.token.kind {
            TokenKind::Verbatim { .. } => true,
            TokenKind::Word if is_item_word(self.token_text()) => {
                matches!(self.token_text(), "TITLE" | "INCLUDE" | "UNITSON" | "UNITSOFF")
                    || matches!(self.peek().kind, TokenKind::Word | TokenKind::Symbol("{" | "("))
            }
            _ => false,
        }
    }
}
