//! What never ends is found: events and loops without end stop a run with a message that says where they are, the same for any number of threads,
//! and a run can be cut short in the middle of an epoch.
#![cfg(unix)]

mod common;

use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{built, described_with};
use volley::diagnostic::Sources;
use volley::engine::{BuildError, Control, Memory, Outcome, RunError, Simulation};
use volley::ir::{MOST_INNER_ROUNDS, MOST_ROUNDS};
use volley::mechanism::{self, Options};
use volley::network::Model;
use volley::partition::Plan;

/// Four cells with two sections, of which those with an odd number get an event at 3.5 ms on the point process of `made.mod`.
const CELLS: &str = r#"
[simulation]
tstop = 10
[mechanisms]
files = ["made.mod"]
[cell.c.section.soma]
L = 10
diam = 10
[cell.c.section.dend]
L = 50
diam = 1
nseg = 3
parent = "soma"
[cell.c.mechanism.pas]
[cell.c.point.made]
mechanism = "Made"
at = "dend(0.5)"
values.odd = "index - 2*floor(index/2)"
[population.cells]
cell = "c"
count = 4
[population.source]
mechanism = "VecStim"
count = 4
times = [2.5]
[connection.c]
from = "source"
to = "cells.made"
rule = "one_to_one"
weight = 1
delay = 1
"#;

fn point(code: &str) -> String {
    format!(
        "NEURON {{\n POINT_PROCESS Made\n RANGE odd, x\n NONSPECIFIC_CURRENT i\n}}\n\
         PARAMETER {{\n odd = 0\n}}\nASSIGNED {{\n x\n i\n v\n}}\n{code}\n"
    )
}

fn cells(code: &str) -> Arc<Model> {
    described_with(CELLS, &[("made.mod", &point(code))])
}

fn plain(receive: &str) -> String {
    format!("INITIAL {{\n x = 0\n}}\nBREAKPOINT {{\n i = 0*x\n}}\nNET_RECEIVE (w) {{\n{receive}\n}}")
}

