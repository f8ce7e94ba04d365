//! Words of NMODL, cut from the text one at a time.
//!
//! The parser asks for the next token when it needs it, because what a character means depends on
//! the place: a unit is everything up to the next `)`, a title everything up to the end of the
//! line. A lexer never fails: what it does not know becomes [`TokenKind::Unknown`], and the parser
//! says so if it meets it. Comments (`:` or `?` to the end of the line, `COMMENT ... ENDCOMMENT`)
//! are white space. Line ends may be LF, CR LF or CR.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A name or a word of the language.
    Word,
    /// A name with this many primes after it.
    Primed(u32),
    /// A number; `whole` when written with digits only.
    Number {
        /// Its value.
        value: f64,
        /// Digits only.
        whole: bool,
    },
    /// A text between double quotes.
    Text,
    /// `VERBATIM ... ENDVERBATIM` as one token; `closed` when the end was found.
    Verbatim {
        /// The end was found.
        closed: bool,
        /// How many bytes the text between the keywords starts after the token's start.
        skip: usize,
        /// How many bytes it stops before the token's end.
        tail: usize,
    },
    /// An operator or a bracket.
    Symbol(&'static str),
    /// A character that is not part of the language.
    Unknown(char),
    /// The end of the text.
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Longest first, so that the first match is the right one.
const SYMBOLS: [&str; 28] = [
    "<->", "->", "<<", "<=", ">=", "==", "!=", "&&", "||", "<", ">", "=", "!", "{", "}", "(", ")", "[", "]",
    "+", "-", "*", "/", "^", ",", "~", "@", ";",
];

/// Cuts a text into tokens.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    comments: bool,
    open_comment: Option<usize>,
}

impl<'a> Lexer<'a> {
    /// A lexer for a part of a text. With `comments` false (an expression inside another format)
    /// `:` and `?` start no comment and there are no `COMMENT` and `VERBATIM` blocks.
    pub fn new(text: &'a str, range: Range<usize>, comments: bool) -> Lexer<'a> {
        let text = text.get(..range.end).unwrap_or(text);
        Lexer { text, at: range.start.min(text.len()), comments, open_comment: None }
    }

    /// Where a `COMMENT` stands that has no `ENDCOMMENT`, once it has been met.
    pub fn open_comment(&self) -> Option<usize> {
        self.open_comment
    }

    /// Goes on from a place.
    pub fn jump(&mut self, at: usize) {
        self.at = at.min(self.text.len());
        self.open_comment = None;
    }

    /// The text from a place on.
    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or("")
    }

