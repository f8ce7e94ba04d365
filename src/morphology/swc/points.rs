//! The points of an SWC text, and whether they form one tree.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};

/// After this many errors the rest is only counted: the file is probably not an SWC file.
const MOST_ERRORS: usize = 20;

/// What each column holds.
const COLUMNS: [&str; 7] = ["id", "type", "x", "y", "z", "radius", "parent"];

/// One point of the file.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// SWC's structure identifier: 1 soma, 2 axon, 3 dendrite, 4 apical dendrite.
    pub kind: i64,
    /// Position (um).
    pub position: [f64; 3],
    /// Radius (um), positive.
    pub radius: f64,
    /// Index of the parent point.
    pub parent: Option<usize>,
    /// Indices of the points that hang on this one, in file order.
    pub children: Vec<usize>,
    /// Where the line stands.
    pub span: Span,
}

/// A line as it stands: the parent is still an id.
struct Line {
    id: i64,
    kind: i64,
    position: [f64; 3],
    radius: f64,
    parent: i64,
    id_span: Span,
    parent_span: Span,
    span: Span,
}

/// Collects errors, and counts those that are too many to show.
#[derive(Default)]
struct Errors {
    shown: Diagnostics,
    count: usize,
}

impl Errors {
    fn push(&mut self, error: Diagnostic) {
        self.count += 1;
        if self.count <= MOST_ERRORS {
            self.shown.push(error);
        }
    }

    fn into_result<T>(mut self, value: T) -> Result<T, Diagnostics> {
        if self.count > MOST_ERRORS {
            let message = format!("this file has {} more errors", self.count - MOST_ERRORS);
            self.shown.push(Diagnostic::error("swc/more", message).help("check that it is an SWC file"));
        }
        self.shown.into_result(value)
    }
}

/// Reads and checks all points; they keep the order of the file.
pub(super) fn read(sources: &Sources, source: SourceId) -> Result<Vec<Point>, Diagnostics> {
    let lines = read_lines(&sources.get(source).text, source)?;
    let mut errors = Errors::default();
    if lines.is_empty() {
        let whole = Span::new(source, 0, 0);
        return Err(Diagnostic::error("swc/empty", "there are no points in this file")
            .at(whole, "")
            .help("an SWC file has a line for each point: id, type, x, y, z, radius, parent")
            .into());
    }
    let by_id = index_ids(&lines, &mut errors);
    let parents = resolve_parents(&lines, &by_id, &mut errors);
    check_circles(&lines, &parents, &mut errors);
    let mut points: Vec<Point> = lines
        .iter()
        .zip(&parents)
        .map(|(line, &parent)| Point {
            kind: line.kind,
            position: line.position,
            radius: line.radius,
            parent,
            children: Vec::new(),
            span: line.span,
        })
        .collect();
    for (index, parent) in parents.iter().enumerate() {
        if let Some(parent) = *parent {
            points[parent].children.push(index);
        }
    }
    errors.into_result(points)
}

/// Splits the text; every wrong line is reported.
fn read_lines(text: &str, source: SourceId) -> Result<Vec<Line>, Diagnostics> {
    let mut errors = Errors::default();
    let mut lines = Vec::new();
    // A byte order mark is no part of the first number.
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text[start..].split_inclusive('\n') {
        let words = split_words(line.split('#').next().unwrap_or(""), start, source);
        start += line.len();
        if words.is_empty() {
            continue;
        }
        match read_line(&words) {
            Ok(line) => lines.push(line),
            Err(error) => errors.push(error),
        }
    }
    errors.into_result(lines)
}

/// The words of a line with their places; `offset` is where the line begins.
fn split_words(line: &str, offset: usize, source: SourceId) -> Vec<(&str, Span)> {
    let place = |word: &str| {
        let start = offset + (word.as_ptr() as usize - line.as_ptr() as usize);
        Span::new(source, start, start + word.len())
    };
    line.split_whitespace().map(|word| (word, place(word))).collect()
}

