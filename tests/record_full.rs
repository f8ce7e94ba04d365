//! A disk that takes no more: the run ends with a message, and what was flushed is there.
#![cfg(unix)]

mod record;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use record::{feed, layout, spikes_at};
use volley::record::{Folder, Recorder, Settings, read_spikes};

const FOLDER: &str = "VOLLEY_TEST_FULL_FOLDER";
const REPORTS: &str = "VOLLEY_TEST_FULL_REPORTS";

/// Not a test by itself: records until it cannot, in a process whose files may not grow beyond a limit.
#[test]
#[ignore = "started by other tests"]
fn child() {
    let Some(path) = std::env::var_os(FOLDER) else { return };
    let folder = Folder::claim(Path::new(&path)).unwrap();
    let mut what = layout(200_000);
    if std::env::var_os(REPORTS).is_none() {
        what.reports.clear();
    }
    let started = Recorder::start(folder, what, Settings { flush_every: Duration::ZERO });
    let mut recorder = match started {
        Ok(recorder) => recorder,
        Err(error) => return println!("start: {error}; help: {:?}", error.help()),
    };
    let error = if std::env::var_os(REPORTS).is_none() {
        use volley::engine::Sink;
        (0..).find_map(|step| {
            let result =
                recorder.spikes(&spikes_at(step)).and_then(|()| recorder.advance(step as f64 * record::DT));
            result.err()
        })
    } else {
        feed(&mut recorder, 0, 200_000, |_| ()).err()
    };
    println!("run: {}", error.unwrap());
    println!("flushed {}", recorder.flushed_until());
    println!("close: {}", recorder.close(volley::record::Status::Failed, 0.0).unwrap_err());
}

/// Runs [`child`] with files of at most `blocks` blocks of 512 or 1024 bytes; what it printed.
fn run(folder: &Path, blocks: u32, reports: bool) -> String {
    let mut shell = Command::new("sh");
    // A write beyond the limit sends a signal; ignored, the write fails as it does on a full disk.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact child --ignored --nocapture");
    shell.arg("-c").arg(script).arg(std::env::current_exe().unwrap()).env(FOLDER, folder);
    if reports {
        shell.env(REPORTS, "1");
    }
    let output = shell.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn spikes_flushed_before_the_disk_was_full_are_there() {
    let dir = tempfile::tempdir().unwrap();
    let said = run(dir.path(), 400, false);
    let line = |start: &str| {
        said.lines().find(|l| l.starts_with(start)).unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    assert!(line("run: ").contains("spikes.h5.part") && line("run: ").contains("File too large"), "{said}");
    assert!(line("close: ").contains("spikes.h5.part"), "{said}");
    let flushed: f64 = line("flushed ").trim_start_matches("flushed ").parse().unwrap();
    let read = read_spikes(&dir.path().join("spikes.h5.part")).unwrap();
    assert_eq!(read.until, Some(flushed));
    let steps = (flushed / record::DT).round() as u64 + 1;
    let wanted: Vec<f64> = (0..steps).flat_map(spikes_at).filter(|s| s.id < 40).map(|s| s.time).collect();
    assert!(wanted.len() > 1000);
    assert_eq!(read.trains[0].times, wanted);
}

#[test]
fn a_report_without_room_is_refused_before_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let said = run(dir.path(), 400, true);
    assert!(said.contains("start: cannot") && said.contains("v.h5.part"), "{said}");
}
