//! SWC files: the sections that NEURON's Import3d makes of them, and what is refused.
//!
//! tests/reference/swc/neuron.json names its generator, NEURON's version and the date.

use proptest::prelude::*;
use serde_json::Value;
use volley::diagnostic::{Diagnostics, Sources};
use volley::morphology::{Geometry, SectionSpec, Tree, swc};

/// The sections of a text, or the messages as a terminal shows them.
fn read(text: &str) -> Result<Vec<SectionSpec>, String> {
    let mut sources = Sources::default();
    let source = sources.add("cell.swc", text);
    swc::read(&sources, source, 100.0).map_err(|diagnostics: Diagnostics| diagnostics.render(&sources, false))
}

/// Name, parent, x on the parent, length, area and axial resistance to the middle of each section.
type Summary = Vec<(String, Option<(String, f64)>, [f64; 3])>;

fn summary(specs: Vec<SectionSpec>) -> Summary {
    let tree = Tree::new(specs).expect("a tree");
    let of_section = |index: usize| {
        let section = &tree.sections()[index];
        let middle = section.geometry().segments(1, section.ra())[0];
        let parent = section.parent().map(|p| (tree.sections()[p].name().to_string(), section.parent_x()));
        let numbers = [section.length(), middle.area, middle.near_resistance];
        (section.name().to_string(), parent, numbers)
    };
    (0..tree.sections().len()).map(of_section).collect()
}

