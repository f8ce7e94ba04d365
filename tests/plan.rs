//! The commands that say how work is shared out: `volley plan` and `volley complexity`, `--multisplit` and `--imbalance`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

/// Runs `volley` in a folder: status, standard output, standard error.
fn answer_in(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    let Output { status, stdout, stderr } = command.args(words).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// The same in this project's folder.
fn answer(words: &[&str]) -> (i32, String, String) {
    answer_in(Path::new(env!("CARGO_MANIFEST_DIR")), words)
}

fn json(words: &[&str]) -> Json {
    let (status, out, err) = answer(words);
    assert_eq!(status, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

const PURKINJE: &str = "networks/purkinje/network.toml";
const HOPFIELD_BRODY: &str = "networks/hopfield-brody/before.toml";

#[test]
fn plans_are_told_and_do_not_depend_on_the_machine() {
    for (name, network) in [("purkinje", PURKINJE), ("hopfield_brody", HOPFIELD_BRODY)] {
        for threads in ["2", "4"] {
            let (status, out, err) = answer(&["plan", network, "--threads", threads]);
            assert_eq!((status, err.as_str()), (0, ""));
            insta::assert_snapshot!(format!("{name}_{threads}"), out);
        }
    }
}

/// NEURON's tool: 26 pieces and 4 % for four threads.
#[test]
fn the_purkinje_cell_is_cut_evenly() {
    for threads in ["2", "3", "4", "8"] {
        let plan = json(&["plan", PURKINJE, "--threads", threads, "--summary", "json"]);
        let imbalance = plan["load_imbalance"].as_f64().unwrap();
        assert!(imbalance <= 0.04, "{threads} threads: {imbalance}");
        let most = if threads == "4" { 26 } else { 32 };
        assert!(plan["pieces"].as_u64().unwrap() <= most, "{threads} threads: {}", plan["pieces"]);
        let threads: u16 = threads.parse().unwrap();
        let pieces = plan["split"][0]["pieces"].as_array().unwrap();
        let cost: f64 = pieces.iter().map(|p| p["complexity_ns"].as_f64().unwrap()).sum();
        let total = plan["complexity_ns"].as_f64().unwrap();
        assert!((cost - total).abs() < 1e-6 * total, "{cost} {total}");
        assert!(pieces.iter().all(|p| p["thread"].as_u64().unwrap() < threads.into()));
        assert_eq!(plan["outlook"].as_array().unwrap().len(), 2 * usize::from(threads));
    }
}

/// Three cells on four threads: only all of them cut even the threads out.
#[test]
fn several_cells_are_cut_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let purkinje = Path::new(env!("CARGO_MANIFEST_DIR")).join(PURKINJE);
    let text = format!("extends = {:?}\n[population.cell]\ncount = 3\n", purkinje.to_str().unwrap());
    fs::write(folder.path().join("three.toml"), text).unwrap();
    for multisplit in ["auto", "always"] {
        let words = ["plan", "three.toml", "--threads", "4", "--multisplit", multisplit, "--summary", "json"];
        let (status, out, err) = answer_in(folder.path(), &words);
        assert_eq!(status, 0, "{err}");
        let plan: Json = serde_json::from_str(&out).unwrap();
        let imbalance = plan["load_imbalance"].as_f64().unwrap();
        assert!((0.0..=0.05).contains(&imbalance), "{multisplit}: {imbalance}");
        let cut = plan["split"].as_array().unwrap().len();
        assert!(cut == 3 || (cut > 0 && multisplit == "auto"), "{multisplit}: {cut} cells are cut");
    }
}

#[test]
fn cells_are_cut_only_as_far_as_asked() {
    let pieces = |words: &[&str]| {
        let all = [&["plan", PURKINJE, "--threads", "2", "--summary", "json"], words].concat();
        json(&all)["pieces"].as_u64().unwrap()
    };
    assert_eq!(pieces(&["--multisplit", "never"]), 0);
    assert_eq!(pieces(&["--imbalance", "150"]), 0);
    assert!(pieces(&["--imbalance", "150", "--multisplit", "always"]) > 1);
    // Four hundred equal cells need no cutting.
    let plan =
        json(&["plan", HOPFIELD_BRODY, "--threads", "2", "--multisplit", "always", "--summary", "json"]);
    assert_eq!(plan["pieces"], 0);
}

/// A cable whose mechanism `text` (named `odd`) stands on every compartment.
fn cable(text: &str, more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("odd.mod"), text).unwrap();
    let network = format!(
        "name = \"cable\"\n[simulation]\ndt = 0.025\ntstop = 1\n[mechanisms]\nfiles = [\"odd.mod\"]\n\
         [cell.c.section.soma]\nL = 1000\ndiam = 2\nnseg = 101\n[cell.c.mechanism.odd]\n{more}\n\
         [population.p]\ncell = \"c\"\n"
    );
    fs::write(folder.path().join("network.toml"), network).unwrap();
    folder
}

const SERIAL: &str = "NEURON {\n SUFFIX odd\n RANGE a\n GLOBAL last\n}\nASSIGNED { a last }\nSTATE { s }\n\
    INITIAL { s = 0 }\nBREAKPOINT { SOLVE states METHOD cnexp }\n\
    DERIVATIVE states {\n a = last\n last = s\n s' = a - s\n}\n";

const DIFFUSING: &str = "NEURON {\n SUFFIX odd\n}\nUNITS { (mM) = (milli/liter) (um) = (micron) }\nASSIGNED { diam (um) }\n\
    STATE { s (mM) }\nINITIAL { s = 1 }\nBREAKPOINT { SOLVE states METHOD sparse }\n\
    KINETIC states {\n COMPARTMENT diam*diam { s }\n LONGITUDINAL_DIFFUSION diam { s }\n ~ s << (0)\n}\n";

const POINTING: &str = "NEURON {\n SUFFIX odd\n POINTER far\n RANGE a\n}\nASSIGNED { a far }\n\
    BREAKPOINT { SOLVE look METHOD after_cvode }\nPROCEDURE look() { a = far }\n";

#[test]
fn what_cannot_be_cut_is_an_error_when_it_must_be_cut() {
    let far = "pointers = { far = \"soma(0.9).v\" }";
    for (name, text, more) in
        [("serial", SERIAL, ""), ("diffusing", DIFFUSING, ""), ("pointing", POINTING, far)]
    {
        let folder = cable(text, more);
        let always = ["network.toml", "--threads", "2", "--multisplit", "always"];
        let (status, _, err) = answer_in(folder.path(), &[&["plan"], &always[..]].concat());
        assert_eq!(status, 2, "{name}: {err}");
        insta::assert_snapshot!(name, err);
        let (status, _, ran) = answer_in(folder.path(), &[&["run", "-q"], &always[..]].concat());
        assert_eq!((status, ran), (2, err), "{name}");
        assert!(!folder.path().join("cable").exists(), "{name}: a refused run leaves a folder behind");
        // On one thread nothing is split; where it may stay whole, it does.
        for words in [&["--threads", "1", "--multisplit", "always"][..], &["--threads", "2"]] {
            let words = [&["plan", "network.toml", "--summary", "json"], words].concat();
            let (status, out, err) = answer_in(folder.path(), &words);
            assert_eq!(status, 0, "{name}: {err}");
            let plan: Json = serde_json::from_str(&out).unwrap();
            assert_eq!(plan["pieces"], 0, "{name}");
            // Why the plan is uneven: on two threads, in both forms.
            let whole = plan["whole"].as_array().unwrap();
            assert_eq!(whole.len(), usize::from(words.contains(&"2")), "{name}: {whole:?}");
            let text = answer_in(folder.path(), &[&words[..2], &words[4..]].concat()).1;
            let row = text.lines().find(|line| line.trim_start().starts_with("whole "));
            if let Some(one) = whole.first().filter(|_| name != "serial") {
                assert!(row.unwrap().ends_with(one["reason"].as_str().unwrap()), "{text}");
            } else {
                assert_eq!(row, None, "{name}");
            }
            let pins = usize::from(name == "serial");
            assert_eq!(plan["serial"].as_array().unwrap().len(), pins, "{name}");
        }
    }
}

#[test]
fn runs_tell_of_split_cells() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = ["run", PURKINJE, "--threads", "2", "--tstop", "0.1", "--out", out, "--summary", "json"];
    let (status, summary, story) = answer(&run);
    assert_eq!(status, 0, "{story}");
    let summary: Json = serde_json::from_str(&summary).unwrap();
    let plan = json(&["plan", PURKINJE, "--threads", "2", "--summary", "json"]);
    assert_eq!(summary["split_cells"], 1);
    assert_eq!(summary["pieces"], plan["pieces"]);
    assert_eq!(summary["load_imbalance"], plan["load_imbalance"]);
    assert!(story.contains(&format!("split         1 cell in {} pieces", plan["pieces"])), "{story}");
}

