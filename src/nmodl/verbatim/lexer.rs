//! C to tokens, with the preprocessor's work done: comments gone, conditions decided, macros put in.
//!
//! What a macro stands for takes the place in the text where it is used, so that messages point there. Included files
//! are not read: what they declare is known here by name. The lexer never fails; what it cannot read becomes a token
//! that no rule takes.

use std::collections::HashMap;

use crate::diagnostic::{SourceId, Span};

/// Tokens that macros may grow one text to.
const MOST_TOKENS: usize = 200_000;
/// Macros inside macros.
const DEEPEST: usize = 32;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Name(String),
    Number {
        value: f64,
        whole: bool,
        /// Written as a `float`, with an `f` after it.
        single: bool,
    },
    Text,
    Symbol(&'static str),
    Unknown(char),
    /// The statement of that number in the list of NMODL statements.
    Nmodl(usize),
}

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Span,
    /// The first of its line.
    fresh: bool,
}

impl Token {
    /// A place for an NMODL statement among the tokens.
    pub fn nmodl(number: usize, span: Span) -> Token {
        Token { kind: Kind::Nmodl(number), span, fresh: true }
    }

    /// The name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is that operator or bracket.
    pub fn is(&self, symbol: &str) -> bool {
        matches!(self.kind, Kind::Symbol(s) if s == symbol)
    }
}

/// Longest first.
const SYMBOLS: [&str; 46] = [
    "<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=",
    "/=", "%=", "&=", "|=", "^=", "##", "<", ">", "=", "!", "{", "}", "(", ")", "[", "]", "+", "-", "*", "/",
    "%", "&", "|", "^", "~", ",", ";", "?", ":",
];

struct Macro {
    /// The names of its arguments, when it takes a list.
    arguments: Option<Vec<String>>,
    body: Vec<Token>,
}

/// The preprocessor: one for all C of a file, as a macro holds from its definition on.
pub(super) struct Preprocessor {
    macros: HashMap<String, Macro>,
    /// For each open `#if`: whether this part is taken, and whether any part was.
    conditions: Vec<(bool, bool)>,
}

/// The tokens of one VERBATIM block.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub tokens: Vec<Token>,
    /// What follows is inside an `#if` that is not taken.
    pub off_after: bool,
    /// All that stands in comments.
    pub comments: String,
}

impl Preprocessor {
    /// Knows the names that NEURON 9 gives its C.
    pub fn new() -> Preprocessor {
        let mut it = Preprocessor { macros: HashMap::new(), conditions: Vec::new() };
        let nowhere = Span::new(SourceId(0), 0, 0);
        for version in ["NRN_VERSION_GTEQ_8_2_0", "NRN_VERSION_GTEQ_9_0_0"] {
            it.define_number(version, 1.0, nowhere);
        }
        it
    }

    /// A `DEFINE` of NMODL, which C sees too.
    pub fn define_number(&mut self, name: &str, value: f64, span: Span) {
        let token = |kind| Token { kind, span, fresh: false };
        let number = token(Kind::Number { value: value.abs(), whole: true, single: false });
        let body = if value < 0.0 { vec![token(Kind::Symbol("-")), number] } else { vec![number] };
        self.macros.insert(name.to_string(), Macro { arguments: None, body });
    }

    /// Reads the C of one block; `start` is where its text starts in the source.
    pub fn read(&mut self, text: &str, source: SourceId, start: usize) -> Piece {
        let (raw, comments) = scan(text, source, start);
        let mut piece = Piece { comments, ..Piece::default() };
        let mut at = 0;
        while let Some(token) = raw.get(at) {
            if token.is_hash() {
                let length = raw[at + 1..].iter().take_while(|t| !t.fresh).count();
                self.directive(&raw[at + 1..at + 1 + length]);
                at += 1 + length;
                continue;
            }
            let length = raw[at..].iter().take_while(|t| !t.is_hash()).count();
            if self.is_on() {
                self.expand(&raw[at..at + length], &mut Vec::new(), &mut piece.tokens);
            }
            at += length;
        }
        piece.off_after = !self.is_on();
        piece
    }

    fn is_on(&self) -> bool {
        self.conditions.iter().all(|(taken, _)| *taken)
    }