#[test]
fn sections_are_those_of_neurons_import() {
    let file: Value = serde_json::from_str(include_str!("reference/swc/neuron.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let name = &case["name"];
        let expected = case["sections"].as_array().unwrap();
        let mut found = summary(read(case["text"].as_str().unwrap()).unwrap());
        let several_somas = found.iter().any(|s| s.0 == "soma[1]");
        assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
        // NEURON groups by type and calls a lone soma soma[0].
        let plain = |name: &str| match name {
            "soma[0]" if !several_somas => "soma".to_string(),
            name => name.to_string(),
        };
        for section in expected {
            let at = plain(section["name"].as_str().unwrap());
            let index = found.iter().position(|s| s.0 == at).unwrap_or_else(|| panic!("{name}: no {at}"));
            let (_, parent, numbers) = found.remove(index);
            let expected_parent =
                section["parent"].as_str().map(|p| (plain(p), section["x"].as_f64().unwrap()));
            assert_eq!(parent, expected_parent, "{name}: {at}");
            for (number, key) in numbers.iter().zip(["length", "area", "ri"]) {
                let expected = section[key].as_f64().unwrap();
                assert!(
                    (number - expected).abs() < 1e-9 * expected,
                    "{name}: {key} of {at}: {number} {expected}"
                );
            }
        }
    }
}

/// Where Volley knowingly differs from Import3d (rule 7 of the module).
#[test]
fn runs_do_not_depend_on_the_order_of_lines() {
    let lines = [
        "1 1 0 0 0 5 -1",
        "2 3 6 0 0 1 1",
        "3 3 20 0 0 1 2",
        "4 3 40 0 0 1 3",
        "5 4 0 6 0 1 1",
        "6 4 0 50 0 1 5",
        "7 3 60 9 0 1 4",
        "8 3 60 -9 0 1 4",
    ];
    let forward = summary(read(&lines.join("\n")).unwrap());
    let mut reversed = lines;
    reversed.reverse();
    let mut backward = summary(read(&reversed.join("\n")).unwrap());
    let numbers = |summary: &Summary| {
        let mut list: Vec<String> = summary.iter().map(|s| format!("{:?}", s.2)).collect();
        list.sort();
        list
    };
    assert_eq!(numbers(&forward), numbers(&backward));
    backward.sort_by_key(|s| s.0.clone());
    let names: Vec<&str> = backward.iter().map(|s| s.0.as_str()).collect();
    assert_eq!(names, ["apic[0]", "dend[0]", "dend[1]", "dend[2]", "soma"]);
    assert_eq!(forward.len(), 5);

    let interleaved = "1 1 0 0 0 5 -1\n2 3 6 0 0 1 1\n3 4 0 6 0 1 1\n4 3 20 0 0 1 2\n5 4 0 20 0 1 3\n";
    let names: Vec<String> = summary(read(interleaved).unwrap()).into_iter().map(|s| s.0).collect();
    assert_eq!(names, ["soma", "dend[0]", "apic[0]"]);
}

/// A first point that branches: on a sphere the branches meet at the first one's 0 end; on a soma's end the
/// copied point stays, so that there is a section to hang them on.
#[test]
fn branching_first_points() {
    let branches = "10 3 9 0 0 1 LAST\n11 3 29 0 0 1 10\n12 3 9 30 0 1 10\n";
    let sphere = format!("1 1 0 0 0 8 -1\n{}", branches.replace("LAST", "1"));
    let found = summary(read(&sphere).unwrap());
    let connections: Vec<_> = found.iter().map(|s| (s.0.as_str(), s.1.clone())).collect();
    let on = |name: &str, x: f64| Some((name.to_string(), x));
    assert_eq!(connections, [("soma", None), ("dend[0]", on("soma", 0.5)), ("dend[1]", on("dend[0]", 0.0))]);
    assert_eq!((found[1].2[0], found[2].2[0]), (20.0, 30.0));

    let stack = format!("1 1 -8 0 0 8 -1\n2 1 0 0 0 8 1\n{}", branches.replace("LAST", "2"));
    let found = summary(read(&stack).unwrap());
    let connections: Vec<_> = found.iter().map(|s| (s.0.as_str(), s.1.clone())).collect();
    assert_eq!(
        connections,
        [
            ("soma", None),
            ("dend[0]", on("soma", 1.0)),
            ("dend[1]", on("dend[0]", 1.0)),
            ("dend[2]", on("dend[0]", 1.0))
        ]
    );
    assert_eq!(found[1].2[0], 9.0);
}

#[test]
fn a_sphere_has_the_area_of_its_cylinder() {
    let found = summary(read("\u{feff}# soma only\r\n7 1 4 4 4 10.5 -1\r\n\r\n").unwrap());
    assert_eq!(found.len(), 1);
    let [length, area, _] = found[0].2;
    assert!((length - 21.0).abs() < 1e-12);
    assert!((area - 4.0 * std::f64::consts::PI * 10.5 * 10.5).abs() < 1e-9);
}

#[test]
fn wrong_lines_are_all_named() {
    let text = "\
1 1 0 0 0 5 -1
2 3 6 0 0 1
3 3 x 0 0 1 2
4 3 0 nan 0 1 3 # comment
5 3 0 1 0 -2 4
6 3 0 1 0 0 4
7.5 3 0 1 0 1 4
8 -3 0 1 0 1 4
-9 3 0 1 0 1 4
10 3 0 1 inf 1 4
11 3 0 1 0 1 1e300
12 3 0 1 0 1 4 extra
";
    insta::assert_snapshot!(read(text).unwrap_err());
}

#[test]
fn wrong_trees_are_all_named() {
    let text = "\
1 1 0 0 0 5 -1
2 3 6 0 0 1 99
3 3 7 0 0 1 -1
4 3 8 0 0 1 5
5 3 9 0 0 1 6
6 3 9 0 0 1 4
3 3 9 0 0 1 1
7 3 9 0 0 1 7
";
    insta::assert_snapshot!(read(text).unwrap_err());
    insta::assert_snapshot!(read("# nothing\n").unwrap_err());
    insta::assert_snapshot!(read("1 1 0 0 0 5 -1\n2 3 0 0 0 1 1\n").unwrap_err());
}

#[test]
fn a_file_of_another_kind_is_not_quoted_in_full() {
    let message = read(&"<svg>\n".repeat(1000)).unwrap_err();
    assert!(message.contains("this file has 980 more errors"), "{message}");
}

proptest! {
    /// Whatever stands in the file there is a whole tree or a message.
    #[test]
    fn never_panics(text in "([0-9 .#\\n\u{feff}é-]|nan|1 1 0 0 0 1 -1\n|2 3 0 1 0 1 1\n){0,60}") {
        if let Ok(specs) = read(&text) {
            prop_assert!(Tree::new(specs).is_ok());
        }
    }

    /// Of any tree of points, in any order of lines: every section is used, and the lengths of all
    /// dendrites add up to the path lengths between dendritic points and to those of copied points.
    #[test]
    fn any_tree_of_points_gives_a_tree(
        points in prop::collection::vec((any::<prop::sample::Index>(), 1..5i64, -50..50i32, -50..50i32), 1..40),
        shuffle in any::<u64>(),
    ) {
        let mut lines: Vec<String> = points
            .iter()
            .enumerate()
            .map(|(i, (parent, kind, x, y))| {
                let parent = if i == 0 { -1 } else { parent.index(i) as i64 };
                format!("{i} {kind} {x} {y} {i} 0.5 {parent}")
            })
            .collect();
        let mut order = volley::random::Stream::keyed(shuffle, &[]);
        lines.sort_by_cached_key(|_| order.next_u32());
        let specs = read(&lines.join("\n")).unwrap();
        let mut own = 0;
        for spec in &specs {
            let Geometry::Points(list) = &spec.geometry else { panic!("points") };
            own += list.len();
        }
        prop_assert!(own >= points.len().min(2) && own <= 2 * points.len(), "{own} of {}", points.len());
        prop_assert!(Tree::new(specs).is_ok());
    }
}
