//! The command as a process: `volley mod check`, `threadsafe` and `explain`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use volley::diagnostic::Sources;
use volley::mechanism::verdict::{Verdict, judge, repaired};
use volley::nmodl;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mechanisms")
}

/// Runs `volley mod` in a folder: status, standard output, standard error.
fn answer(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    let Output { status, stdout, stderr } =
        command.arg("mod").args(words).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

const FILES: [&str; 6] =
    ["temporaries.mod", "return0.mod", "pool.mod", "drift.mod", "relay.mod", "pointer.mod"];

#[test]
fn check_tells_safe_from_serial_and_shows_what_neuron_says() {
    let (status, out, _) = answer(&folder(), &["check", "temporaries.mod", "relay.mod"]);
    assert_eq!(status, 0);
    insta::assert_snapshot!("check", out);
    // Its units are not declared, which is worth a warning and no more.
    let (status, out, err) = answer(&folder(), &["check", "temporaries.mod"]);
    assert_eq!(status, 0, "{out}");
    assert!(err.starts_with("warning[units/unknown]: the unit `S` is not declared"), "{err}");
    assert!(!err.contains("error"), "{err}");
}

#[test]
fn check_answers_programs() {
    let (status, out, err) = answer(&folder(), &["check", "temporaries.mod", "--summary", "json"]);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!("check_json", out);
    let (_, out, _) = answer(&folder(), &["check", ".", "--summary", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["files"].as_array().unwrap().len(), FILES.len());
}

/// A mechanism whose unit of `i` is wrong by a factor.
const WRONG_UNIT: &str = "NEURON { SUFFIX leak NONSPECIFIC_CURRENT i RANGE g, e }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (mS) = (millisiemens) }
PARAMETER { g = 1 (mS/cm2) e = -65 (mV) }
ASSIGNED { v (mV) i (mA/cm2) other }
BREAKPOINT { i = g*(v - e) }
";

#[test]
fn units_that_do_not_agree_are_warned_of() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("leak.mod"), WRONG_UNIT).unwrap();
    let (status, out, err) = answer(place.path(), &["check", "leak.mod"]);
    assert_eq!(status, 0);
    insta::assert_snapshot!("check_units", format!("{err}{out}"));
    let (status, strict, errors) = answer(place.path(), &["check", "leak.mod", "--strict-units"]);
    assert_eq!((status, strict), (2, out));
    assert!(errors.starts_with("error[units/assignment]"), "{errors}");
    let (status, out, err) =
        answer(place.path(), &["check", "leak.mod", "--strict-units", "--summary", "json"]);
    assert_eq!((status, err.as_str()), (2, ""));
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    let units = &value["files"][0]["units"];
    assert_eq!(units["without_unit"], serde_json::json!(["other"]));
    let warning = &units["warnings"][0];
    assert_eq!((&warning["severity"], &warning["code"]), (&"error".into(), &"units/assignment".into()));
    let ratio = warning["found"]["factor"].as_f64().unwrap() / warning["wanted"]["factor"].as_f64().unwrap();
    assert!((ratio / 1e-3 - 1.0).abs() < 1e-12, "{ratio}");
    assert_eq!(warning["places"][0]["line"], 5);
    assert_eq!(value["counts"]["unit_warnings"], 1);
}

#[test]
fn a_network_says_in_a_line_that_units_do_not_agree() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("leak.mod"), WRONG_UNIT).unwrap();
    let network = "name = \"one\"
[simulation]
tstop = 0.1
[mechanisms]
files = [\"leak.mod\"]
[cell.c]
[cell.c.section.soma]
L = 20
diam = 20
[cell.c.mechanism.leak]
[population.p]
cell = \"c\"
count = 1
";
    fs::write(place.path().join("one.toml"), network).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        let Output { status, stderr, .. } = command.args(words).current_dir(place.path()).output().unwrap();
        (status.code().unwrap(), String::from_utf8(stderr).unwrap())
    };
    let (status, err) = run(&["check", "one.toml"]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(err.trim(), "note[units/found]: 1 unit warning in 1 file; see `volley mod check leak.mod`");
    for command in ["check", "run"] {
        let (status, err) = run(&[command, "one.toml", "--strict-units"]);
        assert_eq!(status, 2, "{err}");
        assert!(err.starts_with("error[units/assignment]: `i` is in `mA/cm2`"), "{err}");
    }
    assert!(!place.path().join("one").exists());
}

