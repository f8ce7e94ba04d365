//! Tokens of C to its tree.
//!
//! A recursive descent parser of the part of C that computes with numbers; pointers and structures are read as far as
//! it takes to go on behind them. The first thing that it cannot read ends the reading of a list.

use std::collections::HashSet;

use super::lexer::{Kind, Token};
use super::tree::*;
use crate::diagnostic::Span;

/// Statements and parentheses inside each other.
const DEEPEST: u32 = 60;
/// Operators of one expression above each other.
pub(super) const HIGHEST: u32 = 400;

/// What could not be read.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    pub span: Span,
    pub message: String,
}

pub(super) type Parsed<T> = Result<T, Unread>;

pub(super) struct Parser<'a> {
    pub tokens: &'a [Token],
    pub at: usize,
    depth: u32,
    /// Names of types that the file defines.
    types: &'a HashSet<String>,
    /// NMODL statements that stand among the tokens.
    nmodl: &'a mut dyn FnMut(usize) -> Option<Stmt>,
    /// Where the text ends, for messages.
    end: Span,
}

/// Types of C's own headers and of NEURON's.
const KNOWN_TYPES: [&str; 24] = [
    "FILE",
    "size_t",
    "int8_t",
    "int16_t",
    "int32_t",
    "int64_t",
    "uint8_t",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "u_int32_t",
    "bool",
    "Object",
    "Symbol",
    "Rand",
    "IvocVect",
    "nrnran123_State",
    "Point_process",
    "NrnThread",
    "Memb_list",
    "Section",
    "Node",
    "Prop",
    "Datum",
];

pub(super) fn type_word(name: &str) -> Option<Type> {
    Some(match name {
        "double" => Type::Double,
        "float" => Type::Float,
        "int" | "long" | "short" | "char" | "signed" | "bool" | "int8_t" | "int16_t" | "int32_t"
        | "int64_t" => Type::Int,
        "unsigned" | "size_t" | "uint8_t" | "uint16_t" | "uint32_t" | "uint64_t" | "u_int32_t" => {
            Type::Unsigned
        }
        "void" => Type::Void,
        _ => return None,
    })
}

/// Words that stand before a type and say nothing about its values.
pub(super) fn is_qualifier(name: &str) -> bool {
    matches!(name, "static" | "const" | "extern" | "register" | "volatile" | "inline" | "auto" | "__inline")
}

