//! Reading what C declares outside of functions. What cannot be read is passed, and said when something uses it.

use std::collections::HashSet;

use super::lexer::Token;
use super::parser::{Parsed, Parser, Unread, is_qualifier, type_word};
use super::tree::*;
use crate::diagnostic::Span;

/// Something that is declared outside of all functions.
pub(super) enum FileItem {
    Function(Function),
    Variables(Vec<Declared>),
    /// Could not be read; the names in it that stand where functions and variables do.
    Unread(Vec<String>, Unread),
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
