//! Writing results as HDF5, from the first file to the last name: what a run of some seconds leaves. Items of `spikes`: spikes; of `report`: bytes
//! of 32-bit values in the file.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use volley::engine::{Sink, Spike};
use volley::record::{Folder, Layout, PopulationLayout, Recorder, ReportLayout, Settings, Status};

/// Values in a row, and rows.
const WIDTH: usize = 100;
const ROWS: u64 = 20_000;

#[divan::bench(args = [10_000, 1_000_000], sample_count = 10, sample_size = 1)]
fn spikes(bencher: Bencher, count: u64) {
    let spikes: Vec<Spike> =
        (0..count).map(|i| Spike { time: (i / 10) as f64 * 0.025, id: i % 10 * 97 }).collect();
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        written(layout(false), |recorder| {
            for part in spikes.chunks(1000) {
                recorder.spikes(part).expect("spikes are written");
                recorder.advance(part[part.len() - 1].time).expect("spikes are written");
            }
        })
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn report(bencher: Bencher) {
    let row: Vec<f64> = (0..WIDTH).map(|value| value as f64 - 65.0).collect();
    bencher.counter(BytesCount::new(WIDTH as u64 * ROWS * 4)).bench_local(|| {
        written(layout(true), |recorder| {
            for step in 0..ROWS {
                recorder.samples(0, &row).expect("rows are written");
                recorder.advance(step as f64 * 0.025).expect("rows are written");
            }
        })
    });
}

fn written(layout: Layout, write: impl FnOnce(&mut Recorder)) -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder for results");
    let folder = Folder::claim(&place.path().join("out")).expect("a new folder is free");
    let until = layout.steps as f64 * layout.dt;
    let mut recorder = Recorder::start(folder, layout, Settings::default()).expect("files can be made");
    write(&mut recorder);
    recorder.close(Status::Complete, until).expect("files can be closed");
    place
}

fn layout(report: bool) -> Layout {
    let report = report.then(|| ReportLayout {
        name: "v".into(),
        population: "cells".into(),
        node_ids: (0..WIDTH as u64).collect(),
        sections: vec![0],
        positions: vec![0.5],
        unit: "mV".into(),
        variable: "v".into(),
        every: 1,
        double: false,
    });
    Layout {
        populations: vec![PopulationLayout { name: "cells".into(), first_id: 0, count: 1000 }],
        reports: report.into_iter().collect(),
        dt: 0.025,
        steps: ROWS - 1,
    }
}
