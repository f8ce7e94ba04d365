//! Reads measures: `name(population, cells=trained, from=200, to=500, bin=1)`.
//!
//! ```text
//! measure  = name [ "(" [ argument { "," argument } ] ")" ]
//! argument = population | name "=" value
//! value    = number | list of cells | cells { ";" cells }       for `cells`: 7, or 0-9
//! ```
//! A name with other characters than letters, digits, `_`, `-` and `.` stands in double quotes, in which `\` goes before a quote or a `\`.

use super::catalogue::{Described, catalogue};
use super::measure::{Cells, Measure};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span, suggest};

/// A piece of the text with its place in it.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Piece<'a> {
    fn trimmed(self) -> Piece<'a> {
        let start = self.start + (self.text.len() - self.text.trim_start().len());
        Piece { text: self.text.trim(), start }
    }

    fn part(self, from: usize, to: usize) -> Piece<'a> {
        Piece { text: &self.text[from..to], start: self.start + from }
    }
}

/// Collects what is wrong while a text is read.
struct Reader {
    source: SourceId,
    wrong: Diagnostics,
}

impl Reader {
    fn span(&self, piece: Piece) -> Span {
        Span::new(self.source, piece.start, piece.start + piece.text.len())
    }

    fn error(&mut self, code: &'static str, message: String, piece: Piece, help: &str) {
        let error = Diagnostic::error(code, message).at(self.span(piece), "");
        self.wrong.push(if help.is_empty() { error } else { error.help(help) });
    }
}

/// Reads a measure; see [`Measure::parse`].
pub(super) fn parse(text: &str, source: SourceId, offset: usize) -> Result<Measure, Diagnostics> {
    let mut reader = Reader { source, wrong: Diagnostics::new() };
    let whole = Piece { text, start: offset }.trimmed();
    let open = outside_quotes(whole.text, |c| c == '(').next();
    let name = whole.part(0, open.unwrap_or(whole.text.len())).trimmed();
    let described = named(&mut reader, name);
    let arguments = open.map_or(Vec::new(), |open| arguments(&mut reader, whole, open));
    let measure = Given::read(&mut reader, described, &arguments);
    let Some(described) = described else { return Err(reader.wrong) };
    let measure = measure.measure(&mut reader, described, whole);
    reader.wrong.into_result(measure)
}

/// The measure of that name.
fn named(reader: &mut Reader, name: Piece) -> Option<&'static Described> {
    let found = catalogue().iter().find(|d| d.name == name.text);
    if found.is_none() {
        let names = catalogue().iter().map(|d| d.name);
        let (message, help) = match (name.text, suggest(name.text, names)) {
            ("", _) => ("a measure is missing".into(), "write one as `rate(alpha)`".into()),
            (text, Some(near)) => {
                (format!("there is no measure `{text}`"), format!("did you mean `{near}`?"))
            }
            (text, None) => {
                (format!("there is no measure `{text}`"), "`volley analyze --list` shows all".into())
            }
        };
        reader.error("measure/unknown", message, name, &help);
    }
    found
}

/// Places of characters that are not inside quotes.
fn outside_quotes(text: &str, wanted: impl Fn(char) -> bool) -> impl Iterator<Item = usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter_map(move |(at, c)| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && wanted(c) => return Some(at),
            _ => {}
        }
        None
    })
}

