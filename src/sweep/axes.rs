//! `[vary]`: axes, each with one parameter or several that go together.
//!
//! In: the tree of the table. Out: [`Axis`] after [`Axis`] in the order of the file, each with at least one point and as many values of each of its
//! parameters.

use super::file::Reader;
use super::sobol;
use super::values::{Drawn, Interval, Values, value_text};
use crate::diagnostic::{Diagnostic, Span};
use crate::network::{Node, ParameterValue, Value};

/// Points that one axis may have.
const MOST_POINTS: u64 = 1 << 32;

/// One axis of a plan.
#[derive(Clone, Debug)]
pub struct Axis {
    /// As the file calls it: the parameter's name, or one of its own.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Number of points.
    pub points: u64,
    /// Whether its parameters were zipped.
    pub zip: bool,
    /// A name for each point, where the file gives them: then the table has a column for them, called as the axis.
    pub labels: Option<Labels>,
}

/// Names of the points of an axis.
#[derive(Clone, Debug)]
pub struct Labels {
    /// One for each point, no two the same.
    pub texts: Vec<String>,
    /// Where the axis is named.
    pub key: Span,
}

/// A parameter on an axis.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub key: Span,
    /// Where its values stand.
    pub place: Span,
    /// Its values, one for each point of the axis.
    pub values: Values,
}

/// Reads `[vary]`.
pub(super) fn read(reader: &mut Reader, vary: Option<&Node>, seed: u64) -> Vec<Axis> {
    let Some(vary) = vary else { return Vec::new() };
    if !reader.is_table(vary, "vary") {
        return Vec::new();
    }
    vary.entries().iter().filter_map(|(name, node)| axis(reader, name, node, seed)).collect()
}

fn axis(reader: &mut Reader, name: &str, node: &Node, seed: u64) -> Option<Axis> {
    if node.get("zip").is_some() {
        return zip(reader, name, node);
    }
    if node.get("sample").is_some() || node.get("in").is_some() {
        return samples(reader, name, node, seed);
    }
    let (values, points) = values(reader, name, node)?;
    let parameter = Parameter { name: name.into(), key: node.key, place: node.span, values };
    Some(Axis { name: name.into(), parameters: vec![parameter], points, zip: false, labels: None })
}

/// A list or a range, and how many values it has.
fn values(reader: &mut Reader, name: &str, node: &Node) -> Option<(Values, u64)> {
    match &node.value {
        Value::List(items) => {
            if items.is_empty() {
                reader.error("sweep/empty", node.span, format!("`{name}` has no values to go through"));
                return None;
            }
            let list: Vec<Option<ParameterValue>> =
                items.iter().map(|item| reader.value(item, name)).collect();
            let list: Vec<ParameterValue> = list.into_iter().collect::<Option<_>>()?;
            twice(reader, name, items, &list);
            let count = list.len() as u64;
            Some((Values::List(list), count))
        }
        Value::Table(_) => range(reader, name, node),
        _ => {
            let written = reader.sources.text(node.span).to_string();
            let message = format!("`{name}` needs a list or a range to be varied");
            let help = format!("write `{name} = [{written}]`, or put it under `[set]` for all runs");
            reader.error_help("sweep/type", node.span, message, help);
            None
        }
    }
}

fn twice(reader: &mut Reader, name: &str, items: &[Node], list: &[ParameterValue]) {
    for (i, value) in list.iter().enumerate() {
        if let Some(first) = list[..i].iter().position(|other| other == value) {
            let message = format!("`{name}` has the value {} twice", value_text(value));
            let error = Diagnostic::error("sweep/twice", message).at(items[i].span, "again");
            let error = error.at(items[first].span, "first");
            reader.problems.push(error.help("for several runs with other seeds write `repeats = N`"));
        }
    }
}

