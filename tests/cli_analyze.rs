//! `volley analyze` as a process: tables, JSON, messages, statuses.

mod record;

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use volley::record::Status;

fn answer(words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    let Output { status, stdout, stderr } = command.arg("analyze").args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn run(status: Status) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    record::record(dir.path(), 1000, Duration::from_secs(1), status);
    dir
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A summary that says the sizes of populations, and a list, as that of a run does.
fn with_sizes(dir: &Path) {
    let path = dir.join("summary.json");
    let mut summary: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    summary["until_ms"] = 25.0.into();
    summary["populations"] = serde_json::json!({ "alpha": 40, "gamma 1,\"x\"": 1, "silent": 3 });
    summary["lists"] = serde_json::json!({ "some": [0, 1, 2, 39], "none": [] });
    std::fs::write(path, summary.to_string()).unwrap();
}

#[test]
fn without_measures_there_is_a_table_of_all_populations_and_lists() {
    let dir = run(Status::Complete);
    with_sizes(dir.path());
    let (status, out, err) = answer(&[name(dir.path())]);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!("analyze_table", out);
    let (status, out, _) = answer(&[name(dir.path()), "--population", "silent", "--window", "5:10"]);
    assert_eq!(status, 0);
    assert!(!out.contains("alpha") && out.contains("silent"), "{out}");
    // A spike file does as well; then the cells that never fired are unknown, and this is said.
    let (status, out, err) = answer(&[name(&dir.path().join("spikes.h5")), "--measure", "count(alpha)"]);
    assert_eq!((status, err.as_str()), (0, ""), "the summary beside it is read");
    assert!(out.contains("count(alpha)"), "{out}");
    std::fs::remove_file(dir.path().join("summary.json")).unwrap();
    let (status, _, err) = answer(&[name(&dir.path().join("spikes.h5")), "--measure", "count(alpha)"]);
    assert_eq!(status, 0);
    assert!(err.contains("nothing says how many cells `alpha` has"), "{err}");
}

#[test]
fn measures_are_answered_one_by_one() {
    let dir = run(Status::Complete);
    with_sizes(dir.path());
    let words = [
        name(dir.path()),
        "--population",
        "alpha",
        "--window",
        ":20",
        "--measure",
        "count",
        "--measure",
        "rate(alpha, cells=some, from=5)",
        "--measure",
        "isi_distance(\"gamma 1,\\\"x\\\"\")",
    ];
    let (status, out, err) = answer(&words);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!("analyze_measures", out);
    let (status, out, _) = answer(&[&words[..], &["--summary", "json"]].concat());
    assert_eq!(status, 0);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let measures = json["measures"].as_array().unwrap();
    assert_eq!(measures[0]["measure"], "count(alpha, to=20)");
    assert!(measures[0]["value"].as_f64().unwrap() > 100.0);
    assert_eq!((&measures[1]["unit"], &measures[1]["cells"]), (&"Hz".into(), &"some".into()));
    assert!(measures[2]["value"].is_null(), "one cell has no pairs");
}

#[test]
fn an_unfinished_run_is_measured_with_a_note() {
    let dir = run(Status::Interrupted);
    let (status, out, err) = answer(&[name(dir.path()), "--measure", "rate(alpha)"]);
    assert_eq!(status, 0);
    assert!(err.contains("the run is interrupted"), "{err}");
    assert!(out.contains("rate(alpha)") && !out.contains("not defined"), "{out}");
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_status_2() {
    let dir = run(Status::Complete);
    with_sizes(dir.path());
    let mut words = vec![name(dir.path())];
    for text in ["raet(alpha)", "rate", "chi(alhpa)", "rate(alpha, cells=othr)", "vector_strength(alpha)"] {
        words.extend(["--measure", text]);
    }
    let (status, out, err) = answer(&words);
    assert_eq!((status, out.as_str()), (2, ""));
    insta::assert_snapshot!("analyze_errors", err);
    let (status, _, err) = answer(&[name(dir.path()), "--population", "slient"]);
    assert_eq!(status, 2);
    assert!(err.contains("did you mean `silent`?"), "{err}");
    for words in [&[][..], &["none"], &[name(dir.path()), "--window", "5:2"]] {
        let (status, out, err) = answer(words);
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}");
        assert!(!err.is_empty() && !err.contains("panicked"), "{err}");
    }
}

#[test]
fn the_list_has_all_measures_and_the_docs_too() {
    let docs =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/measures.md")).unwrap();
    let (status, out, _) = answer(&["--list"]);
    assert_eq!(status, 0);
    let (_, json, _) = answer(&["--list", "--summary", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for described in volley::analysis::catalogue() {
        assert!(out.contains(&format!("  {}(", described.name)), "{}", described.name);
        assert!(json.as_array().unwrap().iter().any(|m| m["name"] == described.name));
        let written = ["`", "("].map(|end| format!("`{}{end}", described.name));
        assert!(written.iter().any(|w| docs.contains(w)), "docs/measures.md lacks `{}`", described.name);
        for argument in described.arguments {
            assert!(docs.contains(argument.name), "docs/measures.md lacks `{}`", argument.name);
        }
    }
}