fn read_line(words: &[(&str, Span)]) -> Result<Line, Diagnostic> {
    let whole = words[0].1.to(words[words.len() - 1].1);
    let &[id, kind, x, y, z, radius, parent] = words else {
        let message = format!("a point has 7 columns, this line has {}", words.len());
        return Err(Diagnostic::error("swc/columns", message)
            .at(whole, "")
            .help("the columns are id, type, x, y, z, radius, parent"));
    };
    let line = Line {
        id: integer(id, COLUMNS[0])?,
        kind: integer(kind, COLUMNS[1])?,
        position: [number(x, COLUMNS[2])?, number(y, COLUMNS[3])?, number(z, COLUMNS[4])?],
        radius: number(radius, COLUMNS[5])?,
        parent: integer(parent, COLUMNS[6])?,
        id_span: id.1,
        parent_span: parent.1,
        span: whole,
    };
    if line.id < 0 {
        let message = format!("the point has id {}; ids are 0 or more", line.id);
        return Err(Diagnostic::error("swc/id", message).at(id.1, ""));
    }
    if line.kind < 0 {
        let message = format!("the point has type {}; types are 0 or more", line.kind);
        return Err(Diagnostic::error("swc/type", message)
            .at(kind.1, "")
            .help("1 is soma, 2 axon, 3 dendrite, 4 apical dendrite"));
    }
    if line.radius <= 0.0 {
        let message = format!("the radius is {} um; it must be positive", line.radius);
        return Err(Diagnostic::error("swc/radius", message)
            .at(radius.1, "")
            .note("no current can pass along a cable that has no width"));
    }
    Ok(line)
}

fn number((word, span): (&str, Span), column: &str) -> Result<f64, Diagnostic> {
    let wrong = |message: String| Diagnostic::error("swc/number", message).at(span, "");
    match word.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(wrong(format!("column {column} is `{word}`; it must be a finite number"))),
        Err(_) => Err(wrong(format!("column {column} is `{word}`, which is not a number"))),
    }
}

/// An integer; `3.0` counts as one, as some programs write it.
fn integer(word: (&str, Span), column: &str) -> Result<i64, Diagnostic> {
    let value = number(word, column)?;
    if value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX) {
        return Ok(value as i64);
    }
    let message = format!("column {column} is `{}`; it must be a whole number up to {}", word.0, i32::MAX);
    Err(Diagnostic::error("swc/number", message).at(word.1, ""))
}

fn index_ids(lines: &[Line], errors: &mut Errors) -> HashMap<i64, usize> {
    let mut by_id: HashMap<i64, usize> = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        match by_id.get(&line.id) {
            Some(&first) => errors.push(
                Diagnostic::error("swc/duplicate-id", format!("two points have the id {}", line.id))
                    .at(line.id_span, "the second one")
                    .at(lines[first].id_span, "the first one"),
            ),
            None => {
                by_id.insert(line.id, index);
            }
        }
    }
    by_id
}

/// Turns parent ids into indices. Any negative id marks a root, of which there is one.
fn resolve_parents(lines: &[Line], by_id: &HashMap<i64, usize>, errors: &mut Errors) -> Vec<Option<usize>> {
    let mut root: Option<&Line> = None;
    let mut parents = Vec::with_capacity(lines.len());
    for line in lines {
        let parent = by_id.get(&line.parent).copied();
        if line.parent < 0 {
            match root {
                None => root = Some(line),
                Some(first) => errors.push(
                    Diagnostic::error(
                        "swc/several-roots",
                        format!("points {} and {} both have no parent", first.id, line.id),
                    )
                    .at(line.parent_span, "a second root")
                    .at(first.parent_span, "the first root")
                    .note("a cell is one tree; its pieces would not be connected")
                    .help("give this point the id of a parent, or put the pieces into files of their own"),
                ),
            }
        } else if parent.is_none() {
            errors.push(
                Diagnostic::error(
                    "swc/missing-parent",
                    format!("the parent of point {} is {}, which does not exist", line.id, line.parent),
                )
                .at(line.parent_span, "")
                .help("give the id of another point, or -1 for the root"),
            );
        }
        parents.push(parent);
    }
    parents
}

/// Reports each circle of parents once.
fn check_circles(lines: &[Line], parents: &[Option<usize>], errors: &mut Errors) {
    let mut walk_of = vec![usize::MAX; lines.len()];
    for start in 0..lines.len() {
        let mut at = Some(start);
        while let Some(index) = at.filter(|&i| walk_of[i] == usize::MAX) {
            walk_of[index] = start;
            at = parents[index];
        }
        if let Some(meeting) = at.filter(|&i| walk_of[i] == start) {
            let line = &lines[meeting];
            let message = format!("following the parents of point {} leads back to it", line.id);
            errors.push(
                Diagnostic::error("swc/cycle", message)
                    .at(line.parent_span, "")
                    .help("one point must have the parent -1, and all others lead to it"),
            );
        }
    }
}
