//! Readers that hold a run's files open while it goes on. A file of its own, as processes started here inherit the open
//! files of tests that run beside them.

mod record;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use record::{feed, layout, spikes_at};
use volley::record::{Folder, Recorder, Settings, Status, read_spikes};

const STEPS: u64 = 4000;
const HELD: &str = "VOLLEY_TEST_HELD_FILE";

/// Not a test by itself: a reader that holds a file open, and locked, until it is killed.
#[test]
#[ignore = "started by another test"]
fn reader() {
    let Some(path) = std::env::var_os(HELD) else { return };
    let _file = hdf5::File::open(Path::new(&path)).unwrap();
    println!("open");
    loop {
        std::thread::park();
    }
}

/// Another process that holds a file open.
fn locked(path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "reader", "--ignored", "--nocapture"]).env(HELD, path).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "open"), "the reader could not open the file");
    child
}

#[test]
fn readers_may_keep_the_growing_files_open() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::claim(dir.path()).unwrap();
    let mut recorder =
        Recorder::start(folder, layout(STEPS), Settings { flush_every: Duration::ZERO }).unwrap();
    // Files that are held open are locked against writing.
    let mut held: Vec<Child> = Vec::new();
    for part in 0..5 {
        let mut fed = 0.0;
        feed(&mut recorder, part * 400, (part + 1) * 400, |time| fed = time).unwrap();
        // A reader that opens a file at the very moment of a change would be refused.
        while recorder.flushed_until() < fed {
            std::thread::yield_now();
        }
        for name in ["spikes.h5.part", "v.h5.part"] {
            held.push(locked(&dir.path().join(name)));
        }
    }
    recorder.close(Status::Interrupted, 0.0).unwrap();
    for child in &mut held {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let wanted: Vec<f64> = (0..2000).flat_map(spikes_at).filter(|s| s.id < 40).map(|s| s.time).collect();
    let read = read_spikes(&dir.path().join("spikes.h5.part")).unwrap();
    assert_eq!(read.trains[0].times, wanted);
}
