//! What `volley run` tells: what was built before the run, and what came of it after.

use std::collections::BTreeMap;

use super::format::{block, bytes, count, counted, duration, nanoseconds, number, speed, table};
use crate::diagnostic::{Diagnostic, Severity};
use crate::record::{Serial, SerialVariable, Status, Summary};

/// What was built, before the run. `populations`: name and number of cells of each.
pub(super) fn built(summary: &Summary, populations: &[(String, u64)], folder: &str) -> String {
    let title = format!(
        "{}: {} ms in steps of {} ms, seed {}\n",
        summary.network,
        number(summary.tstop_ms, 9),
        number(summary.dt_ms, 9),
        summary.seed
    );
    let mut rows = vec![
        ("cells", cells(summary.cells, populations)),
        ("compartments", count(summary.compartments)),
        ("connections", count(summary.connections)),
        ("min delay", min_delay(summary)),
        ("threads", threads(summary)),
    ];
    if summary.split_cells > 0 {
        rows.push(("split", split(summary)));
    }
    if !summary.parameters.is_empty() {
        let set: Vec<String> =
            summary.parameters.iter().map(|(name, value)| format!("{name} = {}", plain(value))).collect();
        rows.push(("parameters", wrap(&set, 70)));
    }
    rows.push(("results", folder.to_owned()));
    title + &block(&rows)
}

fn cells(total: u64, populations: &[(String, u64)]) -> String {
    let each: Vec<String> = populations.iter().map(|(name, n)| format!("{name} {}", count(*n))).collect();
    if each.len() < 2 { count(total) } else { wrap_after(&format!("{} (", count(total)), &each, ")") }
}

fn min_delay(summary: &Summary) -> String {
    epoch(summary.min_delay_ms, summary.epoch_steps)
}

/// The smallest delay, and how many steps make an epoch.
pub(super) fn epoch(min_delay_ms: Option<f64>, steps: u64) -> String {
    let steps = counted(steps, "step");
    match min_delay_ms {
        Some(delay) => format!("{} ms, so an epoch is {steps}", number(delay, 9)),
        None => format!("none, as there are no connections; an epoch is {steps}"),
    }
}

/// Threads and their complexity: each of a few, the range of many.
fn threads(summary: &Summary) -> String {
    load(&summary.complexity, summary.load_imbalance)
}

/// The complexity of each thread, and how unequal they are.
pub(super) fn load(work: &[f64], imbalance: f64) -> String {
    let list: Vec<String> = work.iter().map(|&ns| nanoseconds(ns)).collect();
    match list.as_slice() {
        [] => "0".into(),
        [one] => format!("1, complexity {one} a step"),
        few if few.len() <= 8 => format!(
            "{}, complexity {} a step, load imbalance {}",
            few.len(),
            few.join(" + "),
            percent(imbalance)
        ),
        many => {
            let least = work.iter().copied().fold(f64::INFINITY, f64::min);
            let most = work.iter().copied().fold(0.0, f64::max);
            format!(
                "{}, complexity {} to {} a step, load imbalance {}",
                many.len(),
                nanoseconds(least),
                nanoseconds(most),
                percent(imbalance)
            )
        }
    }
}

/// How many cells threads share.
fn split(summary: &Summary) -> String {
    let cells = counted(summary.split_cells, "cell");
    format!("{cells} in {}", counted(summary.pieces, "piece"))
}

pub(super) fn percent(fraction: f64) -> String {
    format!("{} %", number(fraction * 100.0, 2))
}

/// Which mechanisms hold their cells on thread 0, and by which variables; nothing when there are none.
pub(super) fn serial(serial: &[Serial]) -> Option<Diagnostic> {
    let message = match serial {
        [] => return None,
        [one] => format!("`{}` is serial: the cells that have it run on thread 0", one.mechanism),
        many => format!("{} mechanisms are serial: the cells that have them run on thread 0", many.len()),
    };
    let mut notice = Diagnostic::new(Severity::Note, "run/serial", message);
    for one in serial {
        let cells = counted(one.cells, "cell");
        let variable = |variable: &SerialVariable| {
            let place = variable.file.as_ref().zip(variable.line);
            let place = place.map(|(file, line)| format!(" ({file}, line {line})")).unwrap_or_default();
            format!("`{}`{place}", variable.name)
        };
        let variables: Vec<String> = one.variables.iter().map(variable).collect();
        notice = notice.note(format!(
            "`{}`, {cells}: the value of {} passes from one instance to the next",
            one.mechanism,
            variables.join(", ")
        ));
    }
    Some(notice)
}

