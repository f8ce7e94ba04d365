//! Published habits of NMODL against NEURON (tests/reference/nmodl, NEURON 9.0.2, written by tools/reference/nmodl_misc.py):
//! POINTERs, tables that use RANGE parameters or set more than they hold, included files, texts in Latin-1, a name given
//! twice, reversal potentials without concentrations.

mod common;

use std::path::Path;

use common::{described, described_with, distance, path, reference_table, run, run_on};
use volley::diagnostic::Sources;
use volley::network::{Overrides, load};

/// A soma with a dendrite, and all the mechanisms.
fn cell(tabled: &str, graded: &str) -> String {
    let files = path("tests/nmodl");
    let files = files.display();
    format!(
        r#"
        [simulation]
        dt = 0.025
        tstop = 20
        [mechanisms]
        files = ["{files}/graded.mod", "{files}/follow.mod", "{files}/tabled.mod"]
        [global.hh]
        usetable = 0
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.section.dend]
        L = 200
        diam = 2
        nseg = 5
        parent = "soma"
        [cell.c.mechanism.hh]
        [cell.c.mechanism.follow]
        pointers = {{ gate = "hh.m" }}
        [cell.c.mechanism.tabled]
        shift = {tabled}
        [cell.c.point.near]
        mechanism = "Graded"
        at = "dend(0.1)"
        pointers = {{ vpre = "far.g" }}
        [cell.c.point.far]
        mechanism = "Graded"
        at = "dend(0.9)"
        {graded}
        [population.p]
        cell = "c"
        [stimulus.kick]
        population = "p"
        mechanism = "IClamp"
        del = 2
        dur = 1
        amp = 1
        [record]
        v = {{ population = "p", variable = "v", at = "dend(0.9)" }}
        far = {{ population = "p", variable = "far.g" }}
        near = {{ population = "p", variable = "near.g" }}
        s = {{ population = "p", variable = "follow.s", at = "dend(0.5)" }}
        n = {{ population = "p", variable = "tabled.n", at = "dend(0.5)" }}
        "#
    )
}

const POINTERS: &str = "pointers = { vpre = \"soma(0.5).v\" }";

#[test]
fn pointers_and_tables_as_in_neuron() {
    let results = run(&described(&cell("-5", POINTERS)));
    let (header, columns) = reference_table("nmodl/misc.csv");
    for (name, expected) in header.iter().zip(&columns) {
        let scale = expected.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let error = distance(&results.series(name), expected) / scale;
        // Membrane currents: NEURON's difference quotient against the derivative.
        assert!(error < 1e-6, "{name}: {error:e}");
    }
}

/// What loading a text says.
fn said(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("network.toml");
    std::fs::write(&file, text).unwrap();
    let mut sources = Sources::default();
    match load(&file, &Overrides::default(), &mut sources) {
        Ok(loaded) => loaded.warnings.render(&sources, false),
        Err(problems) => problems.render(&sources, false),
    }
}

#[test]
fn a_pointer_needs_a_target_in_its_cell() {
    for (pointers, expected) in [
        ("", "the POINTER `vpre` of `Graded` points at nothing"),
        ("pointers = { vpr = \"v\", vpre = \"v\" }", "`Graded` has no POINTER `vpr`"),
        ("pointers = { vpre = \"axon(0.5).v\" }", "has no section `axon`"),
        ("pointers = { vpre = \"soma(0.5).u\" }", "has no variable `u`"),
        ("pointers = { vpre = \"nowhere.g\" }", "`nowhere`"),
    ] {
        let message = said(&cell("0", pointers));
        assert!(message.contains(expected), "{pointers}: {message}");
        assert_eq!(message.matches("error[").count(), 1, "{message}");
    }
}

#[test]
fn an_included_file_that_is_missing_is_told_with_the_places_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let text = "NEURON { SUFFIX a RANGE x } INCLUDE \"none.inc\" ASSIGNED { x }";
    std::fs::write(folder.path().join("a.mod"), text).unwrap();
    let file = folder.path().join("a.mod");
    let toml = "[simulation]\ntstop = 1\n[mechanisms]\nfiles = [\"FILE\"]\n[cell.c.section.soma]\nL = 1\ndiam = 1\n\
                [cell.c.mechanism.a]\n[population.p]\ncell = \"c\"\n";
    let message = said(&toml.replace("FILE", &Path::new(&file).display().to_string()));
    assert!(message.contains("cannot read the included file `none.inc`"), "{message}");
    assert!(message.contains("there is no such file in"), "{message}");
    assert!(message.contains("a.mod:1:"), "{message}");
}

