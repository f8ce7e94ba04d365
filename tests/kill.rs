//! `kill -9` of the real command at many moments: what was flushed is there, what was finished before is untouched, and the
//! next run goes on as if nothing had been. (The writer alone is killed in record_kill.rs; Ctrl-C and two runs into one folder are
//! in cli_run.rs.)
#![cfg(unix)]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use volley::record::{SpikeTrain, read_spikes};

/// Five cells that fire all the time, in two populations.
const NETWORK: &str = r#"
[simulation]
dt = 0.025
tstop = 30

[cell.ball.section.soma]
L = 20
diam = 20

[cell.ball.mechanism.hh]

[cell.ball.point.synapse]
mechanism = "ExpSyn"

[cell.ball.detector]
threshold = -20

[population.balls]
cell = "ball"
count = 5

[population.drive]
mechanism = "NetStim"
count = 5
values.number = 1e9
values.interval = "12 + index"
values.noise = 0.5

[connection.drive]
from = "drive"
to = "balls.synapse"
rule = "all_to_all"
weight = 0.05
delay = 1

[record.v]
population = "balls"
variable = "v"
every = 0.5
"#;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        command.args(words.split_whitespace()).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, words: &str) -> String {
        let Output { status, stderr, .. } = self.command(words).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(0), "volley {words}: {said}");
        said
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    /// Whether spikes of the run that goes on are on the disk.
    fn flushed(&self) -> bool {
        let file = read_spikes(&self.folder.path().join("net/spikes.h5.part")).ok();
        file.and_then(|f| f.until).is_some_and(|t| t > 0.0)
    }
}

/// The spikes up to a time.
fn up_to(until: f64, trains: &[SpikeTrain]) -> Vec<SpikeTrain> {
    let mut trains = trains.to_vec();
    for train in &mut trains {
        let count = train.times.partition_point(|t| *t <= until);
        train.times.truncate(count);
        train.ids.truncate(count);
    }
    trains
}

#[test]
fn a_kill_at_any_moment_leaves_what_was_flushed() {
    let place = Place { folder: tempfile::tempdir().unwrap() };
    fs::write(place.folder.path().join("net.toml"), NETWORK).unwrap();
    place.run("run net.toml --quiet");
    let finished = ["net/spikes.h5", "net/v.h5", "net/summary.json"];
    let before = finished.map(|name| place.bytes(name));

    let mut kept = Vec::new();
    for round in 0..6u64 {
        // Else the file of the round before would be taken for that of this one.
        let _ = fs::remove_file(place.folder.path().join("net/spikes.h5.part"));
        let mut child = place.command("run net.toml --tstop 1e9 --threads 2").spawn().unwrap();
        let begun = Instant::now();
        // The first rounds are killed while they build and begin, the others later and later after the first flush.
        if round >= 2 {
            while !place.flushed() {
                assert!(begun.elapsed() < Duration::from_secs(60), "nothing was flushed");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        std::thread::sleep(Duration::from_millis(5 + 110 * round));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        for (name, bytes) in finished.iter().zip(&before) {
            assert!(place.bytes(name) == *bytes, "{name} changed in round {round}");
        }
        if round >= 2 {
            let part = read_spikes(&place.folder.path().join("net/spikes.h5.part")).unwrap();
            assert_eq!(part.status.as_deref(), Some("incomplete"));
            kept.push(part);
        }
    }

    // What is there is what an unbroken run has up to that time: nothing is missing, nothing too much.
    let last = kept.iter().filter_map(|part| part.until).fold(0.0, f64::max);
    place.run(&format!("run net.toml --quiet --out unbroken --tstop {last}"));
    let unbroken = read_spikes(&place.folder.path().join("unbroken/spikes.h5")).unwrap().trains;
    for part in &kept {
        let until = part.until.unwrap();
        assert!(part.trains.iter().map(|t| t.times.len()).sum::<usize>() > 10, "few spikes up to {until} ms");
        assert!(part.trains == up_to(until, &unbroken), "the spikes up to {until} ms differ");
    }

    let said = place.run("run net.toml");
    assert!(said.contains("from a run that is gone") && said.contains("incomplete, up to"), "{said}");
    assert!(place.bytes("net/spikes.h5") == before[0] && place.bytes("net/v.h5") == before[1]);
    assert!(!place.folder.path().join("net/spikes.h5.part").exists());
    let said = place.run("run net.toml");
    assert_eq!(said, "", "nothing is left to tell");
}