    fn directive(&mut self, line: &[Token]) {
        let Some((first, rest)) = line.split_first() else { return };
        let name = || rest.first().and_then(Token::name).unwrap_or("");
        match first.name() {
            Some("define") if self.is_on() => self.define(rest),
            Some("undef") if self.is_on() => {
                self.macros.remove(name());
            }
            Some("ifdef") => self.open(self.is_defined(name())),
            Some("ifndef") => self.open(!self.is_defined(name())),
            Some("if") => self.open(self.condition(rest)),
            Some("elif") => {
                let holds = self.condition(rest);
                if let Some((taken, any)) = self.conditions.last_mut() {
                    *taken = holds && !*any;
                    *any |= holds;
                }
            }
            Some("else") => {
                if let Some((taken, any)) = self.conditions.last_mut() {
                    *taken = !*any;
                    *any = true;
                }
            }
            Some("endif") => {
                self.conditions.pop();
            }
            // `#include`, `#pragma`, `#line`, `#error`: nothing to do with numbers.
            _ => {}
        }
    }

    fn open(&mut self, holds: bool) {
        self.conditions.push((holds, holds));
    }

    fn is_defined(&self, name: &str) -> bool {
        self.macros.contains_key(name) || name == "NRN_VERSION_GTEQ"
    }

    fn define(&mut self, line: &[Token]) {
        let Some((name, rest)) = line.split_first() else { return };
        let Some(text) = name.name() else { return };
        let lists = rest.first().is_some_and(|t| t.is("(") && t.span.start == name.span.end);
        let mut made = Macro { arguments: None, body: rest.to_vec() };
        if lists {
            let Some(close) = rest.iter().position(|t| t.is(")")) else { return };
            let names = rest[1..close].iter().filter_map(Token::name).map(str::to_string).collect();
            made = Macro { arguments: Some(names), body: rest[close + 1..].to_vec() };
        }
        self.macros.insert(text.to_string(), made);
    }

    /// Puts macros in the place of their names.
    fn expand(&self, tokens: &[Token], inside: &mut Vec<String>, out: &mut Vec<Token>) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if out.len() > MOST_TOKENS {
                return;
            }
            let known = token.name().filter(|name| !inside.iter().any(|i| i == name));
            let Some((name, found)) = known.and_then(|name| Some((name, self.macros.get(name)?))) else {
                out.push(token.clone());
                continue;
            };
            if inside.len() >= DEEPEST {
                return;
            }
            let mut given: Vec<&[Token]> = Vec::new();
            if found.arguments.is_some() {
                if !tokens.get(at).is_some_and(|t| t.is("(")) {
                    out.push(token.clone());
                    continue;
                }
                let (list, after) = arguments(tokens, at);
                (given, at) = (list, after);
            }
            let names = found.arguments.as_deref().unwrap_or(&[]);
            let mut body = Vec::new();
            for part in &found.body {
                let which = part.name().and_then(|n| names.iter().position(|a| a == n));
                match which.and_then(|i| given.get(i)) {
                    Some(argument) => self.expand(argument, inside, &mut body),
                    None => body.push(Token { span: token.span, ..part.clone() }),
                }
            }
            inside.push(name.to_string());
            self.expand(&body, inside, out);
            inside.pop();
        }
    }

    /// The condition of an `#if`; names that are not defined count as 0.
    fn condition(&self, line: &[Token]) -> bool {
        let mut decided = Vec::new();
        let mut at = 0;
        // `defined X` and the version test come first, as they are no macros.
        while let Some(token) = line.get(at) {
            let answer = |value: bool| Token {
                kind: Kind::Number { value: f64::from(u8::from(value)), whole: true, single: false },
                ..token.clone()
            };
            match token.name() {
                Some("defined") => {
                    let open = line.get(at + 1).is_some_and(|t| t.is("("));
                    let name = line.get(at + 1 + usize::from(open)).and_then(Token::name).unwrap_or("");
                    decided.push(answer(self.is_defined(name)));
                    at += if open { 4 } else { 2 };
                }
                Some("NRN_VERSION_GTEQ") => {
                    decided.push(answer(true));
                    at = arguments(line, at + 1).1;
                }
                _ => {
                    decided.push(token.clone());
                    at += 1;
                }
            }
        }
        let mut tokens = Vec::new();
        self.expand(&decided, &mut Vec::new(), &mut tokens);
        super::parser::whole_condition(&tokens)
    }
}

impl Token {
    fn is_hash(&self) -> bool {
        self.kind == Kind::Unknown('#') && self.fresh
    }
}

