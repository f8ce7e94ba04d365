//! Cells that read each other's variables at every step: gap junctions and pointers to other cells. Against the exact solution, against
//! NEURON (tests/reference/junctions, written by tools/reference/junctions.py), and the same on any number of threads.

mod common;

use common::{bits, described, described_with, distance, order, path, reference_table, run, run_on};
use proptest::prelude::*;
use volley::diagnostic::Sources;
use volley::network::{Overrides, load};

const THREADS: [usize; 4] = [2, 3, 4, 7];

/// Two cells of one compartment each, 10 um long and wide, that rest 10 mV apart.
fn two(dt: f64) -> String {
    format!(
        r#"
        [simulation]
        dt = {dt:?}
        tstop = 10
        [cell.ball.section.soma]
        L = 10
        diam = 10
        [cell.ball.mechanism.pas]
        g = 1e-4
        e = -65
        [population.pair]
        cell = "ball"
        count = 2
        values.pas.e = "-60 - 10 * index"
        [junction.gap]
        from = "pair"
        to = "pair"
        rule = "all_to_all"
        g = 3e-4
        [record.v]
        population = "pair"
        every = {dt:?}
        "#
    )
}

/// The sum of both potentials stays, their difference relaxes with (G + 2 g)/C: with G = 1e-4 S/cm2, g = 3e-4 uS over
/// 314.16 um2, C = 1 uF/cm2.
#[test]
fn two_cells_relax_as_they_should_with_first_order() {
    let junction = 3e-4 * 100.0 / (std::f64::consts::PI * 100.0);
    let rate = (1e-4 + 2.0 * junction) * 1e3;
    let exact = |t: f64| 10.0 * 1e-4 / (1e-4 + 2.0 * junction) * (1.0 - (-rate * t).exp());
    let error = |dt: f64| {
        let rows = run(&described(&two(dt))).rows("v");
        let found: Vec<f64> = rows.iter().map(|v| v[0] - v[1]).collect();
        let wanted: Vec<f64> = (0..rows.len()).map(|i| exact(i as f64 * dt)).collect();
        assert!(
            rows.iter().all(|v| (v[0] + v[1] + 130.0).abs() < 1e-10),
            "what leaves one cell enters the other"
        );
        distance(&found, &wanted)
    };
    let errors = [0.1, 0.05, 0.025].map(error);
    assert!(errors[0] < 0.05 && exact(10.0) > 2.0, "{errors:?}");
    for pair in errors.windows(2) {
        let order = order(pair[0], pair[1]);
        assert!((order - 1.0).abs() < 0.1, "{errors:?}: order {order}");
    }
}

/// The six cells of tools/reference/junctions.py.
fn six(rest: &str) -> String {
    let files = path("tests/nmodl/junctions");
    let files = files.display();
    format!(
        r#"
        [simulation]
        dt = 0.025
        tstop = 40
        [mechanisms]
        files = ["{files}"]
        [global.hh]
        usetable = 0
        [cell.c.section.soma]
        L = 20
        diam = 20
        [cell.c.section.dend]
        L = 300
        diam = 2
        nseg = 5
        parent = "soma"
        [cell.c.mechanism.hh]
        on = "soma"
        [cell.c.mechanism.pas]
        on = "dend"
        g = 1e-4
        e = -65
        [population.p]
        cell = "c"
        count = 6
        [stimulus.kick]
        population = "p"
        cells = 0
        mechanism = "IClamp"
        del = 2
        dur = 15
        amp = 0.4
        [record.v]
        population = "p"
        at = "soma(0.5)"
        every = 0.1
        {rest}
        "#
    )
}

/// dend(0.9) of each cell with dend(0.3) of the next.
fn chain(mechanism: &str) -> String {
    six(&format!(
        r#"
        [junction.gap]
        from = "p"
        to = "p"
        rule = "map"
        target = "source + 1"
        from_cells = [0, 1, 2, 3, 4]
        from_at = "dend(0.9)"
        to_at = "dend(0.3)"
        {mechanism}
        "#
    ))
}

const GAP: &str = "g = \"1 / (200 + 50 * source)\"";
const HALF_GAP: &str = "mechanism = \"HalfGap\"\nr = \"200 + 50 * source\"";