#[test]
fn what_is_no_mod_file_is_told() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(place.path().join(name), bytes).unwrap();
    write("binary.mod", b"NEURON\0\0\x01\x02");
    write("wide.mod", b"\xff\xfeN\0E\0");
    write("network.toml", b"# what NEURON says\nname = \"a\"\n");
    write("empty.mod", b"");
    write(
        "old.mod",
        b"NEURON { SUFFIX old RANGE x } : at 30 \xb0C\nASSIGNED { x v (mV) }\nBREAKPOINT { x = v }\n",
    );
    fs::create_dir(place.path().join("folder")).unwrap();
    for (name, status, words) in [
        ("binary.mod", 2, "cannot read `binary.mod`: it is not text"),
        ("wide.mod", 2, "it is UTF-16"),
        ("network.toml", 2, "`network.toml` is no .mod file: it has no NEURON block"),
        ("empty.mod", 2, "there is nothing in this file"),
        ("folder", 2, "there is no .mod file in `folder`"),
        ("none.mod", 2, "cannot read `none.mod`: there is no such file"),
        ("old.mod", 0, ""),
    ] {
        let (found, out, err) = answer(place.path(), &["check", name]);
        assert_eq!(found, status, "{name}: {out}{err}");
        assert!(err.contains(words), "{name}: {err}");
        assert!(!out.contains("no files"), "{name}: {out}");
    }
}

#[test]
fn units_do_not_bury_errors() {
    let place = tempfile::tempdir().unwrap();
    let text = WRONG_UNIT.replacen("BREAKPOINT {", "BREAKPOINT { i = nothing ", 1);
    assert!(text.contains("nothing"));
    fs::write(place.path().join("leak.mod"), text).unwrap();
    let (_, _, err) = answer(place.path(), &["check", "leak.mod"]);
    assert!(err.starts_with("error[nmodl/undeclared]"), "{err}");
    assert!(err.contains("leak.mod: 1 unit warning left out till the errors are mended"), "{err}");
    assert!(!err.contains("units/assignment"), "{err}");
}

#[test]
fn what_cannot_be_read_is_told() {
    let (status, _, err) = answer(&folder(), &["check", "temporaries.mod", "none.mod"]);
    assert_eq!(status, 2);
    assert!(err.contains("cannot read `none.mod`"), "{err}");
    let empty = tempfile::tempdir().unwrap();
    let (status, _, err) = answer(empty.path(), &["check", "."]);
    assert_eq!(status, 2);
    assert!(err.contains("there is no .mod file"), "{err}");
}

#[test]
fn threadsafe_shows_a_diff_and_changes_nothing() {
    let place = copies();
    let (status, out, err) =
        answer(place.path(), &["threadsafe", "temporaries.mod", "return0.mod", "pool.mod", "drift.mod"]);
    assert_eq!(status, 0, "{err}");
    insta::assert_snapshot!("threadsafe", out);
    for name in FILES {
        let (copy, original) = (fs::read(place.path().join(name)), fs::read(folder().join(name)));
        assert_eq!(copy.unwrap(), original.unwrap());
        assert!(!place.path().join(format!("{name}.orig")).exists());
    }
}

#[test]
fn threadsafe_writes_and_keeps_the_original() {
    let place = copies();
    let (status, first, _) = answer(place.path(), &["threadsafe", "--write", "."]);
    assert_eq!(status, 0);
    assert!(!first.is_empty());
    let kept = fs::read(place.path().join("temporaries.mod.orig")).unwrap();
    assert_eq!(kept, fs::read(folder().join("temporaries.mod")).unwrap());
    // What passes state on, or points elsewhere, is left alone.
    for name in ["relay.mod", "pointer.mod"] {
        assert!(!place.path().join(format!("{name}.orig")).exists(), "{name}");
    }
    let (status, again, _) = answer(place.path(), &["threadsafe", "--write", "."]);
    assert_eq!((status, again.as_str()), (0, ""));
}

#[test]
fn what_is_not_thread_safe_is_left_with_a_reason() {
    let (_, out, err) = answer(&folder(), &["threadsafe", "relay.mod", "pointer.mod"]);
    assert_eq!(out, "");
    assert!(err.contains("this passes from one instance to the next: total"), "{err}");
    assert!(err.contains("what it points at may be changed on another thread"), "{err}");
}

