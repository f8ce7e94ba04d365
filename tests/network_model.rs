//! What descriptions mean: the models made from them.

use std::path::Path;

use volley::diagnostic::Sources;
use volley::network::{
    Body, CellBody, Loaded, Model, Nernst, Overrides, Population, Quantity, Setting, Values, load,
};

const TAIL: &str = "\n[simulation]\ndt = 0.05\ntstop = 10\n";

fn loaded(text: &str, files: &[(&str, &str)], overrides: &Overrides) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    let path = folder.path().join("network.toml");
    let tail = if text.contains("[simulation]") { "" } else { TAIL };
    std::fs::write(&path, format!("{text}{tail}")).unwrap();
    let mut sources = Sources::default();
    match load(&path, overrides, &mut sources) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

fn model(text: &str) -> Model {
    loaded(text, &[], &Overrides::default()).model
}

fn population<'m>(model: &'m Model, name: &str) -> &'m Population {
    model.population(name).unwrap().1
}

fn body<'m>(model: &'m Model, name: &str) -> &'m CellBody {
    match &population(model, name).body {
        Body::Cells(body) => body,
        Body::Artificial(_) => panic!("{name} is artificial"),
    }
}

fn artificial(model: &Model, name: &str, variable: &str) -> Vec<f64> {
    let population = population(model, name);
    let Body::Artificial(body) = &population.body else { panic!("{name} has a membrane") };
    let values = setting(model, body.mechanism, &body.settings, variable);
    (0..population.count as usize).map(|cell| values.get(cell, 0)).collect()
}

fn setting(model: &Model, mechanism: usize, settings: &[Setting], variable: &str) -> Values {
    let module = &model.mechanisms[mechanism].module;
    let column = module.variable(variable).unwrap().first;
    settings.iter().find(|s| s.column == column).unwrap().values.clone()
}

/// The names of the sections of nodes.
fn sections(body: &CellBody, nodes: &[u32]) -> Vec<String> {
    nodes.iter().map(|n| body.sections[body.compartments.section[*n as usize] as usize].clone()).collect()
}

const TREE: &str = r#"
[parameters]
branches = 3

[cell.tree]
cm = 2
Ra = 80
max_length = 30

[cell.tree.section.soma]
L = 20
diam = 20
cm = 1

[cell.tree.section.dend]
count = "branches"
L = "50 * (1 + index)"
diam = 2
parent = "soma"
nseg = "1 + 2 * index"

[cell.tree.section.chain]
count = 2
L = 45
diam = 1
parent = "dend[index]"

[cell.tree.region.far]
on = ["dend[2]", "chain*"]
cm = "1 + distance / 1000"
nseg = 2

[cell.tree.mechanism.hh]
on = "soma"

[cell.tree.mechanism.pas]
g = 0.001

[cell.tree.mechanism.far_pas]
mechanism = "pas"
on = "far"
g = "0.001 * (1 + index)"

[cell.tree.mechanism.end_pas]
mechanism = "pas"
on = "chain[1]"
e = "rest"

[cell.tree.point.far_synapse]
mechanism = "ExpSyn"
at = "chain[1](1)"

[population.p]
cell = "tree"
"#;

#[test]
fn sections_take_their_own_values_then_the_region_s_then_the_cell_s() {
    let model = model(TREE);
    let body = body(&model, "p");
    assert_eq!(*body.sections, ["soma", "dend[0]", "dend[1]", "dend[2]", "chain[0]", "chain[1]"]);
    let shape = &body.compartments;
    let counts: Vec<usize> = (0..6).map(|s| shape.segments(s).len()).collect();
    // Own nseg 1, 3, 5 for the array; the region's 2 for the chain; 20 um need one segment of at most 30.
    assert_eq!(counts, [1, 1, 3, 5, 2, 2]);
    for node in 0..shape.len() {
        let expected = match (shape.is_segment[node], shape.section[node]) {
            (false, _) => 0.0,
            (true, 0) => 1.0,
            (true, 1 | 2) => 2.0,
            (true, _) => 1.0 + shape.distance[node] / 1000.0,
        };
        assert_eq!(body.capacitance[node], expected, "node {node}");
    }
    // The chain hangs on the far ends of the branches.
    let parent = |section: usize| shape.parent[shape.segments(section)[0] as usize];
    assert_eq!(shape.section[parent(4) as usize], 1);
    assert_eq!(shape.section[parent(5) as usize], 2);
}