fn others() -> String {
    six(r#"
        [junction.graded]
        from = "p"
        to = "p"
        rule = "map"
        target = "fmod(source + 2, 6)"
        one_way = true
        mechanism = "Release"
        from_at = "soma(0.5)"
        to_at = "dend(0.5)"
        [junction.opened]
        from = "p"
        to = "p"
        rule = "map"
        target = "fmod(source + 1, 6)"
        one_way = true
        mechanism = "GatePost"
        variable = "hh.m"
        [record.s]
        population = "p"
        variable = "graded[0].s"
        every = 0.1
        "#)
}

/// The same by pointers of point processes that all cells have.
fn others_by_pointers() -> String {
    six(r#"
        [cell.c.point.graded]
        mechanism = "Release"
        at = "dend(0.5)"
        pointers = { pre = "p[fmod(index + 4, 6)].soma(0.5).v" }
        [stimulus.opened]
        population = "p"
        mechanism = "GatePost"
        pointers = { gate = "p[fmod(index + count - 1, count)].soma(0.5).hh.m" }
        "#)
}

/// A spike that comes a rounding error earlier moves the upstroke: 1e-9 of the 100 mV that it is high.
fn as_in_neuron(text: &str, table: &str) {
    let rows = run(&described(text)).rows("v");
    let (_, columns) = reference_table(table);
    for (cell, expected) in columns.iter().enumerate() {
        let found: Vec<f64> = rows.iter().map(|row| row[cell]).collect();
        let error = distance(&found, expected);
        assert!(error < 1e-7, "{table}, cell {cell}: {error} mV");
    }
    let peak = columns[5].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert!(peak > -60.0, "the last cell hears of the first: {peak} mV");
}

#[test]
fn a_chain_with_pointers_is_neurons() {
    as_in_neuron(&chain(GAP), "junctions/chain.csv");
}

#[test]
fn a_chain_with_range_variables_is_neurons() {
    as_in_neuron(&chain(HALF_GAP), "junctions/chain.csv");
}

#[test]
fn graded_synapses_and_foreign_gates_are_neurons() {
    as_in_neuron(&others(), "junctions/others.csv");
    as_in_neuron(&others_by_pointers(), "junctions/others.csv");
}

/// Two cells are one pair, whichever of them comes first: the number of junctions is binomial, within five standard deviations.
#[test]
fn two_cells_are_drawn_once() {
    let text = two(0.1)
        .replace("count = 2", "count = 300")
        .replace("all_to_all\"", "probability\"\nprobability = 0.1");
    let model = described(&text);
    let ends: usize = model.couplings.iter().map(|c| c.pairs.len()).sum();
    let pairs = 300.0 * 299.0 / 2.0;
    let found = ends as f64 / 2.0;
    assert!((found - 0.1 * pairs).abs() < 5.0 * (0.09 * pairs).sqrt(), "{found} of {pairs}");
    let all = described(&two(0.1).replace("count = 2", "count = 30"));
    assert_eq!(all.couplings.iter().map(|c| c.pairs.len()).sum::<usize>(), 30 * 29);
}

#[test]
fn it_is_the_same_on_any_number_of_threads() {
    for text in [chain(GAP), others(), others_by_pointers()] {
        let model = described(&text);
        let one = run(&model).memory;
        for threads in THREADS {
            assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{threads} threads differ from one");
        }
    }
}

/// The first cell of a chain has one end, `gap[0]`, the next ones two; both sides of a junction carry the same current.
#[test]
fn ends_are_numbered_and_can_be_recorded() {
    let record = |name: &str, end: usize, cell: usize| {
        format!("[record.{name}]\npopulation = \"p\"\nvariable = \"gap[{end}].i\"\ncells = {cell}\n")
    };
    // Both places are the same, so the ends of a cell are numbered in the order of its pairs.
    let text = chain(GAP).replace("dend(0.3)", "dend(0.9)") + &record("here", 1, 1) + &record("there", 0, 2);
    let results = run(&described(&text));
    let (here, there) = (results.series("here"), results.series("there"));
    assert!(here.iter().any(|i| i.abs() > 1e-3));
    assert!(
        here.iter().zip(&there).all(|(a, b)| (a + b).abs() < 1e-12),
        "what leaves one side enters the other"
    );
}

/// What a description is told.
fn said(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.toml");
    std::fs::write(&path, text).unwrap();
    let mut sources = Sources::default();
    match load(&path, &Overrides::default(), &mut sources) {
        Ok(loaded) => loaded.warnings.render(&sources, false),
        Err(problems) => problems.render(&sources, false),
    }
}

#[test]
fn mistakes_are_named() {
    let base = six("");
    let with = |junction: &str| said(&format!("{base}\n[junction.j]\nfrom = \"p\"\nto = \"p\"\n{junction}"));
    let cases = [
        ("rule = \"one_to_one\"", "joins cell 0 of `p` to itself"),
        ("rule = \"all_to_all\"\nto_at = \"axon(0.5)\"", "`axon`"),
        ("rule = \"all_to_all\"\ng = 1\nvgap = 2", "`vgap`"),
        ("rule = \"all_to_all\"\nmechanism = \"ExpSyn\"", "reads no POINTER or RANGE variable `vgap`"),
        ("rule = \"all_to_all\"\nvariable = \"hh.q\"", "no RANGE variable `q`"),
        (
            "rule = \"all_to_all\"\nvariable = \"hh.m\"\nfrom_at = \"dend(0.5)\"",
            "there is no `hh.m` at dend(0.5)",
        ),
        ("rule = \"all_to_all\"\nconductance = 1", "no RANGE variable `conductance`"),
        ("rule = \"all_to_all\"\nindegree = 3", "does not use `indegree`"),
        ("rule = \"all_to_all\"\nmechanism = \"hh\"", "here stands a point process"),
    ];
    for (junction, wanted) in cases {
        let said = with(junction);
        assert!(said.contains(wanted), "{junction}\n{said}");
    }
    let artificial = format!(
        "{base}\n[population.a]\nmechanism = \"NetStim\"\n[junction.j]\nfrom = \"a\"\nto = \"p\"\nrule = \"all_to_all\""
    );
    assert!(said(&artificial).contains("`a` is artificial"));
    let pointers = [
        ("p[fmod(index + 4, 6)]", "p[index + 4]", "points at is 6, and `p` has the cells 0 to 5"),
        ("p[fmod(index + 4, 6)]", "p[0.5 * index]", "points at is 0.5"),
        ("soma(0.5).hh.m", "dend(0.5).hh.m", "there is no `hh.m` at this place of the cells of `p`"),
        ("soma(0.5).v", "soma(0.5).w", "no variable `w`"),
    ];
    for (old, new, wanted) in pointers {
        let said = said(&others_by_pointers().replace(old, new));
        assert!(said.contains(wanted), "{new}\n{said}");
    }
}

#[test]
fn a_pair_that_a_table_names_in_both_orders_is_told() {
    let text = two(0.1).replace("rule = \"all_to_all\"", "rule = \"table\"\ntable = \"t\"")
        + "[table.t]\nfile = \"t.txt\"\n";
    let once = run(&described_with(&text, &[("t.txt", "0 1\n")])).rows("v");
    let twice = run(&described_with(&text, &[("t.txt", "0 1\n1 0\n")])).rows("v");
    let strong = run(&described_with(&text.replace("g = 3e-4", "g = 6e-4"), &[("t.txt", "0 1\n")])).rows("v");
    let last = |rows: &[Vec<f64>]| rows[rows.len() - 1][0];
    assert!((last(&twice) - last(&strong)).abs() < 1e-10 && (last(&once) - last(&strong)).abs() > 0.1);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.txt"), "0 1\n1 0\n").unwrap();
    std::fs::write(folder.path().join("n.toml"), &text).unwrap();
    let mut sources = Sources::default();
    let loaded = load(&folder.path().join("n.toml"), &Overrides::default(), &mut sources).unwrap();
    let said = loaded.warnings.render(&sources, false);
    assert!(said.contains("joins cells 0 and 1 of `pair` more than once"), "{said}");
}

/// Passive balls joined at random: (cells, seed, pairs with their conductance in uS).
fn graph() -> impl Strategy<Value = (usize, Vec<(usize, usize, f64)>)> {
    (2..12usize).prop_flat_map(|cells| {
        let pair =
            (0..cells, 1..cells, 1e-5..5e-3f64).prop_map(move |(a, step, g)| (a, (a + step) % cells, g));
        (Just(cells), prop::collection::vec(pair, 1..30))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Property: any graph of junctions gives what a plain loop over its edges gives, on any number of threads the same.
    #[test]
    fn a_random_graph_is_a_sum_over_its_edges((cells, edges) in graph(), threads in 2..8usize, dt in 0.01..0.2f64) {
        let table: String = edges.iter().map(|(a, b, g)| format!("{a} {b} {g:?}\n")).collect();
        let text = two(dt)
            .replace("tstop = 10", &format!("tstop = {:?}", 50.0 * dt))
            .replace("count = 2", &format!("count = {cells}"))
            .replace("rule = \"all_to_all\"", "rule = \"table\"\ntable = \"t\"")
            .replace("g = 3e-4", "g = \"c2\"")
            + "[table.t]\nfile = \"t.txt\"\n";
        let model = described_with(&text, &[("t.txt", &table)]);
        let one = run(&model);
        prop_assert!(bits(&run_on(&model, threads).memory) == bits(&one.memory), "{} threads differ", threads);

        let scale = 100.0 / (std::f64::consts::PI * 100.0);
        let mut v = vec![-65.0; cells];
        for row in one.rows("v").iter().skip(1) {
            let mut diagonal = vec![1e-3 / dt + 1e-4; cells];
            let mut right: Vec<f64> =
                (0..cells).map(|i| -1e-4 * (v[i] + 60.0 + 10.0 * i as f64)).collect();
            for (a, b, g) in &edges {
                for (me, other) in [(*a, *b), (*b, *a)] {
                    diagonal[me] += scale * g;
                    right[me] -= scale * g * (v[me] - v[other]);
                }
            }
            (0..cells).for_each(|i| v[i] += right[i] / diagonal[i]);
            prop_assert!(distance(row, &v) < 1e-9, "{:?} {:?}", row, v);
        }
    }
}