#[test]
fn globals_of_which_each_instance_has_its_own_can_move_to_range() {
    let (_, out, _) = answer(&folder(), &["threadsafe", "--range", "temporaries.mod"]);
    assert!(out.contains("+\tGLOBAL q10 RANGE minf, mtau\n"), "{out}");
}

/// A GLOBAL that no block declares is a variable, a RANGE that none declares is nothing: the file would not compile any more.
/// A sum and a counter that nothing uses, beside scratch paper.
const SUMS: &str = "NEURON { SUFFIX sums NONSPECIFIC_CURRENT i GLOBAL total, count, inf RANGE g }
PARAMETER { g = 1e-4 }
ASSIGNED { v i total count inf }
BREAKPOINT {
    inf = 1/(1 + exp(-v))
    i = g*inf*(v + 65)
    total = total + i
    count = count + 1
}
";

#[test]
fn what_is_only_added_up_is_told_as_such() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("sums.mod"), SUMS).unwrap();
    let (status, out, _) = answer(place.path(), &["check", "sums.mod"]);
    assert_eq!(status, 0, "{out}");
    let why = "so each instance has its own: inf; added up over instances and never used, so left out: total, count\n";
    assert!(out.lines().next().unwrap().contains("safe") && out.contains(why), "{out}");
    let (_, diff, err) = answer(place.path(), &["threadsafe", "sums.mod"]);
    assert_eq!(diff, "");
    assert!(err.contains("for hoc each thread would have a sum of its own"), "{err}");
    // What something is made from passes on, be it by another sum.
    let used = SUMS.replace("i = g*inf*(v + 65)", "i = g*inf*(v + 65) + 1e-9*count");
    fs::write(place.path().join("sums.mod"), used).unwrap();
    let (_, out, _) = answer(place.path(), &["check", "sums.mod"]);
    assert!(out.contains("so it runs on thread 0: count\n"), "{out}");
}

/// A channel with a TABLE of `v` and of `shift`, which INITIAL sets.
fn tabled(range: &str, initial: &str, shift: &str) -> String {
    format!(
        "NEURON {{ SUFFIX tabled NONSPECIFIC_CURRENT i GLOBAL minf RANGE g{range} }}
PARAMETER {{ g = 1e-4 }}
ASSIGNED {{ v i minf shift }}
STATE {{ m }}
INITIAL {{ {initial} rates(v) m = minf }}
BREAKPOINT {{ SOLVE s METHOD cnexp i = g*m*(v + 65) }}
DERIVATIVE s {{ rates(v) m' = (minf - m)/2 }}
PROCEDURE rates(v) {{ TABLE minf FROM -100 TO 100 WITH 200 minf = 1/(1 + exp(-(v{shift})/5)) }}
"
    )
}

#[test]
fn a_table_that_moves_is_warned_of() {
    let place = tempfile::tempdir().unwrap();
    let warned = |text: &str| {
        fs::write(place.path().join("tabled.mod"), text).unwrap();
        let (_, diff, err) = answer(place.path(), &["threadsafe", "tabled.mod"]);
        let (_, out, _) = answer(place.path(), &["check", "tabled.mod"]);
        assert!(diff.contains("THREADSAFE"), "{diff}");
        (err.contains("warning[threadsafe/table]: NEURON now makes the TABLE of `rates`"), out)
    };
    let (moves, out) = warned(&tabled(", shift", "shift = 3", " + shift"));
    assert!(moves);
    assert!(
        out.contains(
            "TABLE    line 8: the TABLE of `rates` is made from what each instance has its own (shift)"
        ),
        "{out}"
    );
    assert!(out.contains("is made by the first call; with THREADSAFE it would be before INITIAL"), "{out}");
    let (moves, out) = warned(&tabled("", "", ""));
    assert!(!moves && !out.contains("TABLE"), "{out}");
    // The instances share it, and it is 0 before INITIAL.
    let (moves, out) = warned(&tabled(" GLOBAL shift", "shift = 3", " + shift"));
    assert!(moves && !out.contains("from what each instance"), "{out}");
}

#[test]
fn a_global_that_nobody_declares_stays_one() {
    let place = tempfile::tempdir().unwrap();
    let text = "NEURON { SUFFIX bare GLOBAL a, b }\nASSIGNED { v b }\nBREAKPOINT { a = v  b = v }\n";
    fs::write(place.path().join("bare.mod"), text).unwrap();
    let (_, out, err) = answer(place.path(), &["threadsafe", "--range", "bare.mod"]);
    assert!(out.contains("GLOBAL a RANGE b"), "{out}{err}");
}

#[test]
fn explain_shows_passes_and_costs() {
    let (status, out, err) = answer(&folder(), &["explain", "temporaries.mod"]);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!("explain", out);
    let (status, one, _) = answer(&folder(), &["explain", "temporaries.mod", "--pass", "lower"]);
    assert_eq!(status, 0);
    assert!(out.starts_with(&one), "{one}");
    let (status, _, err) = answer(&folder(), &["explain", "temporaries.mod", "--pass", "hoits"]);
    assert_eq!(status, 2);
    assert!(err.contains("did you mean `hoist`?"), "{err}");
}

/// The test files in a folder of their own.
fn copies() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for name in FILES {
        fs::copy(folder().join(name), place.path().join(name)).unwrap();
    }
    place
}

/// The print of a text's tree without what repairs may change.
fn but_for_repairs(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("a.mod", text);
    let tree = nmodl::parse(&sources, id).unwrap_or_else(|e| panic!("{}", e.render(&sources, false)));
    let mut print = nmodl::print(&tree);
    while let Some(start) = print.find("VERBATIM") {
        let end = print.find("ENDVERBATIM").unwrap() + "ENDVERBATIM".len();
        print.replace_range(start..end, "");
    }
    for method in ["euler", "derivimplicit", "cnexp"] {
        print = print.replace(&format!("METHOD {method}"), "METHOD *");
    }
    let kept = print.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "THREADSAFE");
    kept.collect::<Vec<_>>().join("\n")
}