#[test]
fn later_entries_of_a_mechanism_override_what_they_give() {
    let model = model(TREE);
    let body = body(&model, "p");
    let pas: Vec<_> =
        body.densities.iter().filter(|d| model.mechanisms[d.mechanism].module.name == "pas").collect();
    // One mechanism, in two sets: where `e` is chosen at rest, and elsewhere.
    assert_eq!(pas.len(), 2);
    let all: usize = pas.iter().map(|d| d.nodes.len()).sum();
    assert_eq!(all, body.compartments.is_segment.iter().filter(|s| **s).count());
    assert_eq!(body.rests.len(), 1);
    let resting = &body.densities[body.rests[0].density];
    assert_eq!(sections(body, &resting.nodes), ["chain[1]", "chain[1]"]);
    for set in pas {
        let g = setting(&model, set.mechanism, &set.settings, "g");
        for (k, name) in sections(body, &set.nodes).iter().enumerate() {
            let expected = match name.as_str() {
                "dend[2]" => 0.003,
                "chain[1]" => 0.002,
                _ => 0.001,
            };
            assert_eq!(g.get(0, k), expected, "{name}");
        }
    }
}

#[test]
fn an_end_with_a_point_process_is_a_node() {
    let model = model(TREE);
    let body = body(&model, "p");
    let node = body.points[0].node as usize;
    assert!(!body.compartments.is_segment[node]);
    assert_eq!((body.compartments.section[node], body.compartments.x[node]), (5, 1.0));
}

