//! `kill -9` at any moment: the temporary files open, hold all that was flushed, and say so.
#![cfg(unix)]

mod record;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use record::{DT, feed, layout, spikes_at, value};
use volley::record::{Folder, Recorder, Settings, Status, read_spikes};

/// Room for far more than a child gets to write.
const STEPS: u64 = 2_000_000;
const FOLDER: &str = "VOLLEY_TEST_KILL_FOLDER";

/// Not a test by itself: the process that [`kills_leave_whole_files`] kills. It flushes as fast as it can, and prints
/// how far it is flushed.
#[test]
#[ignore = "started by another test"]
fn child() {
    let Some(path) = std::env::var_os(FOLDER) else { return };
    let folder = Folder::claim(Path::new(&path)).unwrap();
    let settings = Settings { flush_every: Duration::ZERO };
    let mut recorder = Recorder::start(folder, layout(STEPS), settings).unwrap();
    println!("flushed 0");
    let flushed = std::cell::Cell::new(0.0);
    for epoch in 0.. {
        feed(&mut recorder, epoch * 20, (epoch + 1) * 20, |_| ()).unwrap();
        if recorder.flushed_until() > flushed.get() {
            flushed.set(recorder.flushed_until());
            println!("flushed {}", flushed.get());
        }
    }
}

#[test]
fn kills_leave_whole_files() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), 2000, Duration::ZERO, Status::Complete);
    let finished = ["spikes.h5", "v.h5", "gate.h5", "summary.json"];
    let before = finished.map(|name| fs::read(dir.path().join(name)).unwrap());

    let mut reached = 0.0f64;
    for round in 0..30u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored", "--nocapture"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let flushed = |line: String| line.strip_prefix("flushed ").map(|t| t.parse::<f64>().unwrap());
        // The moment of the kill is anywhere from the first file on.
        let mut said = lines.by_ref().find_map(|l| flushed(l.unwrap())).unwrap();
        std::thread::sleep(Duration::from_micros(round * round * 150));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        said = lines.filter_map(|l| l.ok().and_then(flushed)).last().unwrap_or(said);

        check(dir.path(), said);
        reached = reached.max(said);
        for (name, bytes) in finished.iter().zip(&before) {
            assert!(fs::read(dir.path().join(name)).unwrap() == *bytes, "{name} changed in round {round}");
        }
    }
    assert!(reached > 10.0, "the kills came too early to say anything: {reached} ms");
    let folder = Folder::claim(dir.path()).unwrap();
    assert!(folder.notices().iter().any(|n| n.contains("incomplete, up to")), "{:?}", folder.notices());
}

/// The temporary files hold at least everything up to `said` ms.
fn check(folder: &Path, said: f64) {
    let read = read_spikes(&folder.join("spikes.h5.part")).unwrap();
    assert_eq!(read.status.as_deref(), Some("incomplete"));
    let until = read.until.unwrap();
    assert!(until >= said, "{until} < {said}");
    let steps = if until > 0.0 { (until / DT).round() as u64 + 1 } else { 0 };
    for (train, (first, count)) in read.trains.iter().zip([(0, 40), (43, 1), (40, 3)]) {
        let wanted: Vec<(f64, u64)> = (0..steps)
            .flat_map(spikes_at)
            .filter(|s| (first..first + count).contains(&s.id))
            .map(|s| (s.time, s.id - first))
            .collect();
        let found: Vec<(f64, u64)> = train.times.iter().copied().zip(train.ids.iter().copied()).collect();
        assert_eq!(found, wanted, "{} until {until}", train.population);
    }

    let file = hdf5::File::open(folder.join("v.h5.part")).unwrap();
    let group = file.group("report/alpha").unwrap();
    let time = group.dataset("mapping/time").unwrap().read_raw::<f64>().unwrap();
    let rows = (time[1] / time[2]) as usize;
    assert!(rows as u64 >= steps, "{rows} rows, {steps} steps");
    let data = group.dataset("data").unwrap();
    let double = group.dataset("data_double").unwrap();
    for row in (0..rows).step_by(97).chain(rows.checked_sub(1)) {
        for column in 0..6 {
            let wanted = value(0, column, row as u64);
            let at = (row..row + 1, column..column + 1);
            assert_eq!(
                double.read_slice_1d::<f64, _>(hdf5::Hyperslab::from((at.0.clone(), column))).unwrap()[0],
                wanted
            );
            assert_eq!(
                data.read_slice_1d::<f32, _>(hdf5::Hyperslab::from((at.0, column))).unwrap()[0],
                wanted as f32
            );
        }
    }
}
