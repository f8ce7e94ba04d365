//! What steps, looks and rounds between mechanisms against NEURON (tests/reference/nmodl/numbers.csv, NEURON 9.0.2, written by
//! tools/reference/nmodl_numbers.py): at_time with state_discontinuity, BEFORE and AFTER blocks that look at ions, tables of what INITIAL
//! sets, constants, and the conductance as a derivative or as NEURON's difference quotient.

mod common;

use common::{described, distance, path, reference_table, run};

fn cell(simulation: &str) -> String {
    let files = path("tests/nmodl/numbers");
    format!(
        r#"
        [simulation]
        dt = 0.025
        tstop = 20
        celsius = 31
        {simulation}
        [mechanisms]
        files = ["{}"]
        [global.hh]
        usetable = 0
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.mechanism.hh]
        [cell.c.mechanism.witness]
        [cell.c.mechanism.inward]
        [cell.c.mechanism.pool]
        [cell.c.mechanism.late]
        [cell.c.mechanism.curved]
        [cell.c.mechanism.constants]
        [cell.c.point.now]
        mechanism = "Steps"
        [cell.c.point.later]
        mechanism = "Steps"
        first = 2
        [population.p]
        cell = "c"
        [stimulus.kick]
        population = "p"
        mechanism = "IClamp"
        del = 5.006
        dur = 5
        amp = 0.3
        [record]
        v = {{ population = "p", double = true }}
        ica = {{ population = "p", variable = "ica" }}
        cai = {{ population = "p", variable = "cai" }}
        eca = {{ population = "p", variable = "eca" }}
        g = {{ population = "p", variable = "now.g" }}
        i = {{ population = "p", variable = "later.i" }}
        passed = {{ population = "p", variable = "now.passed" }}
        before = {{ population = "p", variable = "witness.before" }}
        after = {{ population = "p", variable = "witness.after" }}
        end = {{ population = "p", variable = "witness.end" }}
        highest = {{ population = "p", variable = "witness.highest" }}
        count = {{ population = "p", variable = "witness.count" }}
        m = {{ population = "p", variable = "late.m" }}
        minf = {{ population = "p", variable = "late.minf" }}
        faraday = {{ population = "p", variable = "constants.faraday" }}
        gas = {{ population = "p", variable = "constants.gas" }}
        "#,
        files.display()
    )
}

/// The largest error of each trace, relative to its size.
fn errors(simulation: &str) -> Vec<(String, f64)> {
    let results = run(&described(&cell(simulation)));
    let (header, columns) = reference_table("nmodl/numbers.csv");
    let error = |(name, expected): (&String, &Vec<f64>)| {
        let scale = expected.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        (name.clone(), distance(&results.series(name), expected) / scale)
    };
    header.iter().zip(&columns).map(error).collect()
}

#[test]
fn with_its_difference_quotient_all_traces_are_neurons() {
    for (name, error) in errors("conductance = \"difference\"") {
        assert!(error < 1e-9, "{name}: {error:e}");
    }
}

#[test]
fn the_derivative_differs_by_the_quotients_error() {
    let errors = errors("");
    for (name, error) in &errors {
        assert!(*error < 1e-3, "{name}: {error:e}");
    }
    assert!(errors.iter().any(|(name, error)| name == "v" && *error > 1e-9), "{errors:?}");
}

#[test]
fn an_unknown_way_to_a_conductance_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("network.toml");
    std::fs::write(&file, cell("conductance = \"exactly\"")).unwrap();
    let mut sources = volley::diagnostic::Sources::default();
    let problems = volley::network::load(&file, &Default::default(), &mut sources).unwrap_err();
    let message = problems.render(&sources, false);
    assert!(message.contains("exactly"), "{message}");
}
