//! Files of numbers: patterns, spike times, connection lists.
//!
//! In: the text of a file. Out: a [`Table`] in which every row has the same number of finite numbers, and knows its
//! line. One row a line; columns are separated by blanks or commas; `#` starts a comment; empty lines do not count.

use super::pieces::in_pieces;
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
    source: SourceId,
    /// Start and length of each row in its text, bytes.
    lines: Vec<(u32, u32)>,
}

/// Bytes of a line, about: for the choice between one thread and several.
const LINE: f64 = 20.0;

/// The rows of a piece of a file.
#[derive(Debug, Default)]
struct Rows {
    values: Vec<f64>,
    /// Of the first row; 0 before it.
    columns: usize,
    lines: Vec<(u32, u32)>,
    /// The first mistakes, at most [`SHOWN`].
    problems: Diagnostics,
    /// Number of lines with a mistake.
    count: usize,
}

impl Rows {
    /// Those of `text`, whole lines of `source` from byte `start` on.
    fn read(source: SourceId, mut start: usize, text: &str) -> Rows {
        let mut rows = Rows::default();
        for line in text.split_inclusive('\n') {
            if let Err(problem) = rows.line(source, start, line) {
                rows.count += 1;
                if rows.count <= SHOWN {
                    rows.problems.push(problem);
                }
            }
            start += line.len();
        }
        rows
    }

    /// All rows of pieces without a mistake; `None` if there is one, or if they differ in their columns.
    fn joined(mut pieces: Vec<Rows>) -> Option<Rows> {
        if pieces.len() == 1 {
            return pieces.pop();
        }
        let columns = pieces.iter().map(|piece| piece.columns).find(|columns| *columns > 0).unwrap_or(0);
        let fits = |piece: &Rows| piece.count == 0 && (piece.lines.is_empty() || piece.columns == columns);
        if !pieces.iter().all(fits) {
            return None;
        }
        let mut all = Rows { columns, ..Rows::default() };
        all.values.reserve_exact(pieces.iter().map(|piece| piece.values.len()).sum());
        all.lines.reserve_exact(pieces.iter().map(|piece| piece.lines.len()).sum());
        for mut piece in pieces {
            all.values.append(&mut piece.values);
            all.lines.append(&mut piece.lines);
        }
        Some(all)
    }

    fn line(&mut self, source: SourceId, start: usize, line: &str) -> Result<(), Diagnostic> {
        let text = line.split_once('#').map_or(line, |(text, _)| text).trim_end();
        let before = self.values.len();
        let mut at = 0;
        for word in text.split([' ', '\t', ',', '\r']) {
            if !word.is_empty()
                && let Err(error) = self.word(word, Span::new(source, start + at, start + at + word.len()))
            {
                self.values.truncate(before);
                return Err(error);
            }
            at += word.len() + 1;
        }
        let length = self.values.len() - before;
        if length == 0 {
            return Ok(());
        }
        if self.lines.is_empty() {
            self.columns = length;
        } else if length != self.columns {
            self.values.truncate(before);
            let have = counted(length, "column");
            let message = format!("this row has {have}, and the rows before it have {}", self.columns);
            let place = Span::new(source, start, start + text.len());
            return Err(Diagnostic::error("network/table", message).at(place, ""));
        }
        self.lines.push((start as u32, text.len() as u32));
        Ok(())
    }

    fn word(&mut self, word: &str, place: Span) -> Result<(), Diagnostic> {
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.values.push(number);
                Ok(())
            }
            Ok(_) => {
                let message = format!("a table holds finite numbers, and this is `{word}`");
                Err(Diagnostic::error("network/table", message).at(place, ""))
            }
            Err(_) => {
                let error = Diagnostic::error("network/table", format!("`{word}` is not a number"));
                let error = error.at(place, "");
                Err(match self.lines.is_empty() {
                    true => error.help("`skip` leaves out lines at the top of a file"),
                    false => error,
                })
            }
        }
    }
}

/// Where the line ends that holds byte `at` - 1: the next place from `at` on at which a text can be cut between lines.
fn line_end(text: &str, at: usize) -> usize {
    if at == 0 {
        return 0;
    }
    let rest = &text.as_bytes()[at - 1..];
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| at + end)
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
        let mut rest = text;
        for _ in 0..skip {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let first = text.len() - rest.len();
        let pieces = in_pieces(rest.len(), rest.len() as f64 / LINE, |range| {
            let (start, end) = (line_end(rest, range.start), line_end(rest, range.end));
            Rows::read(source, first + start, &rest[start..end])
        });
        let rows = match Rows::joined(pieces) {
            Some(rows) => rows,
            // Mistakes are told as they come, line by line.
            None => Rows::read(source, first, rest),
        };
        let Rows { values, columns, lines, mut problems, count } = rows;
        if count > SHOWN {
            let more = counted(count - SHOWN, "further line");
            let message = format!("`{file}` has {more} of the same kind");
            problems.push(Diagnostic::error("network/table", message));
        }
        if count == 0 && lines.is_empty() {
            let message = format!("`{file}` has no row of numbers");
            problems.push(Diagnostic::error("network/table", message).at(Span::new(source, 0, 0), ""));
        }
        problems.into_result(Table {
            name: name.to_string(),
            file: file.to_string(),
            names: Vec::new(),
            source,
            values,
            columns,
            lines,
        })
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
        let (start, length) = self.lines[row];
        Span { source: self.source, start, end: start + length }
    }

    /// The names that expressions over rows may use, in the order of the columns.
    pub fn column_names(&self) -> Vec<String> {
        (0..self.columns).map(|c| self.names.get(c).cloned().unwrap_or_else(|| format!("c{c}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file long enough to be read in pieces, by several threads.
    fn long(bad: Option<usize>) -> String {
        let row = |row: usize| match bad {
            Some(bad) if row >= bad && row.is_multiple_of(bad) => format!("{row} x\n"),
            _ if row.is_multiple_of(1000) => format!("# {row}\n\n{row}, {} # comment\r\n", row + 1),
            _ => format!("{row} {}\n", row + 1),
        };
        "a b\n".to_string() + &(0..200_000).map(row).collect::<String>()
    }

    fn read(text: &str, threads: usize) -> Result<Table, Diagnostics> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Table::read("t", "t.txt", SourceId(0), text, 1))
    }

    #[test]
    fn a_long_file_is_the_same_for_any_number_of_threads() {
        let text = long(None);
        for threads in [1, 2, 3, 7] {
            let table = read(&text, threads).unwrap();
            assert_eq!((table.rows(), table.columns()), (200_000, 2));
            for row in 0..table.rows() {
                assert_eq!(table.row(row), [row as f64, row as f64 + 1.0]);
                let place = table.place(row);
                let line = text[place.start as usize..place.end as usize].replace(',', "");
                assert_eq!(line.split(' ').next().unwrap(), row.to_string());
            }
        }
    }

    #[test]
    fn mistakes_in_a_long_file_are_told_line_by_line() {
        let text = long(Some(30_001));
        let told = |threads| format!("{:?}", read(&text, threads).unwrap_err());
        let one = told(1);
        assert!(one.contains("1 further line"), "{one}");
        assert_eq!(told(3), one);
    }

    #[test]
    fn a_text_is_cut_between_lines() {
        let text = "ab\nc\n\nd";
        let cuts: Vec<usize> = (0..=text.len()).map(|at| line_end(text, at)).collect();
        assert_eq!(cuts, [0, 3, 3, 3, 5, 5, 6, 7]);
    }
}