proptest::proptest! {
    /// Whatever the layout, comments and line ends, a repair changes the tree only where it says so, keeps every
    /// comment, and leaves nothing to repair.
    #[test]
    fn repairs_touch_nothing_else(
        which in 0..FILES.len(),
        blanks in proptest::collection::vec(0..4_usize, 40),
        crlf: bool,
        joined: bool,
    ) {
        let original = fs::read_to_string(folder().join(FILES[which])).unwrap();
        let mut text = String::new();
        for (i, line) in original.lines().enumerate() {
            let pad = " ".repeat(blanks[i % blanks.len()]);
            let plain = !line.contains("VERBATIM") && !line.contains("TITLE");
            let note = if plain && blanks[(i + 1) % blanks.len()] == 3 { " : THREADSAFE { euler" } else { "" };
            text += &format!("{pad}{line}{note}");
            let may_join = joined && plain && !line.contains(':') && note.is_empty() && line.ends_with('{');
            text += if may_join { " " } else if crlf { "\r\n" } else { "\n" };
        }
        let mut sources = Sources::default();
        let id = sources.add("a.mod", text.as_str());
        let repair = repaired(&mut sources, id, false).unwrap().repair;
        proptest::prop_assert_eq!(but_for_repairs(&text), but_for_repairs(&repair.text));
        let comments = |text: &str| text.matches(':').count();
        proptest::prop_assert_eq!(comments(&text), comments(&repair.text));
        let id = sources.add("b.mod", repair.text.as_str());
        let again = repaired(&mut sources, id, false).unwrap().repair;
        proptest::prop_assert_eq!(&again.text, &repair.text);
        proptest::prop_assert!(again.changes.is_empty());
    }
}

#[test]
fn a_repaired_file_is_safe_here_and_silent_in_neuron() {
    for name in ["temporaries.mod", "return0.mod", "drift.mod"] {
        let mut sources = Sources::default();
        let id = sources.add(name, fs::read_to_string(folder().join(name)).unwrap());
        let text = repaired(&mut sources, id, false).unwrap().repair.text;
        let id = sources.add(name, text);
        let report = judge(&mut sources, id);
        assert!(matches!(report.verdict, Verdict::Safe(_)), "{name}");
        assert!(!report.notices.iter().any(|n| n.kind.unsafe_in_neuron()), "{name}");
    }
}
