//! The command as a process: running networks, and all the ways a run can end.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use volley::record::read_spikes;

/// Eight cells, each driven by a stimulus of its own.
const NETWORK: &str = r#"
name = "tiny"

[parameters]
delay = 1.0
strength = 0.05

[simulation]
dt = 0.025
tstop = 50

[cell.ball.section.soma]
L = 20
diam = 20

[cell.ball.mechanism.hh]

[cell.ball.point.synapse]
mechanism = "ExpSyn"
tau = 2
e = 0

[cell.ball.detector]
threshold = -20

[population.balls]
cell = "ball"
count = 8

[population.drive]
mechanism = "NetStim"
count = 8
values.number = 1e9
values.interval = "15 + index"
values.start = "index"

[connection.drive_to_balls]
from = "drive"
to = "balls.synapse"
rule = "one_to_one"
weight = "strength"
delay = "delay"

[record.v]
population = "balls"
variable = "v"
every = 0.5
double = true
"#;

/// A folder with the network in it; the command runs there.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("tiny.toml"), NETWORK).unwrap();
        Place { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        command.args(words.split_whitespace()).current_dir(self.dir.path());
        command
    }

    fn answer(&self, words: &str) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (status.code().unwrap_or(-1), text(stdout), text(stderr))
    }

    /// Starts a run that would take very long, and waits until something of it is flushed.
    fn start(&self, words: &str, part: &str) -> Child {
        let mut command = self.command(words);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        let flushed = || read_spikes(&self.path(part)).ok().and_then(|f| f.until).is_some_and(|t| t > 0.0);
        while !flushed() {
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing was flushed");
            std::thread::sleep(Duration::from_millis(20));
        }
        child
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(status.unwrap().success());
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

#[test]
fn a_run_tells_what_it_does_and_leaves_its_files() {
    let place = Place::new();
    let (status, out, err) = place.answer("run tiny.toml --threads 2");
    assert_eq!(status, 0, "{out}{err}");
    for words in [
        "tiny: 50 ms in steps of 0.025 ms",
        "16 (balls 8, drive 8)",
        "1 ms, so an epoch is 40 steps",
        "mean rate",
    ] {
        assert!(out.contains(words), "no `{words}` in\n{out}");
    }
    assert_eq!(place.names("tiny"), ["spikes.h5", "summary.json", "v.h5"]);
    let spikes = read_spikes(&place.path("tiny/spikes.h5")).unwrap();
    assert_eq!(spikes.trains.iter().map(|t| t.population.as_str()).collect::<Vec<_>>(), ["balls", "drive"]);
    assert!(spikes.trains.iter().all(|t| t.times.len() >= 16));
    let v = hdf5::File::open(place.path("tiny/v.h5")).unwrap();
    assert_eq!(v.dataset("report/balls/data").unwrap().shape(), [101, 8]);
}

#[test]
fn the_summary_is_the_same_on_paper_and_on_screen() {
    let place = Place::new();
    let (status, out, _) =
        place.answer("run tiny.toml --out there --summary json --set strength=0.06 --tstop 20 --seed 7");
    assert_eq!(status, 0);
    assert_eq!(out, fs::read_to_string(place.path("there/summary.json")).unwrap());
    let summary: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(summary["status"], "complete");
    assert_eq!(summary["parameters"]["strength"], 0.06);
    assert_eq!(summary["parameters"]["delay"], 1.0);
    assert_eq!(
        (&summary["tstop_ms"], &summary["until_ms"], &summary["seed"]),
        (&20.0.into(), &20.0.into(), &7.into())
    );
    assert_eq!(
        (&summary["cells"], &summary["connections"], &summary["steps"]),
        (&16.into(), &8.into(), &800.into())
    );
    let spikes = read_spikes(&place.path("there/spikes.h5")).unwrap();
    for train in spikes.trains {
        assert_eq!(summary["spikes"][&train.population], train.times.len());
        let rate = train.times.len() as f64 / 8.0 / 0.020;
        assert!((summary["mean_rate_hz"][&train.population].as_f64().unwrap() - rate).abs() < 1e-9);
    }
    assert!(summary["wall_time_s"]["run"].as_f64().unwrap() > 0.0);
    assert_eq!(summary["files"], serde_json::json!(["spikes.h5", "v.h5", "summary.json"]));
}

#[test]
fn a_run_names_what_holds_cells_on_thread_0() {
    let place = Place::new();
    let relay = "NEURON { SUFFIX relay NONSPECIFIC_CURRENT i GLOBAL total }\nASSIGNED { v (mV) i (mA/cm2) total }\n\
                 BREAKPOINT {\n\ttotal = 0.5*total + v\n\ti = 1e-6*total\n}\n";
    fs::write(place.path("relay.mod"), relay).unwrap();
    let network = "[simulation]\ndt = 0.025\ntstop = 1\n[mechanisms]\nfiles = [\"relay.mod\"]\n\
                   [cell.one.section.soma]\nL = 10\ndiam = 10\n[cell.one.mechanism.relay]\n\
                   [population.ones]\ncell = \"one\"\ncount = 3\n";
    fs::write(place.path("serial.toml"), network).unwrap();
    let (status, out, err) = place.answer("run serial.toml --threads 2 --summary json");
    assert_eq!(status, 0, "{out}{err}");
    assert_eq!(err.matches("run/serial").count(), 1, "{err}");
    assert!(err.contains("`relay` is serial: the cells that have it run on thread 0"), "{err}");
    let cells =
        "`relay`, 3 cells: the value of `total` (relay.mod, line 4) passes from one instance to the next";
    assert!(err.contains(cells), "{err}");
    let summary: serde_json::Value = serde_json::from_str(&out).unwrap();
    let variable = serde_json::json!({ "name": "total", "file": "relay.mod", "line": 4 });
    let serial = serde_json::json!([{ "mechanism": "relay", "variables": [variable], "cells": 3 }]);
    assert_eq!(summary["serial"], serial);
    let (_, out, _) = place.answer("run tiny.toml --summary json");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["serial"], serde_json::json!([]));
}

