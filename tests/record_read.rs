//! Spike files of other writers, and files that are none.

use std::fs;
use std::path::Path;

use volley::record::{RecordError, read_spikes};

/// A file with one population `p`, as `fill` makes it.
fn file(path: &Path, fill: impl FnOnce(&hdf5::Group)) {
    let file = hdf5::File::create(path).unwrap();
    fill(&file.create_group("spikes").unwrap().create_group("p").unwrap());
}

#[test]
fn other_types_of_numbers_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.h5");
    file(&path, |g| {
        g.new_dataset_builder().with_data(&[1.5f32, 2.25]).create("timestamps").unwrap();
        g.new_dataset_builder().with_data(&[7i32, 3]).create("node_ids").unwrap();
    });
    let read = read_spikes(&path).unwrap();
    assert_eq!((read.status, read.until), (None, None));
    assert_eq!(read.trains[0].times, [1.5, 2.25]);
    assert_eq!(read.trains[0].ids, [7, 3]);
    file(&path, |g| {
        g.new_dataset_builder().with_data(&[1i64, 2]).create("timestamps").unwrap();
        g.new_dataset_builder().with_data(&[7u8, 3]).create("node_ids").unwrap();
        let sorting: hdf5::types::VarLenUnicode = "by_id".parse().unwrap();
        g.new_attr::<hdf5::types::VarLenUnicode>().create("sorting").unwrap().write_scalar(&sorting).unwrap();
    });
    let read = read_spikes(&path).unwrap();
    assert_eq!(read.trains[0].times, [1.0, 2.0]);
    assert_eq!(read.trains[0].ids, [7, 3]);
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.h5");
    let why = |fill: &dyn Fn(&hdf5::Group)| {
        file(&path, fill);
        match read_spikes(&path) {
            Err(RecordError::NotSpikes { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    };
    let times =
        |g: &hdf5::Group, t: &[f64]| g.new_dataset_builder().with_data(t).create("timestamps").unwrap();
    let ids = |g: &hdf5::Group, i: &[i64]| g.new_dataset_builder().with_data(i).create("node_ids").unwrap();

    assert_eq!(why(&|_| ()), "`/spikes/p` has no data set `timestamps`");
    assert_eq!(why(&|g| drop(times(g, &[1.0]))), "`/spikes/p` has no data set `node_ids`");
    let text = why(&|g| {
        times(g, &[1.0, 2.0]);
        ids(g, &[1]);
    });
    assert_eq!(text, "`/spikes/p` has 2 `timestamps` and 1 `node_ids`");
    let text = why(&|g| {
        times(g, &[1.0]);
        ids(g, &[-1]);
    });
    assert_eq!(text, "`/spikes/p` has negative `node_ids`");
    let text = why(&|g| {
        times(g, &[f64::NAN]);
        ids(g, &[1]);
    });
    assert_eq!(text, "`/spikes/p` has the time NaN among its `timestamps`");
    let text = why(&|g| {
        let times = times(g, &[1.0]);
        ids(g, &[1]);
        let unit: hdf5::types::VarLenUnicode = "s".parse().unwrap();
        times.new_attr::<hdf5::types::VarLenUnicode>().create("units").unwrap().write_scalar(&unit).unwrap();
    });
    assert_eq!(text, "`/spikes/p` has `timestamps` in `s`, not in `ms`");
    let text = why(&|g| {
        times(g, &[1.0]);
        g.new_dataset_builder().with_data(&[0.5f64]).create("node_ids").unwrap();
    });
    assert_eq!(text, "`/spikes/p` has `node_ids` that are not whole numbers");
    let text = why(&|g| {
        times(g, &[1.0]);
        let table = g.new_dataset::<u64>().shape((2, 2)).create("node_ids").unwrap();
        table.write_raw(&[1u64, 2, 3, 4]).unwrap();
    });
    assert_eq!(text, "`/spikes/p` has a `node_ids` that is not a list");
}

#[test]
fn what_is_no_spike_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.h5");
    let message = || read_spikes(&path).unwrap_err().to_string();
    assert!(message().contains("cannot open") && message().contains("No such file"), "{}", message());
    fs::write(&path, "time,id\n").unwrap();
    assert!(message().ends_with("is not a SONATA spike file: it is not an HDF5 file"), "{}", message());
    fs::write(&path, "").unwrap();
    assert!(message().ends_with("it is not an HDF5 file"), "{}", message());
    drop(hdf5::File::create(&path).unwrap());
    assert!(message().ends_with("it has no group `/spikes`"), "{}", message());
    let folder = read_spikes(dir.path()).unwrap_err().to_string();
    assert!(folder.contains("it is a folder"), "{folder}");
    // The older layout, without populations.
    let old = hdf5::File::create(&path).unwrap();
    let spikes = old.create_group("spikes").unwrap();
    spikes.new_dataset_builder().with_data(&[1.0f64]).create("timestamps").unwrap();
    drop((spikes, old));
    assert!(message().ends_with("`/spikes/timestamps` is not a population"), "{}", message());
}

#[test]
fn a_file_cut_short_anywhere_never_panics() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.h5");
    file(&path, |g| {
        g.new_dataset_builder().with_data(&[1.5f64; 300]).create("timestamps").unwrap();
        g.new_dataset_builder().with_data(&[1u64; 300]).create("node_ids").unwrap();
    });
    let whole = fs::read(&path).unwrap();
    for end in (0..whole.len()).step_by(37) {
        fs::write(&path, &whole[..end]).unwrap();
        assert!(read_spikes(&path).is_err(), "{end} bytes were taken for a whole file");
    }
    for at in (0..whole.len()).step_by(23) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xFF;
        fs::write(&path, &bytes).unwrap();
        let _ = read_spikes(&path);
    }
}
