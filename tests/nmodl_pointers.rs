//! Variables of others against NEURON (tests/reference/nmodl, NEURON 9.0.2, written by tools/reference/nmodl_pointers.py):
//! POINTERs that are written, the order of BEFORE and AFTER blocks that this shows, EXTERNALs, and streams of RANDOM variables with given identifiers.

mod common;

use common::{bits, described, distance, path, reference_table, run, run_on};
use volley::diagnostic::Sources;
use volley::network::{Overrides, load};

/// A density mechanism on all three sections by three entries: both dendrites get the first entry's pointer, and `far` its own.
fn placed_thrice(others: &str) -> String {
    format!(
        r#"
        {}
        [simulation]
        dt = 0.025
        tstop = 2
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.section.near]
        L = 100
        diam = 2
        parent = "soma"
        [cell.c.section.far]
        L = 100
        diam = 2
        parent = "near"
        [cell.c.mechanism.pas]
        e = -60
        [cell.c.mechanism.everywhere]
        mechanism = "graded_density"
        pointers = {{ vpre = "v" }}
        [cell.c.mechanism.far]
        mechanism = "graded_density"
        on = "far"
        pointers = {{ vpre = "{others}" }}
        [cell.c.mechanism.near]
        mechanism = "graded_density"
        on = "near"
        gain = 2
        [population.p]
        cell = "c"
        count = 3
        [stimulus.clamp]
        population = "p"
        mechanism = "IClamp"
        del = 0.5
        dur = 1
        amp = "0.1 + 0.05*index"
        [record]
        soma = {{ population = "p", variable = "v" }}
        near = {{ population = "p", variable = "v", at = "near(0.5)" }}
        seen_soma = {{ population = "p", variable = "everywhere.seen" }}
        seen_near = {{ population = "p", variable = "everywhere.seen", at = "near(0.5)" }}
        seen_far = {{ population = "p", variable = "everywhere.seen", at = "far(0.5)" }}
        "#,
        files(&["graded_density"])
    )
}

/// What SOLVE sees at the end of a step is what is recorded of `v` there.
#[test]
fn entries_of_one_mechanism_have_pointers_of_their_own() {
    for (far, cell) in [("soma(0.5).v", 0), ("p[count - 1 - index].soma(0.5).v", 2)] {
        let model = described(&placed_thrice(far));
        let results = run(&model);
        let at = |name: &str, cell: usize| -> Vec<f64> {
            results.rows(name).iter().map(|row| row[cell]).collect()
        };
        let doubled: Vec<f64> = at("near", 0).iter().map(|v| 2.0 * v).collect();
        assert_eq!(at("seen_soma", 0)[1..], at("soma", 0)[1..]);
        assert_eq!(at("seen_near", 0)[1..], doubled[1..]);
        assert_eq!(at("seen_far", 0)[1..], at("soma", cell)[1..]);
        for threads in [2, 3] {
            assert!(
                bits(&run_on(&model, threads).memory) == bits(&results.memory),
                "{threads} threads differ"
            );
        }
    }
    // Without the first entry the dendrite `near` has no pointer.
    let text = placed_thrice("soma(0.5).v")
        .replace("pointers = { vpre = \"v\" }", "on = \"soma\"\npointers = { vpre = \"v\" }");
    let said = said(&text);
    assert!(
        said.contains("the POINTER `vpre` of `graded_density` points at nothing")
            && said.contains("mechanism.near]"),
        "{said}"
    );
}

#[test]
fn what_is_written_cannot_be_in_another_cell() {
    let text = format!(
        "{}[simulation]\ntstop = 1\n[cell.c.section.soma]\nL = 20\ndiam = 20\n[cell.c.mechanism.counted]\n\
         pointers = {{ total = \"p[1 - index].soma(0.5).v\" }}\n[population.p]\ncell = \"c\"\ncount = 2\n",
        files(&["counted"])
    );
    assert!(said(&text).contains("the POINTER `total` is assigned to, so it cannot reach another cell"));
}