/// `{ from = 0.5, to = 2, count = 7, scale = "log" }`.
fn range(reader: &mut Reader, name: &str, node: &Node) -> Option<(Values, u64)> {
    reader.keys(node, &format!("the range of `{name}`"), &["from", "to", "count", "scale"]);
    let span = interval(reader, name, node);
    let count = count(reader, name, node)?;
    let span = span?;
    if count == 1 {
        let message = format!("the range of `{name}` has a count of 1, and two ends");
        let one = super::values::shortest(span.from);
        reader.error_help(
            "sweep/range",
            node.get("count")?.span,
            message,
            format!("write `{name} = [{one}]` for one value"),
        );
        return None;
    }
    Some((Values::Range { span, count }, count))
}

fn count(reader: &mut Reader, name: &str, node: &Node) -> Option<u64> {
    match node.get("count") {
        Some(count) => reader.whole(count, "count", 1, MOST_POINTS),
        None => {
            let message = format!("`{name}` needs `count`, the number of values");
            reader.error("sweep/missing", node.key, message);
            None
        }
    }
}

/// The ends of a range or of a side of a box.
fn interval(reader: &mut Reader, name: &str, node: &Node) -> Option<Interval> {
    let mut end = |key: &str| match node.get(key) {
        Some(end) => reader.number(end, &format!("{name}.{key}")),
        None => {
            let message = format!("the range of `{name}` needs `{key}`");
            let help = "write it as `{ from = 0.5, to = 2, count = 7 }`";
            reader.error_help("sweep/missing", node.key, message, help);
            None
        }
    };
    let ends = (end("from"), end("to"));
    let log = match node.get("scale") {
        None => false,
        Some(scale) => match &scale.value {
            Value::Text(text) if text == "linear" => false,
            Value::Text(text) if text == "log" => true,
            _ => {
                let message = format!("the `scale` of `{name}` is `linear` or `log`");
                reader.error("sweep/scale", scale.span, message);
                return None;
            }
        },
    };
    let (from, to) = (ends.0?, ends.1?);
    if from == to {
        let message =
            format!("the range of `{name}` is empty: both ends are {}", super::values::shortest(from));
        reader.error("sweep/empty", node.get("to")?.span, message);
        return None;
    }
    if log && (from <= 0.0 || to <= 0.0) {
        let at = if from <= 0.0 { "from" } else { "to" };
        let message = format!(
            "a logarithmic range has ends above 0, and `{at}` of `{name}` is {}",
            super::values::shortest(from.min(to))
        );
        reader.error_help(
            "sweep/log",
            node.get(at)?.span,
            message,
            "use a linear scale, or a small number such as 1e-6",
        );
        return None;
    }
    if !(to - from).is_finite() {
        reader.error("sweep/range", node.get("to")?.span, format!("the range of `{name}` is too wide"));
        return None;
    }
    Some(Interval { from, to, log })
}

/// Several parameters, the first values of all together, then the second, and so on.
fn zip(reader: &mut Reader, name: &str, node: &Node) -> Option<Axis> {
    reader.keys(node, &format!("the axis `{name}`"), &["zip", "labels"]);
    let inner = node.get("zip")?;
    if !reader.is_table(inner, "zip") {
        return None;
    }
    let mut parameters = Vec::new();
    let mut lengths: Vec<(String, u64, Span)> = Vec::new();
    let mut whole = true;
    for (name, node) in inner.entries() {
        // Only together must the points differ, so the values of one may be the same twice.
        let read = match &node.value {
            Value::List(items) if !items.is_empty() => {
                let list: Option<Vec<_>> = items.iter().map(|item| reader.value(item, name)).collect();
                list.map(|list| (Values::List(list), items.len() as u64))
            }
            _ => values(reader, name, node),
        };
        let Some((values, count)) = read else {
            whole = false;
            continue;
        };
        lengths.push((name.clone(), count, node.span));
        parameters.push(Parameter { name: name.clone(), key: node.key, place: node.span, values });
    }
    let Some((first, points, place)) = lengths.first().cloned() else {
        if whole {
            reader.error("sweep/empty", inner.span, format!("the axis `{name}` zips no parameters"));
        }
        return None;
    };
    for (other, count, span) in lengths.iter().skip(1).filter(|(_, count, _)| *count != points) {
        let message = format!("`{first}` and `{other}` go together, and have {points} and {count} values");
        let error = Diagnostic::error("sweep/zip", message).at(*span, format!("{count} values"));
        reader.problems.push(error.at(place, format!("{points} values")));
        whole = false;
    }
    let labels = match node.get("labels") {
        None => None,
        Some(given) => Some(Labels { texts: labels(reader, name, given, points)?, key: node.key }),
    };
    whole.then_some(Axis { name: name.into(), parameters, points, zip: true, labels })
}

