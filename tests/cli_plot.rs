//! The command as a process: `volley plot`, its files, messages and statuses.

mod record;

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use volley::record::Status;

fn answer(words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    let Output { status, stdout, stderr } = command.args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn run_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), 1000, Duration::from_secs(1), Status::Complete);
    let summary = r#"{"network": "made-up", "until_ms": 25.0, "populations": {"alpha": 40, "silent": 3, "gamma 1,\"x\"": 1},
        "lists": {"few": [3, 7, 12]}}"#;
    std::fs::write(dir.path().join("summary.json"), summary).unwrap();
    dir
}

/// A sweep of delay and weight with two runs each, one of which failed.
fn sweep_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let summary = r#"{"name": "made-up", "parameters": [
        {"name": "delay", "kind": "list", "values": [0.5, 1, 2], "axis": "delay"},
        {"name": "pattern", "kind": "list", "values": ["a.txt", "b.txt"], "axis": "pattern"}],
        "repeats": 2, "measures": [{"name": "gamma", "text": "count(gamma)", "unit": "1"},
        {"name": "rate(alpha)", "text": "rate(alpha)", "unit": "Hz"}], "runs": 12, "complete": 11, "failed": 1}"#;
    std::fs::write(dir.path().join("sweep.json"), summary).unwrap();
    let mut table = "run,seed,delay,pattern,status,reason,gamma,rate(alpha),wall_time_s\n".to_owned();
    for run in 0..12 {
        let delay = [0.5, 1.0, 2.0][run / 4];
        let pattern = ["a.txt", "b.txt"][run / 2 % 2];
        table += &match run {
            7 => format!("{run},2,{delay},{pattern},failed,\"v is NaN, at 3 ms\",,,0.1\n"),
            _ => format!("{run},{},{delay},{pattern},complete,,{run},{},0.1\n", run % 2 + 1, 10.5 - delay),
        };
    }
    std::fs::write(dir.path().join("runs.csv"), table).unwrap();
    dir
}

#[test]
fn a_plot_is_written_and_named() {
    let dir = run_folder();
    let (status, out, err) = answer(&["plot", dir.path().to_str().unwrap()]);
    let file = path(dir.path(), "overview.svg");
    assert_eq!((status, out, err.as_str()), (0, format!("{file}\n"), ""));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("<svg"));

    let png = path(dir.path(), "v.png");
    let words = ["plot", dir.path().to_str().unwrap(), "--kind", "voltage", "-o", &png, "--dpi", "72"];
    assert_eq!(answer(&words).0, 0);
    assert_eq!(&std::fs::read(&png).unwrap()[1..4], b"PNG");
    // A spike file alone will do, and says what had to be guessed.
    let alone = tempfile::tempdir().unwrap();
    std::fs::copy(dir.path().join("spikes.h5"), alone.path().join("s.h5")).unwrap();
    let (status, out, err) = answer(&["plot", &path(alone.path(), "s.h5"), "--kind", "raster"]);
    assert_eq!((status, out), (0, path(alone.path(), "raster.svg") + "\n"));
    assert!(err.contains("nothing says how many cells"), "{err}");
}

