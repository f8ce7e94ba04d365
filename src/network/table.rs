//! Files of numbers: patterns, spike times, connection lists.
//!
//! In: the text of a file. Out: a [`Table`] in which every row has the same number of finite numbers, and knows its
//! line. One row a line; columns are separated by blanks or commas; `#` starts a comment; empty lines do not count.

use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span};

/// As in "1 row", "2 rows".
pub(crate) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// Problems shown of one file; a file of the wrong kind has one on every line.
const SHOWN: usize = 5;

/// A rectangle of numbers.
#[derive(Debug)]
pub(crate) struct Table {
    /// As the description calls it.
    pub name: String,
    /// The file, as people know it.
    pub file: String,
    /// Names of its columns, for expressions over rows.
    pub names: Vec<String>,
    /// Row after row.
    values: Vec<f64>,
    columns: usize,
    lines: Vec<Span>,
}

impl Table {
    /// Reads `text`, the whole of `source`, leaving out `skip` lines at the top.
    pub fn read(
        name: &str,
        file: &str,
        source: SourceId,
        text: &str,
        skip: usize,
    ) -> Result<Table, Diagnostics> {
        let mut table = Table {
            name: name.to_string(),
            file: file.to_string(),
            names: Vec::new(),
            values: Vec::new(),
            columns: 0,
            lines: Vec::new(),
        };
        let mut problems = Diagnostics::new();
        let mut count = 0;
        let mut start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if number >= skip
                && let Err(problem) = table.line(source, start, line)
            {
                count += 1;
                if count <= SHOWN {
                    problems.push(problem);
                }
            }
            start += line.len();
        }
        if count > SHOWN {
            let more = counted(count - SHOWN, "further line");
            let message = format!("`{file}` has {more} of the same kind");
            problems.push(Diagnostic::error("network/table", message));
        }
        if count == 0 && table.lines.is_empty() {
            let message = format!("`{file}` has no row of numbers");
            problems.push(Diagnostic::error("network/table", message).at(Span::new(source, 0, 0), ""));
        }
        problems.into_result(table)
    }

    fn line(&mut self, source: SourceId, start: usize, line: &str) -> Result<(), Diagnostic> {
        let text = line.split('#').next().unwrap_or("").trim_end();
        let mut row = Vec::new();
        let mut at = 0;
        for word in text.split([' ', '\t', ',', '\r']) {
            let place = Span::new(source, start + at, start + at + word.len());
            at += word.len() + 1;
            if word.is_empty() {
                continue;
            }
            match word.parse::<f64>() {
                Ok(number) if number.is_finite() => row.push(number),
                Ok(_) => {
                    let message = format!("a table holds finite numbers, and this is `{word}`");
                    return Err(Diagnostic::error("network/table", message).at(place, ""));
                }
                Err(_) => {
                    let error =
                        Diagnostic::error("network/table", format!("`{word}` is not a number")).at(place, "");
                    let first = self.lines.is_empty();
                    return Err(if first {
                        error.help("`skip` leaves out lines at the top of a file")
                    } else {
                        error
                    });
                }
            }
        }
        if row.is_empty() {
            return Ok(());
        }
        let span = Span::new(source, start, start + text.len());
        if self.lines.is_empty() {
            self.columns = row.len();
        } else if row.len() != self.columns {
            let have = counted(row.len(), "column");
            let message = format!("this row has {have}, and the rows before it have {}", self.columns);
            return Err(Diagnostic::error("network/table", message).at(span, ""));
        }
        self.values.append(&mut row);
        self.lines.push(span);
        Ok(())
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The numbers of row `row`, which must be under [`Table::rows`].
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// All numbers.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Where row `row` stands.
    pub fn place(&self, row: usize) -> Span {
        self.lines[row]
    }

    /// The names that expressions over rows may use, in the order of the columns.
    pub fn column_names(&self) -> Vec<String> {
        (0..self.columns).map(|c| self.names.get(c).cloned().unwrap_or_else(|| format!("c{c}"))).collect()
    }
}
