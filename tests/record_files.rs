//! What a run leaves in its folder.

mod record;

use std::fs;
use std::path::Path;
use std::time::Duration;

use record::{DT, feed, layout, spikes_at, summary, value};
use volley::engine::{Sink, Spike};
use volley::record::{Folder, RecordError, Recorder, Settings, Status, read_spikes};

const STEPS: u64 = 4000;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn expected(population_first: u64, count: u64, steps: u64) -> (Vec<f64>, Vec<u64>) {
    (0..steps)
        .flat_map(spikes_at)
        .filter(|s| (population_first..population_first + count).contains(&s.id))
        .map(|s| (s.time, s.id - population_first))
        .unzip()
}

#[test]
fn a_complete_run_leaves_whole_files_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), STEPS, Duration::ZERO, Status::Complete);
    assert_eq!(names(dir.path()), ["gate.h5", "spikes.h5", "summary.json", "v.h5"]);

    let read = read_spikes(&dir.path().join("spikes.h5")).unwrap();
    assert_eq!(read.status.as_deref(), Some("complete"));
    let populations: Vec<&str> = read.trains.iter().map(|t| t.population.as_str()).collect();
    assert_eq!(populations, ["alpha", "gamma 1,\"x\"", "silent"]);
    for (train, (first, count)) in read.trains.iter().zip([(0, 40), (43, 1), (40, 3)]) {
        let (times, ids) = expected(first, count, STEPS + 1);
        assert_eq!(train.times, times, "{}", train.population);
        assert_eq!(train.ids, ids, "{}", train.population);
    }
    assert!(read.trains[0].times.len() > 1000 && read.trains[2].times.is_empty());
}

#[test]
fn spikes_have_the_structure_of_sonata() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), STEPS, Duration::from_secs(1), Status::Complete);
    let file = hdf5::File::open(dir.path().join("spikes.h5")).unwrap();
    assert_eq!(file.attr("magic").unwrap().read_scalar::<u32>().unwrap(), 0x0A7A);
    assert_eq!(file.attr("version").unwrap().read_raw::<u32>().unwrap(), [0, 1]);
    for population in ["alpha", "silent"] {
        let group = file.group("spikes").unwrap().group(population).unwrap();
        let sorting = group.attr("sorting").unwrap().dtype().unwrap().to_descriptor().unwrap();
        let hdf5::types::TypeDescriptor::Enum(sorting) = sorting else { panic!("{sorting:?}") };
        let members: Vec<(&str, u64)> = sorting.members.iter().map(|m| (m.name.as_str(), m.value)).collect();
        assert_eq!(members, [("none", 0), ("by_id", 1), ("by_time", 2)]);
        let times = group.dataset("timestamps").unwrap();
        assert!(times.dtype().unwrap().is::<f64>());
        let units = times.attr("units").unwrap().read_scalar::<hdf5::types::VarLenUnicode>().unwrap();
        assert_eq!(units.as_str(), "ms");
        assert!(group.dataset("node_ids").unwrap().dtype().unwrap().is::<u64>());
    }
}

#[test]
fn a_report_has_the_structure_of_sonata_and_the_values() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), STEPS, Duration::ZERO, Status::Complete);
    let file = hdf5::File::open(dir.path().join("v.h5")).unwrap();
    assert_eq!(file.attr("magic").unwrap().read_scalar::<u32>().unwrap(), 0x0A7A);
    let group = file.group("report/alpha").unwrap();
    let data = group.dataset("data").unwrap();
    assert_eq!(data.shape(), [STEPS as usize + 1, 6]);
    let wanted: Vec<f64> = (0..=STEPS).flat_map(|s| (0..6).map(move |c| value(0, c, s))).collect();
    assert_eq!(group.dataset("data_double").unwrap().read_raw::<f64>().unwrap(), wanted);
    let single: Vec<f32> = wanted.iter().map(|&v| v as f32).collect();
    assert_eq!(data.read_raw::<f32>().unwrap(), single);
    let mapping = group.group("mapping").unwrap();
    let read = |name: &str| mapping.dataset(name).unwrap().read_raw::<u64>().unwrap();
    assert_eq!(read("node_ids"), [0, 7, 39]);
    assert_eq!(read("index_pointers"), [0, 2, 4, 6]);
    assert_eq!(read("index_pointer"), [0, 2, 4, 6]);
    assert_eq!(read("element_ids"), [0, 2, 0, 2, 0, 2]);
    assert!(mapping.dataset("element_ids").unwrap().dtype().unwrap().is::<u32>());
    let positions = mapping.dataset("element_pos").unwrap();
    assert_eq!(positions.read_raw::<f32>().unwrap(), [0.5, 0.25, 0.5, 0.25, 0.5, 0.25]);
    let time = mapping.dataset("time").unwrap().read_raw::<f64>().unwrap();
    assert_eq!((time[0], time[2]), (0.0, DT));
    assert_eq!((time[1] / time[2]) as u64, STEPS + 1);

    let gate = hdf5::File::open(dir.path().join("gate.h5")).unwrap();
    let data = gate.group("report").unwrap().group("gamma 1,\"x\"").unwrap().dataset("data").unwrap();
    assert_eq!(data.shape(), [STEPS as usize / 4 + 1, 1]);
    assert_eq!(data.read_raw::<f32>().unwrap()[100], value(1, 0, 400) as f32);
    let units = data.attr("units").unwrap().read_scalar::<hdf5::types::VarLenUnicode>().unwrap();
    assert_eq!(units.as_str(), "1", "readers want some unit");
}