#[test]
fn a_sweep_is_drawn_as_it_fits() {
    let dir = sweep_folder();
    let folder = dir.path().to_str().unwrap();
    let (status, out, err) = answer(&["plot", folder]);
    let file = path(dir.path(), "curve.svg");
    assert_eq!((status, out, err.as_str()), (0, format!("{file}\n"), ""));
    let svg = std::fs::read_to_string(&file).unwrap();
    for text in [
        "delay",
        "gamma",
        "rate(alpha) (Hz)",
        "pattern = a",
        "pattern = b",
        "mean of 2 runs",
        "1 of 12 runs failed",
    ] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text}");
    }
    let svg = |words: &[&str]| {
        assert_eq!(answer(&[&["plot", folder], words].concat()).0, 0);
        std::fs::read_to_string(&file).unwrap()
    };
    assert!(svg(&["--unit", "delay=ms"]).contains(">delay (ms)</text>"));
    assert!(svg(&["--x", "pattern", "--where", "delay=1"]).contains(">dots: runs; bars: means</text>"));
    let (status, out, _) = answer(&["plot", folder, "--kind", "heatmap", "--measure", "gamma"]);
    assert_eq!((status, out), (0, path(dir.path(), "heatmap.svg") + "\n"));
    let svg = std::fs::read_to_string(path(dir.path(), "heatmap.svg")).unwrap();
    assert!(svg.contains(">gamma</text>") && !svg.contains("rate(alpha)"));
    // Without the runs of one combination there is a place without a value.
    let table = std::fs::read_to_string(dir.path().join("runs.csv")).unwrap();
    std::fs::write(dir.path().join("runs.csv"), table.replace("6,1,1,b.txt,complete", "6,1,1,b.txt,failed"))
        .unwrap();
    assert_eq!(answer(&["plot", folder, "--kind", "heatmap", "--measure", "gamma"]).0, 0);
    let svg = std::fs::read_to_string(path(dir.path(), "heatmap.svg")).unwrap();
    assert!(svg.contains("no value: failed or undefined"));
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let (run, sweep) = (run_folder(), sweep_folder());
    let (run, sweep) = (run.path().to_str().unwrap(), sweep.path().to_str().unwrap());
    let empty = tempfile::tempdir().unwrap();
    let empty = empty.path().to_str().unwrap();
    let nowhere = format!("{run}/none/plot.svg");
    let mut messages = String::new();
    for words in [
        &["no-such-folder"][..],
        &[empty],
        &[run, "--kind", "heatmap"],
        &[sweep, "--kind", "raster"],
        &[run, "--population", "alhpa"],
        &[run, "--highlight", "fwe"],
        &[run, "--window", "100:200"],
        &[run, "--kind", "voltage", "--population", "silent"],
        &[run, "--kind", "isi", "--population", "silent"],
        &[run, "--kind", "synchrony", "--population", "gamma 1,\"x\""],
        &[run, "--measure", "gamma"],
        &[run, "-o", "plot.pdf"],
        &[run, "-o", &nowhere],
        &[run, "--size", "20x15"],
        &[run, "-o", "plot.png", "--size", "2000x2000", "--dpi", "2400"],
        &[sweep, "--measure", "gama"],
        &[sweep, "--x", "dealy"],
        &[sweep, "--x", "delay", "--y", "delay"],
        &[sweep, "--where", "delay=3"],
        &[sweep, "--where", "delay=1", "--kind", "heatmap"],
        &[sweep, "--where", "delay=1", "--where", "pattern=a"],
        &[sweep, "--window", "1:2"],
        &[run, "--window", "2:1"],
        &[run, "--size", "85"],
        &[run, "--dpi", "7"],
        &[run, "--kind", "rastr"],
    ] {
        let (status, out, err) = answer(&[&["plot"], words].concat());
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}: {err}");
        messages += &format!("volley plot {}\n{}\n", words.join(" "), err.trim_end());
    }
    assert!(!Path::new("plot.png").exists() && !Path::new("plot.pdf").exists());
    let messages = messages.replace(run, "RUN").replace(sweep, "SWEEP").replace(empty, "EMPTY");
    insta::assert_snapshot!("refused", messages);
}

#[test]
fn a_sweep_without_tables_or_with_damaged_ones_is_refused() {
    let dir = sweep_folder();
    let folder = dir.path().to_str().unwrap();
    let table = std::fs::read_to_string(dir.path().join("runs.csv")).unwrap();
    let try_with = |table: &str| {
        std::fs::write(dir.path().join("runs.csv"), table).unwrap();
        let (status, _, err) = answer(&["plot", folder]);
        assert_eq!(status, 2);
        err
    };
    assert!(try_with("").contains("it is empty"));
    assert!(try_with(&table.replace(",status,", ",state,")).contains("no column `status`"));
    assert!(
        try_with(&table.replace("3,2,0.5,b.txt,complete,", "3,2,0.5,b.txt,complete"))
            .contains("row 4 has 8 fields")
    );
    assert!(try_with(&table.replace("\"v is NaN, at 3 ms\"", "\"v is NaN")).contains("has no end"));
    std::fs::remove_file(dir.path().join("runs.csv")).unwrap();
    let (status, _, err) = answer(&["plot", folder]);
    assert_eq!(status, 2);
    assert!(err.contains("--resume"), "{err}");
}

#[test]
fn a_run_draws_itself() {
    let dir = tempfile::tempdir().unwrap();
    let out = path(dir.path(), "ring");
    let network = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/ring/network.toml");
    let (status, text, err) = answer(&["run", network, "--out", &out, "--tstop", "50", "--plot"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(text.ends_with(&format!("plots in {out}/overview.svg, {out}/voltage.svg\n")), "{text}");
    let svg = std::fs::read_to_string(format!("{out}/voltage.svg")).unwrap();
    assert!(svg.contains(">potential (mV)</text>") && svg.contains(">soma_v: cell 0</text>"));
}
