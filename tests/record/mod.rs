//! A run of made-up results, the same every time: what the tests of recording feed and expect.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;
use std::time::Duration;

use volley::engine::{Sink, SinkError, Spike};
use volley::record::{
    Folder, Layout, PopulationLayout, Recorder, ReportLayout, Settings, Status, Summary, WallTime,
};

/// Three populations, the second silent; two reports of the first and third.
pub fn layout(steps: u64) -> Layout {
    let population = |name: &str, first_id, count| PopulationLayout { name: name.into(), first_id, count };
    Layout {
        populations: vec![
            population("alpha", 0, 40),
            population("silent", 40, 3),
            population("gamma 1,\"x\"", 43, 1),
        ],
        reports: vec![
            ReportLayout {
                name: "v".into(),
                population: "alpha".into(),
                node_ids: vec![0, 7, 39],
                sections: vec![0, 2],
                positions: vec![0.5, 0.25],
                unit: "mV".into(),
                variable: "v".into(),
                every: 1,
                double: true,
            },
            ReportLayout {
                name: "gate".into(),
                population: "gamma 1,\"x\"".into(),
                node_ids: vec![0],
                sections: vec![0],
                positions: vec![0.5],
                unit: String::new(),
                variable: "m_hh".into(),
                every: 4,
                double: false,
            },
        ],
        dt: DT,
        steps,
    }
}

pub const DT: f64 = 0.025;
/// Steps between calls of `advance`.
pub const EPOCH: u64 = 20;

/// Spikes of one step, sorted by id.
pub fn spikes_at(step: u64) -> Vec<Spike> {
    let time = step as f64 * DT;
    let alpha = (0..40).filter(|id| (step * 7 + id * 13).is_multiple_of(101)).map(|id| Spike { time, id });
    let gamma = (step % 50 == 3).then_some(Spike { time, id: 43 });
    alpha.chain(gamma).collect()
}

/// The value of a report at a step.
pub fn value(report: usize, column: usize, step: u64) -> f64 {
    -65.0 + (step as f64 * 0.01 + column as f64 + 10.0 * report as f64).sin()
}

/// Feeds the results of the steps `from..to`, in epochs; `after` sees the time after each of them.
pub fn feed(sink: &mut dyn Sink, from: u64, to: u64, mut after: impl FnMut(f64)) -> Result<(), SinkError> {
    let mut step = from;
    while step < to {
        let end = (step + EPOCH).min(to);
        let spikes: Vec<Spike> = (step..end).flat_map(spikes_at).collect();
        sink.spikes(&spikes)?;
        for (report, (width, every)) in [(6, 1), (1, 4)].into_iter().enumerate() {
            let rows: Vec<f64> = (step..end)
                .filter(|s| s.is_multiple_of(every))
                .flat_map(|s| (0..width).map(move |c| value(report, c, s)))
                .collect();
            sink.samples(report, &rows)?;
        }
        let time = (end - 1) as f64 * DT;
        sink.advance(time)?;
        after(time);
        step = end;
    }
    Ok(())
}

/// A summary with nothing but a name.
pub fn summary(status: Status) -> Summary {
    Summary {
        network: "made-up".into(),
        version: "0".into(),
        status,
        until_ms: 0.0,
        parameters: serde_json::Map::new(),
        dt_ms: DT,
        tstop_ms: 0.0,
        seed: 1,
        threads: 1,
        cells: 44,
        populations: serde_json::Map::new(),
        lists: serde_json::Map::new(),
        compartments: 0,
        connections: 0,
        steps: 0,
        min_delay_ms: None,
        epoch_steps: EPOCH,
        complexity: vec![],
        load_imbalance: 0.0,
        split_cells: 0,
        pieces: 0,
        serial: Vec::new(),
        spikes: Default::default(),
        mean_rate_hz: Default::default(),
        wall_time_s: WallTime::default(),
        peak_memory_bytes: None,
        files: vec![],
    }
}

/// Records a whole run of `steps` steps into a folder.
pub fn record(folder: &Path, steps: u64, flush_every: Duration, status: Status) {
    let folder = Folder::claim(folder).unwrap();
    let mut recorder = Recorder::start(folder, layout(steps), Settings { flush_every }).unwrap();
    // A complete run hands over the samples of t = 0 and of every step.
    let to = if status == Status::Complete { steps + 1 } else { steps / 2 };
    feed(&mut recorder, 0, to, |_| ()).unwrap();
    let closed = recorder.close(status, (to - 1) as f64 * DT).unwrap();
    closed.commit(&summary(status)).unwrap();
}