/// What came of the run.
pub(super) fn ending(summary: &Summary, populations: &[(String, u64)], files: &[String]) -> String {
    let rows: Vec<Vec<String>> = populations
        .iter()
        .map(|(name, cells)| {
            let of = |map: &BTreeMap<String, u64>| map.get(name).copied().unwrap_or(0);
            let rate = summary.mean_rate_hz.get(name).copied().unwrap_or(0.0);
            vec![name.clone(), count(*cells), count(of(&summary.spikes)), format!("{} Hz", number(rate, 4))]
        })
        .collect();
    let mut out = match summary.status {
        Status::Complete => "\n".to_owned(),
        status => format!("\n{} at {} ms\n", status.word(), number(summary.until_ms, 9)),
    };
    out += &table(&["population", "cells", "spikes", "mean rate"], &rows);
    let wall = summary.wall_time_s;
    let mut rows = vec![(
        "wall time",
        format!(
            "build {}, run {} ({})",
            duration(wall.build),
            duration(wall.run),
            speed(summary.until_ms, wall.run)
        ),
    )];
    if let Some(peak) = summary.peak_memory_bytes {
        rows.push(("peak memory", bytes(peak)));
    }
    rows.push(("files", files.join("\n")));
    out += &block(&rows);
    if summary.status != Status::Complete {
        out += "The files hold the results up to that time, under temporary names; finished results that were there \
                are as they were.\n";
    }
    out
}

/// A parameter's value as people type it: `2`, not `2.0`; no quotes.
fn plain(value: &serde_json::Value) -> String {
    match (value.as_str(), value.as_f64()) {
        (Some(text), _) => text.to_owned(),
        (_, Some(number)) => number.to_string(),
        _ => value.to_string(),
    }
}

/// Joins with commas, in lines of about `width`.
pub(super) fn wrap(parts: &[String], width: usize) -> String {
    let mut out = String::new();
    let mut line = 0;
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push(',');
            let fits = line + part.chars().count() < width;
            out.push(if fits { ' ' } else { '\n' });
            line = if fits { line + 2 } else { 0 };
        }
        out += part;
        line += part.chars().count();
    }
    out
}

