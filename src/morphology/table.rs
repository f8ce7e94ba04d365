//! Morphologies as tables of sections: one cylinder a row.
//!
//! In: a text whose first row names the columns, separated by commas, semicolons or tabs; `#` starts a comment, and empty lines do
//! not count. Out: a [`Row`] for each section, or everything that is wrong, each with its place. Columns may come in any order and
//! are known by the names of [`COLUMNS`]; upper and lower case and a unit after the name do not matter (`L_um`, `L (um)`).
//! `section`, `parent`, `L` and `diam` must be there. Always true of the rows: numbers are finite and within their bounds, so
//! that a tree of them can only be refused for its shape, and each row knows where it stands for that complaint.

use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span, suggest};

use super::{Connection, End, Geometry, MAX_NSEG, SectionSpec};

/// After this many errors the rest is only counted: the file is probably not such a table.
const MOST_ERRORS: usize = 20;

/// What a column holds: its name, other names of it, and what is said of it in messages.
const COLUMNS: [(&str, &[&str], &str); 10] = [
    ("section", &["name"], "the section's name"),
    ("parent", &[], "the section that it hangs on; empty for the root"),
    ("L", &["length"], "length, um"),
    ("diam", &["diameter"], "diameter, um"),
    ("at", &["parent_x"], "position on the parent, 0 to 1 (default 1)"),
    ("end", &[], "which of its ends hangs there, 0 or 1 (default 0)"),
    ("nseg", &[], "number of segments"),
    ("Ra", &[], "axial resistivity, ohm cm"),
    ("cm", &[], "membrane capacitance, uF/cm2"),
    ("region", &["regions"], "names of sets of sections, separated by blanks"),
];
const SECTION: usize = 0;
const PARENT: usize = 1;
const LENGTH: usize = 2;
const DIAM: usize = 3;
const AT: usize = 4;
const END: usize = 5;
const NSEG: usize = 6;
const RA: usize = 7;
const CM: usize = 8;
const REGION: usize = 9;
/// The columns that must be there are the first ones.
const NEEDED: usize = 4;

/// One row: a section, with what the table leaves open.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name, connection, length and diameter (um); one segment and the `ra` that was given to [`read`].
    pub section: SectionSpec,
    /// Number of segments, if the table has it.
    pub nseg: Option<usize>,
    /// Axial resistivity (ohm cm), if the table has it.
    pub ra: Option<f64>,
    /// Membrane capacitance (uF/cm2), if the table has it.
    pub cm: Option<f64>,
    /// Where the name stands.
    pub span: Span,
    /// Where the parent's name stands.
    pub parent_span: Span,
}

/// The rows of a table of sections; `ra` (ohm cm) stands where a tree needs a number.
///
/// # Errors
/// Everything that is wrong with the text, with places.
pub fn read(sources: &Sources, source: SourceId, ra: f64) -> Result<Vec<Row>, Diagnostics> {
    let text = &sources.get(source).text;
    let mut problems = Diagnostics::new();
    let mut count = 0;
    let mut rows = Vec::new();
    let mut header: Option<Header> = None;
    // A byte order mark is no part of the first name.
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text[start..].split_inclusive('\n') {
        let offset = start;
        start += line.len();
        let line = line.split('#').next().unwrap_or("").trim_end();
        if line.trim().is_empty() {
            continue;
        }
        match &header {
            None => header = Some(Header::read(line, offset, source)?),
            Some(header) => match header.row(line, offset, source, ra) {
                Ok(row) => rows.push(row),
                Err(wrong) => {
                    count += 1;
                    if count <= MOST_ERRORS {
                        problems.extend(wrong);
                    }
                }
            },
        }
    }
    if count > MOST_ERRORS {
        let message = format!("{} further rows of this table are wrong", count - MOST_ERRORS);
        problems.push(Diagnostic::error("sections/more", message));
    } else if rows.is_empty() && problems.is_empty() {
        let error = Diagnostic::error("sections/empty", "there are no sections in this table");
        let columns = COLUMNS.map(|c| c.0)[..NEEDED].join(",");
        problems.push(
            error.at(Span::new(source, 0, 0), "").help(format!(
                "the first line names the columns, `{columns}`; each line after it is a section"
            )),
        );
    }
    problems.into_result(rows)
}

/// Which column stands where.
struct Header {
    separator: char,
    /// For each column of the file, its index in [`COLUMNS`].
    columns: Vec<usize>,
}