/// What is added to a POINTER in a current is added as often as to a variable of the mechanism's own, for which
/// tests/nmodl/corpus/breakpoint_twice.mod has NEURON's numbers.
#[test]
fn a_pointer_may_be_added_up_in_a_current() {
    let results = run(&described(&format!(
        r#"
        {}
        [simulation]
        dt = 0.025
        tstop = 2
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.mechanism.pas]
        e = -60
        [cell.c.mechanism.counted]
        pointers = {{ total = "keep.level" }}
        [cell.c.mechanism.leaky]
        [cell.c.point.keep]
        mechanism = "Ramp"
        at = "soma(0.5)"
        level = 0
        rate = 0
        pointers = {{ out = "leaky.g" }}
        [population.p]
        cell = "c"
        [record]
        total = {{ population = "p", variable = "keep.level" }}
        own = {{ population = "p", variable = "counted.own" }}
        "#,
        files(&["counted", "ramp", "leaky"])
    )));
    let (total, own) = (results.series("total"), results.series("own"));
    // A description's `level` stays as it was when INITIAL begins, so that what differs is what INITIAL sets back.
    assert!(total.iter().zip(&own).all(|(a, b)| ((a - total[0]) - (b - own[0])).abs() < 1e-9));
    assert!((own[1] - own[0]).abs() > 1.9 * 60.0, "twice a step: {} to {}", own[0], own[1]);
}

/// `files = [...]` of mechanisms of tests/nmodl/pointers.
fn files(names: &[&str]) -> String {
    let folder = path("tests/nmodl/pointers");
    let list: Vec<String> = names.iter().map(|n| format!("\"{}/{n}.mod\"", folder.display())).collect();
    format!("[mechanisms]\nfiles = [{}]\n", list.join(", "))
}

/// A soma and a dendrite. Three instances of `Chain` count on through `Ramp.level`, `Ramp` writes the time constant of
/// `leaky` in the soma, and `pool` writes the soma's calcium from four places, each time from a variable of its own.
fn cells(count: u32, level: &str) -> String {
    let files = files(&["leaky", "pool", "tracer", "ramp", "chain"]);
    let chain = |name: &str, at: &str| {
        format!(
            "[cell.c.point.{name}]\nmechanism = \"Chain\"\nat = \"{at}\"\ngain = 1e-3\n\
             pointers = {{ total = \"ramp.level\" }}\n"
        )
    };
    let chains = [("one", "soma(0.5)"), ("two", "dend(0.5)"), ("three", "dend(0.9)")];
    let chains: String = chains.map(|(name, at)| chain(name, at)).concat();
    format!(
        r#"
        {files}
        [simulation]
        dt = 0.025
        tstop = 20
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.section.dend]
        L = 200
        diam = 2
        nseg = 3
        parent = "soma"
        [cell.c.mechanism.pas]
        g = 1e-4
        e = -70
        [cell.c.mechanism.leaky]
        [cell.c.mechanism.pool]
        pointers = {{ beside = "dend(0.5).pool.mine", conc = "soma(0.5).cai" }}
        [cell.c.mechanism.tracer]
        [cell.c.point.ramp]
        mechanism = "Ramp"
        at = "soma(0.5)"
        level = {level}
        pointers = {{ out = "soma(0.5).leaky.tau" }}
        {chains}
        [population.p]
        cell = "c"
        count = {count}
        [population.source]
        mechanism = "VecStim"
        times = [7.006]
        [connection.kick]
        from = "source"
        to = "p.two"
        rule = "all_to_all"
        weight = 0.002
        delay = 1
        [stimulus.clamp]
        population = "p"
        mechanism = "IClamp"
        del = 5
        dur = 5
        amp = -0.05
        [record]
        v = {{ population = "p", variable = "v" }}
        level = {{ population = "p", variable = "ramp.level" }}
        tau = {{ population = "p", variable = "leaky.tau" }}
        x = {{ population = "p", variable = "leaky.x" }}
        seen0 = {{ population = "p", variable = "one.seen" }}
        seen1 = {{ population = "p", variable = "two.seen" }}
        seen2 = {{ population = "p", variable = "three.seen" }}
        mine = {{ population = "p", variable = "pool.mine" }}
        far = {{ population = "p", variable = "pool.mine", at = "dend(0.9)" }}
        tracer = {{ population = "p", variable = "tracer.seen" }}
        "#
    )
}

