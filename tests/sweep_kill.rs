//! Sweeps that are killed, stopped and damaged: `--resume` does what is missing, and the table is that of an unbroken sweep.
#![cfg(unix)]

mod sweep_common;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sweep_common::Place;

/// Forty runs of some milliseconds; a fifth of them fail.
const SWEEP: &str = r#"
name = "s"
network = "net.toml"
repeats = 4
keep = ["spikes"]
[simulation]
tstop = 300
[measures]
n = "count(balls)"
[vary]
strength = [0.01, 0.02, 1e308, 0.05, 0.1]
delay = [0.5, 1.5]
"#;

fn lines(place: &Place) -> usize {
    fs::read(place.path("s/journal.jsonl")).map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count())
}

fn wait_for(child: &mut Child, what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() && child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing happens");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    assert_eq!(place.run("sweep s.toml --out whole").0, Some(3));
    let mut broken = 0;
    for round in 0..10usize {
        let _ = fs::remove_dir_all(place.path("s"));
        // Killed once, or twice on the way: in the beginning, between runs, near the end, while tables are written.
        for part in 0..1 + round % 2 {
            let mut child = place.command("sweep s.toml --resume --jobs 2").spawn().unwrap();
            let wanted = (round * 4 + part * 12).min(40);
            wait_for(&mut child, || lines(&place) >= wanted && (wanted > 0 || place.path("s").exists()));
            std::thread::sleep(Duration::from_micros(700 * round as u64));
            child.kill().unwrap();
            broken += usize::from(child.wait().unwrap().signal() == Some(9));
        }
        let before = lines(&place);
        let (code, said) = place.run("sweep s.toml --resume");
        assert_eq!(code, Some(3), "round {round}: {said}");
        assert_eq!(place.table("s"), place.table("whole"), "round {round}");
        for name in ["spikes.h5", "sweep.json"] {
            assert!(
                place.bytes(&format!("s/{name}")) == place.bytes(&format!("whole/{name}")),
                "{name}, round {round}"
            );
        }
        // Only what was missing was done: a line cut in two is the only one that can be written again.
        assert!(lines(&place) == 40 && before <= 40, "round {round}: {before} lines, then {}", lines(&place));
        let left: Vec<_> = fs::read_dir(place.path("s")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(
            left.iter().all(|name| !name.to_string_lossy().ends_with(".tmp") && name != "kept"),
            "{left:?}"
        );
    }
    assert!(broken >= 8, "only {broken} kills came in time");
}

#[test]
fn a_torn_line_and_a_damaged_one_are_done_again() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    assert_eq!(place.run("sweep s.toml").0, Some(3));
    let table = place.table("s");
    let spikes = place.bytes("s/spikes.h5");
    let journal = place.bytes("s/journal.jsonl");
    let mut damaged = journal.clone();
    damaged.truncate(journal.len() - 20);
    damaged[journal.len() / 2] ^= 4;
    // As a kill before the tables were written leaves it, but for the spikes, which are made again.
    for name in ["runs.csv", "runs.h5", "spikes.h5", "sweep.json"] {
        fs::remove_file(place.path(&format!("s/{name}"))).unwrap();
    }
    fs::write(place.path("s/journal.jsonl"), &damaged).unwrap();
    assert_eq!(place.run("sweep s.toml --resume").0, Some(3));
    assert_eq!(place.table("s"), table);
    assert!(place.bytes("s/spikes.h5") == spikes);
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn ctrl_c_keeps_what_is_done_and_says_how_to_go_on() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    assert_eq!(place.run("sweep s.toml --out whole").0, Some(3));
    for name in ["-INT", "-TERM"] {
        let _ = fs::remove_dir_all(place.path("s"));
        let mut child = place.command("sweep s.toml").stderr(Stdio::piped()).spawn().unwrap();
        wait_for(&mut child, || lines(&place) >= 5);
        signal(&child, name);
        let out = child.wait_with_output().unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(130), "{said}");
        assert!(
            said.contains("of 40 runs; they are kept in `s`") && said.contains("with `--resume`"),
            "{said}"
        );
        assert!(!place.path("s/sweep.json").exists() && !place.path("s/.volley.lock").exists());
        let before = lines(&place);
        assert!((5..40).contains(&before), "{before}");
        let (code, said) = place.run("sweep s.toml");
        assert_eq!(code, Some(2));
        assert!(said.contains(&format!("{before} of 40 runs")) && said.contains("`--resume`"), "{said}");
        assert_eq!(place.run("sweep s.toml --resume").0, Some(3));
        assert_eq!(place.table("s"), place.table("whole"));
    }
}

/// A run that would go on for ever is cut at once.
#[test]
fn a_long_run_is_cut() {
    let sweep = SWEEP.replace("tstop = 300", "tstop = 1e9").replace("1e308, ", "");
    let place = Place::new(&[("s.toml", &sweep)]);
    let mut child = place.command("sweep s.toml").spawn().unwrap();
    wait_for(&mut child, || place.path("s/journal.jsonl").exists());
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(lines(&place), 0);
}
