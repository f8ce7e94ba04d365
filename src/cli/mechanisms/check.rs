//! `volley mod check`: a verdict for each .mod file, with NEURON's notices and what is wrong with its units.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::Exit;
use super::super::args::{ModCheckArgs, SummaryFormat};
use super::super::format::counted;
use super::super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Severity, Sources, Span, shortened};
use crate::mechanism::verdict::{Becomes, Report, Verdict, judge};
use crate::nmodl::dimensions::Shown;
use crate::units::Quantity;

/// Judges all files. A file that cannot be read counts as refused.
pub(super) fn check(args: &ModCheckArgs) -> Exit {
    let terminal = Terminal::new(true, false);
    let Some(files) = super::named_files(&args.files, &terminal) else { return Exit::BadInput };
    let mut judged = Vec::new();
    let mut unread = false;
    for file in files {
        let mut sources = Sources::default();
        match super::read(&file, &mut sources) {
            Ok(id) => {
                let report = judge(&mut sources, id);
                judged.push(Judged { file, sources, report });
            }
            Err(problem) => {
                unread = true;
                terminal.tell(&problem);
            }
        }
    }
    let printed = match args.summary {
        Some(SummaryFormat::Json) => {
            terminal::print(|out| writeln!(out, "{:#}", summary(&judged, args.strict_units)))
        }
        None if judged.is_empty() => Exit::Complete,
        None => {
            for one in &judged {
                terminal.diagnostics(&one.report.messages, &one.sources);
                let units = one.report.units.messages(args.strict_units);
                let hidden = units.iter().count() as u64;
                // Units matter once the file can be read; till then they would bury what is wrong.
                if one.report.verdict.runs() || args.strict_units || hidden == 0 {
                    terminal.diagnostics(&units, &one.sources);
                } else {
                    let many = counted(hidden, "unit warning");
                    let text = format!(
                        "{}: {many} left out till the errors are mended; `--strict-units` shows all",
                        one.file.display()
                    );
                    terminal.note("units/left-out", &text);
                }
            }
            terminal::print(|out| out.write_all(table(&judged).as_bytes()))
        }
    };
    let agrees = |one: &Judged| !args.strict_units || one.report.units.findings.is_empty();
    let all_run = judged.iter().all(|one| one.report.verdict.runs() && agrees(one));
    if all_run && !unread || printed != Exit::Complete { printed } else { Exit::BadInput }
}

/// A file and what is said of it.
struct Judged {
    file: PathBuf,
    sources: Sources,
    report: Report,
}

impl Judged {
    /// The line of a place; with the file's name when it stands in an included file.
    fn line(&self, span: Span) -> String {
        let line = self.sources.line_column(span).0;
        let name = &self.sources.get(span.source).name;
        if *name == self.file.display().to_string() {
            format!("line {line}")
        } else {
            format!("line {line} of {name}")
        }
    }

    /// Why the verdict is what it is, in one line.
    fn reason(&self) -> String {
        let first_error = || self.report.messages.iter().find(|d| d.severity == Severity::Error);
        match &self.report.verdict {
            Verdict::Safe(_) => self.report.verdict.reason(),
            Verdict::Serial(carried) => {
                let place = carried.first().and_then(|c| c.span).map(|span| self.line(span) + ": ");
                place.unwrap_or_default() + &self.report.verdict.reason()
            }
            Verdict::Refused => match first_error() {
                Some(error) => self.told(error),
                None => self.report.verdict.reason(),
            },
        }
    }