impl<'a> Parser<'a> {
    pub fn new(
        tokens: &'a [Token],
        types: &'a HashSet<String>,
        nmodl: &'a mut dyn FnMut(usize) -> Option<Stmt>,
        end: Span,
    ) -> Parser<'a> {
        Parser { tokens, at: 0, depth: 0, types, nmodl, end }
    }

    /// All statements up to the end.
    pub fn list(&mut self) -> Parsed<Vec<Stmt>> {
        let mut list = Vec::new();
        while self.at < self.tokens.len() {
            if self.is("}") {
                return Err(self.unread("this `}` closes no block of the same list of statements"));
            }
            self.statement_into(&mut list)?;
        }
        Ok(list)
    }

    pub fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    pub fn span(&self) -> Span {
        self.peek(0).map_or(self.end, |t| t.span)
    }

    fn last_span(&self) -> Span {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(self.end, |t| t.span)
    }

    /// From a place to the last token used; a list may run over several files' texts, so only within one.
    pub fn since(&self, start: Span) -> Span {
        let last = self.last_span();
        if last.source == start.source && last.end >= start.start { start.to(last) } else { start }
    }

    pub fn is(&self, symbol: &str) -> bool {
        self.peek(0).is_some_and(|t| t.is(symbol))
    }

    pub fn word(&self) -> &'a str {
        self.peek(0).and_then(Token::name).unwrap_or("")
    }

    pub fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word() == word;
        self.at += usize::from(found);
        found
    }

    pub fn unread(&self, message: impl Into<String>) -> Unread {
        Unread { span: self.span(), message: message.into() }
    }

    pub fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol) {
            return Ok(());
        }
        // What is missing is missing after the last word of the C, and not where NMODL goes on.
        let last = self.last_span();
        let goes_on = self.peek(0).is_some_and(|token| !matches!(token.kind, Kind::Nmodl(_)));
        let span = if goes_on || self.at == 0 { self.span() } else { last };
        let place = if span == last { " after this" } else { "" };
        Err(Unread { span, message: format!("expected `{symbol}`{place} in this C") })
    }

    pub fn name(&mut self) -> Parsed<(String, Span)> {
        let span = self.span();
        match self.peek(0).and_then(Token::name) {
            Some(name) => {
                self.at += 1;
                Ok((name.to_string(), span))
            }
            None => Err(self.unread("expected a name in this C")),
        }
    }

    pub fn deeper<T>(&mut self, inside: impl FnOnce(&mut Parser<'a>) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(self.unread("this C is nested too deeply"));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// One statement as a list: the body of an `if` or of a loop.
    fn body(&mut self) -> Parsed<Vec<Stmt>> {
        let mut list = Vec::new();
        self.deeper(|p| p.statement_into(&mut list))?;
        Ok(match list.as_slice() {
            [Stmt { kind: StmtKind::Block(_), .. }] => match list.pop().map(|s| s.kind) {
                Some(StmtKind::Block(inner)) => inner,
                _ => Vec::new(),
            },
            _ => list,
        })
    }

    fn statement_into(&mut self, list: &mut Vec<Stmt>) -> Parsed<()> {
        let start = self.span();
        if self.take(";") {
            return Ok(());
        }
        if let Some(Kind::Nmodl(number)) = self.peek(0).map(|t| &t.kind) {
            self.at += 1;
            list.extend((self.nmodl)(*number));
            return Ok(());
        }
        if let Some(kind) = self.deeper(Parser::statement)? {
            list.push(Stmt { kind, span: self.since(start) });
        }
        Ok(())
    }

    /// A statement; none for what has no effect, such as a prototype.
    fn statement(&mut self) -> Parsed<Option<StmtKind>> {
        if self.take("{") {
            return Ok(Some(StmtKind::Block(self.until_brace()?)));
        }
        let kind = match self.word() {
            "if" => {
                self.at += 1;
                let condition = self.in_parentheses()?;
                let then = self.body()?;
                let otherwise = if self.take_word("else") { self.body()? } else { Vec::new() };
                StmtKind::If { condition, then, otherwise }
            }
            "while" => {
                self.at += 1;
                let condition = self.in_parentheses()?;
                StmtKind::While { condition, body: self.body()? }
            }
            "do" => {
                self.at += 1;
                let body = self.body()?;
                if !self.take_word("while") {
                    return Err(self.unread("expected `while` after the body of `do`"));
                }
                let condition = self.in_parentheses()?;
                self.expect(";")?;
                StmtKind::DoWhile { body, condition }
            }
            "for" => self.for_loop()?,
            "switch" => self.switch()?,
            "return" => {
                self.at += 1;
                let value = if self.is(";") { None } else { Some(self.expression()?) };
                self.expect(";")?;
                StmtKind::Return(value)
            }
            "break" => self.single(StmtKind::Break)?,
            "continue" => self.single(StmtKind::Continue)?,
            // As a call, which is refused when it is translated; so what follows is read too.
            "goto" => {
                let span = self.span();
                self.at += 1;
                self.name()?;
                self.expect(";")?;
                let kind = ExprKind::Call { name: "goto".into(), arguments: Vec::new() };
                StmtKind::Expr(Expr { kind, span })
            }
            // A label, which says nothing without a `goto`.
            word if !matches!(word, "" | "case" | "default") && self.peek(1).is_some_and(|t| t.is(":")) => {
                self.at += 2;
                return Ok(None);
            }
            "typedef" | "struct" | "union" | "enum" if self.defines_type() => {
                self.skip_to_semicolon();
                return Ok(None);
            }
            _ if self.starts_declaration() => {
                let declared = self.declaration()?;
                if declared.is_empty() {
                    return Ok(None);
                }
                StmtKind::Declare(declared)
            }
            _ => {
                let expression = self.expression()?;
                // Macros of NEURON's headers that stand alone need no semicolon of their own.
                self.expect(";")?;
                StmtKind::Expr(expression)
            }
        };
        Ok(Some(kind))
    }

    fn single(&mut self, kind: StmtKind) -> Parsed<StmtKind> {
        self.at += 1;
        self.expect(";")?;
        Ok(kind)
    }

    fn until_brace(&mut self) -> Parsed<Vec<Stmt>> {
        let open = self.last_span();
        let mut list = Vec::new();
        while !self.take("}") {
            if self.at >= self.tokens.len() {
                let message = "this `{` is not closed in the same list of statements".into();
                return Err(Unread { span: open, message });
            }
            self.statement_into(&mut list)?;
        }
        Ok(list)
    }

    fn in_parentheses(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let inner = self.expression()?;
        self.expect(")")?;
        Ok(inner)
    }

    pub fn for_loop(&mut self) -> Parsed<StmtKind> {
        self.at += 1;
        self.expect("(")?;
        let mut first = Vec::new();
        if !self.take(";") {
            self.statement_into(&mut first)?;
        }
        let condition = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        let step = if self.is(")") { None } else { Some(self.expression()?) };
        self.expect(")")?;
        Ok(StmtKind::For { first, condition, step, body: self.body()? })
    }

    fn switch(&mut self) -> Parsed<StmtKind> {
        self.at += 1;
        let value = self.in_parentheses()?;
        self.expect("{")?;
        let mut groups: Vec<Group> = Vec::new();
        let mut labels = false;
        while !self.take("}") {
            if self.at >= self.tokens.len() {
                return Err(self.unread("a `switch` is not closed in the same list of statements"));
            }
            let case = self.word() == "case";
            if case || self.word() == "default" {
                self.at += 1;
                if !labels {
                    groups.push(Group { cases: Vec::new(), default: false, body: Vec::new() });
                }
                labels = true;
                let value = if case { Some(self.ternary()?.0) } else { None };
                self.expect(":")?;
                if let Some(group) = groups.last_mut() {
                    group.default |= !case;
                    group.cases.extend(value);
                }
                continue;
            }
            labels = false;
            let mut list = Vec::new();
            self.statement_into(&mut list)?;
            match groups.last_mut() {
                Some(group) => group.body.append(&mut list),
                None => return Err(self.unread("a `switch` starts with `case`")),
            }
        }
        Ok(StmtKind::Switch { value, groups })
    }

    /// At `typedef`, `struct`, ...: whether a type is defined, not a variable of it.
    fn defines_type(&self) -> bool {
        self.word() == "typedef"
            || self.peek(1).is_some_and(|t| t.is("{"))
            || self.peek(2).is_some_and(|t| t.is("{") || t.is(";"))
    }

    /// Passes everything up to the next `;` outside of braces.
    /// Past what `sizeof` measures: a type or an expression in parentheses, or a name.
    pub fn skip_measured(&mut self) {
        if !self.take("(") {
            self.at += usize::from(!self.word().is_empty());
            return;
        }
        let mut depth = 1u32;
        while depth > 0 && self.at < self.tokens.len() {
            if self.is("(") {
                depth += 1;
            } else if self.is(")") {
                depth -= 1;
            }
            self.at += 1;
        }
    }

    fn skip_to_semicolon(&mut self) {
        let mut depth = 0u32;
        while let Some(token) = self.peek(0) {
            self.at += 1;
            if token.is("{") {
                depth += 1;
            } else if token.is("}") {
                depth = depth.saturating_sub(1);
            } else if token.is(";") && depth == 0 {
                return;
            }
        }
    }

    pub fn is_type(&self, name: &str) -> bool {
        type_word(name).is_some() || KNOWN_TYPES.contains(&name) || self.types.contains(name)
    }

    pub fn starts_declaration(&self) -> bool {
        let word = self.word();
        if word.is_empty() {
            return false;
        }
        if is_qualifier(word) || matches!(word, "struct" | "union" | "enum") {
            return true;
        }
        let next_is = |ahead: usize, symbol: &str| self.peek(ahead).is_some_and(|t| t.is(symbol));
        if self.is_type(word) {
            return !next_is(1, "(");
        }
        // `Unknown name` and `Unknown *name`: nobody multiplies for nothing.
        let mut ahead = 1;
        while next_is(ahead, "*") {
            ahead += 1;
        }
        let named = self.peek(ahead).and_then(Token::name).is_some();
        named && ["=", ";", ",", "["].iter().any(|s| next_is(ahead + 1, s))
    }

    /// The words before the names of a declaration: the type, whether `static`, whether `extern`.
    pub fn specifiers(&mut self) -> (Type, bool, bool) {
        let (mut of, mut is_static, mut is_extern) = (None, false, false);
        loop {
            let word = self.word();
            if word.is_empty() {
                break;
            }
            if is_qualifier(word) {
                is_static |= word == "static";
                is_extern |= word == "extern";
            } else if matches!(word, "struct" | "union" | "enum") {
                self.at += 1;
                of = Some(if word == "enum" { Type::Int } else { Type::Opaque });
            } else if let Some(found) = type_word(word) {
                of = Some(match (of, found) {
                    // `unsigned long`, `long unsigned`, `long double`.
                    (Some(Type::Unsigned), Type::Int) => Type::Unsigned,
                    (_, found) => found,
                });
            } else if of.is_none() {
                of = Some(Type::Opaque);
            } else {
                break;
            }
            self.at += 1;
        }
        (of.unwrap_or(Type::Int), is_static, is_extern)
    }

    /// `double x = 1, *p, a[3];`; prototypes and `extern` give nothing.
    pub fn declaration(&mut self) -> Parsed<Vec<Declared>> {
        let (base, is_static, is_extern) = self.specifiers();
        let mut list = Vec::new();
        loop {
            let mut of = base;
            while self.take("*") {
                of = Type::Opaque;
                while is_qualifier(self.word()) {
                    self.at += 1;
                }
            }
            if is_extern || self.peek(1).is_some_and(|t| t.is("(")) || self.is("(") {
                // A prototype, perhaps of several functions.
                self.skip_to_semicolon();
                return Ok(list);
            }
            let (name, span) = self.name()?;
            let mut length = None;
            while self.take("[") {
                if length.is_some() {
                    of = Type::Opaque;
                }
                length = Some(if self.is("]") { None } else { Some(self.expression()?) });
                self.expect("]")?;
            }
            let value = if self.take("=") { Some(self.initial()?) } else { None };
            list.push(Declared { name, span, of, length, value, is_static });
            if self.take(";") {
                return Ok(list);
            }
            self.expect(",")?;
        }
    }

    fn initial(&mut self) -> Parsed<Value> {
        if !self.take("{") {
            return Ok(Value::One(self.assignment()?.0));
        }
        let mut list = Vec::new();
        while !self.take("}") {
            list.push(self.assignment()?.0);
            if !self.is("}") {
                self.expect(",")?;
            }
        }
        Ok(Value::List(list))
    }
}

/// The value of the condition of an `#if`; what cannot be read counts as false.
pub(super) fn whole_condition(tokens: &[Token]) -> bool {
    fn value(expression: &Expr) -> f64 {
        let truth = |x: bool| f64::from(u8::from(x));
        match &expression.kind {
            ExprKind::Number { value, .. } => *value,
            ExprKind::Negate(a) => -value(a),
            ExprKind::Not(a) => truth(value(a) == 0.0),
            ExprKind::Binary(operator, a, b) => {
                let (a, b) = (value(a), value(b));
                match operator {
                    Operator::Add => a + b,
                    Operator::Subtract => a - b,
                    Operator::Multiply => a * b,
                    Operator::Less => truth(a < b),
                    Operator::LessEqual => truth(a <= b),
                    Operator::Greater => truth(a > b),
                    Operator::GreaterEqual => truth(a >= b),
                    Operator::Equal => truth(a == b),
                    Operator::NotEqual => truth(a != b),
                    Operator::And => truth(a != 0.0 && b != 0.0),
                    Operator::Or => truth(a != 0.0 || b != 0.0),
                    Operator::Divide | Operator::Remainder | Operator::Bits => 0.0,
                }
            }
            _ => 0.0,
        }
    }
    let Some(first) = tokens.first() else { return false };
    let types = HashSet::new();
    let mut no_nmodl = |_| None;
    let mut parser = Parser::new(tokens, &types, &mut no_nmodl, first.span);
    parser.expression().is_ok_and(|e| value(&e) != 0.0)
}