/// Names for the points of an axis.
fn labels(reader: &mut Reader, name: &str, node: &Node, points: u64) -> Option<Vec<String>> {
    let Value::List(items) = &node.value else {
        let message = format!("the labels of `{name}` are a list, not {}", node.value.kind());
        reader.error("sweep/type", node.span, message);
        return None;
    };
    let texts: Vec<Option<String>> = items.iter().map(|item| reader.text(item, "labels")).collect();
    let texts: Vec<String> = texts.into_iter().collect::<Option<_>>()?;
    for (i, text) in texts.iter().enumerate() {
        if texts[..i].contains(text) {
            let message = format!("two points of `{name}` have the label `{text}`");
            reader.error("sweep/twice", items[i].span, message);
        }
    }
    if texts.len() as u64 != points {
        let message = format!("`{name}` has {points} points and {} labels", texts.len());
        reader.error("sweep/zip", node.span, message);
        return None;
    }
    Some(texts)
}

/// Points in a box.
fn samples(reader: &mut Reader, name: &str, node: &Node, seed: u64) -> Option<Axis> {
    reader.keys(node, &format!("the axis `{name}`"), &["sample", "count", "in"]);
    let sobol = match node.get("sample").map(|node| (&node.value, node.span)) {
        Some((Value::Text(text), _)) if text == "sobol" => Some(true),
        Some((Value::Text(text), _)) if text == "random" => Some(false),
        Some((_, span)) => {
            reader.error("sweep/sample", span, format!("the axis `{name}` is sampled `random` or `sobol`"));
            None
        }
        None => {
            let help = "write `sample = \"random\"` or `sample = \"sobol\"`";
            let message = format!("the axis `{name}` does not say how it is sampled");
            reader.error_help("sweep/missing", node.key, message, help);
            None
        }
    };
    let points = count(reader, name, node);
    let Some(inner) = node.get("in") else {
        let help = "write `in = { PARAMETER = { from = 0, to = 1 } }`";
        let message = format!("the axis `{name}` does not say what is sampled");
        reader.error_help("sweep/missing", node.key, message, help);
        return None;
    };
    if !reader.is_table(inner, "in") {
        return None;
    }
    if inner.entries().is_empty() {
        reader.error("sweep/empty", inner.span, format!("the axis `{name}` samples no parameters"));
        return None;
    }
    if sobol == Some(true) && inner.entries().len() > sobol::DIMENSIONS {
        let message = format!(
            "`{name}` samples {} parameters, and the Sobol sequence here has {} dimensions",
            inner.entries().len(),
            sobol::DIMENSIONS
        );
        reader.error_help("sweep/sample", inner.span, message, "use `sample = \"random\"`");
        return None;
    }
    let mut parameters = Vec::new();
    for (dimension, (parameter, side)) in inner.entries().iter().enumerate() {
        if !reader.is_table(side, parameter) {
            continue;
        }
        reader.keys(side, &format!("the range of `{parameter}`"), &["from", "to", "scale"]);
        let Some(span) = interval(reader, parameter, side) else { continue };
        let drawn = match sobol {
            Some(true) => Drawn::Sobol { dimension },
            _ => Drawn::Random { seed, axis: name.into(), parameter: parameter.clone() },
        };
        let values = Values::Samples { span, drawn };
        parameters.push(Parameter { name: parameter.clone(), key: side.key, place: side.span, values });
    }
    sobol?;
    if parameters.len() < inner.entries().len() {
        return None;
    }
    Some(Axis { name: name.into(), parameters, points: points?, zip: false, labels: None })
}