    /// How the units are, in a line, unless all is in order.
    fn units(&self) -> Option<String> {
        let units = &self.report.units;
        let bare = units.without_unit.len();
        let warnings = units.findings.len() as u64;
        let warnings = (warnings > 0).then(|| counted(warnings, "warning"));
        let total = bare + units.with_unit;
        let unchecked =
            (bare > 0).then(|| format!("names without a unit, which take any: {bare} of {total}"));
        let parts: Vec<String> = warnings.into_iter().chain(unchecked).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn told(&self, message: &Diagnostic) -> String {
        let place = message.labels.first().map(|label| self.line(label.span) + ": ");
        place.unwrap_or_default() + &shortened(&message.message)
    }
}

/// For people: a line for each file, under it what NEURON says.
fn table(judged: &[Judged]) -> String {
    let names: Vec<String> = judged.iter().map(|one| one.file.display().to_string()).collect();
    let widest = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (one, name) in judged.iter().zip(&names) {
        let word = one.report.verdict.word();
        let _ = writeln!(text, "{name:widest$}  {word:7}  {}", one.reason());
        for notice in &one.report.notices {
            let line = one.line(notice.span);
            let _ = writeln!(text, "{:widest$}  NEURON   {line}: {}", "", notice.text);
        }
        for table in &one.report.tables {
            let line = one.line(table.span);
            let _ = writeln!(text, "{:widest$}  TABLE    {line}: {}", "", table.text);
        }
        if let Some(said) = one.units() {
            let _ = writeln!(text, "{:widest$}  units    {said}", "");
        }
    }
    let count = |word: &str| judged.iter().filter(|one| one.report.verdict.word() == word).count();
    let [safe, serial, refused] = ["safe", "serial", "refused"].map(count);
    let files = counted(judged.len() as u64, "file");
    let _ = writeln!(text, "{files}: {safe} safe, {serial} serial, {refused} refused");
    let of_units = judged.iter().map(|one| one.report.units.findings.len());
    let warnings: usize = of_units.clone().sum();
    if warnings > 0 {
        let with = of_units.filter(|n| *n > 0).count();
        let warnings = counted(warnings as u64, "unit warning");
        let _ = writeln!(text, "{warnings} in {}", counted(with as u64, "file"));
    }
    text
}

/// The same for programs.
fn summary(judged: &[Judged], strict: bool) -> Value {
    let files: Vec<Value> = judged.iter().map(|one| of_file(one, strict)).collect();
    let count = |word: &str| judged.iter().filter(|one| one.report.verdict.word() == word).count();
    json!({
        "files": files,
        "counts": {
            "safe": count("safe"),
            "serial": count("serial"),
            "refused": count("refused"),
            "unit_warnings": judged.iter().map(|one| one.report.units.findings.len()).sum::<usize>(),
        },
    })
}

fn of_file(one: &Judged, strict: bool) -> Value {
    let place = |span: Span| {
        let (line, column) = one.sources.line_column(span);
        json!({ "file": one.sources.get(span.source).name, "line": line, "column": column })
    };
    let messages = one.report.messages.iter().map(|message| {
        let severity = word(message.severity);
        let place = message.labels.first().map(|label| place(label.span));
        json!({ "severity": severity, "code": message.code, "message": message.message, "place": place })
    });
    let globals: Vec<Value> = match &one.report.verdict {
        Verdict::Safe(shared) => shared
            .iter()
            .map(|s| {
                let value = match s.becomes {
                    Becomes::Own => "each instance's own",
                    Becomes::Same => "same for all instances",
                    Becomes::Unread => "never used",
                };
                json!({ "name": s.name, "value": value })
            })
            .collect(),
        Verdict::Serial(carried) => carried
            .iter()
            .map(|c| json!({ "name": c.name, "value": "passes between instances", "place": c.span.map(place) }))
            .collect(),
        Verdict::Refused => Vec::new(),
    };
    let notices = one.report.notices.iter().map(|notice| {
        json!({
            "text": notice.text,
            "thread_safe": !notice.kind.unsafe_in_neuron(),
            "place": place(notice.span),
        })
    });
    let tables = one.report.tables.iter();
    let tables = tables.map(|table| json!({ "text": table.text, "place": place(table.span) }));
    let units = &one.report.units;
    let severity = word(if strict { Severity::Error } else { Severity::Warning });
    let shown = |unit: &Shown| {
        let Quantity { factor, dimensions } = unit.quantity;
        json!({ "unit": unit.text, "factor": factor, "dimensions": dimensions })
    };
    let warnings = units.findings.iter().map(|finding| {
        json!({
            "severity": severity,
            "code": finding.message.code,
            "message": finding.message.message,
            "wanted": finding.wanted.as_ref().map(shown),
            "found": finding.found.as_ref().map(shown),
            "help": finding.message.help,
            "places": finding.places.iter().map(|span| place(*span)).collect::<Vec<_>>(),
        })
    });
    json!({
        "file": one.file.display().to_string(),
        "mechanism": one.report.name,
        "verdict": one.report.verdict.word(),
        "runs": one.report.verdict.runs(),
        "reason": one.reason(),
        "assigned_globals": globals,
        "neuron": notices.collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
        "messages": messages.collect::<Vec<_>>(),
        "units": {
            "warnings": warnings.collect::<Vec<_>>(),
            "without_unit": units.without_unit.iter().map(|name| &name.text).collect::<Vec<_>>(),
            "with_unit": units.with_unit,
        },
    })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
