//! Cells cut by Volley and by NEURON: geometry, couplings, and the voltages of a passive run.
//!
//! tests/reference/morphology/neuron.json names its generator, NEURON's version and the date.

use serde_json::Value;
use volley::morphology::{
    Compartments, Connection, End, Geometry, Location, Placement, Point3, SectionSpec, Tree,
};
use volley::solver::TreeMatrix;

/// One case of the file.
struct Case {
    name: String,
    tree: Tree,
    inject: Location,
    json: Value,
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("reference/morphology/neuron.json")).unwrap();
    file["cases"].as_array().unwrap().iter().map(read_case).collect()
}

fn read_case(json: &Value) -> Case {
    let specs = json["sections"].as_array().unwrap().iter().map(read_section).collect();
    let tree = Tree::new(specs).unwrap();
    let section = tree.find(json["inject"][0].as_str().unwrap()).unwrap();
    let inject = Location { section, x: number(&json["inject"][1]) };
    Case { name: json["name"].to_string(), tree, inject, json: json.clone() }
}

fn read_section(section: &Value) -> SectionSpec {
    let connection = section["parent"].as_str().map(|parent| Connection {
        parent: parent.to_string(),
        x: number(&section["x"]),
        end: if section["end"] == 1 { End::One } else { End::Zero },
    });
    let geometry = match section["points"].as_array() {
        Some(points) => Geometry::Points(
            points
                .iter()
                .map(|p| Point3::new(number(&p[0]), number(&p[1]), number(&p[2]), number(&p[3])))
                .collect(),
        ),
        None => Geometry::Cylinder { length: number(&section["length"]), diam: number(&section["diam"]) },
    };
    SectionSpec {
        name: section["name"].as_str().unwrap().to_string(),
        connection,
        nseg: section["nseg"].as_u64().unwrap() as usize,
        ra: number(&section["ra"]),
        geometry,
        sets: Vec::new(),
    }
}

/// Both ends of every section.
fn all_ends(tree: &Tree) -> Vec<Location> {
    (0..tree.sections().len()).flat_map(|section| [0.0, 1.0].map(|x| Location { section, x })).collect()
}

#[track_caller]
fn assert_close(value: f64, expected: f64, what: &str) {
    assert!((value - expected).abs() <= 2e-11 * expected.abs(), "{what}: {value}, NEURON has {expected}");
}

#[test]
fn areas_diameters_resistances_and_distances_are_neurons() {
    for Case { name, tree, json, .. } in cases() {
        let cell = Compartments::discretise(&tree, &all_ends(&tree));
        for (section, length) in tree.sections().iter().zip(json["lengths"].as_array().unwrap()) {
            assert_close(section.length(), number(length), &format!("{name}, length of {}", section.name()));
        }
        let mut compared = 0;
        for node in json["nodes"].as_array().unwrap() {
            let section = tree.find(node["section"].as_str().unwrap()).unwrap();
            let x = number(&node["x"]);
            let n = cell.locate(section, x, Placement::Point).unwrap() as usize;
            let what = format!("{name}, {}({x})", tree.sections()[section].name());
            assert_close(cell.distance[n], number(&node["distance"]), &what);
            // At its near end a section shares its parent's node; NEURON then tells the parent's values.
            if cell.section[n] != section as u32 || cell.parent[n] == u32::MAX {
                continue;
            }
            compared += 1;
            let parent = cell.parent[n] as usize;
            let resistance = number(&node["ri"]);
            assert_close(100.0 / (resistance * cell.area[n]), cell.a[n], &what);
            assert_close(100.0 / (resistance * cell.area[parent]), cell.b[n], &what);
            if cell.is_segment[n] {
                assert_close(cell.area[n], number(&node["area"]), &what);
                assert_close(cell.diam[n], number(&node["diam"]), &what);
            }
        }
        assert_eq!(compared, cell.len() - 1, "{name}");
    }
}

/// 40 steps of 0.025 ms with 0.1 nA at the case's place, as the generator does.
fn passive_run(cell: &Compartments, inject: usize) -> Vec<f64> {
    let matrix = TreeMatrix::from_cells([cell]);
    let capacitance = 1e-3 / 0.025;
    let (g, e) = (1e-3, -65.0);
    let mut v = vec![e; cell.len()];
    for _ in 0..40 {
        let membrane = |n: usize| if cell.is_segment[n] { 1.0 } else { 0.0 };
        let mut d: Vec<f64> = (0..cell.len()).map(|n| membrane(n) * (capacitance + g)).collect();
        let mut rhs: Vec<f64> = (0..cell.len()).map(|n| membrane(n) * g * (e - v[n])).collect();
        rhs[inject] += 0.1 * 100.0 / cell.area[inject];
        matrix.add_axial(&v, &mut d, &mut rhs);
        matrix.solve(&mut d, &mut rhs);
        for (v, dv) in v.iter_mut().zip(&rhs) {
            *v += dv;
        }
    }
    v
}

#[test]
fn voltages_of_a_passive_run_are_neurons() {
    for Case { name, tree, inject, json } in cases() {
        for keep in [vec![inject], all_ends(&tree)] {
            let cell = Compartments::discretise(&tree, &keep);
            let site = cell.locate(inject.section, inject.x, Placement::Point).unwrap();
            let v = passive_run(&cell, site as usize);
            let nodes = (0..tree.sections().len()).flat_map(|section| cell.segments(section));
            let expected = json["v"].as_array().unwrap();
            assert_eq!(nodes.clone().count(), expected.len());
            for (i, (&n, expected)) in nodes.zip(expected).enumerate() {
                let expected = number(expected);
                let error = (v[n as usize] - expected).abs();
                assert!(error < 1e-9, "{name}, segment {i}: {}, NEURON has {expected}", v[n as usize]);
            }
        }
    }
}

/// What is left out, and what stays, in the fork of the reference file.
#[test]
fn ends_that_change_nothing_are_left_out() {
    for Case { name, tree, json, .. } in cases() {
        let segments: usize = tree.sections().iter().map(|s| s.nseg()).sum();
        let ends = |keep: &[Location]| {
            let cell = Compartments::discretise(&tree, keep);
            assert_eq!(cell.is_segment.iter().filter(|&&s| s).count(), segments);
            cell.len() - segments
        };
        assert_eq!(ends(&all_ends(&tree)), tree.sections().len() + 1, "{name}");
        let branch_points = match json["name"].as_str().unwrap() {
            "fork" => 1,
            "2 at the root's 0 end" => 1,
            "3 at the root's 0 end" => 1,
            name if name.starts_with("random") => continue,
            _ => 0,
        };
        assert_eq!(ends(&[]), branch_points, "{name}");
    }
}
