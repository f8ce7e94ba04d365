//! `volley spikes`: a spike file as CSV.

use std::io::{self, Write};

use super::Exit;
use super::args::SpikesArgs;
use super::format::csv_field;
use super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, suggest};
use crate::record::{SpikeFile, SpikeTrain, read_spikes};

/// Prints a file's spikes, population by population, in the file's order.
pub(super) fn print(args: &SpikesArgs) -> Exit {
    let terminal = Terminal::new(true, false);
    let file = match read_spikes(&args.file) {
        Ok(file) => file,
        Err(error) => {
            terminal.tell(&error.diagnostic());
            return Exit::BadInput;
        }
    };
    if let Some(note) = unfinished(&file) {
        terminal.note("output/unfinished", &format!("`{}` is of {note}", args.file.display()));
    }
    let trains = match &args.population {
        None => file.trains,
        Some(name) => {
            let (chosen, others): (Vec<_>, Vec<_>) =
                file.trains.into_iter().partition(|t| t.population == *name);
            if chosen.is_empty() {
                terminal.tell(&unknown(name, &others, &args.file.display().to_string()));
                return Exit::BadInput;
            }
            chosen
        }
    };
    terminal::print(|out| write_csv(out, &trains))
}

/// What to know of a file whose run did not reach its end.
fn unfinished(file: &SpikeFile) -> Option<String> {
    let status = file.status.as_deref().filter(|s| *s != "complete")?;
    let what = match status {
        "incomplete" => "a run that is still going on or was killed",
        "interrupted" => "a run that was interrupted",
        "failed" => "a run that failed",
        other => other,
    };
    let until = file.until.map_or_else(String::new, |t| format!(": it holds all spikes up to {t} ms"));
    Some(format!("{what}{until}"))
}

fn unknown(name: &str, trains: &[SpikeTrain], path: &str) -> Diagnostic {
    let names: Vec<&str> = trains.iter().map(|t| t.population.as_str()).collect();
    let diagnostic = Diagnostic::error("spikes/population", format!("`{path}` has no population `{name}`"));
    match suggest(name, names.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => diagnostic.note("there is no population in it at all"),
        None => diagnostic.note(format!(
            "it has {}",
            names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn write_csv(out: &mut dyn Write, trains: &[SpikeTrain]) -> io::Result<()> {
    writeln!(out, "population,id,time_ms")?;
    for train in trains {
        let name = csv_field(&train.population);
        for (id, time) in train.ids.iter().zip(&train.times) {
            writeln!(out, "{name},{id},{time}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn train(population: &str, times: &[f64], ids: &[u64]) -> SpikeTrain {
        SpikeTrain { population: population.into(), times: times.into(), ids: ids.into() }
    }

    #[test]
    fn times_are_printed_so_that_they_read_back_the_same() {
        let times = [0.1 + 0.2, 145.9, 1e-7, 500.0];
        let mut out = Vec::new();
        write_csv(&mut out, &[train("a,b", &times, &[0, 1, 2, 3]), train("silent", &[], &[])]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("population,id,time_ms"));
        assert_eq!(lines.next(), Some("\"a,b\",0,0.30000000000000004"));
        let read: Vec<f64> =
            text.lines().skip(1).map(|l| l.rsplit(',').next().unwrap().parse().unwrap()).collect();
        assert_eq!(read, times);
    }

    #[test]
    fn an_unknown_population_is_refused_with_what_there_is() {
        let trains = [train("alpha", &[], &[]), train("beta", &[], &[])];
        assert_eq!(unknown("alpa", &trains, "f").help, ["did you mean `alpha`?"]);
        assert_eq!(unknown("delta-x", &trains, "f").notes, ["it has `alpha`, `beta`"]);
    }

    #[test]
    fn files_of_unfinished_runs_say_so() {
        let file = |status: Option<&str>| SpikeFile {
            trains: vec![],
            status: status.map(Into::into),
            until: Some(12.5),
        };
        assert_eq!(unfinished(&file(None)), None);
        assert_eq!(unfinished(&file(Some("complete"))), None);
        let text = unfinished(&file(Some("interrupted"))).unwrap();
        assert_eq!(text, "a run that was interrupted: it holds all spikes up to 12.5 ms");
    }
}