    /// The next token.
    pub fn next(&mut self) -> Token {
        self.skip_blanks();
        let start = self.at;
        let rest = self.rest(start);
        let Some(first) = rest.chars().next() else {
            return Token { kind: TokenKind::End, start, end: start };
        };
        let (kind, length) = if first.is_ascii_alphabetic() || (!self.comments && first == '_') {
            self.word(rest)
        } else if first.is_ascii_digit()
            || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            number(rest)
        } else if first == '"' {
            match rest[1..].find('"') {
                Some(length) => (TokenKind::Text, length + 2),
                None => (TokenKind::Unknown('"'), 1),
            }
        } else if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
            (TokenKind::Symbol(symbol), symbol.len())
        } else {
            (TokenKind::Unknown(first), first.len_utf8())
        };
        self.at = start + length;
        Token { kind, start, end: self.at }
    }

    fn word(&self, rest: &str) -> (TokenKind, usize) {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if self.comments && &rest[..length] == "VERBATIM" {
            return match find_line(&rest[length..], "ENDVERBATIM") {
                Some(end) => {
                    let total = length + end + "ENDVERBATIM".len();
                    (TokenKind::Verbatim { closed: true, skip: length, tail: total - length - end }, total)
                }
                None => (TokenKind::Verbatim { closed: false, skip: length, tail: 0 }, rest.len()),
            };
        }
        let primes = rest[length..].bytes().take_while(|b| *b == b'\'').count();
        if primes > 0 {
            (TokenKind::Primed(primes as u32), length + primes)
        } else {
            (TokenKind::Word, length)
        }
    }

    /// Moves to the next character that is not white space or comment.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest(self.at);
            let Some(first) = rest.chars().next() else { return };
            // The end-of-file character of old DOS editors and the byte order mark are blanks too.
            if first.is_ascii_whitespace() || first == '\u{1a}' || first == '\u{feff}' || first == '\u{b}' {
                self.at += first.len_utf8();
            } else if self.comments && (first == ':' || first == '?') {
                self.at += line_length(rest);
            } else if self.comments && starts_with_word(rest, "COMMENT") {
                let body = &rest["COMMENT".len()..];
                let end = match find_line(body, "ENDCOMMENT") {
                    // The rest of the closing line belongs to the comment.
                    Some(end) => "COMMENT".len() + end + line_length(&body[end..]),
                    None => {
                        self.open_comment = Some(self.at);
                        rest.len()
                    }
                };
                self.at += end;
            } else {
                return;
            }
        }
    }

    /// From `at`, everything before the next `)` of the same line: where that `)` stands.
    pub fn until_parenthesis(&self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        rest[..line_length(rest)].find(')').map(|length| at + length)
    }

    /// Where the line that holds `at` ends.
    pub fn line_end(&self, at: usize) -> usize {
        at + line_length(self.rest(at))
    }

    /// How many bytes of its line stand before `at`.
    pub fn column(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or("");
        before.len() - before.rfind(['\n', '\r']).map_or(0, |end| end + 1)
    }

    /// Whether only blanks stand between the start of the line and `at`.
    pub fn starts_line(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or("").trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with(['\n', '\r'])
    }
}

/// Bytes before the end of the line.
fn line_length(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '\''))
}

/// Where a line starts with the word; if none does, where the word comes first at all.
fn find_line(text: &str, word: &str) -> Option<usize> {
    let mut anywhere = None;
    for (at, _) in text.match_indices(word) {
        let before = text[..at].trim_end_matches([' ', '\t']);
        if before.ends_with(['\n', '\r']) && starts_with_word(&text[at..], word) {
            return Some(at);
        }
        anywhere = anywhere.or(Some(at));
    }
    anywhere
}

fn number(rest: &str) -> (TokenKind, usize) {
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
    let value = rest[..length].parse().unwrap_or(f64::INFINITY);
    (TokenKind::Number { value, whole }, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let mut lexer = Lexer::new(text, 0..text.len(), true);
        let mut out = Vec::new();
        loop {
            let token = lexer.next();
            if token.kind == TokenKind::End {
                return out;
            }
            out.push(token.kind);
        }
    }

    #[test]
    fn numbers_stop_where_they_must() {
        let number = |value, whole| TokenKind::Number { value, whole };
        assert_eq!(kinds("1e-3"), [number(1e-3, false)]);
        assert_eq!(kinds("2ca"), [number(2.0, true), TokenKind::Word]);
        assert_eq!(kinds("1e x"), [number(1.0, true), TokenKind::Word, TokenKind::Word]);
        assert_eq!(kinds("5. .5 1.E+2"), [number(5.0, false), number(0.5, false), number(100.0, false)]);
    }

    #[test]
    fn all_line_ends_end_a_comment() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("a : b{end}c ? d{end}COMMENT x{end} y{end}ENDCOMMENT z{end}m''");
            assert_eq!(kinds(&text), [TokenKind::Word, TokenKind::Word, TokenKind::Primed(2)]);
        }
    }

    #[test]
    fn blocks_without_an_end_go_to_the_end() {
        assert_eq!(kinds("COMMENT x"), []);
        assert_eq!(kinds("VERBATIM x"), [TokenKind::Verbatim { closed: false, skip: 8, tail: 0 }]);
    }

    #[test]
    fn verbatim_ends_at_the_start_of_a_line() {
        let text = "VERBATIM\n/* ENDVERBATIM */\nENDVERBATIM";
        assert_eq!(kinds(text), [TokenKind::Verbatim { closed: true, skip: 8, tail: 11 }]);
    }
}