/// What is between the parentheses, apart at its commas.
fn arguments<'a>(reader: &mut Reader, whole: Piece<'a>, open: usize) -> Vec<Piece<'a>> {
    let close = outside_quotes(whole.text, |c| c == ')').find(|at| *at > open);
    let end = close.unwrap_or(whole.text.len());
    match close {
        None => {
            let at = whole.part(open, open + 1);
            let message = "this parenthesis is not closed".into();
            reader.error("measure/syntax", message, at, "write `)` at the end");
        }
        Some(close) if close + 1 < whole.text.len() => {
            let rest = whole.part(close + 1, whole.text.len()).trimmed();
            let message = format!("`{}` after the end of the measure", rest.text);
            reader.error("measure/syntax", message, rest, "give one measure at a time");
        }
        Some(_) => {}
    }
    let inner = whole.part(open + 1, end.max(open + 1));
    if inner.text.trim().is_empty() {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    let mut start = 0;
    for comma in outside_quotes(inner.text, |c| c == ',').chain([inner.text.len()]) {
        let piece = inner.part(start, comma).trimmed();
        if piece.text.is_empty() {
            let at = inner.part(start, (comma + 1).min(inner.text.len()).max(start));
            reader.error("measure/syntax", "an argument is missing here".into(), at, "");
        } else {
            pieces.push(piece);
        }
        start = comma + 1;
    }
    pieces
}

/// What was given, whether or not it fits.
#[derive(Default)]
struct Given {
    population: Option<(String, Span)>,
    cells: Option<(Cells, Span)>,
    from: Option<f64>,
    to: Option<f64>,
    numbers: Vec<Option<f64>>,
    /// Names that came, to find those that come twice.
    seen: Vec<String>,
}

impl Given {
    fn read(reader: &mut Reader, described: Option<&'static Described>, arguments: &[Piece]) -> Given {
        let count = described.map_or(0, |d| d.arguments.len());
        let mut given = Given { numbers: vec![None; count], ..Given::default() };
        for (index, argument) in arguments.iter().enumerate() {
            match outside_quotes(argument.text, |c| c == '=').next() {
                None => given.population(reader, *argument, index),
                Some(equals) => {
                    let name = argument.part(0, equals).trimmed();
                    let value = argument.part(equals + 1, argument.text.len()).trimmed();
                    given.argument(reader, described, name, value);
                }
            }
        }
        given
    }

    fn population(&mut self, reader: &mut Reader, piece: Piece, index: usize) {
        if let Some((first, _)) = &self.population {
            let message = format!("`{}` is a second population beside `{first}`", piece.text);
            reader.error(
                "measure/argument",
                message,
                piece,
                "a measure is of one population; arguments are written `name=value`",
            );
        } else if index > 0 {
            let message = format!("`{}` is neither the first argument nor has it a name", piece.text);
            reader.error(
                "measure/argument",
                message,
                piece,
                "write the population first, arguments as `name=value`",
            );
        } else if let Some(name) = name(reader, piece, "population") {
            self.population = Some((name, reader.span(piece)));
        }
    }

    fn argument(&mut self, reader: &mut Reader, described: Option<&Described>, name: Piece, value: Piece) {
        if self.seen.iter().any(|seen| seen == name.text) {
            reader.error("measure/argument", format!("`{}` is given twice", name.text), name, "");
            return;
        }
        self.seen.push(name.text.into());
        if value.text.is_empty() {
            let message = format!("`{}` has no value", name.text);
            reader.error("measure/argument", message, name, "write it as `name=value`");
            return;
        }
        match name.text {
            "cells" => self.cells = cells(reader, value).map(|cells| (cells, reader.span(value))),
            "from" | "to" => {
                let time = number(reader, name.text, value, "a time from 0 on, in ms", |x| x >= 0.0);
                *(if name.text == "from" { &mut self.from } else { &mut self.to }) = time;
            }
            _ => {
                // What an unknown measure takes is unknown.
                let Some(described) = described else { return };
                let Some(at) = described.arguments.iter().position(|a| a.name == name.text) else {
                    unknown_argument(reader, described, name);
                    return;
                };
                let argument = &described.arguments[at];
                let unit =
                    if argument.unit == "1" { String::new() } else { format!(", in {}", argument.unit) };
                let wanted = format!("{}{unit}", argument.range.words());
                self.numbers[at] = number(reader, name.text, value, &wanted, |x| argument.range.holds(x));
            }
        }
    }