impl Header {
    fn read(line: &str, offset: usize, source: SourceId) -> Result<Header, Diagnostics> {
        let separator = [',', ';', '\t'].into_iter().find(|&c| line.contains(c)).unwrap_or(',');
        let mut problems = Diagnostics::new();
        let mut columns = Vec::new();
        for (word, span) in fields(line, offset, source, separator) {
            match column(word) {
                Some(index @ (LENGTH | DIAM)) if unit(word).is_some_and(|unit| !is_micrometre(unit)) => {
                    let message = format!("`{}` is in um here, and this says `{}`", COLUMNS[index].0, word);
                    problems.push(
                        Diagnostic::error("sections/columns", message)
                            .at(span, "")
                            .help("give lengths in micrometres, and write `um` or no unit"),
                    );
                    columns.push(index);
                }
                Some(index) if columns.contains(&index) => {
                    let message = format!("the column `{}` is there twice", COLUMNS[index].0);
                    problems.push(Diagnostic::error("sections/columns", message).at(span, ""));
                }
                Some(index) => columns.push(index),
                None => {
                    let error = Diagnostic::error(
                        "sections/columns",
                        format!("a table of sections has no column `{word}`"),
                    );
                    let error = error.at(span, "");
                    problems.push(
                        match suggest(
                            word,
                            COLUMNS.iter().flat_map(|c| std::iter::once(c.0).chain(c.1.iter().copied())),
                        ) {
                            Some(name) => error.help(format!(
                                "did you mean `{name}` ({})?",
                                COLUMNS[column(name).unwrap_or(SECTION)].2
                            )),
                            None => error.help(known()),
                        },
                    );
                }
            }
        }
        if columns.is_empty() && !problems.is_empty() {
            let whole = Span::new(source, offset, offset + line.len());
            let needed = COLUMNS.map(|c| c.0)[..NEEDED].join(",");
            let message =
                "the first row of a table of sections must name the columns, and this one names none";
            let error = Diagnostic::error("sections/columns", message).at(whole, "");
            return Err(error
                .help(format!("write `{needed}` above it, in the order of your columns"))
                .help(known())
                .into());
        }
        let missing: Vec<&str> =
            (0..NEEDED).filter(|index| !columns.contains(index)).map(|index| COLUMNS[index].0).collect();
        if !missing.is_empty() && problems.is_empty() {
            let whole = Span::new(source, offset, offset + line.len());
            let message = format!("a table of sections needs the column `{}`", missing.join("`, `"));
            problems.push(
                Diagnostic::error("sections/columns", message)
                    .at(whole, "the first line names the columns")
                    .help(known()),
            );
        }
        problems.into_result(Header { separator, columns })
    }

    fn row(&self, line: &str, offset: usize, source: SourceId, ra: f64) -> Result<Row, Diagnostics> {
        let words = fields(line, offset, source, self.separator);
        if words.len() != self.columns.len() {
            let whole = Span::new(source, offset, offset + line.len());
            let message = format!(
                "this row has {} columns, and the first line names {}",
                words.len(),
                self.columns.len()
            );
            return Err(Diagnostic::error("sections/columns", message).at(whole, "").into());
        }
        let mut reader = Reader { header: self, words, problems: Diagnostics::new() };
        let (name, span) = reader.word(SECTION).unwrap_or(("", Span::new(source, offset, offset)));
        if name.is_empty() {
            reader.problems.push(Diagnostic::error("sections/name", "a section needs a name").at(span, ""));
        } else if !is_section_name(name) {
            let message = format!("`{name}` cannot be the name of a section");
            let error = Diagnostic::error("sections/name", message).at(span, "");
            reader.problems.push(
                error.help(
                    "letters, digits and `_`, not a digit first, and perhaps an index, as in `dend[3]`",
                ),
            );
        }
        let (parent, parent_span) = reader.word(PARENT).unwrap_or(("", span));
        let length = reader.number(LENGTH, "a positive number", |x| x > 0.0);
        let diam = reader.number(DIAM, "a positive number", |x| x > 0.0);
        let x = reader.number(AT, "a number from 0 to 1", |x| (0.0..=1.0).contains(&x));
        let end = reader.number(END, "0 or 1", |x| x == 0.0 || x == 1.0);
        let whole = "a whole number from 1 to 32767";
        let nseg = reader.number(NSEG, whole, |x| x >= 1.0 && x <= MAX_NSEG as f64 && x.fract() == 0.0);
        let own_ra = reader.number(RA, "a positive number", |x| x > 0.0);
        let cm = reader.number(CM, "0 or a positive number", |x| x >= 0.0);
        let sets = reader.word(REGION).map_or("", |w| w.0).split_whitespace().map(str::to_string).collect();
        for (index, value) in [(LENGTH, length), (DIAM, diam)] {
            if value.is_none() && reader.word(index).is_some_and(|w| w.0.is_empty()) {
                let message = format!("the section `{name}` has no `{}`", COLUMNS[index].0);
                reader.problems.push(Diagnostic::error("sections/number", message).at(span, ""));
            }
        }
        let connection = (!parent.is_empty()).then(|| Connection {
            parent: parent.to_string(),
            x: x.unwrap_or(1.0),
            end: if end == Some(1.0) { End::One } else { End::Zero },
        });
        let geometry = Geometry::Cylinder { length: length.unwrap_or(1.0), diam: diam.unwrap_or(1.0) };
        let section = SectionSpec { name: name.to_string(), connection, nseg: 1, ra, geometry, sets };
        let row = Row { section, nseg: nseg.map(|n| n as usize), ra: own_ra, cm, span, parent_span };
        reader.problems.into_result(row)
    }
}

