//! Expressions, from the loosest operator to the tightest:
//! `||`, `&&`, comparisons, `+ -`, `* /`, sign and `!`, `^` (which groups to the right).

use super::{DEEPEST, HIGHEST, Parsed, Parser};
use crate::diagnostic::Diagnostic;
use crate::nmodl::ast::{BinaryOperator, Call, Expression, ExpressionKind, UnaryOperator, Variable};
use crate::nmodl::lexer::TokenKind;
use crate::nmodl::walk::parts;

/// An expression and the height of its tree.
type Built = (Expression, u32);

/// The operators that group to the left, with how tightly they bind.
fn binary_operator(symbol: &str) -> Option<(BinaryOperator, u8)> {
    Some(match symbol {
        "||" => (BinaryOperator::Or, 1),
        "&&" => (BinaryOperator::And, 2),
        "<" => (BinaryOperator::Less, 3),
        "<=" => (BinaryOperator::LessEqual, 3),
        ">" => (BinaryOperator::Greater, 3),
        ">=" => (BinaryOperator::GreaterEqual, 3),
        "==" => (BinaryOperator::Equal, 3),
        "!=" => (BinaryOperator::NotEqual, 3),
        "+" => (BinaryOperator::Add, 4),
        "-" => (BinaryOperator::Subtract, 4),
        "*" => (BinaryOperator::Multiply, 5),
        "/" => (BinaryOperator::Divide, 5),
        _ => return None,
    })
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.binary(1).map(|(expression, _)| expression)
    }

    /// Operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Parsed<Built> {
        let mut left = self.unary()?;
        loop {
            let TokenKind::Symbol(symbol) = self.token.kind else { return Ok(left) };
            let Some((operator, binding)) = binary_operator(symbol) else { return Ok(left) };
            if binding < least {
                return Ok(left);
            }
            self.advance();
            let right = self.binary(binding + 1)?;
            left = self.join(operator, left, right)?;
        }
    }

    fn join(&mut self, operator: BinaryOperator, left: Built, right: Built) -> Parsed<Built> {
        let height = left.1.max(right.1) + 1;
        if height > HIGHEST {
            return Err(self.too_long());
        }
        let span = left.0.span.to(right.0.span);
        let kind = ExpressionKind::Binary { operator, left: Box::new(left.0), right: Box::new(right.0) };
        Ok((Expression { kind, span }, height))
    }

    fn unary(&mut self) -> Parsed<Built> {
        let operator = if self.is("-") {
            UnaryOperator::Negate
        } else if self.is("!") {
            UnaryOperator::Not
        } else {
            return self.power();
        };
        let start = self.advance().start;
        let (operand, height) = self.deeper(Parser::unary)?;
        let span = self.span_from(start);
        let kind = ExpressionKind::Unary { operator, operand: Box::new(operand) };
        Ok((Expression { kind, span }, height + 1))
    }

    fn power(&mut self) -> Parsed<Built> {
        let base = self.primary()?;
        if !self.take("^") {
            return Ok(base);
        }
        let exponent = self.deeper(Parser::unary)?;
        self.join(BinaryOperator::Power, base, exponent)
    }

    fn primary(&mut self) -> Parsed<Built> {
        let start = self.token.start;
        match self.token.kind {
            TokenKind::Number { value, .. } => {
                let value = self.finite(value)?;
                self.advance();
                self.literal(start, value)
            }
            TokenKind::Symbol("(") => {
                let open = self.token_span();
                self.advance();
                let (mut inner, height) = self.deeper(|p| p.binary(1))?;
                self.close(open)?;
                inner.span = self.span_from(start);
                Ok((inner, height))
            }
            TokenKind::Word => {
                if let Some(value) = self.defines.get(self.token_text()) {
                    let value = *value as f64;
                    self.advance();
                    return self.defined(start, value);
                }
                if self.peek().kind == TokenKind::Symbol("(") {
                    let (call, height) = self.call_of_height()?;
                    let span = call.span;
                    return Ok((Expression { kind: ExpressionKind::Call(call), span }, height + 1));
                }
                self.variable_expression()
            }
            TokenKind::Primed(_) => self.variable_expression(),
            TokenKind::Text => {
                let diagnostic =
                    Diagnostic::error("nmodl/syntax", "a text can only be an argument of a function")
                        .at(self.token_span(), "");
                Err(self.report(diagnostic))
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// The unit after a literal, then the literal.
    fn literal(&mut self, start: usize, value: f64) -> Parsed<Built> {
        if !self.mechanism && self.is("(") {
            let diagnostic = Diagnostic::error("nmodl/syntax", "expected an operator, found `(`")
                .at(self.token_span(), "a number cannot be called")
                .help("write `*` before the parenthesis to multiply");
            return Err(self.report(diagnostic));
        }
        let unit = self.unit()?;
        let span = self.span_from(start);
        Ok((Expression { kind: ExpressionKind::Number { value, unit }, span }, 1))
    }

    /// A `DEFINE`d name; a negative one becomes the negation of a literal.
    fn defined(&mut self, start: usize, value: f64) -> Parsed<Built> {
        let (literal, height) = self.literal(start, value.abs())?;
        if value >= 0.0 {
            return Ok((literal, height));
        }
        let span = literal.span;
        let kind = ExpressionKind::Unary { operator: UnaryOperator::Negate, operand: Box::new(literal) };
        Ok((Expression { kind, span }, height + 1))
    }

    fn variable_expression(&mut self) -> Parsed<Built> {
        let (variable, height) = self.variable_of_height()?;
        let span = variable.span;
        Ok((Expression { kind: ExpressionKind::Variable(variable), span }, height + 1))
    }

    /// `x`, `x'`, `x[i]`, `x@1`.
    pub(super) fn variable(&mut self) -> Parsed<Variable> {
        self.variable_of_height().map(|(variable, _)| variable)
    }

    fn variable_of_height(&mut self) -> Parsed<(Variable, u32)> {
        let start = self.token.start;
        let (name, primes) = match self.token.kind {
            TokenKind::Primed(primes) => {
                let text = self.slice(start, self.token.end - primes as usize).to_string();
                let span = crate::diagnostic::Span::new(self.source, start, start + text.len());
                self.advance();
                (crate::nmodl::ast::Name { text, span }, primes)
            }
            _ => (self.name("a variable")?, 0),
        };
        let lag =
            if self.mechanism && self.take("@") { Some(self.integer("a number of steps")?) } else { None };
        let mut height = 0;
        let index = if self.take("[") {
            let (index, below) = self.deeper(|p| p.binary(1))?;
            height = below;
            self.expect("]")?;
            if self.mechanism {
                self.check_index(&index);
            }
            Some(Box::new(index))
        } else {
            None
        };
        let span = self.span_from(start);
        Ok((Variable { name, primes, lag, index, span }, height))
    }

    /// An index is computed in whole numbers: numbers with a fraction and calls have no place in it.
    fn check_index(&mut self, index: &Expression) {
        let mut wrong = None;
        parts(index, &mut |part| match &part.kind {
            ExpressionKind::Call(_) => wrong = wrong.or(Some((part.span, "a function's value"))),
            ExpressionKind::Number { value, .. } if value.fract() != 0.0 => {
                wrong = wrong.or(Some((part.span, "a number with a fraction")))
            }
            _ => {}
        });
        if let Some((span, what)) = wrong {
            self.push_error(
                Diagnostic::error("nmodl/index", format!("{what} cannot stand in an index"))
                    .at(span, "an index is made of whole numbers, names and `+ - * /`")
                    .help("compute it first, into a LOCAL variable, and write that name here"),
            );
        }
    }

    /// `f(a, b)`.
    pub(super) fn call(&mut self) -> Parsed<Call> {
        self.call_of_height().map(|(call, _)| call)
    }

    fn call_of_height(&mut self) -> Parsed<(Call, u32)> {
        let start = self.token.start;
        let name = self.name("a function")?;
        self.expect("(")?;
        let (arguments, height) = self.deeper(Parser::arguments)?;
        Ok((Call { name, arguments, span: self.span_from(start) }, height))
    }

    /// Arguments and the closing parenthesis.
    fn arguments(&mut self) -> Parsed<(Vec<Expression>, u32)> {
        let mut arguments = Vec::new();
        let mut height = 0;
        if self.take(")") {
            return Ok((arguments, height));
        }
        loop {
            if self.token.kind == TokenKind::Text {
                let text = self.text_literal("an argument")?;
                arguments.push(Expression { kind: ExpressionKind::Text(text.text), span: text.span });
            } else {
                let (argument, below) = self.binary(1)?;
                height = height.max(below);
                arguments.push(argument);
            }
            if self.take(")") {
                return Ok((arguments, height));
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }
}

// Each level of nesting costs the stack a few frames, each operator of a chain none here but one in
// every later walk; both bounds leave a thread of 2 MB far from its end.
const _: () = assert!(DEEPEST <= 200 && HIGHEST <= 1000);
