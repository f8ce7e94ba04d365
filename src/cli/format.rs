//! Numbers and tables as people read them.

use std::fmt::Write;

/// A count with thin groups: `12 345`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A count of things: `no files`, `1 file`, `12 345 files`; what ends in a consonant and y is left to the caller.
pub(super) fn counted(n: u64, thing: &str) -> String {
    match n {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        _ => format!("{} {thing}s", count(n)),
    }
}

/// A number with at most `digits` significant digits and no trailing zeros; whole numbers in full.
pub(super) fn number(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return if x == 0.0 { "0".into() } else { x.to_string() };
    }
    let magnitude = x.abs().log10().floor() as i64;
    let decimals = (digits as i64 - 1 - magnitude).clamp(0, 17) as usize;
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Wall time: `0.42 s`, `12.3 s`, `3 min 05 s`, `2 h 07 min`.
pub(super) fn duration(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
    if seconds < 0.001 {
        return format!("{:.0} us", seconds * 1e6);
    }
    if seconds < 1.0 {
        return format!("{} ms", number(seconds * 1e3, 3));
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    if whole < 3600 {
        return format!("{} min {:02} s", whole / 60, whole % 60);
    }
    let minutes = (seconds / 60.0).round() as u64;
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

/// Time left, no finer than it can be known.
pub(super) fn time_left(seconds: f64) -> String {
    if seconds < 60.0 { format!("{:.0} s", seconds.max(0.0).ceil()) } else { duration(seconds) }
}

/// Memory: `512 B`, `45.2 MB`, `1.3 GB` (powers of ten).
pub(super) fn bytes(n: u64) -> String {
    let mut value = n as f64;
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    format!("{} {unit}", number(value, 3))
}

/// Estimated work: `850 ns`, `12.3 us`, `4.56 ms`.
pub(super) fn nanoseconds(ns: f64) -> String {
    match ns {
        ns if ns < 999.5 => format!("{} ns", number(ns, 3)),
        ns if ns < 999.5e3 => format!("{} us", number(ns / 1e3, 3)),
        ns => format!("{} ms", number(ns / 1e6, 3)),
    }
}

/// Simulated time over wall time, in words: `3.2 x real time`, `25 x slower than real time`.
pub(super) fn speed(simulated_ms: f64, wall_s: f64) -> String {
    let ratio = simulated_ms / 1e3 / wall_s;
    match ratio {
        r if !r.is_finite() || r <= 0.0 => "-".into(),
        r if r >= 1.0 => format!("{} x real time", number(r, 2)),
        r => format!("{} x slower than real time", number(1.0 / r, 2)),
    }
}

/// Lines `  label  value`, values aligned; a value of several lines stays under itself.
pub(super) fn block(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (label, value) in rows {
        for (i, line) in value.lines().enumerate() {
            let label = if i == 0 { label } else { "" };
            let _ = writeln!(out, "  {label:width$}  {line}");
        }
    }
    out
}

/// A table with a header; the first column is text, the others are numbers.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut out = String::new();
        for (i, (cell, width)) in cells.zip(&widths).enumerate() {
            let _ = if i == 0 { write!(out, "  {cell:width$}") } else { write!(out, "  {cell:>width$}") };
        }
        out.trim_end().to_owned() + "\n"
    };
    let mut out = line(&mut header.iter().copied());
    for row in rows {
        out += &line(&mut row.iter().map(String::as_str));
    }
    out
}

/// A field of a CSV file, in quotes if it must be.
pub(super) fn csv_field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let texts = [0, 12, 999, 1000, 12_345, 1_234_567].map(count);
        assert_eq!(texts, ["0", "12", "999", "1 000", "12 345", "1 234 567"]);
    }

    #[test]
    fn one_thing_is_not_many() {
        let texts = [0, 1, 2, 1200].map(|n| counted(n, "cell"));
        assert_eq!(texts, ["no cells", "1 cell", "2 cells", "1 200 cells"]);
    }

    #[test]
    fn numbers_have_their_significant_digits() {
        let texts = [0.0, 0.5, 25.1666, 1234.5, 0.025, 99.96, -3.0, f64::NAN].map(|x| number(x, 3));
        assert_eq!(texts, ["0", "0.5", "25.2", "1234", "0.025", "100", "-3", "NaN"]);
        assert_eq!(number(120.0, 2), "120");
    }

    #[test]
    fn durations_change_their_unit() {
        let texts = [0.0, 0.000_5, 0.0421, 1.0, 59.94, 59.96, 185.2, 3599.6, 7620.0].map(duration);
        let wanted = [
            "0 us",
            "500 us",
            "42.1 ms",
            "1.0 s",
            "59.9 s",
            "1 min 00 s",
            "3 min 05 s",
            "1 h 00 min",
            "2 h 07 min",
        ];
        assert_eq!(texts, wanted);
        assert_eq!([0.2, 59.2, 61.0].map(time_left), ["1 s", "60 s", "1 min 01 s"]);
    }

    #[test]
    fn sizes_and_work_change_their_unit() {
        assert_eq!(
            [0, 999, 1000, 45_200_000, 1_300_000_000].map(bytes),
            ["0 B", "999 B", "1 kB", "45.2 MB", "1.3 GB"]
        );
        assert_eq!([0.0, 850.0, 12_340.0, 4.56e6].map(nanoseconds), ["0 ns", "850 ns", "12.3 us", "4.56 ms"]);
    }

    #[test]
    fn speed_is_told_against_real_time() {
        assert_eq!(speed(3200.0, 1.0), "3.2 x real time");
        assert_eq!(speed(40.0, 1.0), "25 x slower than real time");
        assert_eq!(speed(0.0, 1.0), "-");
        assert_eq!(speed(1.0, 0.0), "-");
    }

    #[test]
    fn blocks_and_tables_are_aligned() {
        let rows = [("cells", "801".to_owned()), ("min delay", "0.5 ms\nat last".to_owned())];
        assert_eq!(block(&rows), "  cells      801\n  min delay  0.5 ms\n             at last\n");
        let rows = [vec!["alpha".into(), "5033".into()], vec!["g".into(), "0".into()]];
        assert_eq!(
            table(&["population", "spikes"], &rows),
            "  population  spikes\n  alpha         5033\n  g                0\n"
        );
    }

    #[test]
    fn csv_fields_are_quoted_when_they_must_be() {
        assert_eq!(csv_field("alpha"), "alpha");
        assert_eq!(csv_field("a,b"), "\"a,b\"");
        assert_eq!(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
    }
}
