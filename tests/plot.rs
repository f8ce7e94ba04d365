//! Plots of runs, from made-up results: what is in the files, and that the same results give the same bytes.

mod record;

use std::path::Path;
use std::time::Duration;

use volley::analysis::Recording;
use volley::plot::{Figure, Look, RunKind, RunOptions, plot_run};
use volley::record::{Status, read_report};

const STEPS: u64 = 2000;

fn results() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), STEPS, Duration::from_secs(1), Status::Complete);
    let summary = r#"{"network": "made-up", "until_ms": 50.0, "populations": {"alpha": 40, "silent": 3, "gamma 1,\"x\"": 1},
        "lists": {"nobody": [], "few": [3, 7, 12]}}"#;
    std::fs::write(dir.path().join("summary.json"), summary).unwrap();
    dir
}

fn plot(folder: &Path, kind: RunKind) -> Figure {
    plot_run(folder, kind, &RunOptions::default()).unwrap()
}

/// The texts of an SVG file, in its order.
fn texts(svg: &str) -> Vec<&str> {
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    texts.filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>")).collect()
}

/// Marks in the path of a colour with the given prefix of its steps: (number of marks, their whole length in hundredths).
fn marks(svg: &str, colour: &str) -> (usize, i64) {
    let lines = svg.lines().filter(|l| l.contains("d=\"m") && l.contains(&format!("stroke=\"{colour}\"")));
    let path: String = lines.filter_map(|l| l.split("d=\"").nth(1)?.split('"').next()).collect();
    let lengths = path.split('h').skip(1).map(|step| step.split('m').next().unwrap());
    let lengths: Vec<i64> =
        lengths.map(|l| (format!("0{l}").parse::<f64>().unwrap() * 100.0).round() as i64).collect();
    (lengths.len(), lengths.iter().sum())
}

#[test]
fn a_raster_has_its_populations_and_a_mark_for_every_spike() {
    let dir = results();
    let svg = plot(dir.path(), RunKind::Raster).svg();
    let texts = texts(&svg);
    for text in
        ["made-up", "alpha", "40 cells", "silent", "3 cells", "time (ms)", "0", "50", "cells of “few”"]
    {
        assert!(texts.contains(&text), "{text} in {texts:?}");
    }
    // The lone cell fires every 50th step: its marks stand apart, below the others.
    let lone = (0..=STEPS).filter(|step| step % 50 == 3).count();
    assert_eq!(marks(&svg, "#1a1a1a").0, lone);
    assert_eq!(texts.iter().filter(|t| t.starts_with("gamma")).count(), 1);
    // The cells of the list are dark, the others light; marks that touch are one.
    let spikes = |wanted: &dyn Fn(u64) -> bool| {
        (0..=STEPS).flat_map(record::spikes_at).filter(|s| s.id < 40 && wanted(s.id)).count()
    };
    let dark = spikes(&|id| [3, 7, 12].contains(&id));
    let (count, length) = marks(&svg, "#0072b2");
    assert!(count > dark / 2 && count <= dark, "{count} marks of {dark} spikes");
    assert!(length >= count as i64 * 50, "{length}");
    assert!(marks(&svg, "#9ec9e2").0 > count);
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let (first, second) = (results(), results());
    for kind in [RunKind::Overview, RunKind::Voltage, RunKind::Isi, RunKind::Synchrony] {
        let (a, b) = (plot(first.path(), kind), plot(second.path(), kind));
        assert_eq!(a.svg(), b.svg(), "{kind:?}");
        assert_eq!(a.png(72.0).unwrap(), b.png(72.0).unwrap(), "{kind:?}");
    }
}

#[test]
fn every_kind_has_units_on_its_axes() {
    let dir = results();
    for (kind, labels) in [
        (RunKind::Overview, &["rate (Hz)", "time (ms)"][..]),
        (RunKind::Rates, &["rate (Hz)", "time (ms)"]),
        (RunKind::Voltage, &["potential (mV)", "m_hh", "time (ms)"]),
        (RunKind::Isi, &["intervals (%)", "interval (ms)"]),
        (RunKind::Synchrony, &["share (%)", "time (ms)"]),
    ] {
        let svg = plot(dir.path(), kind).svg();
        for label in labels {
            assert!(texts(&svg).contains(label), "{label} in {kind:?}: {:?}", texts(&svg));
        }
    }
}

#[test]
fn a_png_has_the_pixels_that_were_asked_for() {
    let dir = results();
    let look = Look { title: Some(String::new()), size: Some((100.0, 60.0)) };
    let figure =
        plot_run(dir.path(), RunKind::Raster, &RunOptions { look, ..RunOptions::default() }).unwrap();
    assert!(!texts(&figure.svg()).contains(&"made-up"));
    let bytes = figure.png(254.0).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (1000, 600));
    // The picture says its size on paper: pixels a metre.
    let phys = bytes.windows(4).position(|w| w == b"pHYs").unwrap();
    assert_eq!(number(phys + 4), 10_000);
    let pixels = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    assert_eq!(pixels.info().color_type, png::ColorType::Rgb);
    let error = figure.png(1e5).unwrap_err();
    assert!(error.message.contains("too large"), "{}", error.message);
}