#[test]
fn quiet_runs_say_nothing() {
    let place = Place::new();
    let (status, out, err) = place.answer("run tiny.toml --quiet");
    assert_eq!((status, out.as_str(), err.as_str()), (0, "", ""));
}

#[test]
fn files_are_the_same_for_any_number_of_threads() {
    let place = Place::new();
    for threads in [1, 2, 3, 4, 7] {
        assert_eq!(place.answer(&format!("run tiny.toml --quiet --out t{threads} --threads {threads}")).0, 0);
    }
    for name in ["spikes.h5", "v.h5"] {
        let one = bytes(&place.path("t1").join(name));
        for threads in [2, 3, 4, 7] {
            assert!(
                bytes(&place.path(&format!("t{threads}")).join(name)) == one,
                "{name}, {threads} threads"
            );
        }
    }
}

#[test]
fn what_cannot_run_has_status_2_and_leaves_nothing_behind() {
    let place = Place::new();
    fs::write(place.path("taken"), "mine").unwrap();
    fs::write(place.path("broken.toml"), "[simulation\n").unwrap();
    for (words, message) in [
        ("run none.toml", "none.toml"),
        ("run broken.toml", "broken.toml"),
        ("run tiny.toml --set strenght=1", "strength"),
        ("run tiny.toml --out taken", "results go into a folder"),
        ("run tiny.toml --out taken/below", "taken/below"),
        ("run tiny.toml --set delay=0", "delay"),
    ] {
        let (status, out, err) = place.answer(words);
        assert_eq!((status, out.as_str()), (2, ""), "{words}: {err}");
        assert!(err.contains(message), "{words}: {err}");
    }
    assert_eq!(place.names("."), ["broken.toml", "taken", "tiny.toml"]);
    assert_eq!(fs::read_to_string(place.path("taken")).unwrap(), "mine");
}

#[test]
fn ctrl_c_ends_a_run_in_good_order() {
    let place = Place::new();
    assert_eq!(place.answer("run tiny.toml --quiet").0, 0);
    let before = ["spikes.h5", "v.h5", "summary.json"].map(|n| bytes(&place.path("tiny").join(n)));

    let child = place.start("run tiny.toml --tstop 1e7", "tiny/spikes.h5.part");
    let (status, _, err) = place.answer("run tiny.toml");
    assert_eq!(status, 2);
    assert!(err.contains(&format!("process {}", child.id())), "{err}");

    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("interrupted at"), "{said}");

    let part = read_spikes(&place.path("tiny/spikes.h5.part")).unwrap();
    assert_eq!(part.status.as_deref(), Some("interrupted"));
    let summary = fs::read_to_string(place.path("tiny/summary.json.part")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["status"], "interrupted");
    assert_eq!(summary["until_ms"].as_f64(), part.until);
    // The report has a row for every half millisecond up to there.
    let v = hdf5::File::open(place.path("tiny/v.h5.part")).unwrap();
    let rows = v.dataset("report/balls/data").unwrap().shape()[0];
    assert_eq!(rows, (part.until.unwrap() / 0.5) as usize + 1);
    for (name, bytes_before) in ["spikes.h5", "v.h5", "summary.json"].iter().zip(&before) {
        assert!(bytes(&place.path("tiny").join(name)) == *bytes_before, "{name} changed");
    }

    let (status, _, err) = place.answer("run tiny.toml");
    assert_eq!(status, 0);
    assert!(err.contains("unfinished results (interrupted, up to"), "{err}");
    assert!(bytes(&place.path("tiny/spikes.h5")) == before[0]);
}

