//! The command as a process: `volley spikes`, its messages and statuses.

mod record;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use volley::record::Status;

fn volley(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    command.args(words);
    command
}

fn answer(words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = volley(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn spikes_are_printed_as_csv() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), 1000, Duration::from_secs(1), Status::Complete);
    let file = path(dir.path(), "spikes.h5");
    let (status, out, err) = answer(&["spikes", &file]);
    assert_eq!((status, err.as_str()), (0, ""));
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("population,id,time_ms"));
    let wanted: Vec<String> = (0..=1000)
        .flat_map(record::spikes_at)
        .filter(|s| s.id < 40)
        .map(|s| format!("alpha,{},{}", s.id, s.time))
        .collect();
    assert!(wanted.len() > 100);
    assert_eq!(lines.by_ref().take(wanted.len()).collect::<Vec<_>>(), wanted);
    assert_eq!(lines.next(), Some("\"gamma 1,\"\"x\"\"\",0,0.07500000000000001"));

    let (status, out, _) = answer(&["spikes", &file, "--population", "silent"]);
    assert_eq!((status, out.as_str()), (0, "population,id,time_ms\n"));
    let (status, out, err) = answer(&["spikes", &file, "--population", "slient"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `silent`?"), "{err}");
}

#[test]
fn the_file_of_an_unfinished_run_says_so() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), 1000, Duration::from_secs(1), Status::Interrupted);
    let (status, out, err) = answer(&["spikes", &path(dir.path(), "spikes.h5.part")]);
    assert_eq!(status, 0);
    assert!(out.lines().count() > 100);
    let until = 499.0 * record::DT;
    assert!(err.contains(&format!("interrupted: it holds all spikes up to {until} ms")), "{err}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), 200_000, Duration::from_secs(1), Status::Complete);
    let file = path(dir.path(), "spikes.h5");
    let mut child = volley(&["spikes", &file]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "population,id,time_ms\n");
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}

#[test]
fn what_is_no_spike_file_has_a_message_and_status_2() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("text.h5"), "not HDF5").unwrap();
    for (name, message) in [
        ("none.h5", "cannot open"),
        ("text.h5", "it is not an HDF5 file"),
        ("", "it is a folder; give the `spikes.h5` in it"),
    ] {
        let (status, out, err) = answer(&["spikes", &path(dir.path(), name)]);
        assert_eq!((status, out.as_str()), (2, ""), "{name}");
        assert!(err.contains(message) && !err.contains("panicked"), "{err}");
    }
}

#[test]
fn help_names_the_statuses_and_wrong_words_have_status_2() {
    let (status, out, _) = answer(&["--help"]);
    assert_eq!(status, 0);
    assert!(out.contains("130  interrupted"), "{out}");
    assert_eq!(answer(&["--version"]).1, format!("volley {}\n", env!("CARGO_PKG_VERSION")));
    for words in
        [&["fly"][..], &[], &["run"], &["run", "a.toml", "--threads", "0"], &["run", "a.toml", "--set", "x"]]
    {
        let (status, out, err) = answer(words);
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}");
        assert!(!err.is_empty(), "{words:?}");
    }
}

#[test]
fn messages_have_colours_only_on_terminals() {
    let (_, _, err) = answer(&["spikes", "none.h5"]);
    assert!(err.contains("error[") && !err.contains('\u{1b}'), "{err:?}");
}