#[test]
fn the_same_results_give_the_same_bytes_whenever_they_are_flushed() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    record::record(dirs[0].path(), STEPS, Duration::ZERO, Status::Complete);
    record::record(dirs[1].path(), STEPS, Duration::from_secs(3600), Status::Complete);
    for name in ["spikes.h5", "v.h5", "gate.h5", "summary.json"] {
        let [one, two] = [0, 1].map(|i| fs::read(dirs[i].path().join(name)).unwrap());
        assert!(one == two, "{name} differs");
    }
}

#[test]
fn a_run_without_spikes_or_steps_is_written_too() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::claim(dir.path()).unwrap();
    let mut recorder = Recorder::start(folder, layout(0), Settings::default()).unwrap();
    recorder.samples(0, &[1.0; 6]).unwrap();
    recorder.samples(1, &[2.0]).unwrap();
    recorder.advance(0.0).unwrap();
    recorder.close(Status::Complete, 0.0).unwrap().commit(&summary(Status::Complete)).unwrap();
    let read = read_spikes(&dir.path().join("spikes.h5")).unwrap();
    assert_eq!(read.trains.len(), 3);
    assert!(read.trains.iter().all(|t| t.times.is_empty() && t.ids.is_empty()));
    let v = hdf5::File::open(dir.path().join("v.h5")).unwrap();
    assert_eq!(v.dataset("report/alpha/data").unwrap().read_raw::<f32>().unwrap(), [1.0; 6]);
}

#[test]
fn a_stopped_run_keeps_its_data_aside_and_the_old_result_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), STEPS, Duration::ZERO, Status::Complete);
    let before: Vec<Vec<u8>> =
        names(dir.path()).iter().map(|n| fs::read(dir.path().join(n)).unwrap()).collect();

    record::record(dir.path(), STEPS, Duration::ZERO, Status::Interrupted);
    let all = [
        "gate.h5",
        "gate.h5.part",
        "spikes.h5",
        "spikes.h5.part",
        "summary.json",
        "summary.json.part",
        "v.h5",
        "v.h5.part",
    ];
    assert_eq!(names(dir.path()), all);
    for (name, bytes) in ["gate.h5", "spikes.h5", "summary.json", "v.h5"].iter().zip(&before) {
        assert!(fs::read(dir.path().join(name)).unwrap() == *bytes, "{name} changed");
    }
    let read = read_spikes(&dir.path().join("spikes.h5.part")).unwrap();
    assert_eq!(read.status.as_deref(), Some("interrupted"));
    assert_eq!(read.until, Some((STEPS / 2 - 1) as f64 * DT));
    assert_eq!(read.trains[0].times, expected(0, 40, STEPS / 2).0);
    // The report is cut to what there is.
    let v = hdf5::File::open(dir.path().join("v.h5.part")).unwrap();
    let rows = v.dataset("report/alpha/data_double").unwrap();
    assert_eq!(rows.shape(), [STEPS as usize / 2, 6]);
    let wanted: Vec<f64> = (0..STEPS / 2).flat_map(|s| (0..6).map(move |c| value(0, c, s))).collect();
    assert_eq!(rows.read_raw::<f64>().unwrap(), wanted);
    drop(v);

    // The next run says what it found, and keeps it.
    let folder = Folder::claim(dir.path()).unwrap();
    let notices = folder.notices();
    assert_eq!(notices.len(), 1);
    assert!(notices[0].contains("interrupted, up to 49.975 ms"), "{}", notices[0]);
    let recorder = Recorder::start(folder, layout(STEPS), Settings::default()).unwrap();
    drop(recorder);
    let old = read_spikes(&dir.path().join("spikes.h5.part.old")).unwrap();
    assert_eq!(old, read);
}

#[test]
fn a_recorder_that_is_dropped_has_flushed_what_it_was_given() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::claim(dir.path()).unwrap();
    let mut recorder = Recorder::start(folder, layout(STEPS), Settings::default()).unwrap();
    feed(&mut recorder, 0, 1000, |_| ()).unwrap();
    drop(recorder);
    let read = read_spikes(&dir.path().join("spikes.h5.part")).unwrap();
    assert_eq!(read.status.as_deref(), Some("incomplete"));
    assert_eq!(read.trains[0].times, expected(0, 40, 1000).0);
}