/// The arguments in the parentheses that open at `at`, and where the text goes on.
fn arguments(tokens: &[Token], at: usize) -> (Vec<&[Token]>, usize) {
    let mut list = Vec::new();
    let mut depth = 0;
    let mut from = at + 1;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                list.push(&tokens[from..i]);
                return (list, i + 1);
            }
        } else if token.is(",") && depth == 1 {
            list.push(&tokens[from..i]);
            from = i + 1;
        }
    }
    (list, tokens.len())
}

/// Cuts the text; also gives what its comments say.
fn scan(text: &str, source: SourceId, start: usize) -> (Vec<Token>, String) {
    let mut tokens = Vec::new();
    let mut comments = String::new();
    let mut at = 0;
    let mut fresh = true;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first == '\n' || first == '\r' {
            fresh = true;
            at += 1;
        } else if first.is_whitespace() || first == '\u{1a}' {
            at += first.len_utf8();
        } else if rest.starts_with("\\\n") || rest.starts_with("\\\r") {
            at += if rest.starts_with("\\\r\n") { 3 } else { 2 };
        } else if rest.starts_with("//") {
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            comments.push_str(&rest[..length]);
            at += length;
        } else if let Some(inside) = rest.strip_prefix("/*") {
            let end = inside.find("*/");
            if end.is_none() {
                // It would go on into the NMODL behind the block, so it is no comment.
                let span = Span::new(source, start + at, start + at + 2);
                tokens.push(Token { kind: Kind::Unknown('/'), span, fresh });
            }
            let length = end.map_or(rest.len(), |end| end + 4);
            comments.push_str(&rest[..length]);
            at += length;
        } else {
            let (kind, length) = token(rest, first);
            let span = Span::new(source, start + at, start + at + length);
            tokens.push(Token { kind, span, fresh });
            fresh = false;
            at += length;
        }
    }
    (tokens, comments)
}

fn token(rest: &str, first: char) -> (Kind, usize) {
    let next_is_digit = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_alphabetic() || first == '_' {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        (Kind::Name(rest[..length].to_string()), length)
    } else if first.is_ascii_digit() || (first == '.' && next_is_digit) {
        number(rest)
    } else if first == '"' {
        (Kind::Text, quoted(rest, '"'))
    } else if first == '\'' {
        let length = quoted(rest, '\'');
        let inner = rest[1..length].chars().next();
        match inner.filter(|c| *c != '\\' && *c != '\'') {
            Some(c) => (Kind::Number { value: f64::from(u32::from(c)), whole: true, single: false }, length),
            None => (Kind::Unknown('\''), length),
        }
    } else if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
        (Kind::Symbol(symbol), symbol.len())
    } else if first == '.' {
        (Kind::Symbol("."), 1)
    } else {
        (Kind::Unknown(first), first.len_utf8())
    }
}

/// Bytes of a text in quotes, the quotes included; up to the end of the line when it is not closed.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == '\n' {
            return at;
        }
        if !escaped && c == quote {
            return at + 1;
        }
        escaped = !escaped && c == '\\';
    }
    rest.len()
}

fn number(rest: &str) -> (Kind, usize) {
    let suffix = |from: usize| rest[from..].bytes().take_while(|b| b"uUlLfF".contains(b)).count();
    if rest.starts_with("0x") || rest.starts_with("0X") {
        let digits = rest[2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let value = u64::from_str_radix(&rest[2..2 + digits], 16).map_or(f64::INFINITY, |v| v as f64);
        let tail = rest[2 + digits..].bytes().take_while(|b| b"uUlL".contains(b)).count();
        return (Kind::Number { value, whole: true, single: false }, 2 + digits + tail);
    }
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    let mut whole = true;
    if rest[length..].starts_with('.') {
        whole = false;
        length += 1;
        length += digits(length);
    }
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            whole = false;
            length += 1 + sign + exponent;
        }
    }
    let octal = whole && length > 1 && rest.starts_with('0');
    let value = if octal {
        u64::from_str_radix(&rest[..length], 8).map_or(f64::INFINITY, |v| v as f64)
    } else {
        rest[..length].parse().unwrap_or(f64::INFINITY)
    };
    let tail = suffix(length);
    let single = rest[length..length + tail].contains(['f', 'F']);
    (Kind::Number { value, whole: whole && !single, single }, length + tail)
}