#[test]
fn a_killed_run_keeps_what_was_flushed() {
    let place = Place::new();
    let mut child = place.start("run tiny.toml --tstop 1e7 --quiet", "tiny/spikes.h5.part");
    child.kill().unwrap();
    child.wait().unwrap();
    let (status, out, err) = place.answer("spikes tiny/spikes.h5.part");
    assert_eq!(status, 0, "{err}");
    assert!(out.lines().count() > 16 && err.contains("killed"), "{err}");
    let part = read_spikes(&place.path("tiny/spikes.h5.part")).unwrap();
    let until = part.until.unwrap();

    // A run of that length from the start gives the very same spikes.
    let (status, _, err) = place.answer(&format!("run tiny.toml --tstop {} --out again", until.ceil()));
    assert_eq!(status, 0, "{err}");
    let again = read_spikes(&place.path("again/spikes.h5")).unwrap();
    for (part, again) in part.trains.iter().zip(&again.trains) {
        let wanted: Vec<f64> = again.times.iter().copied().filter(|&t| t <= until).collect();
        assert_eq!(part.times, wanted, "{}", part.population);
    }
    let (status, _, err) = place.answer("run tiny.toml");
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("is gone") && err.contains("incomplete, up to"), "{err}");
}

#[test]
fn a_run_that_goes_wrong_has_status_3_and_keeps_its_data() {
    let place = Place::new();
    let (status, out, err) = place.answer("run tiny.toml --set strength=1e308");
    assert_eq!(status, 3, "{out}{err}");
    assert!(err.contains("no longer a finite number"), "{err}");
    let part = read_spikes(&place.path("tiny/spikes.h5.part")).unwrap();
    assert_eq!(part.status.as_deref(), Some("failed"));
    assert!(!place.path("tiny/spikes.h5").exists());
}

#[test]
fn delays_are_reset_for_a_run_or_in_a_file() {
    let place = Place::new();
    assert_eq!(place.answer("run tiny.toml --quiet --set delay=0.5 --out set").0, 0);
    let wanted = bytes(&place.path("set/spikes.h5"));
    let (status, _, err) = place.answer("run --reset-zero-delays tiny.toml --set delay=0 --out reset");
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("8 delays"), "{err}");
    assert!(bytes(&place.path("reset/spikes.h5")) == wanted);

    fs::write(place.path("zero.toml"), NETWORK.replace("delay = 1.0", "delay = 0 # as published")).unwrap();
    let (status, out, err) = place.answer("reset-delays zero.toml --output mended.toml");
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("delay") && out.contains("mended.toml written"), "{out}");
    let mended = fs::read_to_string(place.path("mended.toml")).unwrap();
    assert!(mended.contains("delay = 0.5") && mended.contains("# as published"), "{mended}");
    assert_eq!(place.answer("run mended.toml --quiet --out mended").0, 0);
    assert!(bytes(&place.path("mended/spikes.h5")) == wanted);
    let (status, out, _) = place.answer("reset-delays mended.toml");
    assert_eq!(status, 0);
    assert!(out.contains("nothing is changed"), "{out}");
}

#[test]
fn a_network_is_checked_without_a_run() {
    let place = Place::new();
    let (status, out, err) = place.answer("check tiny.toml");
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "tiny.toml: nothing is wrong with it; 16 cells in 2 populations, 8 connections, 1 report\n"
    );
    assert_eq!(place.answer("check tiny.toml --set delay=0").0, 2);
    assert_eq!(place.names("."), ["tiny.toml"]);
}

#[test]
fn the_schema_is_json() {
    let (status, out, _) = Place::new().answer("schema");
    assert_eq!(status, 0);
    let schema: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(schema["properties"]["population"].is_object());
}