#[test]
fn what_is_written_to_a_pointer_as_in_neuron() {
    let results = run(&described(&cells(1, "1")));
    let (header, columns) = reference_table("nmodl/pointers.csv");
    assert_eq!(header.len(), 10);
    for (name, expected) in header.iter().zip(&columns) {
        let scale = expected.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let error = distance(&results.series(name), expected) / scale;
        assert!(error < 1e-9, "{name}: {error:e}");
    }
}

#[test]
fn what_is_written_to_a_pointer_is_the_same_on_any_number_of_threads() {
    let model = described(&cells(9, "\"1 + 0.1*index\""));
    let one = run(&model).memory;
    assert!(one.samples.iter().all(|samples| samples.len() > 9));
    for threads in [2, 3, 4, 7] {
        assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{threads} threads differ from one");
    }
}

#[test]
fn blocks_run_in_the_order_of_neuron() {
    let places = [("zero", "soma(0.5)", 0), ("one", "dend(0.5)", 1), ("two", "dend(0.9)", 2)];
    let points = places.map(|(name, at, digit)| {
        format!(
            "[cell.c.point.{name}]\nmechanism = \"Order\"\nat = \"{at}\"\ndigit = {digit}\n\
             pointers = {{ place = \"keep.rate\" }}\n"
        )
    });
    let results = run(&described(&format!(
        r#"
        {}
        [simulation]
        dt = 0.025
        tstop = 1
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.section.dend]
        L = 200
        diam = 2
        nseg = 3
        parent = "soma"
        [cell.c.mechanism.pas]
        [cell.c.mechanism.leaky]
        [cell.c.point.keep]
        mechanism = "Ramp"
        at = "soma(0.5)"
        rate = 0
        pointers = {{ out = "soma(0.5).leaky.g" }}
        {}
        [population.p]
        cell = "c"
        [record]
        rate = {{ population = "p", variable = "keep.rate" }}
        last0 = {{ population = "p", variable = "zero.last" }}
        last1 = {{ population = "p", variable = "one.last" }}
        last2 = {{ population = "p", variable = "two.last" }}
        "#,
        files(&["leaky", "ramp", "order"]),
        points.concat()
    )));
    let (header, columns) = reference_table("nmodl/order.csv");
    for (name, expected) in header.iter().zip(&columns) {
        assert_eq!(&results.series(name), expected, "{name}");
    }
}

fn externals(names: &[&str]) -> String {
    format!(
        r#"
        {}
        [simulation]
        dt = 0.025
        tstop = 1
        [global.owner]
        other = 0.5
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.mechanism.pas]
        g = 1e-3
        e = -70
        [cell.c.mechanism.reader]
        [population.p]
        cell = "c"
        [record]
        x = {{ population = "p", variable = "reader.x" }}
        y = {{ population = "p", variable = "reader.y" }}
        "#,
        files(names)
    )
}

#[test]
fn an_external_is_the_global_of_another_mechanism() {
    let results = run(&described(&externals(&["reader", "owner"])));
    let (_, columns) = reference_table("nmodl/externals.csv");
    assert!(distance(&results.series("x"), &columns[0]) < 1e-12);
    // At t = 0 NEURON has not computed what BREAKPOINT sets without a current.
    assert!(distance(&results.series("y")[1..], &columns[1][1..]) < 1e-10);
}

/// Each of `count` cells has both mechanisms at all places; the last of them differs in one parameter.
fn told(count: u32) -> String {
    format!(
        r#"
        {}
        [simulation]
        dt = 0.025
        tstop = 10
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.section.dend]
        L = 200
        diam = 2
        nseg = 3
        parent = "soma"
        [cell.c.mechanism.pas]
        g = 1e-4
        e = -70
        [cell.c.mechanism.listener]
        [cell.c.mechanism.teller]
        factor = "1 - 0.1*floor(distance/180)"
        [population.p]
        cell = "c"
        count = {count}
        [stimulus.clamp]
        population = "p"
        mechanism = "IClamp"
        del = 2
        dur = 4
        amp = "0.05 + 0.01*index"
        [record]
        v = {{ population = "p", variable = "v" }}
        far = {{ population = "p", variable = "v", at = "dend(0.9)" }}
        heard = {{ population = "p", variable = "listener.heard" }}
        heard_far = {{ population = "p", variable = "listener.heard", at = "dend(0.9)" }}
        "#,
        files(&["listener", "teller"])
    )
}

