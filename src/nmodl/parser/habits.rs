//! Habits of other languages and frequent slips: what to type instead, and what NEURON would not take.

use super::Parser;
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{Statement, StatementKind};
use crate::nmodl::lexer::TokenKind;
use crate::nmodl::meaning::builtin_function;

impl Parser<'_> {
    /// What to do about the current token, where `wanted` belongs.
    pub(super) fn help_with(&self, wanted: &str) -> Option<String> {
        let unit = || self.help_with_value().filter(|_| wanted.ends_with("or `}`"));
        unit().or_else(|| self.known_slip(wanted).map(str::to_string))
    }

    /// What to do about an operator after the value in a declaration: a unit that lacks its parentheses, as in
    /// `g = 0.01 S/cm2`, or an expression.
    fn help_with_value(&self) -> Option<String> {
        let TokenKind::Symbol("*" | "/" | "+" | "-" | "^" | "(") = self.token.kind else { return None };
        let before = self.slice(self.token.start - self.lexer.column(self.token.start), self.token.start);
        let before = before.trim_end();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let number = before.trim_end_matches(is_part).trim_end();
        let word = before[number.len()..].trim_start();
        let is_value =
            |text: &str| text.ends_with(|c: char| c.is_ascii_digit() || c == '.') && text.contains('=');
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) && is_value(number) && !self.is("(") {
            let rest = self.slice(self.token.start, self.lexer.line_end(self.token.start));
            let ends = |c: char| !(is_part(c) || matches!(c, '/' | '*' | '-' | '^' | '.'));
            let rest = rest.split(ends).next().unwrap_or("");
            return Some(format!("a unit stands in parentheses: write `({word}{rest})`"));
        }
        is_value(before)
            .then(|| "the value is one number: write the result, or compute it in INITIAL".to_string())
    }

    /// What to do about habits of other languages and frequent slips.
    fn known_slip(&self, wanted: &str) -> Option<&'static str> {
        let fresh = self.lexer.starts_line(self.token.start);
        let rest = self.slice(self.token.start, self.text.len());
        let operand =
            matches!(self.token.kind, TokenKind::Word | TokenKind::Number { .. } | TokenKind::Symbol("("));
        let closes = wanted == "`)`" || wanted == "`,` or `)`";
        match self.token.kind {
            TokenKind::Symbol(";") => Some("statements end by themselves: remove the `;`"),
            TokenKind::Unknown('&') => Some("to ask for both conditions write `&&`"),
            TokenKind::Unknown('|') => Some("to ask for one of two conditions write `||`"),
            TokenKind::Word if wanted != "a statement" => match self.token_text() {
                "and" | "AND" => Some("to ask for both conditions write `&&`"),
                "or" | "OR" => Some("to ask for one of two conditions write `||`"),
                "not" | "NOT" => Some("the opposite of a condition is `!(...)`"),
                _ if operand && !fresh && closes => Some("is an operator such as `*` missing before it?"),
                _ => None,
            },
            TokenKind::Symbol("/")
                if wanted == "an expression" && self.slice(0, self.token.start).ends_with('/') =>
            {
                Some("a comment starts with `:` or `?`; to divide and round down write `floor(a / b)`")
            }
            _ if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') => {
                Some("a comment starts with `:` or `?`")
            }
            TokenKind::Symbol("=") if wanted == "a statement" => {
                Some("the statement before it goes on to here: is something missing there?")
            }
            TokenKind::Symbol("=") if wanted == "`)`" => Some("to compare, write `==`"),
            TokenKind::Symbol("*")
                if wanted == "an expression" && self.slice(0, self.token.start).ends_with('*') =>
            {
                Some("a power is written with `^`")
            }
            TokenKind::Symbol("*" | "/" | "+" | "^") if wanted == "an expression" => {
                Some("is there an operator too many, or a value missing before it?")
            }
            TokenKind::Symbol(",") if wanted.ends_with("or `}`") => {
                let between_digits = self.slice(0, self.token.start).ends_with(|c: char| c.is_ascii_digit())
                    && rest[1..].starts_with(|c: char| c.is_ascii_digit());
                Some(if between_digits {
                    "numbers have a point: `0.5`, not `0,5`"
                } else {
                    "here names have no commas between them: remove the `,`"
                })
            }
            _ if operand && !fresh && closes => Some("is an operator such as `*` missing before it?"),
            TokenKind::Number { .. } if rest.starts_with('.') && self.after_digit() => {
                Some("a number has one decimal point")
            }
            TokenKind::Number { .. } | TokenKind::Symbol("(") if wanted == "a statement" => {
                Some("is an operator such as `*` missing before it?")
            }
            _ => None,
        }
    }

    /// What to do about `word`, with which no statement starts.
    pub(super) fn help_with_word(&self, word: &str) -> Option<String> {
        let start = self.token.start;
        let before = self.slice(start - self.lexer.column(start), start);
        let after = self.slice(self.token.end, self.lexer.line_end(self.token.end));
        if self.after_digit() {
            let digits = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            let number = &before[digits.len()..];
            let hexadecimal = word.strip_prefix(['x', 'X']).filter(|_| number == "0");
            return match hexadecimal.map(|rest| i64::from_str_radix(rest, 16)) {
                Some(Ok(value)) => Some(format!("numbers are decimal: write `{value}`")),
                _ if matches!(word, "f" | "F" | "l" | "L" | "d" | "u" | "U") => {
                    Some(format!("a number has no letter behind it: write `{number}`"))
                }
                _ => Some("is an operator such as `*` missing before it?".into()),
            };
        }
        if word == "USING" {
            return Some("write `METHOD`".into());
        }
        let state = word.strip_prefix('d').filter(|state| !state.is_empty());
        if let Some(state) = state
            && after.trim_start().strip_prefix('/').is_some_and(|rest| rest.trim_start().starts_with("dt"))
        {
            return Some(format!("the derivative of a STATE has a prime: write `{state}' = ...`"));
        }
        if self.lexer.starts_line(start) {
            return None;
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = before.trim_end();
        let last = &rest[rest.trim_end_matches(is_part).len()..];
        if builtin_function(last).is_some() {
            return Some(format!("what a function is given stands in parentheses: write `{last}({word})`"));
        }
        let names = before.rsplit("LOCAL").next().filter(|names| names.len() < before.len());
        names
            .is_some_and(|names| names.chars().all(|c| is_part(c) || c == ',' || c.is_whitespace()))
            .then(|| format!("names after LOCAL have commas between them: `{last}, {word}`"))
    }

    /// Whether a digit stands right before the current token.
    pub(super) fn after_digit(&self) -> bool {
        self.slice(0, self.token.start).ends_with(|c: char| c.is_ascii_digit() || c == '.')
    }

    /// A LOCAL that does not open its block means one thing only, but NEURON does not take it.
    pub(super) fn warn_of_late_local(&mut self, statement: &Statement, before: &[Statement]) {
        if !matches!(statement.kind, StatementKind::Local(_)) || before.is_empty() {
            return;
        }
        let first = before.iter().find(|s| matches!(s.kind, StatementKind::Local(_)));
        let said = Diagnostic::warning("nmodl/local", "`LOCAL` is not the first statement of its block")
            .at(statement.span, "NEURON refuses the file");
        let said = match first {
            Some(first) => {
                said.at(first.span, "the names can stand here").help("write one LOCAL with all names")
            }
            None => said.help("move it to the start of the block"),
        };
        self.diagnostics.push(said);
    }

    /// `x = a ? b : c` of C is `x = a` here, as a `?` starts a comment.
    pub(super) fn warn_of_choice(&mut self, value: Span) {
        // Most statements end here, whatever their line is long.
        let after = self.slice(self.last_end, self.text.len());
        if !self.mechanism || !after.trim_start_matches([' ', '\t']).starts_with('?') {
            return;
        }
        let rest = self.slice(self.last_end, self.lexer.line_end(self.last_end));
        let Some(comment) = rest.trim_start().strip_prefix('?') else { return };
        let Some((yes, no)) = comment.split_once(':') else { return };
        // In a sentence there are several words on a side of the colon.
        let short =
            |side: &str| !side.trim().is_empty() && side.split_whitespace().all(|w| !w.ends_with([',', '.']));
        let operand = |side: &str| {
            let mut words = side.split_whitespace();
            short(side) && (words.clone().count() == 1 || words.any(|w| "+-*/".contains(w)))
        };
        if !operand(yes) || !operand(no.split([':', '?']).next().unwrap_or("")) {
            return;
        }
        let mark = self.last_end + rest.find('?').unwrap_or(0);
        self.diagnostics.push(
            Diagnostic::warning("nmodl/comment", "the rest of this line is a comment")
                .at(Span::new(self.source, mark, mark + 1), "`?` starts a comment, as `:` does")
                .at(value, "all that is computed")
                .help("for a choice write `if (...) { ... } else { ... }`"),
        );
    }
}
