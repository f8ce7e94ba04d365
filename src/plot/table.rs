//! A sweep's results as plots need them: axes, measures, and a row for each run.
//!
//! In: `sweep.json` and `runs.csv` of a sweep's folder. Out: for every axis the place of each run on it, for every measure the
//! value of each run, NaN where there is none. Parameters that go together make one axis.

use std::path::Path;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, suggest};

/// A sweep's results.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    /// Name of the sweep.
    pub(super) name: String,
    /// What was varied, in the plan's order.
    pub(super) axes: Vec<Factor>,
    /// What was measured: name and unit.
    pub(super) measures: Vec<(String, String)>,
    /// Runs of the sweep, in the plan's order.
    pub(super) rows: Vec<Row>,
}

/// One thing that was varied.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Factor {
    /// The column that tells it.
    pub(super) name: String,
    /// Its unit, where the sweep says one.
    pub(super) unit: String,
    /// Other columns that go together with it.
    pub(super) others: Vec<String>,
    /// Whether it was varied by factors.
    pub(super) log: bool,
    /// Whether its values were drawn, so that no two are alike.
    pub(super) drawn: bool,
    /// Its different values: numbers ascending, texts as they come.
    pub(super) levels: Levels,
}

/// The values of a factor.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Levels {
    /// Ascending.
    Numbers(Vec<f64>),
    /// In the order of the plan.
    Texts(Vec<String>),
}

impl Default for Levels {
    fn default() -> Levels {
        Levels::Texts(Vec::new())
    }
}

impl Factor {
    /// Number of different values.
    pub(super) fn count(&self) -> usize {
        match &self.levels {
            Levels::Numbers(values) => values.len(),
            Levels::Texts(values) => values.len(),
        }
    }

    /// The values, if they are numbers.
    pub(super) fn numbers(&self) -> Option<&[f64]> {
        match &self.levels {
            Levels::Numbers(values) => Some(values),
            Levels::Texts(_) => None,
        }
    }

    /// A value in words.
    pub(super) fn text(&self, level: usize) -> String {
        match &self.levels {
            Levels::Numbers(values) => super::ticks::short(values[level]),
            Levels::Texts(values) => plain(&values[level]),
        }
    }

    /// The level of a field of its column.
    fn level(&self, field: &str) -> Option<usize> {
        match &self.levels {
            Levels::Numbers(values) => {
                let number: f64 = field.parse().ok()?;
                values.binary_search_by(|v| v.total_cmp(&number)).ok()
            }
            Levels::Texts(values) => values.iter().position(|v| v == field),
        }
    }
}

/// One run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    /// For each axis the number of its level.
    pub(super) levels: Vec<usize>,
    /// Whether it reached its end.
    pub(super) complete: bool,
    /// For each measure its value; NaN where it has none.
    pub(super) values: Vec<f64>,
}

/// The name of a file without folder and extension; any other text as it is.
fn plain(text: &str) -> String {
    let path = Path::new(text);
    match (path.extension(), path.file_stem()) {
        (Some(_), Some(stem)) if text.parse::<f64>().is_err() => stem.to_string_lossy().into_owned(),
        _ => text.to_owned(),
    }
}

/// Whether a folder is one of a sweep.
pub(super) fn is_sweep(path: &Path) -> bool {
    path.join("sweep.json").exists() || path.join("runs.csv").exists()
}

