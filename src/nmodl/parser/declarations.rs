//! Blocks that declare: `PARAMETER`, `CONSTANT`, `ASSIGNED`, `STATE`, `INDEPENDENT`.

use super::{Failed, Parsed, Parser};
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{
    AssignedBlock, Constant, ConstantBlock, Declaration, Independent, IndependentBlock, Limits, Parameter,
    ParameterBlock, StateBlock,
};
use crate::nmodl::lexer::TokenKind;

impl Parser<'_> {
    /// `WORD { entries }`: the entries and where the block stands. One wrong entry spoils the
    /// rest of its line only.
    pub(super) fn list_block<T>(&mut self, entry: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<(Vec<T>, Span)> {
        let start = self.advance().start;
        let open = self.token_span();
        self.expect("{")?;
        let mut entries = Vec::new();
        while !self.take("}") {
            let from = self.token.start;
            if self.at_item() {
                let message = format!("expected `}}`, found {}", self.found());
                let diagnostic = Diagnostic::error("nmodl/syntax", message)
                    .at(self.token_span(), "expected `}` before this")
                    .at(open, "the block opened here is not closed");
                self.report(diagnostic);
                break;
            }
            match entry(self) {
                Ok(entry) => entries.push(entry),
                Err(Failed) => {
                    let goes_on = self.skip_to_entry(from);
                    self.lose(from);
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        Ok((entries, self.span_from(start)))
    }

    /// After a mistake in a declaration: on to the next line or to the end of the block. False
    /// when the block does not seem to end.
    fn skip_to_entry(&mut self, start: usize) -> bool {
        loop {
            let passed = self.token.start > start;
            if self.is("}") {
                return true;
            }
            if self.token.kind == TokenKind::End || self.at_item() {
                return false;
            }
            if passed && self.lexer.starts_line(self.token.start) {
                return true;
            }
            self.advance();
        }
    }

    pub(super) fn parameter_block(&mut self) -> Parsed<ParameterBlock> {
        let (parameters, span) = self.list_block(Self::parameter)?;
        Ok(ParameterBlock { parameters, span })
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        let start = self.token.start;
        let name = self.name("a parameter or `}`")?;
        let length = self.array_length()?;
        let value = if self.take("=") { Some(self.number("a number")?) } else { None };
        let unit = self.unit()?;
        let limits = self.limits()?;
        if let (Some(_), Some(value)) = (&length, &value) {
            let text = &name.text;
            self.diagnostics.push(
                Diagnostic::warning(
                    "nmodl/array-value",
                    format!("the array `{text}` has a value in PARAMETER"),
                )
                .at(value.span, "every element starts with it; NEURON refuses the file")
                .help(format!("declare `{text}` in ASSIGNED and set its elements in INITIAL")),
            );
        }
        Ok(Parameter { name, length, value, unit, limits, span: self.span_from(start) })
    }

    /// `<low, high>` when there is one.
    fn limits(&mut self) -> Parsed<Option<Limits>> {
        let start = self.token.start;
        if !self.take("<") {
            return Ok(None);
        }
        let low = self.number("the lower limit: a number")?;
        self.expect(",")?;
        let high = self.number("the upper limit: a number")?;
        self.expect(">")?;
        Ok(Some(Limits { low, high, span: self.span_from(start) }))
    }

    pub(super) fn constant_block(&mut self) -> Parsed<ConstantBlock> {
        let (constants, span) = self.list_block(Self::constant)?;
        Ok(ConstantBlock { constants, span })
    }

    fn constant(&mut self) -> Parsed<Constant> {
        let start = self.token.start;
        let name = self.name("a constant or `}`")?;
        self.expect("=")?;
        let value = self.number("a number")?;
        let unit = self.unit()?;
        Ok(Constant { name, value, unit, span: self.span_from(start) })
    }

    pub(super) fn assigned_block(&mut self) -> Parsed<AssignedBlock> {
        let (variables, span) = self.list_block(Self::declaration)?;
        Ok(AssignedBlock { variables, span })
    }

    pub(super) fn state_block(&mut self) -> Parsed<StateBlock> {
        let (states, span) = self.list_block(Self::declaration)?;
        Ok(StateBlock { states, span })
    }

    fn declaration(&mut self) -> Parsed<Declaration> {
        let start = self.token.start;
        let name = self.name("a variable or `}`")?;
        let length = self.array_length()?;
        let range_start = self.token.start;
        let range = if self.take_word("FROM") {
            let low = self.number("a number")?;
            self.expect_word("TO")?;
            let high = self.number("a number")?;
            Some(Limits { low, high, span: self.span_from(range_start) })
        } else {
            None
        };
        let first = if self.take_word("START") { Some(self.number("a number")?) } else { None };
        let unit = self.unit()?;
        let tolerance = if self.take("<") {
            let tolerance = self.number("the absolute tolerance: a number")?;
            self.expect(">")?;
            Some(tolerance)
        } else {
            None
        };
        let span = self.span_from(start);
        Ok(Declaration { name, length, range, start: first, unit, tolerance, span })
    }

    pub(super) fn independent_block(&mut self) -> Parsed<IndependentBlock> {
        let (variables, span) = self.list_block(Self::independent)?;
        Ok(IndependentBlock { variables, span })
    }

    fn independent(&mut self) -> Parsed<Independent> {
        let begin = self.token.start;
        let sweep = self.take_word("SWEEP");
        let name = self.name("a variable or `}`")?;
        self.expect_word("FROM")?;
        let from = self.number("a number")?;
        self.expect_word("TO")?;
        let to = self.number("a number")?;
        self.expect_word("WITH")?;
        let with = self.integer("a whole number")?;
        let start = if self.take_word("START") { Some(self.number("a number")?) } else { None };
        let unit = self.unit()?;
        Ok(Independent { sweep, name, from, to, with, start, unit, span: self.span_from(begin) })
    }
}
