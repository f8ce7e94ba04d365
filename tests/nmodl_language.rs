//! What NEURON takes and what it means, against NEURON (tests/reference/nmodl/language.csv, NEURON 9.0.2, written by
//! tools/reference/nmodl_language.py): FUNCTION_TABLEs, names, calls of DERIVATIVE blocks, variables of ions.

mod common;

use common::{described, distance, path, reference_table, run, run_on};
use volley::diagnostic::Sources;
use volley::network::{Overrides, load};

/// Tables for tests/nmodl/language/tables.mod; points and values as in tools/reference/nmodl_language.py.
const TABLES: &str = r#"
    [function_table.tables]
    share = { value = 0.75 }
    minf = { values = [0, 0.05, 0.3, 0.8, 0.95, 1], from = -90, to = 10 }
    mtau = { values = [1, 4, 6, 2], at = [-90, -60, -45, -10] }
    gain = { values = [[1, 1.5], [0.5, 2], [2.5, 1]], from = [-80, 0], to = [0, 1] }
"#;

fn cell(tables: &str, mechanisms: &[&str], record: &[String]) -> String {
    let files = path("tests/nmodl/language");
    let inserted: String = mechanisms.iter().map(|m| format!("[cell.c.mechanism.{m}]\n")).collect();
    let recorded: String = record
        .iter()
        .enumerate()
        .map(|(i, name)| format!("r{i} = {{ population = \"p\", variable = \"{name}\" }}\n"))
        .collect();
    let clamp = |name: &str, del: f64, amp: f64| {
        format!(
            "[stimulus.{name}]\npopulation = \"p\"\nmechanism = \"IClamp\"\ndel = {del}\ndur = {}\namp = {amp}\n",
            10
        )
    };
    format!(
        "[simulation]\ndt = 0.025\ntstop = 50\n[mechanisms]\nfiles = [\"{}\"]\n{tables}\n\
         [cell.c.section.soma]\nL = 20\ndiam = 20\n[cell.c.mechanism.pas]\nvalues = {{ g = 1e-4, e = -65 }}\n{inserted}\
         [population.p]\ncell = \"c\"\n{}{}{}[record]\n{recorded}",
        files.display(),
        clamp("a", 2.006, 0.1),
        clamp("b", 20.006, -0.05),
        clamp("c", 35.006, 0.6),
    )
}

#[test]
fn names_tables_and_ions_as_in_neuron() {
    let (header, columns) = reference_table("nmodl/language.csv");
    let record: Vec<String> = header.iter().map(|name| name.to_string()).collect();
    let all = ["other", "ions", "tables", "names", "implicit"];
    let results = run(&described(&cell(TABLES, &all, &record)));
    for (i, (name, expected)) in header.iter().zip(&columns).enumerate() {
        let series: Vec<f64> = results.series(&format!("r{i}")).into_iter().step_by(8).collect();
        let scale = expected.iter().fold(f64::MIN_POSITIVE, |most, x| most.max(x.abs()));
        let error = distance(&series, expected) / scale;
        // Membrane currents: NEURON's difference quotient against the derivative, which jumps where a table bends.
        assert!(error < 1e-5, "{name}: {error:e}");
    }
}

#[test]
fn tables_are_the_same_from_a_file_and_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mtau.txt");
    std::fs::write(&file, "# mV ms\n-90 1\n-60 4\n-45 6\n-10 2\n").unwrap();
    let from_file = TABLES.replace(
        "mtau = { values = [1, 4, 6, 2], at = [-90, -60, -45, -10] }",
        "mtau = { table = \"points\" }",
    );
    assert_ne!(from_file, TABLES);
    let from_file = format!("{from_file}\n[table.points]\nfile = \"{}\"\n", file.display());
    let of = |tables: &str, threads: usize| {
        let text = cell(tables, &["tables"], &["tables.m".to_string()]);
        run_on(&described(&text), threads).series("r0")
    };
    let expected = of(TABLES, 1);
    assert_eq!(of(&from_file, 1), expected);
    assert_eq!(of(TABLES, 2), expected);
}

/// What loading a network says.
fn said(tables: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("network.toml");
    std::fs::write(&file, cell(tables, &["tables"], &[])).unwrap();
    let mut sources = Sources::default();
    let words = match load(&file, &Overrides::default(), &mut sources) {
        Ok(loaded) => loaded.warnings.render(&sources, false),
        Err(problems) => problems.render(&sources, false),
    };
    let root = format!("{}/", env!("CARGO_MANIFEST_DIR"));
    words.replace(&root, "").replace(&file.display().to_string(), "network.toml")
}

#[test]
fn wrong_tables_are_told() {
    let cases = [
        TABLES.replace("share", "shar"),
        TABLES.replace("[function_table.tables]", "[function_table.tabels]"),
        TABLES.replace("{ value = 0.75 }", "{ value = 0.75, from = 0 }"),
        TABLES.replace("{ value = 0.75 }", "{ }"),
        TABLES.replace("{ value = 0.75 }", "{ values = [] , from = 0, to = 1 }"),
        TABLES.replace("{ value = 0.75 }", "{ values = [1, 2] }"),
        TABLES.replace("{ value = 0.75 }", "{ values = [[1, 2], [3, 4]], from = [0, 0], to = [1, 1] }"),
        TABLES.replace("-90, -60, -45, -10", "-90, -60, -65, -10"),
        TABLES.replace("-90, -60, -45, -10", "-90, -60, -45"),
        TABLES.replace("from = -90, to = 10", "from = 10, to = -90"),
        TABLES.replace("from = [-80, 0], to = [0, 1]", "from = -80, to = 0"),
        TABLES.replace("[0.5, 2]", "[0.5]"),
    ];
    let all: Vec<String> = cases.iter().map(|case| said(case)).collect();
    insta::assert_snapshot!("wrong_function_tables", all.join("\n----\n\n"));
}

/// As NEURON 9.0.2 does for a single instance: `x` is not changed by setting it before `x@1` is read, and what was before the
/// first step counts as 0.
#[test]
fn discrete_blocks_look_back() {
    let record = ["discrete.x", "discrete.y", "discrete.before"].map(str::to_string);
    let results = run(&described(&cell("", &["discrete"], &record)));
    let (mut past, mut y) = ([1.0, 0.0, 0.0], 1.0);
    for step in 1..20 {
        let x = 0.5 * past[0] + 0.25 * past[1] + 0.1;
        y += if past[2] > 0.0 { 1.0 } else { 0.0 };
        let seen = ["r0", "r1", "r2"].map(|name| results.series(name)[step]);
        for (value, expected) in seen.into_iter().zip([x, y, past[0]]) {
            assert!((value - expected).abs() < 1e-14, "step {step}: {value} {expected}");
        }
        past = [x, past[0], past[1]];
    }
}