impl Table {
    /// Reads a sweep's folder.
    ///
    /// # Errors
    /// The sweep has no results yet, or they are damaged.
    pub(super) fn open(folder: &Path) -> Result<Table, Diagnostic> {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|e| {
                let message = format!("cannot read `{}`: {e}", path.display());
                Diagnostic::error("plot/sweep", message).help(
                    "the tables are written when a sweep ends: end it with `volley sweep SWEEP --resume`",
                )
            })
        };
        let damaged = |name: &str, why: String| {
            let message = format!("`{}` is not of a sweep: {why}", folder.join(name).display());
            Diagnostic::error("plot/sweep", message)
        };
        let summary: Value =
            serde_json::from_str(&text("sweep.json")?).map_err(|e| damaged("sweep.json", e.to_string()))?;
        let records = records(&text("runs.csv")?).map_err(|why| damaged("runs.csv", why))?;
        Table::of(&summary, &records).map_err(|why| damaged("runs.csv", why))
    }

    /// From what sweep.json says and the records of runs.csv, the header first.
    fn of(summary: &Value, records: &[Vec<String>]) -> Result<Table, String> {
        let (header, records) = records.split_first().ok_or("it is empty")?;
        let column = |name: &str| header.iter().position(|h| h == name);
        let status = column("status").ok_or("it has no column `status`")?;
        let word = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let mut axes: Vec<Factor> = Vec::new();
        let mut groups: Vec<String> = Vec::new();
        for parameter in summary["parameters"].as_array().into_iter().flatten() {
            let name = word(parameter, "name");
            let kind = word(parameter, "kind");
            let group = parameter["axis"].as_str().unwrap_or(&name).to_owned();
            let zipped = parameter["zip"].as_object().into_iter().flat_map(|z| z.keys().cloned());
            let mut names: Vec<String> = std::iter::once(name.clone()).chain(zipped).collect();
            names.retain(|n| column(n).is_some());
            let drawn = kind == "random" || kind == "sobol";
            // Parameters that go together make one axis; those of a sampled box do not.
            if !drawn && let Some(at) = groups.iter().position(|g| *g == group) {
                axes[at].others.extend(names);
                continue;
            }
            let Some((first, others)) = names.split_first() else { continue };
            let fields = |row: &Vec<String>| row.get(column(first).unwrap_or(0)).cloned().unwrap_or_default();
            let levels = levels(&records.iter().map(fields).collect::<Vec<_>>());
            let log = kind == "log" || word(parameter, "scale") == "log" || (!drawn && wide(&levels));
            let unit = word(parameter, "unit");
            axes.push(Factor { name: first.clone(), unit, others: others.to_vec(), log, drawn, levels });
            groups.push(group);
        }
        let measures: Vec<(String, String)> = (summary["measures"].as_array().into_iter().flatten())
            .map(|m| (word(m, "name"), word(m, "unit")))
            .filter(|(name, _)| column(name).is_some())
            .collect();
        let mut rows = Vec::new();
        for (i, record) in records.iter().enumerate() {
            if record.len() != header.len() {
                return Err(format!(
                    "row {} has {} fields, the header {}",
                    i + 1,
                    record.len(),
                    header.len()
                ));
            }
            let field = |name: &str| column(name).map_or("", |c| record[c].as_str());
            let levels: Option<Vec<usize>> = axes.iter().map(|a| a.level(field(&a.name))).collect();
            let values = measures.iter().map(|(name, _)| field(name).parse().unwrap_or(f64::NAN)).collect();
            let levels = levels.ok_or_else(|| format!("row {} has a value that is no number", i + 1))?;
            rows.push(Row { levels, complete: record[status] == "complete", values });
        }
        Ok(Table { name: word(summary, "name"), axes, measures, rows })
    }

    /// The number of the measure of that name.
    ///
    /// # Errors
    /// There is none; the message says which there are.
    pub(super) fn measure(&self, name: &str) -> Result<usize, Diagnostic> {
        let names: Vec<&str> = self.measures.iter().map(|(n, _)| n.as_str()).collect();
        names.iter().position(|n| *n == name).ok_or_else(|| unknown("measure", name, &names))
    }

    /// The number of the axis that a parameter belongs to.
    ///
    /// # Errors
    /// There is none; the message says which there are.
    pub(super) fn axis(&self, name: &str) -> Result<usize, Diagnostic> {
        let found = self.axes.iter().position(|a| a.name == name || a.others.iter().any(|o| o == name));
        let names: Vec<&str> = self.axes.iter().map(|a| a.name.as_str()).collect();
        found.ok_or_else(|| unknown("swept parameter", name, &names))
    }

    /// Gives a parameter or a measure a unit.
    ///
    /// # Errors
    /// There is neither of that name.
    pub(super) fn set_unit(&mut self, name: &str, unit: &str) -> Result<(), Diagnostic> {
        if let Some(measure) = self.measures.iter_mut().find(|(n, _)| n == name) {
            measure.1 = unit.to_owned();
        } else {
            let axis = self.axis(name)?;
            self.axes[axis].unit = unit.to_owned();
        }
        Ok(())
    }

    /// Only the runs at which a parameter has a value.
    ///
    /// # Errors
    /// No such parameter, or it never has that value.
    pub(super) fn keep(&mut self, name: &str, value: &str) -> Result<(), Diagnostic> {
        let at = self.axis(name)?;
        let axis = &self.axes[at];
        let level = axis.level(value).or_else(|| (0..axis.count()).find(|&l| axis.text(l) == value));
        let Some(level) = level else {
            let texts: Vec<String> = (0..axis.count()).map(|l| axis.text(l)).collect();
            let message = format!("`{name}` is never `{value}` in this sweep");
            return Err(Diagnostic::error("plot/where", message).note(format!("it is {}", texts.join(", "))));
        };
        self.rows.retain(|row| row.levels[at] == level);
        self.axes.remove(at);
        self.rows.iter_mut().for_each(|row| {
            row.levels.remove(at);
        });
        Ok(())
    }

    /// The runs that are at all these (axis, level).
    pub(super) fn at(&self, at: impl IntoIterator<Item = (usize, usize)>) -> impl Iterator<Item = &Row> {
        let at: Vec<(usize, usize)> = at.into_iter().collect();
        self.rows.iter().filter(move |row| at.iter().all(|&(axis, level)| row.levels[axis] == level))
    }
}