#[test]
fn text_stays_on_the_page() {
    let dir = results();
    for size in [None, Some((60.0, 70.0)), Some((180.0, 120.0))] {
        let look = Look { title: None, size };
        let figure =
            plot_run(dir.path(), RunKind::Overview, &RunOptions { look, ..RunOptions::default() }).unwrap();
        let (width, height) = figure.size();
        let (width, height) = (width * 72.0 / 25.4, height * 72.0 / 25.4);
        let svg = figure.svg();
        for line in svg.lines().filter(|l| l.starts_with("<text")) {
            let of = |name: &str| -> f64 {
                line.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
            };
            assert!((0.0..=width).contains(&of("x")) && (0.0..=height).contains(&of("y")), "{line}");
        }
    }
}

#[test]
fn a_report_reads_back_as_it_was_recorded() {
    let dir = results();
    let report = read_report(&dir.path().join("v.h5"), usize::MAX).unwrap();
    assert_eq!(
        (report.population.as_str(), report.variable.as_str(), report.unit.as_str()),
        ("alpha", "v", "mV")
    );
    assert_eq!((report.start, report.step, report.columns), (0.0, record::DT, 6));
    assert_eq!(report.status.as_deref(), Some("complete"));
    let places: Vec<(u64, u32, f32)> =
        report.traces.iter().map(|t| (t.cell, t.section, t.position)).collect();
    assert_eq!(places, [(0, 0, 0.5), (0, 2, 0.25), (7, 0, 0.5), (7, 2, 0.25), (39, 0, 0.5), (39, 2, 0.25)]);
    for (column, trace) in report.traces.iter().enumerate() {
        let wanted: Vec<f64> = (0..=STEPS).map(|step| record::value(0, column, step)).collect();
        assert_eq!(trace.values, wanted);
    }
    // In 32 bits, of every fourth step; only as many traces as asked for.
    let gate = read_report(&dir.path().join("gate.h5"), 1).unwrap();
    assert_eq!((gate.unit.as_str(), gate.step, gate.traces.len()), ("1", 0.1, 1));
    assert_eq!(gate.traces[0].values.len() as u64, STEPS / 4 + 1);
    assert_eq!(gate.traces[0].values[5], f64::from(record::value(1, 0, 20) as f32));
    let few = read_report(&dir.path().join("v.h5"), 2).unwrap();
    assert_eq!((few.columns, few.traces.as_slice()), (6, &report.traces[..2]));
}

#[test]
fn the_report_of_an_unfinished_run_has_the_rows_that_are_valid() {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), 1000, Duration::from_secs(1), Status::Interrupted);
    let summary = r#"{"network": "made-up", "until_ms": 12.475, "populations": {"alpha": 40}}"#;
    std::fs::write(dir.path().join("summary.json.part"), summary).unwrap();
    let report = read_report(&dir.path().join("v.h5.part"), usize::MAX).unwrap();
    assert_eq!(report.status.as_deref(), Some("interrupted"));
    assert_eq!(report.traces[3].values.len(), 500);
    assert!(plot_run(dir.path(), RunKind::Voltage, &RunOptions::default()).is_ok());
}

#[test]
fn what_is_no_report_is_refused() {
    let dir = results();
    let message = |name: &str| read_report(&dir.path().join(name), 1).unwrap_err().to_string();
    assert!(message("spikes.h5").contains("is not a SONATA report: it has no group `/report`"));
    assert!(message("summary.json").contains("it is not an HDF5 file"));
    assert!(message("none.h5").contains("cannot open"));
}

#[test]
fn a_million_spikes_are_a_small_file() {
    let cells = 2000u64;
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let train = |random: &mut dyn FnMut() -> f64| {
        let mut times: Vec<f64> = (0..500).map(|_| 1000.0 * random()).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let trains = (0..cells).map(|_| train(&mut random)).collect();
    let recording = Recording {
        network: "many".into(),
        populations: vec![volley::analysis::Population { name: "p".into(), trains }],
        until: 1000.0,
        ..Recording::default()
    };
    for size in [None, Some((400.0, 400.0))] {
        let look = Look { title: None, size };
        let options = RunOptions { look, ..RunOptions::default() };
        let figure = volley::plot::plot_recording(&recording, RunKind::Raster, &options).unwrap();
        let bytes = figure.svg().len();
        assert!(bytes < 2_000_000, "{bytes}");
    }
}