#[test]
fn names_that_cannot_be_names_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["", ".", "a/b", "a\0b", "silent"] {
        let mut bad = layout(10);
        bad.populations[0].name = name.into();
        let folder = Folder::claim(dir.path()).unwrap();
        let error = Recorder::start(folder, bad, Settings::default()).err().unwrap();
        assert!(matches!(error, RecordError::BadName { what: "population", .. }), "{error}");
    }
    for name in ["", ".x", "a/b", "spikes", "gate"] {
        let mut bad = layout(10);
        bad.reports[0].name = name.into();
        let folder = Folder::claim(dir.path()).unwrap();
        let error = Recorder::start(folder, bad, Settings::default()).err().unwrap();
        assert!(matches!(error, RecordError::BadName { what: "report", .. }), "{error}");
    }
    assert!(names(dir.path()).is_empty(), "{:?}", names(dir.path()));
}

#[test]
fn a_report_too_large_for_any_disk_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::claim(dir.path()).unwrap();
    let error = Recorder::start(folder, layout(u64::MAX / 2), Settings::default()).err().unwrap();
    assert!(matches!(error, RecordError::TooLarge { .. }), "{error}");
}

#[test]
fn results_that_do_not_fit_the_layout_end_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        let folder = Folder::claim(dir.path()).unwrap();
        Recorder::start(folder, layout(10), Settings { flush_every: Duration::ZERO }).unwrap()
    };
    let mut recorder = start();
    recorder.spikes(&[Spike { time: 0.0, id: 44 }]).unwrap();
    let error = recorder.close(Status::Complete, 0.0).unwrap_err();
    assert!(error.to_string().contains("cell 44"), "{error}");
    let mut recorder = start();
    recorder.samples(0, &[0.0; 7]).unwrap();
    let error = recorder.close(Status::Complete, 0.0).unwrap_err();
    assert!(error.to_string().contains("report `v`"), "{error}");
    let mut recorder = start();
    recorder.samples(0, &[0.0; 6 * 12]).unwrap();
    assert!(recorder.close(Status::Complete, 0.0).is_err());
}

#[test]
fn an_error_of_the_writer_reaches_the_engine() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::claim(dir.path()).unwrap();
    let mut recorder = Recorder::start(folder, layout(10), Settings { flush_every: Duration::ZERO }).unwrap();
    recorder.samples(5, &[0.0]).unwrap();
    // The batch is on its way; sooner or later a call says so, and says it again.
    let error = loop {
        if let Err(error) = recorder.advance(1.0) {
            break error;
        }
    };
    assert!(error.to_string().contains("report number 5"), "{error}");
    assert_eq!(recorder.advance(2.0), Err(error));
}

#[test]
fn one_run_at_a_time_writes_into_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b");
    let first = Folder::claim(&path).unwrap();
    let error = Folder::claim(&path).unwrap_err();
    assert!(matches!(error, RecordError::InUse { .. }), "{error}");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    drop(first);
    // What was made for it goes with it.
    assert!(names(dir.path()).is_empty());
}

#[test]
fn the_lock_of_a_process_that_is_gone_is_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let lock = dir.path().join(".volley.lock");
    let folder = Folder::claim(dir.path()).unwrap();
    let text = fs::read_to_string(&lock).unwrap();
    std::mem::forget(folder);
    // The same number, begun at another time: another process.
    let start = text.lines().find(|l| l.starts_with("start")).unwrap();
    fs::write(&lock, text.replace(start, "start 12345678901234567890")).unwrap();
    let folder = Folder::claim(dir.path()).unwrap();
    assert!(folder.notices()[0].contains("is gone"), "{:?}", folder.notices());
    assert_eq!(fs::read_to_string(&lock).unwrap(), text);
    drop(folder);
    fs::write(&lock, "").unwrap();
    assert_eq!(Folder::claim(dir.path()).unwrap().notices().len(), 1);
    assert!(names(dir.path()).is_empty());
    // Of a process on another machine nothing is known.
    let host = text.lines().find(|l| l.starts_with("host")).unwrap();
    fs::write(&lock, text.replace(host, "host elsewhere.example")).unwrap();
    let error = Folder::claim(dir.path()).unwrap_err();
    assert!(error.to_string().contains("on elsewhere.example"), "{error}");
    assert!(error.help().unwrap().contains(".volley.lock"));
}

#[test]
fn a_file_in_place_of_the_folder_is_refused_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("results");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(Folder::claim(&file), Err(RecordError::NotAFolder { .. })));
    let below = Folder::claim(&file.join("below")).unwrap_err();
    assert!(matches!(below, RecordError::Io { .. }), "{below}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_reader_may_keep_the_growing_file_open() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::claim(dir.path()).unwrap();
    let mut recorder =
        Recorder::start(folder, layout(STEPS), Settings { flush_every: Duration::ZERO }).unwrap();
    // Files that are held open are locked against writing.
    let mut held = Vec::new();
    for part in 0..5 {
        feed(&mut recorder, part * 400, (part + 1) * 400, |_| ()).unwrap();
        held.push(hdf5::File::open(dir.path().join("spikes.h5.part")).unwrap());
    }
    recorder.close(Status::Interrupted, 0.0).unwrap();
    drop(held);
    let read = read_spikes(&dir.path().join("spikes.h5.part")).unwrap();
    assert_eq!(read.trains[0].times, expected(0, 40, 2000).0);
}