#[test]
fn reversal_potentials_without_concentrations() {
    let (_, columns) = reference_table("nmodl/empty_ions.csv");
    for row in 0..columns[0].len() {
        let [inside, outside, eca, ezz] = [0, 1, 2, 3].map(|k| columns[k][row]);
        let file = path("tests/nmodl/empty_ions.mod");
        let results = run(&described(&format!(
            r#"
            [simulation]
            dt = 0.025
            tstop = 0.025
            [mechanisms]
            files = ["{}"]
            [cell.c.section.soma]
            L = 100
            diam = 500
            [cell.c.point.ions]
            mechanism = "Emptyions"
            values.inside = {inside:?}
            values.outside = {outside:?}
            [population.p]
            cell = "c"
            [record]
            eca = {{ population = "p", variable = "ions.eca_seen" }}
            ezz = {{ population = "p", variable = "ions.ezz_seen" }}
            "#,
            file.display()
        )));
        let last = |name: &str| *results.series(name).last().unwrap();
        assert!((last("eca") - eca).abs() <= 1e-12 * eca.abs(), "{inside} {outside}: {}", last("eca"));
        assert_eq!(last("ezz"), ezz);
    }
}

/// What a routine sets besides its table, NEURON's making of the table sets to its value in the last row, in the first instance; the
/// others keep their 0. Here that instance is the same on any number of threads.
#[test]
fn what_a_table_does_not_hold_is_set_in_the_first_instance() {
    let mechanism = "NEURON { SUFFIX side RANGE inf, tau, gain THREADSAFE }
        PARAMETER { gain = 2 }
        ASSIGNED { v (mV) inf tau }
        INITIAL { rates(v) }
        BREAKPOINT { rates(v) }
        PROCEDURE rates(u (mV)) {
            TABLE inf FROM -100 TO 100 WITH 200
            tau = gain * u
            inf = 1 / (1 + exp(-u / gain))
        }";
    let text = r#"
        [simulation]
        tstop = 1
        [mechanisms]
        files = ["side.mod"]
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.mechanism.side]
        [population.p]
        cell = "c"
        count = 5
        [record]
        tau = { population = "p", variable = "side.tau", at = "soma(0.5)" }
        inf = { population = "p", variable = "side.inf", at = "soma(0.5)" }
        "#;
    let model = described_with(text, &[("side.mod", mechanism)]);
    for threads in [1, 2, 3] {
        let results = run_on(&model, threads);
        for row in results.rows("tau") {
            assert_eq!(row, [200.0, 0.0, 0.0, 0.0, 0.0], "{threads} threads");
        }
        for row in results.rows("inf") {
            assert!(
                row[0] > 0.0 && row.iter().all(|inf| inf.to_bits() == row[0].to_bits()),
                "{threads} threads"
            );
        }
    }
}

/// What writes a concentration comes before what reads it, as in NEURON, wherever the description names it.
#[test]
fn concentrations_are_written_before_they_are_read() {
    let writer = "NEURON { SUFFIX pool USEION ca READ ica, cai WRITE cai }\nASSIGNED { ica }\nSTATE { cai }\n\
                  INITIAL { cai = 1e-4 }\nBREAKPOINT { SOLVE s METHOD cnexp }\n\
                  DERIVATIVE s { cai' = -0.5*ica + (1e-4 - cai)/5 }\n";
    let reader = "NEURON { SUFFIX kca USEION ca READ cai USEION k READ ek WRITE ik }\nASSIGNED { v cai ek ik }\n\
                  STATE { m }\nINITIAL { m = cai }\nBREAKPOINT { SOLVE s METHOD cnexp ik = 1e-3*m*(v - ek) }\n\
                  DERIVATIVE s { m' = cai*cai/(cai*cai + 1e-6)*0.5 - m/4 }\n";
    let channel = "NEURON { SUFFIX cachan USEION ca READ eca WRITE ica }\nASSIGNED { v eca ica }\n\
                   BREAKPOINT { ica = 1e-4*(v - eca)/(1 + exp(-(v + 30)/5)) }\n";
    let files = [("pool.mod", writer), ("kca.mod", reader), ("cachan.mod", channel)];
    let rows = |order: [&str; 3]| {
        let entries: String = order.iter().map(|name| format!("[cell.c.mechanism.{name}]\n")).collect();
        let text = format!(
            "[simulation]\ndt = 0.025\ntstop = 20\n[mechanisms]\nfiles = [\"pool.mod\", \"kca.mod\", \"cachan.mod\"]\n\
             [cell.c.section.soma]\nL = 20\ndiam = 20\n[cell.c.mechanism.hh]\n{entries}\
             [population.p]\ncell = \"c\"\n[stimulus.s]\npopulation = \"p\"\nmechanism = \"IClamp\"\ndel = 1\ndur = 18\namp = 0.2\n\
             [record.m]\npopulation = \"p\"\nvariable = \"kca.m\"\n"
        );
        run(&described_with(&text, &files)).rows("m").to_vec()
    };
    let (first, last) = (rows(["pool", "kca", "cachan"]), rows(["kca", "pool", "cachan"]));
    assert!(first.last().unwrap()[0] > 1e-6, "the channel is opened: {:?}", first.last());
    assert!(first == last, "{:?} {:?}", first.last(), last.last());
}
