//! Statements, and how the parser goes on after a wrong one.

use super::{Failed, ITEM_WORDS, Parsed, Parser, Place, SHARED_WORDS, is_item_word};
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{
    Argument, Block, Branch, Expression, LocalName, Reaction, Solve, SolveMethod, StateFactor, Statement,
    StatementKind, Table, Term, Verbatim, WatchCondition,
};
use crate::nmodl::lexer::{Token, TokenKind};

/// Words that open a statement.
const STATEMENT_WORDS: [&str; 21] = [
    "LOCAL",
    "if",
    "else",
    "while",
    "FROM",
    "SOLVE",
    "TABLE",
    "CONDUCTANCE",
    "COMPARTMENT",
    "LONGITUDINAL_DIFFUSION",
    "CONSERVE",
    "WATCH",
    "FOR_NETCONS",
    "INITIAL",
    "PROTECT",
    "MUTEXLOCK",
    "MUTEXUNLOCK",
    "UNITSON",
    "UNITSOFF",
    "RESET",
    "VERBATIM",
];

/// Statements of NEURON's ancestors that it no longer takes.
const OBSOLETE: [&str; 6] = ["FORALL", "SENS", "MATCH", "PUTQ", "GETQ", "PARTIAL"];

impl Parser<'_> {
    /// `{ statements }`.
    pub(super) fn block(&mut self) -> Parsed<Block> {
        self.block_before("")
    }

    /// A block of an `if`, which an `else` may follow.
    fn branch(&mut self) -> Parsed<Block> {
        self.block_before("else")
    }

    /// A block that ends, though its brace is missing, where that word stands.
    fn block_before(&mut self, next: &str) -> Parsed<Block> {
        let start = self.token.start;
        if !self.is("{") {
            let failed = self.unexpected("`{`");
            self.no_brace = true;
            return Err(failed);
        }
        let open = self.token_span();
        self.advance();
        self.deeper(|parser| {
            let statements = parser.statements(open, next)?;
            Ok(Block { statements, span: parser.span_from(start) })
        })
    }

    /// Statements and the closing brace.
    fn statements(&mut self, open: Span, next: &str) -> Parsed<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            if self.is("}") && self.closes_unopened() {
                self.advance();
                if self.is_word("else") || self.is_word("ELSE") {
                    let start = self.token.start;
                    self.skip_to_statement(start);
                    self.lose_statement(start);
                }
                continue;
            }
            if self.take("}") {
                return Ok(statements);
            }
            let word = if self.token.kind == TokenKind::Word { self.token_text() } else { "" };
            let continued = !next.is_empty() && word.eq_ignore_ascii_case(next);
            let outside = self.at_item() && is_item_word(word) && !SHARED_WORDS.contains(&word);
            if self.token.kind == TokenKind::End || outside || continued {
                let found = self.found();
                let diagnostic = Diagnostic::error("nmodl/syntax", format!("expected `}}`, found {found}"))
                    .at(self.token_span(), "expected `}` before this")
                    .at(open, "the block opened here is not closed");
                // What follows may be a statement of this block or a block of the file: the latter is likelier.
                self.report(diagnostic);
                return Ok(statements);
            }
            let start = self.token.start;
            self.no_brace = false;
            match self.statement() {
                Ok(statement) => {
                    self.warn_of_late_local(&statement, &statements);
                    statements.push(statement);
                }
                Err(Failed) => {
                    if std::mem::take(&mut self.no_brace) {
                        let column = self.lexer.column(start);
                        self.unopened.push(column);
                    }
                    self.skip_to_statement(start);
                    // What stands in the line of a LOCAL may be a name of it: `LOCAL a b`.
                    let after_local =
                        statements.last().is_some_and(|s| matches!(s.kind, StatementKind::Local(_)));
                    if after_local && !self.lexer.starts_line(start) {
                        self.lose(start);
                    } else {
                        self.lose_statement(start);
                    }
                }
            }
        }
    }

    /// Whether the current brace belongs to a statement whose opening one is missing: it stands right below that.
    fn closes_unopened(&mut self) -> bool {
        // Where the line is long, its column takes a while to count.
        let Some(unopened) = self.unopened.last() else { return false };
        let found =
            self.lexer.starts_line(self.token.start) && *unopened == self.lexer.column(self.token.start);
        if found {
            self.unopened.pop();
        }
        found
    }

    /// After a mistake in a statement: on to the next one. Braces that open on the way are passed
    /// with all they hold; `else` is passed with its block, as its `if` is gone.
    fn skip_to_statement(&mut self, start: usize) {
        let mut braces = 0u32;
        while self.token.kind != TokenKind::End {
            let fresh = self.token.start > start && self.lexer.starts_line(self.token.start);
            let word = if self.token.kind == TokenKind::Word { self.token_text() } else { "" };
            if fresh && is_item_word(word) && !SHARED_WORDS.contains(&word) {
                return;
            }
            if braces == 0 {
                let opens = match self.token.kind {
                    TokenKind::Primed(_) | TokenKind::Verbatim { .. } | TokenKind::Symbol("~") => true,
                    TokenKind::Word => !matches!(word, "else" | "ELSE"),
                    _ => false,
                };
                if self.is("}") || (fresh && opens) {
                    return;
                }
            }
            if self.is("{") {
                braces += 1;
            } else if self.is("}") {
                braces -= 1;
            }
            self.advance();
        }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        let start = self.token.start;
        let kind = self.statement_kind()?;
        Ok(Statement { kind, span: self.span_from(start) })
    }

    fn statement_kind(&mut self) -> Parsed<StatementKind> {
        match self.token.kind {
            TokenKind::Verbatim { .. } => Ok(StatementKind::Verbatim(self.verbatim()?)),
            TokenKind::Symbol("~") => self.tilde(),
            TokenKind::Symbol("{") => Ok(StatementKind::Block(self.block()?)),
            TokenKind::Primed(_) => self.assignment(),
            TokenKind::Word => self.word_statement(),
            _ => Err(self.unexpected("a statement")),
        }
    }

    fn word_statement(&mut self) -> Parsed<StatementKind> {
        let word = self.token_text();
        match word {
            "LOCAL" => {
                self.advance();
                Ok(StatementKind::Local(self.local_names()?))
            }
            "if" | "IF" => self.if_statement(),
            "while" | "WHILE" => {
                self.advance();
                Ok(StatementKind::While { condition: self.condition()?, body: self.block()? })
            }
            "FROM" => self.loop_from_to(),
            "SOLVE" => self.solve(),
            "TABLE" => self.table(),
            "CONDUCTANCE" => {
                self.advance();
                let name = self.name("a variable")?;
                let ion = if self.take_word("USEION") { Some(self.name("an ion")?) } else { None };
                Ok(StatementKind::Conductance { name, ion })
            }
            "COMPARTMENT" => Ok(StatementKind::Compartment(self.state_factor()?)),
            "LONGITUDINAL_DIFFUSION" => Ok(StatementKind::LongitudinalDiffusion(self.state_factor()?)),
            "CONSERVE" => {
                self.only_in(Place::Kinetic, "a `KINETIC` block")?;
                self.advance();
                let terms = self.terms()?;
                self.expect("=")?;
                Ok(StatementKind::Conserve { terms, total: self.expression()? })
            }
            "WATCH" => self.watch(),
            "FOR_NETCONS" => {
                self.only_in(Place::NetReceive, "`NET_RECEIVE`")?;
                self.advance();
                let arguments = self.argument_list()?;
                Ok(StatementKind::ForNetcons { arguments, body: self.block()? })
            }
            "INITIAL" => {
                self.only_in(Place::NetReceive, "`NET_RECEIVE`, or outside of all blocks")?;
                self.advance();
                Ok(StatementKind::Initial(self.block()?))
            }
            "PROTECT" => {
                self.advance();
                let start = self.token.start;
                let kind = self.assignment()?;
                Ok(StatementKind::Protect(Box::new(Statement { kind, span: self.span_from(start) })))
            }
            "MUTEXLOCK" => Ok(self.single(StatementKind::MutexLock)),
            "MUTEXUNLOCK" => Ok(self.single(StatementKind::MutexUnlock)),
            "UNITSON" => Ok(self.single(StatementKind::UnitsSwitch(true))),
            "UNITSOFF" => Ok(self.single(StatementKind::UnitsSwitch(false))),
            "RESET" if !matches!(self.peek().kind, TokenKind::Symbol("=" | "[" | "(")) => {
                Ok(self.single(StatementKind::Reset))
            }
            "else" | "ELSE" => {
                let diagnostic = Diagnostic::error("nmodl/syntax", "`else` without an `if` before it")
                    .at(self.token_span(), "");
                Err(self.report(diagnostic))
            }
            "for" | "elif" | "elsif" | "elseif" | "ELSEIF" | "ELIF"
                if self.peek().kind == TokenKind::Symbol("(") =>
            {
                Err(self.no_statement(word))
            }
            _ => match self.peek().kind {
                TokenKind::Symbol("(") => Ok(StatementKind::Call(self.call()?)),
                TokenKind::Symbol("=" | "[" | "@") => self.assignment(),
                _ => Err(self.no_statement(word)),
            },
        }
    }

    fn single(&mut self, kind: StatementKind) -> StatementKind {
        self.advance();
        kind
    }

    /// What older releases of NEURON took.
    pub(super) fn obsolete(&self, word: &str) -> Diagnostic {
        Diagnostic::error("nmodl/obsolete", format!("`{word}` is no longer part of NMODL"))
            .at(self.token_span(), "NEURON 9 does not take it either")
    }

    /// A word that opens no statement.
    fn no_statement(&mut self, word: &str) -> Failed {
        if OBSOLETE.contains(&word) {
            let diagnostic = self.obsolete(word);
            return self.report(diagnostic);
        }
        if word == "LAG" {
            let diagnostic = Diagnostic::error("nmodl/unsupported", "`LAG` is not supported")
                .at(self.token_span(), "the value of a variable some time ago");
            return self.report(diagnostic);
        }
        let foreign = |help: String| {
            Diagnostic::error("nmodl/syntax", format!("expected a statement, found `{word}`"))
                .at(self.token_span(), "no statement of NMODL")
                .help(help)
        };
        let diagnostic = match word {
            "for" => Some(foreign("write `FROM i = 0 TO n { ... }`, in which n is included".into())),
            "elif" | "elsif" | "elseif" | "ELSEIF" | "ELIF" => {
                Some(foreign("write `else if (...) { ... }`".into()))
            }
            "e" | "E" if self.after_digit() => Some(foreign("an exponent has digits: `1e3`".into())),
            "and" | "AND" => Some(foreign("to ask for both conditions write `&&`".into())),
            "or" | "OR" => Some(foreign("to ask for one of two conditions write `||`".into())),
            "do" | "switch" | "break" | "continue" | "goto" => {
                Some(foreign("NMODL has `if`, `else`, `FROM` and `WHILE`".into()))
            }
            "return" => {
                Some(foreign("a FUNCTION gives what its own name is set to: write `name = ...`".into()))
            }
            "double" | "float" | "int" => Some(foreign("declare variables of a block with `LOCAL`".into())),
            _ => self.help_with_word(word).map(foreign),
        };
        if let Some(diagnostic) = diagnostic {
            return self.report(diagnostic);
        }
        let next = self.peek();
        if let TokenKind::Symbol(sign @ ("+" | "-" | "*" | "/")) = next.kind {
            let after = self.slice(next.end, self.lexer.line_end(next.end)).trim_start();
            if let Some(rest) = after.strip_prefix('=') {
                let right = rest.split([':', '?']).next().unwrap_or("").trim();
                let diagnostic = Diagnostic::error("nmodl/syntax", format!("NMODL has no `{sign}=`"))
                    .at(self.token_span(), "")
                    .help(format!("write `{word} = {word} {sign} ({right})`"));
                return self.report(diagnostic);
            }
        }
        let message = format!("expected a statement, found `{word}`");
        let mut diagnostic =
            Diagnostic::error("nmodl/syntax", message).at(self.token_span(), "no statement starts like this");
        let upper = word.to_uppercase();
        let near = STATEMENT_WORDS.iter().chain(&ITEM_WORDS).find(|w| w.to_uppercase() == upper);
        diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => Parser::with_suggestion(diagnostic, word, &STATEMENT_WORDS),
        };
        let help = format!("to set a variable write `{word} = ...`, to call a procedure `{word}(...)`");
        self.report(diagnostic.help(help))
    }

    /// Reports a statement that stands in the wrong kind of block.
    fn only_in(&mut self, place: Place, named: &str) -> Parsed<()> {
        if self.place == place {
            return Ok(());
        }
        let word = self.token_text();
        let diagnostic = Diagnostic::error("nmodl/misplaced", format!("`{word}` cannot stand here"))
            .at(self.token_span(), format!("belongs in {named}"));
        Err(self.report(diagnostic))
    }

    pub(super) fn verbatim(&mut self) -> Parsed<Verbatim> {
        let token: Token = self.token;
        let TokenKind::Verbatim { closed, skip, tail } = token.kind else {
            return Err(self.unexpected("`VERBATIM`"));
        };
        if !closed {
            let open = Span::new(self.source, token.start, token.start + "VERBATIM".len());
            let diagnostic = Diagnostic::error("nmodl/syntax", "`VERBATIM` has no `ENDVERBATIM`")
                .at(open, "the block that starts here is not closed");
            self.report(diagnostic);
            self.advance();
            // That the block around it has no end either is the same mistake.
            self.last_error = Some(self.token.start);
            return Err(Failed);
        }
        let text = self.slice(token.start + skip, token.end - tail).to_string();
        self.advance();
        Ok(Verbatim { text, span: self.span_from(token.start) })
    }

    pub(super) fn local_names(&mut self) -> Parsed<Vec<LocalName>> {
        let mut names = Vec::new();
        loop {
            let name = self.name("the name of a local variable")?;
            let length = self.array_length()?;
            names.push(LocalName { name, length });
            if !self.take(",") {
                return Ok(names);
            }
        }
    }

    fn assignment(&mut self) -> Parsed<StatementKind> {
        let target = self.variable()?;
        self.expect("=")?;
        let value = self.expression()?;
        self.warn_of_choice(value.span);
        Ok(StatementKind::Assign { target, value })
    }

    /// `(expression)`.
    fn condition(&mut self) -> Parsed<Expression> {
        let open = self.token_span();
        self.expect("(")?;
        let condition = self.expression()?;
        self.close(open)?;
        Ok(condition)
    }

    fn if_statement(&mut self) -> Parsed<StatementKind> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            self.advance();
            branches.push(Branch { condition: self.condition()?, body: self.branch()? });
            if !(self.take_word("else") || self.take_word("ELSE")) {
                break;
            }
            if !(self.is_word("if") || self.is_word("IF")) {
                otherwise = Some(self.block()?);
                break;
            }
        }
        Ok(StatementKind::If { branches, otherwise })
    }

    fn loop_from_to(&mut self) -> Parsed<StatementKind> {
        self.advance();
        let counter = self.name("the counter of the loop")?;
        self.expect("=")?;
        let from = self.expression()?;
        self.expect_word("TO")?;
        let to = self.expression()?;
        let by = if self.take_word("BY") { Some(self.expression()?) } else { None };
        Ok(StatementKind::From { counter, from, to, by, body: self.block()? })
    }

    fn solve(&mut self) -> Parsed<StatementKind> {
        self.advance();
        let name = self.name("the name of a block")?;
        let steady_state = self.is_word("STEADYSTATE");
        let method = if self.take_word("METHOD") || self.take_word("STEADYSTATE") {
            Some(SolveMethod { steady_state, name: self.name("a method")? })
        } else {
            None
        };
        let if_error = if self.take_word("IFERROR") { Some(self.block()?) } else { None };
        Ok(StatementKind::Solve(Solve { name, method, if_error }))
    }

    fn table(&mut self) -> Parsed<StatementKind> {
        self.only_in(Place::Routine, "a `FUNCTION` or a `PROCEDURE`")?;
        self.advance();
        let has_names = !self.is_word("DEPEND") && !self.is_word("FROM");
        let names = if has_names { self.names("a variable, `DEPEND` or `FROM`")? } else { Vec::new() };
        let depend = if self.take_word("DEPEND") { self.names("a variable")? } else { Vec::new() };
        self.expect_word("FROM")?;
        let from = self.expression()?;
        self.expect_word("TO")?;
        let to = self.expression()?;
        self.expect_word("WITH")?;
        let with = self.integer("the number of intervals: a whole number or a `DEFINE`d name")?;
        Ok(StatementKind::Table(Table { names, depend, from, to, with }))
    }

    /// `COMPARTMENT [i,] expression { names }`, and the same for diffusion.
    fn state_factor(&mut self) -> Parsed<StateFactor> {
        self.only_in(Place::Kinetic, "a `KINETIC` block")?;
        self.advance();
        let counted = self.token.kind == TokenKind::Word && self.peek().kind == TokenKind::Symbol(",");
        let index = if counted {
            let name = self.name("a counter")?;
            self.expect(",")?;
            Some(name)
        } else {
            None
        };
        let value = self.expression()?;
        self.expect("{")?;
        let mut names = vec![self.name("a state")?];
        while !self.take("}") {
            self.take(",");
            names.push(self.name("a state or `}`")?);
        }
        Ok(StateFactor { index, value, names })
    }

    fn watch(&mut self) -> Parsed<StatementKind> {
        self.only_in(Place::NetReceive, "`NET_RECEIVE`")?;
        self.advance();
        let mut conditions = Vec::new();
        loop {
            let start = self.token.start;
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let number = self.number("the flag: a number")?;
            let flag = number_expression(number);
            conditions.push(WatchCondition { condition, flag, span: self.span_from(start) });
            if !self.take(",") {
                return Ok(StatementKind::Watch(conditions));
            }
        }
    }

    /// A reaction or an equation.
    fn tilde(&mut self) -> Parsed<StatementKind> {
        match self.place {
            Place::Kinetic => {
                self.advance();
                Ok(StatementKind::Reaction(self.reaction()?))
            }
            Place::Equations => {
                self.advance();
                let left = self.expression()?;
                self.expect("=")?;
                Ok(StatementKind::Equation { left, right: self.expression()? })
            }
            _ => {
                let diagnostic = Diagnostic::error("nmodl/misplaced", "`~` cannot stand here")
                    .at(self.token_span(), "belongs in a `KINETIC`, `LINEAR` or `NONLINEAR` block");
                Err(self.report(diagnostic))
            }
        }
    }

    fn reaction(&mut self) -> Parsed<Reaction> {
        let left = self.terms()?;
        if self.take("<->") {
            let right = self.terms()?;
            self.expect("(")?;
            let forward = self.expression()?;
            self.expect(",")?;
            let backward = self.expression()?;
            self.expect(")")?;
            return Ok(Reaction::Reversible { left, right, forward, backward });
        }
        let flux = self.take("<<");
        if !flux && !self.take("->") {
            return Err(self.unexpected("`+`, `<->`, `->` or `<<`"));
        }
        self.expect("(")?;
        let rate = self.expression()?;
        self.expect(")")?;
        Ok(if flux { Reaction::Flux { left, flux: rate } } else { Reaction::Sink { left, rate } })
    }

    /// `a + 2 b[i]`.
    fn terms(&mut self) -> Parsed<Vec<Term>> {
        let mut terms = Vec::new();
        loop {
            let defined = self.token.kind == TokenKind::Word && self.defines.contains_key(self.token_text());
            let counted = defined || matches!(self.token.kind, TokenKind::Number { .. });
            let count = if counted { Some(self.number("a number")?) } else { None };
            terms.push(Term { count, variable: self.variable()? });
            if !self.take("+") {
                return Ok(terms);
            }
        }
    }

    /// `(x (mV), y)`.
    pub(super) fn argument_list(&mut self) -> Parsed<Vec<Argument>> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            let name = self.name("the name of an argument")?;
            let unit = self.unit()?;
            arguments.push(Argument { name, unit });
            if self.take(")") {
                return Ok(arguments);
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }
}

/// A number as an expression; a negative one is a negation, as when it is written in code.
fn number_expression(number: crate::nmodl::ast::Number) -> Expression {
    use crate::nmodl::ast::{ExpressionKind, UnaryOperator};
    let literal = Expression {
        kind: ExpressionKind::Number { value: number.value.abs(), unit: None },
        span: number.span,
    };
    if number.value >= 0.0 {
        return literal;
    }
    let kind = ExpressionKind::Unary { operator: UnaryOperator::Negate, operand: Box::new(literal) };
    Expression { kind, span: number.span }
}