/// The error that ends a run, building included.
fn failure(model: &Arc<Model>, threads: usize) -> RunError {
    match Simulation::new(Arc::clone(model), Plan::new(model, threads)) {
        Err(BuildError::Initial(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(mut simulation) => {
            let end = model.simulation.tstop;
            simulation.run(end, &mut Memory::default(), &mut |_| Control::Continue).unwrap_err()
        }
    }
}

/// The same error on any number of threads.
fn same_failure(model: &Arc<Model>) -> RunError {
    let error = failure(model, 1);
    for threads in [2, 3, 7] {
        assert_eq!(failure(model, threads), error, "{threads} threads");
    }
    error
}

fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

/// Events without delay, with a delay that never gets through the step, and moved to now: each begets the next. Criterion: the message names
/// the first of the cells, its place, the line, and the time.
#[test]
fn events_that_beget_each_other_without_end_are_found() {
    for (code, line) in [
        ("if (odd > 0) {\n net_send(0, 1)\n}", "net_send(0, 1)"),
        ("if (odd > 0) {\n net_send(1e-12, 1)\n}", "net_send(1e-12, 1)"),
        ("if (odd > 0) {\n net_send(1, 1)\n net_move(t)\n}", "net_move(t)"),
        ("if (odd > 0) {\n net_send(0, 1)\n if (flag == 3) {\n net_send(0, 2)\n }\n}", "net_send(0, 1)"),
    ] {
        let text = point(&plain(code));
        let error = same_failure(&cells(&plain(code)));
        let RunError::EndlessEvents { culprit, written, events, time } = &error else { panic!("{error:?}") };
        assert_eq!(
            (culprit.mechanism.as_str(), culprit.population.as_str(), culprit.cell),
            ("Made", "cells", 1)
        );
        assert_eq!(culprit.place.as_deref(), Some("dend(0.5)"));
        assert_eq!(*events, 1_000_000);
        assert!((3.5..3.5001).contains(time), "{time}");
        let written = written.as_deref().unwrap();
        assert!(written.ends_with(&format!("made.mod:{}", line_of(&text, line))), "{written}");
        assert!(error.help().is_some());
    }
}

/// What INITIAL sends to itself may not end either, nor what an artificial cell does.
#[test]
fn events_without_end_are_found_at_the_beginning_and_in_artificial_cells() {
    let text = "NEURON {\n ARTIFICIAL_CELL Made\n}\nINITIAL {\n net_send(0, 1)\n}\nNET_RECEIVE (w) {\n net_send(0, 1)\n}\n";
    let description = "[simulation]\ntstop = 1\n[mechanisms]\nfiles = [\"made.mod\"]\n[population.made]\nmechanism = \"Made\"\ncount = 3\n";
    let error = same_failure(&described_with(description, &[("made.mod", text)]));
    let RunError::EndlessEvents { culprit, time, .. } = &error else { panic!("{error:?}") };
    assert_eq!((culprit.cell, culprit.place.as_ref(), *time), (0, None, 0.0));
}

/// Many events at one time are no error: a thousand without delay, for each of three times.
#[test]
fn many_events_at_once_are_no_error() {
    let code = "x = x + 1\n if (x < 1000) {\n net_send(0, 1)\n}";
    let model = cells(&plain(code));
    let outcome = built(&model, 2).run(10.0, &mut Memory::default(), &mut |_| Control::Continue);
    assert_eq!(outcome, Ok(Outcome::Complete));
}

/// A loop that never ends for the cells with an odd number, in each block. Criterion: the message names the first of them and the loop's line.
#[test]
fn a_loop_without_end_is_found_in_every_block() {
    let endless = "x = odd\n WHILE (x > 0) {\n x = 1\n }";
    let nested = "x = odd\n WHILE (x > 0) {\n FROM k = 0 TO 1000 + w {\n x = x + 1\n }\n }";
    let blocks = [
        (
            format!("INITIAL {{\n{endless}\n}}\nBREAKPOINT {{\n i = 0*x\n}}\nNET_RECEIVE (w) {{\n}}"),
            0.0,
            "WHILE",
            MOST_ROUNDS,
        ),
        (
            format!("BREAKPOINT {{\n{endless}\n i = 0*x\n}}\nNET_RECEIVE (w) {{\n}}"),
            0.0,
            "WHILE",
            MOST_ROUNDS,
        ),
        (plain(endless), 3.5, "WHILE", MOST_ROUNDS),
        (
            format!(
                "STATE {{\n s\n}}\nBREAKPOINT {{\n SOLVE p\n i = 0*x\n}}\nPROCEDURE p() {{\n{endless}\n}}\nNET_RECEIVE (w) {{\n}}"
            ),
            0.025,
            "WHILE",
            MOST_ROUNDS,
        ),
        (
            "INITIAL {\n}\nBREAKPOINT {\n p(v)\n i = 0*x\n}\nPROCEDURE p(v) {\n TABLE x FROM -100 TO 100 WITH 20\n x = 1\n WHILE (x > 0) {\n x = 1\n }\n}\nNET_RECEIVE (w) {\n}"
                .to_owned(),
            0.0,
            "WHILE",
            MOST_ROUNDS,
        ),
        (plain(nested), 3.5, "FROM", MOST_INNER_ROUNDS),
    ];
    for (code, begin, word, most) in blocks {
        let error = same_failure(&cells(&code));
        let RunError::EndlessLoop { culprit, written, rounds, time } = &error else { panic!("{error:?}") };
        // A table is that of all cells.
        let first = if code.contains("TABLE") { 0 } else { 1 };
        assert_eq!((culprit.population.as_str(), culprit.cell, *rounds), ("cells", first, most));
        assert_eq!(culprit.place.as_deref(), Some("dend(0.5)"));
        assert!((*time - begin).abs() < 1e-6, "{time}");
        let line = line_of(&point(&code), word);
        assert!(written.as_deref().unwrap().ends_with(&format!("made.mod:{line}")), "{written:?}");
    }
}

/// A table whose rows are computed by a loop: at -65 mV x goes from 1 by 7 until it is 35 or more. The rows at -65 and the next hold the same.
#[test]
fn a_loop_in_a_table_is_carried_out() {
    let code = "INITIAL {\n x = 0\n}\nBREAKPOINT {\n p(v)\n i = 0\n}\nPROCEDURE p(v) {\n TABLE x FROM -100 TO 100 WITH 200\n \
                x = 1\n WHILE (x < v + 100) {\n x = x + 7\n }\n}\nNET_RECEIVE (w) {\n}";
    let description = format!("{CELLS}\n[record.x]\npopulation = \"cells\"\nvariable = \"made.x\"\n");
    let description = description.replace("[simulation]", "[simulation]\nv_init = -65");
    let model = described_with(&description, &[("made.mod", &point(code))]);
    let mut memory = Memory::default();
    built(&model, 2).run(1.0, &mut memory, &mut |_| Control::Continue).unwrap();
    assert!(
        !memory.samples[0].is_empty() && memory.samples[0].iter().all(|x| *x == 36.0),
        "{:?}",
        memory.samples[0]
    );
}

/// Cut short within an epoch: what is handed over is the beginning of the whole run, up to the last whole epoch; the simulation stays there.
#[test]
fn a_run_can_be_cut_short_within_an_epoch() {
    let model = cells(&plain("net_send(0.4, 1)"));
    let mut whole = Memory::default();
    built(&model, 1).run(10.0, &mut whole, &mut |_| Control::Continue).unwrap();
    for threads in [1, 2, 3, 4, 7] {
        let cut = Arc::new(AtomicBool::new(false));
        let mut simulation = built(&model, threads);
        simulation.cut_by(&cut);
        let mut part = Memory::default();
        let mut reached = 0.0;
        let outcome = simulation.run(10.0, &mut part, &mut |progress| {
            reached = progress.time;
            cut.store(progress.time > 4.0, Ordering::Release);
            Control::Continue
        });
        assert_eq!(outcome, Ok(Outcome::CutShort));
        assert_eq!(simulation.time(), reached);
        assert!(reached > 4.0 && reached < 10.0);
        let early: Vec<_> = whole.spikes.iter().filter(|spike| spike.time <= reached).copied().collect();
        assert_eq!(part.spikes, early);
        assert_eq!(simulation.run(10.0, &mut part, &mut |_| Control::Continue), Ok(Outcome::CutShort));
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn volley(folder: &tempfile::TempDir, words: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    command.args(words).current_dir(folder.path()).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The command says where the endless events come from, and fails.
#[test]
fn the_command_fails_with_a_message() {
    let text = point(&plain("if (odd > 0) {\n net_send(0, 1)\n}"));
    let folder = folder(&[("network.toml", CELLS), ("made.mod", &text)]);
    let Output { status, stderr, .. } =
        volley(&folder, &["run", "network.toml", "--out", "out"]).wait_with_output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(3), "{said}");
    let line = line_of(&text, "net_send");
    for part in [
        "`Made` of `cells` cell 1 at dend(0.5)",
        "1000000 events",
        &format!("made.mod:{line}"),
        "t = 3.5",
        "net_send(interval, 1)",
    ] {
        assert!(said.contains(part), "`{part}` in {said}");
    }
}

/// TERM within an epoch that would take minutes: the run is interrupted at the epoch's beginning, and its files are closed.
#[test]
fn a_signal_ends_a_run_within_a_long_epoch() {
    let work = "FROM k = 0 TO 900000 + odd {\n x = x + k\n}\n".repeat(8);
    let text = point(&format!(
        "INITIAL {{\n x = 0\n}}\nBREAKPOINT {{\n{work}\n i = 0*x\n}}\nNET_RECEIVE (w) {{\n}}"
    ));
    // Without connections an epoch has 400 steps: the whole run.
    let description = CELLS.split("[connection.c]").next().unwrap();
    let folder = folder(&[("network.toml", description), ("made.mod", &text)]);
    let mut child = volley(&folder, &["run", "network.toml", "--out", "out", "--threads", "2"]);
    while !folder.path().join("out/spikes.h5.part").exists() {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let killed = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!(status.code(), Some(130), "{}", String::from_utf8_lossy(&stderr));
    let summary = std::fs::read_to_string(folder.path().join("out/summary.json.part")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!((summary["status"].as_str(), summary["until_ms"].as_f64()), (Some("interrupted"), Some(0.0)));
}

/// A network that no machine holds is refused with figures, not ended by the system.
#[test]
fn a_network_beyond_all_memory_is_refused() {
    let description = CELLS.replace("count = 4", "count = 900000000").replace("nseg = 3", "nseg = 9999");
    let folder = folder(&[("network.toml", &description), ("made.mod", &point(&plain("")))]);
    let Output { status, stderr, .. } =
        volley(&folder, &["check", "network.toml"]).wait_with_output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(said.contains("network/memory") && said.contains("GB"), "{said}");
}

/// What is said of a mechanism; nothing when it compiles.
fn said_of(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let id = sources.add("made.mod", text);
    match mechanism::compile(&mut sources, id, &Options::default()) {
        Ok(_) => Vec::new(),
        Err(said) => said.iter().map(|d| d.message.clone()).collect(),
    }
}

/// `count` states, whose equations are made by `right`.
fn system(block: &str, method: &str, count: usize, line: impl Fn(usize) -> String) -> String {
    let states: Vec<String> = (0..count).map(|i| format!("x{i}")).collect();
    let lines: Vec<String> = (0..count).map(line).collect();
    format!(
        "NEURON {{\n SUFFIX made\n}}\nSTATE {{\n {}\n}}\nBREAKPOINT {{\n SOLVE s METHOD {method}\n}}\n{block} s {{\n{}\n}}\n",
        states.join(" "),
        lines.join("\n")
    )
}

fn ring(count: usize) -> String {
    system("DERIVATIVE", "derivimplicit", count, |i| {
        format!("x{i}' = x{}*x{} - x{i}", (i + 1) % count, (i + count - 1) % count)
    })
}

fn chain(count: usize) -> String {
    system("KINETIC", "sparse", count, |i| format!("~ x{i} <-> x{} (1, 2)", (i + 1).min(count - 1)))
}

fn dense(count: usize) -> String {
    system("DERIVATIVE", "derivimplicit", count, |i| {
        let terms: Vec<String> = (0..count).map(|j| format!("0.01*x{j}*x{}", (i + 1) % count)).collect();
        format!("x{i}' = {}", terms.join(" + "))
    })
}

#[test]
fn numbers_that_are_not_finite_are_refused_where_they_count() {
    let of = |statement: &str| {
        said_of(&format!(
            "NEURON {{\n SUFFIX made\n}}\nASSIGNED {{\n a[10]\n}}\nINITIAL {{\n{statement}\n}}\n"
        ))
    };
    for index in ["5/0", "0/0", "2^5000", "-1e308*10"] {
        assert_eq!(of(&format!("a[{index}] = 1")), ["the index of `a` is not a finite number"]);
        assert_eq!(of(&format!("a[0] = a[{index}]")), ["the index of `a` is not a finite number"]);
    }
    for range in ["0 TO 5/0", "0/0 TO 5", "0 TO 5 BY 1/0"] {
        let said = of(&format!("FROM i = {range} {{\n a[0] = i\n}}"));
        assert_eq!(said, ["this bound of a loop is not a finite number"], "{range}");
    }
    assert!(of("FROM i = 0 TO 1000000000 {\n a[0] = i\n}").is_empty());
}

#[test]
fn large_systems_compile_or_are_refused() {
    for text in [ring(300), chain(3000), dense(50)] {
        assert_eq!(said_of(&text), Vec::<String>::new());
    }
    for (text, count) in [(dense(70), 70), (dense(150), 150), (chain(4001), 4001)] {
        assert_eq!(
            said_of(&text),
            [format!("solving these {count} equations at once needs more than 300000 operations")]
        );
    }
}