#[test]
fn ions_follow_neuron_s_rules_place_by_place() {
    let pump = "NEURON { SUFFIX pump USEION ca READ ica WRITE cai }\nSTATE { cai }\nASSIGNED { ica }\n\
                INITIAL { cai = 1e-4 }\nBREAKPOINT { SOLVE s METHOD cnexp }\nDERIVATIVE s { cai' = -cai }\n";
    let channel = "NEURON { SUFFIX channel USEION ca READ eca WRITE ica RANGE g }\nPARAMETER { g = 1 }\n\
                   ASSIGNED { v eca ica }\nBREAKPOINT { ica = g * (v - eca) }\n";
    let text = r#"
[mechanisms]
files = ["pump.mod", "channel.mod"]

[cell.c.section.soma]
L = 10
diam = 10

[cell.c.section.dend]
L = 50
diam = 1
parent = "soma"

[cell.c.mechanism.channel]

[cell.c.mechanism.pump]
on = "dend"

[cell.c.mechanism.hh]
on = "soma"

[cell.c.ion.ca]
inside = 1e-3

[cell.c.ion.k]
reversal = -90

[population.p]
cell = "c"
"#;
    let model = loaded(text, &[("pump.mod", pump), ("channel.mod", channel)], &Overrides::default()).model;
    let body = body(&model, "p");
    let found: Vec<(&str, Vec<String>, Nernst)> = body
        .ions
        .iter()
        .map(|set| (model.ions[set.ion].name.as_str(), sections(body, &set.nodes), set.nernst))
        .collect();
    let names = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            ("ca", names(&["soma"]), Nernst::Never),
            ("ca", names(&["dend"]), Nernst::EveryStep),
            ("na", names(&["soma"]), Nernst::Never),
            ("k", names(&["soma"]), Nernst::Never),
        ]
    );
    assert_eq!(body.ions[0].reversal, Values::Uniform(132.457_934_163_700_9));
    assert_eq!(body.ions[1].inside, Values::Uniform(1e-3));
    assert_eq!(body.ions[1].outside, Values::Uniform(2.0));
    assert_eq!(body.ions[2].reversal, Values::Uniform(50.0));
    assert_eq!(body.ions[3].reversal, Values::Uniform(-90.0));
    assert_eq!(model.ions.iter().map(|ion| ion.valence).collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn values_differ_from_cell_to_cell() {
    let text = r#"
[cell.c.section.soma]
L = 10
diam = 10

[cell.c.mechanism.hh]

[cell.c.point.s]
mechanism = "ExpSyn"
tau = "1 + index"

[population.p]
cell = "c"
count = 3
values.s.e = "-10 * index"
values.hh.gnabar = "where(index == 1, 0, 0.12)"
values.na.reversal = "50 + index"

[stimulus.pulse]
population = "p"
cells = [2, 0]
mechanism = "IClamp"
amp = "index * count"
"#;
    let model = model(text);
    let body = body(&model, "p");
    let hh = &body.densities[0];
    assert_eq!(setting(&model, hh.mechanism, &hh.settings, "gnabar"), Values::PerCell(vec![0.12, 0.0, 0.12]));
    let s = &body.points[0];
    assert_eq!(setting(&model, s.mechanism, &s.settings, "tau"), Values::PerCell(vec![1.0, 2.0, 3.0]));
    assert_eq!(setting(&model, s.mechanism, &s.settings, "e"), Values::PerCell(vec![0.0, -10.0, -20.0]));
    let na = body.ions.iter().find(|set| model.ions[set.ion].name == "na").unwrap();
    assert_eq!(na.reversal, Values::PerCell(vec![50.0, 51.0, 52.0]));
    let pulse = &body.points[1];
    assert_eq!(pulse.cells, Some(vec![0, 2]));
    assert_eq!(setting(&model, pulse.mechanism, &pulse.settings, "amp"), Values::PerCell(vec![0.0, 6.0]));
}

#[test]
fn random_values_do_not_depend_on_what_else_there_is() {
    let a = "[population.a]\nmechanism = \"NetStim\"\ncount = 5\nvalues.start = \"uniform(0, 100)\"\nvalues.interval = \"exponential(7)\"\n";
    let b = "[population.b]\nmechanism = \"NetStim\"\ncount = 5\nvalues.start = \"uniform(0, 100)\"\n";
    let alone = model(a);
    let after = model(&format!("{b}{a}"));
    assert_eq!(artificial(&alone, "a", "start"), artificial(&after, "a", "start"));
    assert_eq!(artificial(&alone, "a", "interval"), artificial(&after, "a", "interval"));
    assert_ne!(artificial(&after, "a", "start"), artificial(&after, "b", "start"));
    let longer = model(&a.replace("count = 5", "count = 9"));
    assert_eq!(artificial(&alone, "a", "start"), artificial(&longer, "a", "start")[..5]);
}

const POINTS: &str = r#"
[population.a]
mechanism = "IntFire1"
count = 10

[population.b]
mechanism = "IntFire1"
count = 4
"#;

fn connections(entry: &str, files: &[(&str, &str)]) -> Vec<(u32, u32, f64, f64)> {
    let model = loaded(&format!("{entry}{POINTS}"), files, &Overrides::default()).model;
    let list = &model.projections[0].connections;
    let one = |i: usize| (list.source[i], list.target[i], list.weight[i], list.delay[i]);
    (0..list.len()).map(one).collect()
}

#[test]
fn a_ring_by_the_rule_map() {
    let found = connections(
        "[connection.c]\nfrom = \"a\"\nto = \"a\"\nrule = \"map\"\ntarget = \"fmod(source + 1, source_count)\"\nweight = \"source\"\n",
        &[],
    );
    let expected: Vec<_> = (0..10).map(|i| (i, (i + 1) % 10, f64::from(i), 1.0)).collect();
    assert_eq!(found, expected);
}

#[test]
fn connections_from_a_table_are_sorted_and_keep_their_values() {
    let found = connections(
        "[table.t]\nfile = \"t.txt\"\ncolumns = [\"to\", \"w\", \"from\"]\n\
         [connection.c]\nfrom = \"a\"\nto = \"b\"\nrule = \"table\"\ntable = \"t\"\nsource = \"from\"\ntarget = \"to\"\n\
         weight = \"w\"\ndelay = \"1 + row\"\n",
        &[("t.txt", "3, 0.5, 9\n0  0.25 1 # a comment\n\n3 0.75 9\n")],
    );
    assert_eq!(found, [(1, 0, 0.25, 2.0), (9, 3, 0.5, 1.0), (9, 3, 0.75, 3.0)]);
}

#[test]
fn a_list_drawn_at_random_is_another_one_with_another_seed() {
    let text = "[list.some]\ncount = 100\nwhere = \"uniform(0, 1) < 0.5\"\n\n[simulation]\ntstop = 1\n\n[population.p]\nmechanism = \"NetStim\"\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.toml");
    std::fs::write(&path, text).unwrap();
    let drawn = |seed| {
        let overrides = Overrides { seed: Some(seed), ..Overrides::default() };
        load(&path, &overrides, &mut Sources::default()).unwrap().lists[0].1.clone()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    assert!((30..70).contains(&drawn(1).len()));
}

#[test]
fn lists_narrow_and_where_filters() {
    let found = connections(
        "[list.even]\ncount = 10\nwhere = \"fmod(index, 2) == 0\"\n\
         [connection.c]\nfrom = \"a\"\nto = \"a\"\nrule = \"all_to_all\"\nwithin = \"even\"\nself = false\nto_cells = [0, 1, 2]\n\
         where = \"source < 5 || even(target + 1)\"\nweight = 1\n",
        &[],
    );
    let pairs: Vec<_> = found.iter().map(|c| (c.0, c.1)).collect();
    assert_eq!(pairs, [(0, 2), (2, 0), (4, 0), (4, 2)]);
}

#[test]
fn random_weights_are_keyed_by_the_pair() {
    let entry = |cells: &str| {
        format!(
            "[connection.c]\nfrom = \"a\"\nto = \"b\"\nrule = \"all_to_all\"\n{cells}weight = \"normal(1, 0.1)\"\ndelay = \"uniform(1, 2)\"\n"
        )
    };
    let all = connections(&entry(""), &[]);
    let some = connections(&entry("from_cells = [2, 7]\n"), &[]);
    let expected: Vec<_> = all.iter().filter(|c| c.0 == 2 || c.0 == 7).copied().collect();
    assert_eq!(some, expected);
    let mut weights: Vec<u64> = all.iter().map(|c| c.2.to_bits()).collect();
    weights.sort_unstable();
    weights.dedup();
    assert_eq!(weights.len(), 40);
}

#[test]
fn times_are_played_from_a_table() {
    let text = "[table.t]\nfile = \"t.txt\"\n[population.p]\nmechanism = \"VecStim\"\ncount = 3\n\
                times = { table = \"t\", time = \"1000 * c1\" }\n";
    let model = loaded(text, &[("t.txt", "2 0.5\n0 0.25\n2 0.125\n")], &Overrides::default()).model;
    let Body::Artificial(body) = &population(&model, "p").body else { panic!() };
    let times: Vec<&[f64]> = body.times.iter().map(|t| &**t).collect();
    assert_eq!(times, [&[250.0][..], &[], &[125.0, 500.0]]);
}

#[test]
fn a_description_is_laid_over_the_one_it_extends() {
    let base = "name = \"base\"\n[parameters]\nn = 3\nw = \"n / 10\"\n[simulation]\ndt = 0.1\ntstop = 5\n\
                [population.a]\nmechanism = \"IntFire1\"\ncount = \"n\"\n\
                [connection.c]\nfrom = \"a\"\nto = \"a\"\nrule = \"probability\"\nprobability = 0.5\nweight = \"w\"\n\
                [connection.off]\nfrom = \"a\"\nto = \"a\"\nrule = \"one_to_one\"\nweight = 1\n";
    let text = "extends = \"base.toml\"\n[parameters]\nn = 4\n[simulation]\ntstop = 7\n\
                [population.b]\nmechanism = \"NetStim\"\n\
                [connection.c]\nrule = \"all_to_all\"\n[connection.off]\nenabled = false\n";
    let found = loaded(text, &[("base.toml", base)], &Overrides::default());
    let model = &found.model;
    assert_eq!(model.name, "network");
    assert_eq!((model.simulation.dt, model.simulation.tstop), (0.1, 7.0));
    let names: Vec<_> = model.populations.iter().map(|p| (p.name.as_str(), p.first_id, p.count)).collect();
    assert_eq!(names, [("a", 0, 4), ("b", 4, 1)]);
    assert_eq!(model.projections.len(), 1);
    assert_eq!(model.projections[0].connections.len(), 16);
    assert_eq!(model.projections[0].connections.weight[0], 0.4);
    assert_eq!(found.files.len(), 2);
}

#[test]
fn options_go_before_the_description() {
    let text = "[parameters]\nn = 2\nfast = false\n[simulation]\ndt = 0.05\ntstop = 10\nseed = 3\n\
                [population.a]\nmechanism = \"IntFire1\"\ncount = \"where(fast, 1, n)\"\n";
    let overrides = Overrides {
        set: vec![("n".to_string(), "2 * 3".to_string()), ("fast".to_string(), "false".to_string())],
        dt: Some(0.1),
        tstop: Some(1.0),
        seed: Some(u64::MAX),
        ..Overrides::default()
    };
    let model = loaded(text, &[], &overrides).model;
    assert_eq!(model.populations[0].count, 6);
    let simulation = &model.simulation;
    assert_eq!((simulation.dt, simulation.tstop, simulation.seed), (0.1, 1.0, u64::MAX));
}

#[test]
fn records_of_sets_are_of_all_their_segments() {
    let model = model(&format!(
        "{TREE}\n[record.g]\npopulation = \"p\"\nvariable = \"pas.g\"\nat = [\"dend\", \"soma(0.5)\"]\nevery = 0.1\n\
         [record.s]\npopulation = \"p\"\nvariable = \"far_synapse.g\"\n[record.e]\npopulation = \"p\"\nvariable = \"ena\"\n"
    ));
    let body = body(&model, "p");
    let g = &model.reports[0];
    let nodes: Vec<u32> = g.elements.iter().map(|e| e.node).collect();
    let names = sections(body, &nodes);
    assert_eq!(names.iter().filter(|n| n.starts_with("dend")).count(), 9);
    assert_eq!(names.last().map(String::as_str), Some("soma"));
    assert_eq!((g.every, g.unit.as_str()), (2, "S/cm2"));
    assert!(matches!(g.quantity, Quantity::Density { .. }));
    assert_eq!(model.reports[1].elements[0].node, body.points[0].node);
    assert_eq!((model.reports[1].every, model.reports[1].unit.as_str()), (1, "uS"));
    assert_eq!(model.reports[2].unit, "mV");
}

#[test]
fn a_morphology_from_a_file_with_a_section_added() {
    let swc = "1 1 0 0 0 10 -1\n2 3 0 10 0 1 1\n3 3 0 60 0 1 2\n4 3 30 90 0 0.5 3\n5 3 -30 90 0 0.5 3\n";
    let text = r#"
[cell.c]
swc = "cell.swc"
max_length = 20
Ra = 123

[cell.c.section.stub]
L = 5
diam = 1
parent = "soma"

[cell.c.mechanism.pas]
on = "dend"

[population.p]
cell = "c"
"#;
    let model = loaded(text, &[("cell.swc", swc)], &Overrides::default()).model;
    let body = body(&model, "p");
    assert!(body.sections.iter().any(|s| s == "stub") && body.sections.iter().any(|s| s == "soma"));
    assert_eq!(body.sections.iter().filter(|s| s.starts_with("dend[")).count(), 3);
    let pas = sections(body, &body.densities[0].nodes);
    assert!(pas.iter().all(|s| s.starts_with("dend[")) && pas.len() >= 3 + 3 + 3);
}

#[test]
fn global_variables_are_set_for_all_instances() {
    let text = "[global.hh]\nusetable = 0\n[cell.c.section.s]\nL = 1\ndiam = 1\n[cell.c.mechanism.hh]\n[population.p]\ncell = \"c\"\n";
    let model = model(text);
    assert!(model.mechanisms[0].module.tables.is_empty());
    let leak = "NEURON { SUFFIX leak NONSPECIFIC_CURRENT i GLOBAL e RANGE g }\nPARAMETER { g = 1 e = 0 }\n\
                ASSIGNED { v i }\nBREAKPOINT { i = g * (v - e) }\n";
    let text = "[mechanisms]\nfiles = [\"leak.mod\"]\n[global.leak]\ne = -70\n[cell.c.section.s]\nL = 1\ndiam = 1\n\
                [cell.c.mechanism.leak]\n[population.p]\ncell = \"c\"\n";
    let model = loaded(text, &[("leak.mod", leak)], &Overrides::default()).model;
    assert_eq!(model.mechanisms[0].module.global("e").unwrap().default, -70.0);
}

#[test]
fn the_ring_has_its_branches_and_connections() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("networks/ring/network.toml");
    let set = |name: &str, value: &str| (name.to_string(), value.to_string());
    let overrides = Overrides {
        set: vec![set("rings", "2"), set("cells", "3"), set("branches", "5"), set("compartments", "7")],
        ..Overrides::default()
    };
    let mut sources = Sources::default();
    let model = load(&path, &overrides, &mut sources).unwrap().model;
    assert_eq!(population(&model, "cell").count, 6);
    let body = body(&model, "cell");
    assert_eq!(body.compartments.is_segment.iter().filter(|s| **s).count(), 1 + 5 * 7);
    let next = &model.projections[1].connections;
    assert_eq!(next.source, [0, 1, 2, 3, 4, 5]);
    assert_eq!(next.target, [1, 2, 0, 4, 5, 3]);
    assert_eq!(model.projections[0].connections.target, [0, 3]);
}