fn unknown(what: &str, name: &str, names: &[&str]) -> Diagnostic {
    let error = Diagnostic::error("plot/name", format!("the sweep has no {what} `{name}`"));
    match suggest(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.note(format!("it has {}", super::quoted(names))),
    }
}

/// The different values of a column.
fn levels(fields: &[String]) -> Levels {
    let numbers: Option<Vec<f64>> =
        fields.iter().map(|f| f.parse::<f64>().ok().filter(|x| x.is_finite())).collect();
    if let Some(mut numbers) = numbers {
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        return Levels::Numbers(numbers);
    }
    let mut texts: Vec<String> = Vec::new();
    for field in fields {
        if !texts.contains(field) {
            texts.push(field.clone());
        }
    }
    Levels::Texts(texts)
}

/// Whether values span so much that an even axis would show nothing of the small ones.
fn wide(levels: &Levels) -> bool {
    match levels {
        Levels::Numbers(values) => match (values.first(), values.last()) {
            (Some(&low), Some(&high)) => low > 0.0 && values.len() > 2 && high / low >= 30.0,
            _ => false,
        },
        Levels::Texts(_) => false,
    }
}

/// The records of a CSV text (RFC 4180; a line feed alone may end a record too).
fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut all = Vec::new();
    let mut record = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.peek().is_some() {
        let mut field = String::new();
        if letters.next_if_eq(&'"').is_some() {
            loop {
                match letters.next() {
                    Some('"') if letters.next_if_eq(&'"').is_some() => field.push('"'),
                    Some('"') => break,
                    Some(letter) => field.push(letter),
                    None => return Err(format!("a quote in record {} has no end", all.len() + 1)),
                }
            }
        } else {
            while let Some(letter) = letters.next_if(|c| !matches!(c, ',' | '\n' | '\r')) {
                field.push(letter);
            }
        }
        record.push(field);
        match letters.next() {
            Some(',') if letters.peek().is_none() => record.push(String::new()),
            Some(',') => continue,
            Some('\r') => {
                letters.next_if_eq(&'\n');
            }
            Some('\n') | None => {}
            Some(other) => return Err(format!("`{other}` follows a quote in record {}", all.len() + 1)),
        }
        all.push(std::mem::take(&mut record));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_read_as_it_is_written() {
        let text = "a,\"b,\"\"c\"\"\",d\r\n1,,\"two\nlines\"\n3,4,\n";
        let wanted: Vec<Vec<&str>> =
            vec![vec!["a", "b,\"c\"", "d"], vec!["1", "", "two\nlines"], vec!["3", "4", ""]];
        assert_eq!(records(text).unwrap(), wanted);
        assert_eq!(records("a,b\n1,").unwrap(), vec![vec!["a", "b"], vec!["1", ""]]);
        assert!(records("\"a").unwrap_err().contains("no end"));
        assert!(records("\"a\"b,c\n").is_err());
    }

    #[test]
    fn parameters_that_go_together_are_one_axis() {
        let summary = serde_json::json!({
            "name": "s",
            "parameters": [
                {"name": "we", "kind": "zip", "values": [1, 2], "axis": "weights"},
                {"name": "wi", "kind": "zip", "values": [3, 4], "axis": "weights"},
                {"name": "condition", "kind": "zip", "labels": ["a", "b"], "zip": {"p": [1, 2]}},
            ],
            "measures": [{"name": "m", "text": "m", "unit": "Hz"}],
        });
        let text = "run,seed,we,wi,condition,p,status,reason,m,wall_time_s\n\
                    0,1,2,4,b,2,complete,,7.5,1\n1,1,1,3,a,1,failed,NaN,,1\n";
        let table = Table::of(&summary, &records(text).unwrap()).unwrap();
        let names: Vec<&str> = table.axes.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names, ["we", "condition"]);
        assert_eq!((table.axis("wi").unwrap(), table.axis("p").unwrap()), (0, 1));
        assert_eq!(table.axes[0].levels, Levels::Numbers(vec![1.0, 2.0]));
        assert_eq!(table.rows[0], Row { levels: vec![1, 0], complete: true, values: vec![7.5] });
        assert!(!table.rows[1].complete && table.rows[1].values[0].is_nan());
        assert_eq!(table.measure("n").unwrap_err().help, ["did you mean `m`?"]);
    }

    #[test]
    fn files_are_called_by_their_stems() {
        assert_eq!(plain("patterns/exemplar.txt"), "exemplar");
        assert_eq!(plain("0.5"), "0.5");
        assert_eq!(plain("true"), "true");
    }
}
