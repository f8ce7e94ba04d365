//! Reading C expressions.

use super::lexer::{Kind, Token};
use super::parser::{HIGHEST, Parsed, Parser, is_qualifier, type_word};
use super::tree::*;

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
    pub fn expression(&mut self) -> Parsed<Expr> {
        let mut left = self.assignment()?;
        while self.take(",") {
            let right = self.assignment()?;
            left = self.join(left, right, ExprKind::Comma)?;
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

    pub fn assignment(&mut self) -> Parsed<Built> {
        let left = self.ternary()?;
        let Some(operator) = self.peek(0).and_then(compound) else { return Ok(left) };
        self.at += 1;
        let right = self.deeper(Parser::assignment)?;
        self.join(left, right, |l, r| ExprKind::Assign(operator, l, r))
    }

    pub fn ternary(&mut self) -> Parsed<Built> {
        let condition = self.binary(1)?;
        if !self.take("?") {
            return Ok(condition);
        }
        let one = self.deeper(|p| p.expression())?;
        self.expect(":")?;
        let two = self.deeper(Parser::assignment)?;
        let three = (one, condition.1);
        let both = self.join(three, two, ExprKind::Comma)?;
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
            Some(Kind::Number { value, whole, single }) => {
                if !value.is_finite() {
                    return Err(self.unread("this number is too large"));
                }
                self.at += 1;
                let number = ExprKind::Number { value: *value, whole: *whole };
                match single {
                    true => ExprKind::Cast(Type::Float, Box::new(Expr { kind: number, span: start })),
                    false => number,
                }
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
                    self.skip_measured();
                    ExprKind::Call { name: name.clone(), arguments: Vec::new() }
                } else if !self.take("(") {
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