fn wrap_after(before: &str, parts: &[String], after: &str) -> String {
    let mut parts = parts.to_vec();
    if let Some(first) = parts.first_mut() {
        first.insert_str(0, before);
    }
    wrap(&parts, 70) + after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::WallTime;

    fn summary() -> Summary {
        let map = |n: u64, m: u64| BTreeMap::from([("alpha".to_owned(), n), ("gamma".to_owned(), m)]);
        Summary {
            network: "hopfield-brody".into(),
            version: "0.1.0".into(),
            status: Status::Complete,
            until_ms: 500.0,
            parameters: serde_json::from_str(r#"{"delay": 2.0, "pattern": "exemplar.txt"}"#).unwrap(),
            dt_ms: 0.05,
            tstop_ms: 500.0,
            seed: 1,
            threads: 2,
            cells: 401,
            populations: serde_json::from_str(r#"{"alpha": 400, "gamma": 1}"#).unwrap(),
            lists: serde_json::Map::new(),
            compartments: 401,
            connections: 10_000,
            steps: 10_000,
            min_delay_ms: Some(2.0),
            epoch_steps: 40,
            complexity: vec![12_340.0, 12_300.0],
            load_imbalance: 0.001_62,
            split_cells: 0,
            pieces: 0,
            serial: Vec::new(),
            spikes: map(5033, 0),
            mean_rate_hz: BTreeMap::from([("alpha".to_owned(), 25.165), ("gamma".to_owned(), 0.0)]),
            wall_time_s: WallTime { build: 0.0123, run: 2.0 },
            peak_memory_bytes: Some(45_200_000),
            files: vec!["spikes.h5".into()],
        }
    }

    fn populations() -> Vec<(String, u64)> {
        vec![("alpha".into(), 400), ("gamma".into(), 1)]
    }

    #[test]
    fn what_is_built_is_told() {
        let wanted = "\
hopfield-brody: 500 ms in steps of 0.05 ms, seed 1
  cells         401 (alpha 400, gamma 1)
  compartments  401
  connections   10 000
  min delay     2 ms, so an epoch is 40 steps
  threads       2, complexity 12.3 us + 12.3 us a step, load imbalance 0.16 %
  parameters    delay = 2, pattern = exemplar.txt
  results       out/hb
";
        assert_eq!(built(&summary(), &populations(), "out/hb"), wanted);
    }

    #[test]
    fn networks_without_connections_and_many_threads_are_told() {
        let mut s = summary();
        s.min_delay_ms = None;
        s.complexity = (0..100).map(|i| 1000.0 + f64::from(i)).collect();
        let text = built(&s, &populations()[..1], "x");
        assert!(text.contains("none, as there are no connections; an epoch is 40 steps"), "{text}");
        assert!(text.contains("100, complexity 1 us to 1.1 us a step"), "{text}");
        assert!(text.contains("cells         401\n"), "{text}");
        assert!(!text.contains("split"), "{text}");
        (s.split_cells, s.pieces) = (1, 12);
        let text = built(&s, &populations()[..1], "x");
        assert!(text.contains("split         1 cell in 12 pieces\n"), "{text}");
    }

    #[test]
    fn what_came_of_it_is_told() {
        let wanted = "
  population  cells  spikes  mean rate
  alpha         400   5 033   25.16 Hz
  gamma           1       0       0 Hz
  wall time    build 12.3 ms, run 2.0 s (4 x slower than real time)
  peak memory  45.2 MB
  files        out/spikes.h5
               out/summary.json
";
        let files = ["out/spikes.h5".to_owned(), "out/summary.json".to_owned()];
        assert_eq!(ending(&summary(), &populations(), &files), wanted);
    }

    #[test]
    fn an_early_end_is_told_first() {
        let mut s = summary();
        s.status = Status::Interrupted;
        s.until_ms = 123.45;
        let text = ending(&s, &populations(), &[]);
        assert!(text.starts_with("\ninterrupted at 123.45 ms\n"), "{text}");
        assert!(text.contains("temporary names"), "{text}");
    }

    #[test]
    fn serial_mechanisms_are_told() {
        let variable = |name: &str, line| SerialVariable {
            name: name.into(),
            file: Some("pool.mod".into()).filter(|_| line > 0),
            line: Some(line).filter(|line| *line > 0),
        };
        let one = Serial { mechanism: "pool".into(), variables: vec![variable("rest", 31)], cells: 1 };
        let notice = serial(std::slice::from_ref(&one)).unwrap();
        assert_eq!(notice.message, "`pool` is serial: the cells that have it run on thread 0");
        let wanted =
            "`pool`, 1 cell: the value of `rest` (pool.mod, line 31) passes from one instance to the next";
        assert_eq!(notice.notes, [wanted]);
        let other = Serial {
            mechanism: "x".into(),
            variables: vec![variable("a", 0), variable("b", 2)],
            cells: 2000,
        };
        let notice = serial(&[one, other]).unwrap();
        assert_eq!(notice.message, "2 mechanisms are serial: the cells that have them run on thread 0");
        let wanted =
            "`x`, 2 000 cells: the value of `a`, `b` (pool.mod, line 2) passes from one instance to the next";
        assert_eq!(notice.notes[1], wanted);
        assert!(serial(&[]).is_none());
    }

    #[test]
    fn long_lists_are_wrapped() {
        let parts: Vec<String> = (0..30).map(|i| format!("population{i} 10")).collect();
        let text = wrap(&parts, 70);
        assert!(text.lines().count() > 3 && text.lines().all(|l| l.len() < 75), "{text}");
        assert_eq!(text.replace('\n', " "), parts.join(", "));
    }
}
