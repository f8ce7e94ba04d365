//! `volley train`: the chosen cells, and what they recognise.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn network(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("networks/hopfield-brody").join(name)
}

fn volley(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_volley")).args(words).env("NO_COLOR", "1").output().unwrap()
}

fn train(words: &[&str]) -> Output {
    let network = network("network.toml");
    volley(&[&["train", network.to_str().unwrap()], words].concat())
}

/// Spikes of the gamma cell.
fn gamma(folder: &Path, pattern: &Path, selected: &Path) -> u64 {
    let (pattern, selected) =
        (format!("pattern={}", pattern.display()), format!("selected={}", selected.display()));
    let out = folder.join("out");
    let network = network("network.toml");
    let answer = volley(&[
        "run",
        network.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--set",
        &pattern,
        "--set",
        &selected,
        "--tstop",
        "700",
        "--summary",
        "json",
    ]);
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    summary["spikes"]["gamma"].as_u64().unwrap()
}

#[test]
fn a_trained_network_recognises_its_pattern_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let patterns = [network("exemplar.txt"), network("experiments/patterns/random-1.txt")];
    let mut answers = Vec::new();
    for (i, pattern) in patterns.iter().enumerate() {
        let selected = folder.path().join(format!("selected-{i}.txt"));
        let set = format!("pattern={}", pattern.display());
        let answer = train(&["--set", &set, "--output", selected.to_str().unwrap()]);
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        answers.push(patterns.each_ref().map(|shown| gamma(folder.path(), shown, &selected)));
    }
    for (trained, answers) in answers.iter().enumerate() {
        for (shown, &spikes) in answers.iter().enumerate() {
            assert_eq!(spikes >= 3, trained == shown, "trained with {trained}, shown {shown}: {answers:?}");
        }
    }
}

#[test]
fn the_file_is_the_one_that_the_experiments_use_whatever_the_threads() {
    let committed = fs::read_to_string(network("experiments/trained/exemplar.txt")).unwrap();
    for threads in ["1", "2", "3"] {
        let answer = train(&["--threads", threads]);
        assert!(answer.status.success());
        assert_eq!(String::from_utf8(answer.stdout).unwrap(), committed, "{threads} threads");
    }
    let mut lines = committed.lines();
    assert_eq!(lines.next(), Some("30"));
    let channels: HashSet<&str> = lines.clone().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!((lines.count(), channels.len()), (30, 30));
}

#[test]
fn what_cannot_be_trained_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let said = |answer: Output, status: i32| {
        assert_eq!(answer.status.code(), Some(status), "{}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8(answer.stderr).unwrap().replace(&*folder.path().to_string_lossy(), "FOLDER")
    };
    let plain = folder.path().join("plain.toml");
    let text = "[simulation]\ntstop = 1\n[population.drive]\nmechanism = \"NetStim\"\n";
    fs::write(&plain, text).unwrap();
    insta::assert_snapshot!("no_training", said(volley(&["train", plain.to_str().unwrap()]), 2));

    let wrong = folder.path().join("wrong.toml");
    let text = format!(
        "extends = \"{}\"\n[training]\npopulation = \"alpa\"\nselect = 41\nparameter = \"selektion\"\ntable = \"pattern\"\n\
         untrained = {{ wee = 0 }}\n",
        network("network.toml").display()
    );
    fs::write(&wrong, text).unwrap();
    insta::assert_snapshot!("wrong_training", said(volley(&["train", wrong.to_str().unwrap()]), 2));

    // Nothing fires, so nothing can be chosen, and a file that is there stays as it is.
    let kept = folder.path().join("kept.txt");
    fs::write(&kept, "mine").unwrap();
    let answer = train(&["--set", "intensity=0", "--tstop", "100", "--output", kept.to_str().unwrap()]);
    insta::assert_snapshot!("nothing_to_choose", said(answer, 3));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "mine");

    let nowhere = folder.path().join("nowhere/file.txt");
    let answer = train(&["--output", nowhere.to_str().unwrap()]);
    insta::assert_snapshot!("no_folder", said(answer, 2));
}
