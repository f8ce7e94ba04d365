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
const HIGHEST: u32 = 400;

/// What could not be read.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    pub span: Span,
    pub message: String,
}

type Parsed<T> = Result<T, Unread>;

/// Something that is declared outside of all functions.
pub(super) enum FileItem {
    Function(Function),
    Variables(Vec<Declared>),
    /// Could not be read; the names in it that stand where functions and variables do.
    Unread(Vec<String>, Unread),
}

pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
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

fn type_word(name: &str) -> Option<Type> {
    Some(match name {
        "double" | "float" => Type::Double,
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
fn is_qualifier(name: &str) -> bool {
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

    fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    fn span(&self) -> Span {
        self.peek(0).map_or(self.end, |t| t.span)
    }

    fn last_span(&self) -> Span {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(self.end, |t| t.span)
    }

    /// From a place to the last token used; a list may run over several files' texts, so only within one.
    fn since(&self, start: Span) -> Span {
        let last = self.last_span();
        if last.source == start.source && last.end >= start.start { start.to(last) } else { start }
    }

    fn is(&self, symbol: &str) -> bool {
        self.peek(0).is_some_and(|t| t.is(symbol))
    }

    fn word(&self) -> &'a str {
        self.peek(0).and_then(Token::name).unwrap_or("")
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word() == word;
        self.at += usize::from(found);
        found
    }

    fn unread(&self, message: impl Into<String>) -> Unread {
        Unread { span: self.span(), message: message.into() }
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol) { Ok(()) } else { Err(self.unread(format!("expected `{symbol}` in this C"))) }
    }

    fn name(&mut self) -> Parsed<(String, Span)> {
        let span = self.span();
        match self.peek(0).and_then(Token::name) {
            Some(name) => {
                self.at += 1;
                Ok((name.to_string(), span))
            }
            None => Err(self.unread("expected a name in this C")),
        }
    }

    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Parser<'a>) -> Parsed<T>) -> Parsed<T> {
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
            "goto" => return Err(self.unread("`goto` is not supported")),
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

    fn for_loop(&mut self) -> Parsed<StmtKind> {
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

    fn is_type(&self, name: &str) -> bool {
        type_word(name).is_some() || KNOWN_TYPES.contains(&name) || self.types.contains(name)
    }

    fn starts_declaration(&self) -> bool {
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
    fn specifiers(&mut self) -> (Type, bool, bool) {
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
    fn declaration(&mut self) -> Parsed<Vec<Declared>> {
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

/// Operators that group to the left, with how tightly they bind.
fn binary_operator(token: &Token) -> Option<(Operator, u8)> {
    let Kind::Symbol(symbol) = token.kind else { return None };
    Some(match symbol {
        "||" => (Operator::Or, 1),
        "&&" => (Operator::And, 2),
        "|" => (Operator::Bits, 3),
        "^" => (Operator::Bits, 4),
        "&" => (Operator::Bits, 5),
        "==" => (Operator::Equal, 6),
        "!=" => (Operator::NotEqual, 6),
        "<" => (Operator::Less, 7),
        "<=" => (Operator::LessEqual, 7),
        ">" => (Operator::Greater, 7),
        ">=" => (Operator::GreaterEqual, 7),
        "<<" | ">>" => (Operator::Bits, 8),
        "+" => (Operator::Add, 9),
        "-" => (Operator::Subtract, 9),
        "*" => (Operator::Multiply, 10),
        "/" => (Operator::Divide, 10),
        "%" => (Operator::Remainder, 10),
        _ => return None,
    })
}

/// The operator before the `=` of a compound assignment.
fn compound(token: &Token) -> Option<Option<Operator>> {
    let Kind::Symbol(symbol) = token.kind else { return None };
    Some(match symbol {
        "=" => None,
        "+=" => Some(Operator::Add),
        "-=" => Some(Operator::Subtract),
        "*=" => Some(Operator::Multiply),
        "/=" => Some(Operator::Divide),
        "%=" => Some(Operator::Remainder),
        "&=" | "|=" | "^=" | "<<=" | ">>=" => Some(Operator::Bits),
        _ => return None,
    })
}

/// An expression and the height of its tree.
type Built = (Expr, u32);

impl Parser<'_> {
    fn expression(&mut self) -> Parsed<Expr> {
        let mut left = self.assignment()?;
        while self.take(",") {
            let right = self.assignment()?;
            left = self.join(left, right, |l, r| ExprKind::Comma(l, r))?;
        }
        Ok(left.0)
    }

    fn join(
        &self,
        left: Built,
        right: Built,
        make: impl FnOnce(Box<Expr>, Box<Expr>) -> ExprKind,
    ) -> Parsed<Built> {
        let height = left.1.max(right.1) + 1;
        if height > HIGHEST {
            return Err(self.unread("this expression is too long"));
        }
        let span = self.since(left.0.span);
        Ok((Expr { kind: make(Box::new(left.0), Box::new(right.0)), span }, height))
    }

    fn assignment(&mut self) -> Parsed<Built> {
        let left = self.ternary()?;
        let Some(operator) = self.peek(0).and_then(compound) else { return Ok(left) };
        self.at += 1;
        let right = self.deeper(Parser::assignment)?;
        self.join(left, right, |l, r| ExprKind::Assign(operator, l, r))
    }

    fn ternary(&mut self) -> Parsed<Built> {
        let condition = self.binary(1)?;
        if !self.take("?") {
            return Ok(condition);
        }
        let one = self.deeper(|p| p.expression())?;
        self.expect(":")?;
        let two = self.deeper(Parser::assignment)?;
        let three = (one, condition.1);
        let both = self.join(three, two, |l, r| ExprKind::Comma(l, r))?;
        let height = both.1 + 1;
        let span = self.since(condition.0.span);
        let ExprKind::Comma(one, two) = both.0.kind else { return Ok(condition) };
        Ok((Expr { kind: ExprKind::Ternary(Box::new(condition.0), one, two), span }, height))
    }

    fn binary(&mut self, least: u8) -> Parsed<Built> {
        let mut left = self.unary()?;
        while let Some((operator, binding)) = self.peek(0).and_then(binary_operator) {
            if binding < least {
                break;
            }
            self.at += 1;
            let right = self.binary(binding + 1)?;
            left = self.join(left, right, |l, r| ExprKind::Binary(operator, l, r))?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Built> {
        let start = self.span();
        let Some(Kind::Symbol(symbol)) = self.peek(0).map(|t| t.kind.clone()) else { return self.postfix() };
        let wrap: fn(Box<Expr>) -> ExprKind = match symbol {
            "-" => ExprKind::Negate,
            "!" => ExprKind::Not,
            "*" => ExprKind::Deref,
            "&" => ExprKind::Address,
            "~" => |_| ExprKind::Flip,
            "+" => |inner| inner.kind,
            "++" => |operand| ExprKind::Step { operand, up: true, after: false },
            "--" => |operand| ExprKind::Step { operand, up: false, after: false },
            "(" => match self.cast() {
                Some(of) => {
                    let (inner, height) = self.deeper(Parser::unary)?;
                    let kind = ExprKind::Cast(of, Box::new(inner));
                    return Ok((Expr { kind, span: self.since(start) }, height + 1));
                }
                None => return self.postfix(),
            },
            _ => return self.postfix(),
        };
        self.at += 1;
        let (inner, height) = self.deeper(Parser::unary)?;
        Ok((Expr { kind: wrap(Box::new(inner)), span: self.since(start) }, height + 1))
    }

    /// `(double)`, `(void**)`: the type, when the parentheses hold one.
    fn cast(&mut self) -> Option<Type> {
        let first = self.peek(1)?.name()?;
        let mut ahead = 1;
        let mut of = None;
        while let Some(word) = self.peek(ahead).and_then(Token::name) {
            let found = type_word(word).unwrap_or(Type::Opaque);
            if !is_qualifier(word) && !matches!(word, "struct" | "union") {
                of = Some(match (of, found) {
                    (Some(Type::Unsigned), Type::Int) => Type::Unsigned,
                    _ => found,
                });
            }
            ahead += 1;
        }
        let mut stars = false;
        while self.peek(ahead).is_some_and(|t| t.is("*")) {
            (stars, ahead) = (true, ahead + 1);
        }
        let closed = self.peek(ahead).is_some_and(|t| t.is(")"));
        let certain = stars || self.is_type(first) || matches!(first, "const" | "struct" | "union");
        if !closed || !certain {
            return None;
        }
        self.at += ahead + 1;
        Some(if stars { Type::Opaque } else { of.unwrap_or(Type::Opaque) })
    }

    fn postfix(&mut self) -> Parsed<Built> {
        let start = self.span();
        let (mut inner, mut height) = self.primary()?;
        loop {
            let kind = if self.take("[") {
                let index = self.deeper(|p| p.expression())?;
                self.expect("]")?;
                ExprKind::Index(Box::new(inner), Box::new(index))
            } else if self.take(".") || self.take("->") {
                let (name, _) = self.name()?;
                ExprKind::Member(Box::new(inner), name)
            } else if self.take("++") {
                ExprKind::Step { operand: Box::new(inner), up: true, after: true }
            } else if self.take("--") {
                ExprKind::Step { operand: Box::new(inner), up: false, after: true }
            } else {
                return Ok((inner, height));
            };
            height += 1;
            if height > HIGHEST {
                return Err(self.unread("this expression is too long"));
            }
            inner = Expr { kind, span: self.since(start) };
        }
    }

    fn primary(&mut self) -> Parsed<Built> {
        let start = self.span();
        let kind = match self.peek(0).map(|t| &t.kind) {
            Some(Kind::Number { value, whole }) => {
                if !value.is_finite() {
                    return Err(self.unread("this number is too large"));
                }
                self.at += 1;
                ExprKind::Number { value: *value, whole: *whole }
            }
            Some(Kind::Text) => {
                // Texts beside each other are one.
                while matches!(self.peek(0).map(|t| &t.kind), Some(Kind::Text)) {
                    self.at += 1;
                }
                ExprKind::Text
            }
            Some(Kind::Symbol("(")) => {
                self.at += 1;
                let inner = self.deeper(|p| p.expression())?;
                self.expect(")")?;
                return Ok((Expr { span: self.since(start), ..inner }, 1));
            }
            Some(Kind::Name(name)) => {
                self.at += 1;
                if name == "sizeof" {
                    return Err(Unread { span: start, message: "`sizeof` is not supported".into() });
                }
                if !self.take("(") {
                    ExprKind::Name(name.clone())
                } else {
                    let arguments = self.deeper(Parser::arguments)?;
                    ExprKind::Call { name: name.clone(), arguments }
                }
            }
            _ => return Err(self.unread("expected an expression in this C")),
        };
        Ok((Expr { kind, span: self.since(start) }, 1))
    }

    /// Arguments and the closing parenthesis, without those that NEURON's code hands through.
    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        let mut list = Vec::new();
        loop {
            let handed = matches!(
                self.word(),
                "_threadargs_"
                    | "_threadargscomma_"
                    | "_p"
                    | "_ppvar"
                    | "_thread"
                    | "_ml"
                    | "_iml"
                    | "_globals"
                    | "_pnt"
                    | "_tqitem"
                    | "_args"
            );
            let alone = self.peek(1).is_some_and(|t| t.is(",") || t.is(")"));
            if handed && (alone || self.word() == "_threadargscomma_") {
                let comma = self.word() == "_threadargscomma_";
                self.at += 1;
                if comma || self.take(",") {
                    continue;
                }
            }
            if self.take(")") {
                return Ok(list);
            }
            list.push(self.assignment()?.0);
            if self.take(")") {
                return Ok(list);
            }
            self.expect(",")?;
        }
    }
}

/// What stands outside of functions.
pub(super) fn file_items(tokens: &[Token], types: &mut HashSet<String>, end: Span) -> Vec<FileItem> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let length = item_length(&tokens[at..]);
        let part = &tokens[at..at + length];
        at += length;
        let first = part.first().and_then(Token::name).unwrap_or("");
        if first == "typedef" {
            let name = part.iter().rev().find_map(Token::name).unwrap_or("");
            types.insert(name.to_string());
            continue;
        }
        if part.iter().all(|t| t.is(";")) {
            continue;
        }
        if matches!(first, "struct" | "union" | "enum") && !part.iter().any(|t| t.is("(") || t.is("=")) {
            if let Some(name) = part.get(1).and_then(Token::name) {
                types.insert(name.to_string());
            }
            continue;
        }
        let known: &HashSet<String> = types;
        let mut no_nmodl = |_| None;
        let mut parser = Parser::new(part, known, &mut no_nmodl, end);
        match parser.file_item() {
            Ok(item) => items.extend(item),
            Err(unread) => {
                let names =
                    part.windows(2).filter(|w| w[1].is("(") || w[1].is("[") || w[1].is("=") || w[1].is(";"));
                let names = names.filter_map(|w| w[0].name()).map(str::to_string).collect();
                items.push(FileItem::Unread(names, unread));
            }
        }
    }
    items
}

/// How many tokens belong to the first definition or declaration.
fn item_length(tokens: &[Token]) -> usize {
    let mut depth = 0u32;
    let mut value = false;
    let is_type = tokens
        .first()
        .and_then(Token::name)
        .is_some_and(|w| matches!(w, "typedef" | "struct" | "union" | "enum"));
    let function = tokens.iter().take_while(|t| !t.is("{") && !t.is(";")).any(|t| t.is("("));
    for (i, token) in tokens.iter().enumerate() {
        if token.is("{") {
            depth += 1;
        } else if token.is("}") {
            depth = depth.saturating_sub(1);
            if depth == 0 && !value && (!is_type || function) {
                return i + 1;
            }
        } else if depth == 0 && token.is("=") {
            value = true;
        } else if depth == 0 && token.is(";") {
            return i + 1;
        }
    }
    tokens.len()
}

impl Parser<'_> {
    fn file_item(&mut self) -> Parsed<Option<FileItem>> {
        let begin = self.at;
        let (base, ..) = self.specifiers();
        let mut of = base;
        while self.take("*") {
            of = Type::Opaque;
        }
        let is_function =
            self.peek(1).is_some_and(|t| t.is("(")) && self.peek(0).and_then(Token::name).is_some();
        if !is_function {
            self.at = begin;
            if !self.starts_declaration() {
                return Err(self.unread("this is no declaration that can be read"));
            }
            let list = self.declaration()?;
            return Ok((!list.is_empty()).then_some(FileItem::Variables(list)));
        }
        let (name, span) = self.name()?;
        let open = self.at;
        self.expect("(")?;
        let mut depth = 1;
        while depth > 0 {
            match self.peek(0) {
                Some(token) if token.is("(") => depth += 1,
                Some(token) if token.is(")") => depth -= 1,
                Some(_) => {}
                None => return Err(self.unread("a list of arguments is not closed")),
            }
            self.at += 1;
        }
        if !self.is("{") {
            // A prototype.
            return Ok(None);
        }
        let body_at = self.at;
        self.at = open + 1;
        let arguments = self.parameters()?;
        let body = self.tokens.get(body_at + 1..self.tokens.len().saturating_sub(1)).unwrap_or(&[]).to_vec();
        Ok(Some(FileItem::Function(Function { name, span, of, arguments, body })))
    }

    fn parameters(&mut self) -> Parsed<Vec<(String, Type, Span)>> {
        let mut list = Vec::new();
        if self.take(")") {
            return Ok(list);
        }
        loop {
            // `double x`, `const int n`, `double* p`, `double a[]`.
            let (mut of, mut last) = (Type::Int, None);
            while let Some(token) = self.peek(0) {
                if token.is(",") || token.is(")") {
                    break;
                }
                match token.name() {
                    Some(word) if type_word(word).is_some() => of = type_word(word).unwrap_or(of),
                    Some(word) if is_qualifier(word) => {}
                    Some(word) => {
                        if last.is_some() {
                            of = Type::Opaque;
                        }
                        last = Some((word.to_string(), token.span));
                    }
                    None => of = Type::Opaque,
                }
                self.at += 1;
            }
            if let Some((name, span)) = last {
                list.push((name, of, span));
            }
            if self.take(")") || self.at >= self.tokens.len() {
                return Ok(list);
            }
            self.expect(",")?;
        }
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
