//! What the tests of sweeps share: a small network in a folder of its own, and the command run there.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Cells that random stimuli drive.
pub const NETWORK: &str = r#"
name = "tiny"

[parameters]
delay = 1.0
strength = 0.05
noisy = true
pattern = "a.txt"
cells = 2

[simulation]
dt = 0.025
tstop = 60

[table.pattern]
file = "{pattern}"

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
count = "cells"

[population.drive]
mechanism = "NetStim"
count = "cells"
values.number = 1e9
values.interval = "15 + index"
values.start = "uniform(0, 5)"
values.noise = "pattern(0) * noisy"

[connection.drive_to_balls]
from = "drive"
to = "balls.synapse"
rule = "one_to_one"
weight = "strength"
delay = "delay"
"#;

/// The second pattern.
pub const B: &str = "0.1\n";

/// A folder with the network, two patterns, and more files.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new(files: &[(&str, &str)]) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        for (name, text) in [("net.toml", NETWORK), ("a.txt", "0.5\n"), ("b.txt", B)].iter().chain(files) {
            place.write(name, text);
        }
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        command.args(words.split_whitespace()).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Its status and all that it says, results first.
    pub fn run(&self, words: &str) -> (Option<i32>, String) {
        let mut command = self.command(words);
        let Output { status, stdout, stderr } =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
        (status.code(), said)
    }

    pub fn succeeds(&self, words: &str) -> String {
        let (code, said) = self.run(words);
        assert_eq!(code, Some(0), "volley {words}: {said}");
        said
    }

    /// The table of a folder without wall times.
    pub fn table(&self, folder: &str) -> Vec<Vec<String>> {
        let mut table = rows(&self.text(&format!("{folder}/runs.csv")));
        table.iter_mut().for_each(|row| {
            row.pop();
        });
        table
    }
}

/// The fields of a CSV file.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                row.last_mut().unwrap().push(chars.next().unwrap())
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            c => row.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(rows.pop().unwrap(), [""], "a table ends with a line");
    rows
}