#[test]
fn complexity_comes_from_the_table() {
    let (status, out, err) = answer(&["complexity"]);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!("built_in", out);
    let (status, out, err) = answer(&["complexity", PURKINJE]);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!("of_purkinje", out);
    let (status, _, err) = answer(&["complexity", PURKINJE, "networks/hopfield-brody/kap.mod"]);
    assert_eq!(status, 2);
    assert!(err.contains("name one network, or .mod files and folders"), "{err}");
}

#[test]
fn files_with_the_same_mechanism_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["a.mod", "b.mod"] {
        fs::write(folder.path().join(file), POINTING).unwrap();
    }
    fs::write(folder.path().join("c.mod"), SERIAL.replace("SUFFIX odd", "SUFFIX even")).unwrap();
    let (status, out, err) = answer_in(folder.path(), &["complexity", "a.mod", "b.mod", "c.mod"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let names: Vec<&str> =
        out.lines().skip(1).filter_map(|line| line.trim_start().split("  ").next()).collect();
    assert!(names.ends_with(&["odd (a.mod)", "odd (b.mod)", "even"]), "{out}");
}

#[test]
fn a_parameter_is_set_of_a_network_only() {
    for files in [&[][..], &["networks/hopfield-brody/kap.mod"]] {
        let words = [&["complexity"], files, &["--set", "delay=1"]].concat();
        let (status, out, err) = answer(&words);
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(err.contains("`--set delay=...` sets a parameter of a network"), "{err}");
    }
    let (status, _, err) = answer(&["plan", PURKINJE, "--set", "mechanisms=nowhere"]);
    assert_eq!((status, err.matches("error[").count()), (2, 1), "{err}");
}

#[test]
fn what_is_measured_is_kept_and_used_when_asked() {
    let cache = tempfile::tempdir().unwrap();
    let ask = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        command.args(words).current_dir(env!("CARGO_MANIFEST_DIR")).env("XDG_CACHE_HOME", cache.path());
        let Output { status, stdout, stderr } = command.output().unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        serde_json::from_slice::<Json>(&stdout).unwrap()
    };
    let found = ask(&["complexity", HOPFIELD_BRODY, "--measure", "--summary", "json"]);
    let rows = found["complexity"].as_array().unwrap();
    assert!(
        rows.iter().filter(|r| r["mechanism"] != "NetStim").all(|r| r["measured_ns"].as_f64().unwrap() > 0.0)
    );
    // Two plans by what was kept are the same, and are not those of the table.
    let plan = ["plan", HOPFIELD_BRODY, "--threads", "2", "--summary", "json", "--complexity", "measured"];
    let first = ask(&plan);
    assert_eq!(first, ask(&plan));
    assert_ne!(first["complexity_ns"], ask(&plan[..6])["complexity_ns"]);
    // A file that is no longer what it was counts as empty.
    fs::write(cache.path().join("volley/complexity.json"), "{").unwrap();
    ask(&plan);
}

#[test]
fn processors_are_counted() {
    let found = json(&["processors", "--count", "1000", "--summary", "json"]);
    let useful = found["useful"].as_u64().unwrap();
    let times = found["times"].as_array().unwrap();
    assert!(useful >= 1 && useful <= times.len() as u64);
    assert_eq!(times.len() as u64, 2 * found["granted"].as_u64().unwrap());
}