/// A row on its way: its words, and what is wrong with them.
struct Reader<'a> {
    header: &'a Header,
    words: Vec<(&'a str, Span)>,
    problems: Diagnostics,
}

impl<'a> Reader<'a> {
    /// The word of a column and its place; `None` when the table has no such column.
    fn word(&self, column: usize) -> Option<(&'a str, Span)> {
        let position = self.header.columns.iter().position(|&c| c == column)?;
        self.words.get(position).copied()
    }

    /// The number of a column; `None` when there is none, and when it is wrong, which is then reported.
    fn number(&mut self, column: usize, bounds: &str, fits: impl Fn(f64) -> bool) -> Option<f64> {
        let (word, span) = self.word(column).filter(|(word, _)| !word.is_empty())?;
        match word.parse::<f64>() {
            Ok(value) if value.is_finite() && fits(value) => Some(value),
            _ => {
                let message =
                    format!("the column `{}` must be {bounds}, and this is `{word}`", COLUMNS[column].0);
                self.problems.push(Diagnostic::error("sections/number", message).at(span, ""));
                None
            }
        }
    }
}

/// The fields of a line with their places, without blanks and quotes around them.
fn fields(line: &str, offset: usize, source: SourceId, separator: char) -> Vec<(&str, Span)> {
    line.split(separator)
        .map(|field| {
            let word = field.trim();
            let word = word.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap_or(word).trim();
            let start = offset + (word.as_ptr() as usize - line.as_ptr() as usize);
            (word, Span::new(source, start, start + word.len()))
        })
        .collect()
}

/// Whether a section may be called that: a name as hoc has them, perhaps with an index.
fn is_section_name(word: &str) -> bool {
    let (name, index) = match word.split_once('[') {
        None => (word, None),
        Some((name, rest)) => (name, Some(rest.strip_suffix(']').unwrap_or(""))),
    };
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let goes_on = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let number = |index: &str| !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
    begins && goes_on && name != "all" && index.is_none_or(number)
}

/// What stands in parentheses after the name of a column.
fn unit(word: &str) -> Option<&str> {
    let (_, rest) = word.split_once('(')?;
    Some(rest.trim_end().trim_end_matches(')').trim())
}

fn is_micrometre(unit: &str) -> bool {
    ["um", "\u{b5}m", "\u{3bc}m", "micron", "microns"].contains(&unit)
}

/// Which of [`COLUMNS`] a word of the first line names: `L`, `L_um` and `length (um)` are the same.
fn column(word: &str) -> Option<usize> {
    let name = word.split('(').next().unwrap_or("").trim().to_lowercase();
    let units = ["_um", "_ohm_cm", "_ohmcm", "_uf_cm2", "_uf"];
    let name = units.iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(&name);
    COLUMNS.iter().position(|(first, others, _)| first.to_lowercase() == name || others.contains(&name))
}

/// What columns there are, for messages.
fn known() -> String {
    let list: Vec<String> = COLUMNS.iter().map(|(name, _, text)| format!("`{name}` ({text})")).collect();
    format!("the columns are {}", list.join(", "))
}