    /// The measure, with what is wrong with its arguments together.
    fn measure(self, reader: &mut Reader, described: &'static Described, whole: Piece) -> Measure {
        let place = reader.span(whole);
        if let (from, Some(to)) = (self.from.unwrap_or(0.0), self.to)
            && to <= from
        {
            reader.wrong.push(empty_window(from, to, place));
        }
        let numbers: Vec<f64> = std::iter::zip(described.arguments, &self.numbers)
            .map(|(argument, given)| given.or(argument.default).unwrap_or(f64::NAN))
            .collect();
        // An argument that could not be read would seem to be missing.
        if !reader.wrong.has_errors()
            && let Some(wrong) = (described.wrong)(&numbers)
        {
            reader.error("measure/argument", format!("`{}` {wrong}", described.name), whole, "");
        }
        let Given { population, cells, from, to, numbers, .. } = self;
        Measure { described, population, cells, from, to, numbers, place }
    }
}

/// A window without time in it.
pub(super) fn empty_window(from: f64, to: f64, place: Span) -> Diagnostic {
    let message = format!("the window from {from} to {to} ms is empty");
    Diagnostic::error("measure/window", message).at(place, "").help("`to` must be after `from`")
}

fn unknown_argument(reader: &mut Reader, described: &Described, name: Piece) {
    let known: Vec<&str> =
        ["cells", "from", "to"].into_iter().chain(described.arguments.iter().map(|a| a.name)).collect();
    let help = match suggest(name.text, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it takes a population, {}", known.join(", ")),
    };
    let message = format!("`{}` takes no argument `{}`", described.name, name.text);
    reader.error("measure/argument", message, name, &help);
}

fn number(
    reader: &mut Reader,
    name: &str,
    value: Piece,
    wanted: &str,
    fits: impl Fn(f64) -> bool,
) -> Option<f64> {
    match value.text.parse::<f64>() {
        // Adding 0 makes -0 a plain one, which is written as it reads.
        Ok(x) if x.is_finite() && fits(x) => Some(x + 0.0),
        _ => {
            let message = format!("`{name}` cannot be `{}`", value.text);
            reader.error("measure/value", message, value, &format!("give {wanted}"));
            None
        }
    }
}

fn cells(reader: &mut Reader, value: Piece) -> Option<Cells> {
    if !value.text.starts_with(|c: char| c.is_ascii_digit()) {
        return name(reader, value, "list of cells").map(Cells::List);
    }
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut sound = true;
    for part in value.text.split(';') {
        let piece = value.part(start, start + part.len()).trimmed();
        start += part.len() + 1;
        let (first, last) = piece.text.split_once('-').unwrap_or((piece.text, piece.text));
        match (first.trim().parse::<u32>(), last.trim().parse::<u32>()) {
            (Ok(first), Ok(last)) if first <= last => ranges.push((first, last)),
            _ => {
                sound = false;
                let message = format!("`{}` is not a cell, nor cells from one to another", piece.text);
                reader.error(
                    "measure/value",
                    message,
                    piece,
                    "write `cells=7`, `cells=0-9` or `cells=3;5;7`",
                );
            }
        }
    }
    sound.then_some(Cells::Ranges(ranges))
}

/// Whether a name can stand without quotes, also where a number could.
pub(super) fn is_plain(name: &str) -> bool {
    name.chars().all(is_plain_letter) && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn is_plain_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// A name, plain or in quotes.
fn name(reader: &mut Reader, piece: Piece, what: &str) -> Option<String> {
    if let Some(inner) = piece.text.strip_prefix('"') {
        let mut name = String::new();
        let mut letters = inner.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if letters.as_str().is_empty() => return Some(name),
                '"' => break,
                '\\' => name.extend(letters.next()),
                other => name.push(other),
            }
        }
        let message = format!("`{}` is not closed by a quote at its end", piece.text);
        reader.error("measure/syntax", message, piece, "");
        return None;
    }
    if piece.text.chars().all(is_plain_letter) && !piece.text.starts_with(['-', '.']) {
        return Some(piece.text.into());
    }
    let message = format!("`{}` is not the name of a {what}", piece.text);
    reader.error("measure/syntax", message, piece, "put a name with other characters in double quotes");
    None
}
