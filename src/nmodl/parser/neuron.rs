//! The `NEURON` block, which says how a mechanism shows itself, and the `UNITS` block.

use super::{Parsed, Parser};
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{
    FactorValue, Name, NeuronBlock, NeuronStatement, NeuronStatementKind, UnitDefinition, UnitsBlock, UseIon,
};
use crate::nmodl::lexer::TokenKind;

/// Words that open a statement of the `NEURON` block.
const NEURON_WORDS: [&str; 14] = [
    "SUFFIX",
    "POINT_PROCESS",
    "ARTIFICIAL_CELL",
    "USEION",
    "NONSPECIFIC_CURRENT",
    "ELECTRODE_CURRENT",
    "RANGE",
    "GLOBAL",
    "POINTER",
    "BBCOREPOINTER",
    "EXTERNAL",
    "THREADSAFE",
    "RANDOM",
    "REPRESENTS",
];

impl Parser<'_> {
    pub(super) fn neuron_block(&mut self) -> Parsed<NeuronBlock> {
        let (statements, span) = self.list_block(Self::neuron_statement)?;
        Ok(NeuronBlock { statements, span })
    }

    fn neuron_statement(&mut self) -> Parsed<NeuronStatement> {
        use NeuronStatementKind as Kind;
        let start = self.token.start;
        let word = self.token_text();
        if self.token.kind != TokenKind::Word {
            return Err(self.unexpected("a statement of the `NEURON` block or `}`"));
        }
        if !NEURON_WORDS.contains(&word) {
            let message = format!("`{word}` is no statement of the `NEURON` block");
            let diagnostic = Diagnostic::error("nmodl/syntax", message)
                .at(self.token_span(), "expected a statement such as `RANGE` or `USEION`, or `}`");
            let diagnostic = match word {
                "READ" | "WRITE" | "VALENCE" => {
                    diagnostic.help(format!("it belongs to an ion: write `USEION na {word} ...`"))
                }
                "READS" | "WRITES" => {
                    let word = word.trim_end_matches('S');
                    diagnostic
                        .help(format!("write `{word}`, after the name of an ion: `USEION na {word} ...`"))
                }
                _ => Parser::with_suggestion(diagnostic, word, &NEURON_WORDS),
            };
            return Err(self.report(diagnostic));
        }
        if word == "REPRESENTS" {
            let name = self.ontology();
            return Ok(NeuronStatement { kind: Kind::Represents(name), span: self.span_from(start) });
        }
        self.advance();
        let kind = match word {
            "SUFFIX" => Kind::Suffix(self.name("the name of the mechanism")?),
            "POINT_PROCESS" => Kind::PointProcess(self.name("the name of the mechanism")?),
            "ARTIFICIAL_CELL" => Kind::ArtificialCell(self.name("the name of the mechanism")?),
            "USEION" => Kind::UseIon(self.use_ion()?),
            "NONSPECIFIC_CURRENT" => Kind::NonspecificCurrent(self.names("a current")?),
            "ELECTRODE_CURRENT" => Kind::ElectrodeCurrent(self.names("a current")?),
            "RANGE" => Kind::Range(self.names("a variable")?),
            "GLOBAL" => Kind::Global(self.names("a variable")?),
            "POINTER" => Kind::Pointer(self.names("a variable")?),
            "BBCOREPOINTER" => Kind::BbCorePointer(self.names("a variable")?),
            "EXTERNAL" => Kind::External(self.names("a variable")?),
            "RANDOM" => self.random()?,
            _ => {
                let listed = self.token.kind == TokenKind::Word && !NEURON_WORDS.contains(&self.token_text());
                Kind::ThreadSafe(if listed { self.names("a variable")? } else { Vec::new() })
            }
        };
        Ok(NeuronStatement { kind, span: self.span_from(start) })
    }

    fn use_ion(&mut self) -> Parsed<UseIon> {
        let ion = self.name("an ion")?;
        let mut use_ion =
            UseIon { ion, read: Vec::new(), write: Vec::new(), valence: None, represents: None };
        let mut seen: Vec<(&str, Span)> = Vec::new();
        loop {
            let (word, place) = (self.token_text(), self.token_span());
            let again = seen.iter().find(|(known, _)| *known == word && word != "REPRESENTS");
            if let Some((_, first)) = again {
                let (message, help) = match word {
                    "READ" => (
                        "`READ` is written twice",
                        "write the names in one list, or `WRITE` before what the mechanism sets",
                    ),
                    "WRITE" => ("`WRITE` is written twice", "write the names in one list"),
                    _ => ("the ion has two charges", "remove one of the two"),
                };
                self.push_error(
                    Diagnostic::error("nmodl/syntax", message)
                        .at(place, "the second time")
                        .at(*first, "the first time")
                        .help(help),
                );
            }
            seen.push((word, place));
            if self.take_word("READ") {
                use_ion.read.extend(self.names("a variable of the ion")?);
            } else if self.take_word("WRITE") {
                use_ion.write.extend(self.names("a variable of the ion")?);
            } else if self.take_word("VALENCE") || self.take_word("CHARGE") {
                use_ion.valence = Some(self.number("the charge of the ion: a number")?);
            } else if self.is_word("REPRESENTS") {
                use_ion.represents = Some(self.ontology());
            } else {
                let names = use_ion.read.len() + use_ion.write.len();
                if names == 0 && use_ion.valence.is_none() && self.at_variable_of(&use_ion.ion.text) {
                    let diagnostic = self.unexpected_here("`READ`, `WRITE` or `VALENCE`");
                    let help = format!("write `USEION {} READ {}`", use_ion.ion.text, self.token_text());
                    return Err(self.report(diagnostic.help(help)));
                }
                return Ok(use_ion);
            }
        }
    }

    /// Whether the current word is the name of a variable of that ion.
    fn at_variable_of(&self, ion: &str) -> bool {
        let word = self.token_text();
        self.token.kind == TokenKind::Word
            && (word.strip_prefix(ion).is_some_and(|end| matches!(end, "i" | "o"))
                || word.strip_suffix(ion).is_some_and(|start| matches!(start, "i" | "e")))
    }

    fn random(&mut self) -> Parsed<NeuronStatementKind> {
        let called = self.peek().kind == TokenKind::Symbol("(");
        let distribution = if called { Some(self.call()?) } else { None };
        Ok(NeuronStatementKind::Random { distribution, names: self.names("the name of a random stream")? })
    }

    /// What follows `REPRESENTS` up to a blank, read as it stands: the colon in it is no comment.
    fn ontology(&mut self) -> Name {
        let from = self.token.end;
        let line = self.slice(from, self.lexer.line_end(from));
        let blanks = line.len() - line.trim_start().len();
        let text = line.trim_start().split([' ', '\t', '}']).next().unwrap_or("");
        let start = from + blanks;
        self.last_end = start + text.len();
        self.lexer.jump(self.last_end);
        self.token = self.lexer.next();
        Name { text: text.to_string(), span: self.span_from(start) }
    }

    pub(super) fn units_block(&mut self) -> Parsed<UnitsBlock> {
        let (definitions, span) = self.list_block(Self::unit_definition)?;
        Ok(UnitsBlock { definitions, span })
    }

    fn unit_definition(&mut self) -> Parsed<UnitDefinition> {
        let start = self.token.start;
        if let Some(new) = self.unit()? {
            self.expect("=")?;
            let Some(old) = self.unit()? else { return Err(self.unexpected("a unit, as in `(milliamp)`")) };
            return Ok(UnitDefinition::Alias { new, old, span: self.span_from(start) });
        }
        let name = self.name("a unit, a name or `}`")?;
        self.expect("=")?;
        let value = match self.unit()? {
            Some(from) => {
                self.take("->");
                let Some(to) = self.unit()? else {
                    return Err(self.unexpected("a second unit, as in `(coulomb)`"));
                };
                FactorValue::Ratio { from, to }
            }
            None => {
                let number = self.number("a number or a unit")?;
                FactorValue::Number { number, unit: self.unit()? }
            }
        };
        Ok(UnitDefinition::Factor { name, value, span: self.span_from(start) })
    }
}