#[test]
fn an_external_that_is_set_passes_from_the_last_instance_as_in_neuron() {
    let model = described(&told(1));
    assert!(model.mechanisms.iter().filter(|m| m.is_serial()).count() == 2);
    let results = run(&model);
    let (header, columns) = reference_table("nmodl/told.csv");
    for (name, expected) in header.iter().zip(&columns) {
        let error = distance(&results.series(name), expected);
        assert!(error < 1e-6, "{name}: {error:e}");
    }
    let model = described(&told(4));
    let one = run(&model).memory;
    for threads in [2, 3] {
        assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{threads} threads differ from one");
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
fn an_external_without_an_owner_tells_which_file_is_missing() {
    let message = said(&externals(&["reader"]).replace("[global.owner]\n        other = 0.5", ""));
    assert!(message.contains("no mechanism here has the EXTERNAL `area_of_owner`"), "{message}");
    assert!(message.contains("add the file that defines `owner`"), "{message}");
    assert!(message.contains("reader.mod:7:"), "{message}");
}

fn streams(ids: &str) -> String {
    let reports: String = STREAM_REPORTS
        .iter()
        .map(|name| format!("{name} = {{ population = \"p\", variable = \"s.{name}\" }}\n"))
        .collect();
    format!(
        r#"
        {}
        [simulation]
        dt = 0.025
        tstop = 1
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.point.s]
        mechanism = "Streams"
        streams = {{ {ids} }}
        [population.p]
        cell = "c"
        [population.source]
        mechanism = "VecStim"
        times = [0.01]
        [connection.restart]
        from = "source"
        to = "p.s"
        rule = "all_to_all"
        weight = 1000
        delay = 0.5
        [record]
        {reports}
        "#,
        files(&["streams"])
    )
}

const STREAM_REPORTS: [&str; 11] = [
    "uniform",
    "between",
    "normal",
    "wide",
    "exponential",
    "scaled",
    "word",
    "pick",
    "later",
    "renamed",
    "steps",
];

#[test]
fn random_variables_have_the_numbers_of_neuron() {
    let (header, columns) = reference_table("nmodl/streams.csv");
    for row in 0..columns[0].len() {
        let value = |name: &str| columns[header.iter().position(|h| h == name).unwrap()][row];
        let [a, b, c, index] = ["id1", "id2", "id3", "index"].map(value);
        let ids = format!("first = [{a}, {b}, {c}, {index}], second = [4, \"5 + index\", 6, {index}]");
        let text = streams(&ids);
        // `renamed` is of ids that code sets: its global index stays that of the description.
        let results = run(&described(&text));
        let close = |name: &str, found: f64, expected: f64| {
            let error = (found - expected).abs() / expected.abs();
            assert!(error <= 1e-15, "{name}: {found} {expected}");
        };
        for name in STREAM_REPORTS.iter().filter(|name| **name != "steps") {
            close(name, results.series(name)[1], value(name));
        }
        let steps = results.series("steps");
        for step in [1, 20, 21, 40] {
            close("steps", steps[step], value(&format!("step{step}")));
        }
    }
}

#[test]
fn streams_of_the_description_are_checked() {
    for (ids, expected) in [
        ("frst = [1]", "`Streams` has no RANDOM variable `frst`"),
        ("first = [1, 2, 3, 4, 5]", "a stream has 1 to 4 identifiers, not 5"),
        ("first = [1.5]", "a whole number from 0 to 4294967295, not 1.5"),
        ("first = [-1]", "a whole number from 0 to 4294967295, not -1"),
    ] {
        let message = said(&streams(ids));
        assert!(message.contains(expected), "{ids}: {message}");
        assert_eq!(message.matches("error[").count(), 1, "{message}");
    }
}
