//! What a tree of sections refuses, and how its nodes are laid out.

use proptest::prelude::*;
use volley::morphology::{
    Compartments, Connection, End, Geometry, LocateError, Location, MAX_NSEG, NO_PARENT, NsegRule, Placement,
    Point3, SectionSpec, Tree, TreeProblem,
};

fn section(name: &str, parent: Option<&str>) -> SectionSpec {
    SectionSpec {
        name: name.to_string(),
        connection: parent.map(|p| Connection { parent: p.to_string(), x: 1.0, end: End::Zero }),
        nseg: 1,
        ra: 100.0,
        geometry: Geometry::Cylinder { length: 10.0, diam: 1.0 },
        sets: vec![],
    }
}

/// The messages for a list of sections.
fn messages(specs: Vec<SectionSpec>) -> Vec<String> {
    let errors = Tree::new(specs).expect_err("the tree is wrong");
    errors.iter().map(|e| format!("{}: {e}", e.code())).collect()
}

#[test]
fn every_wrong_number_is_named() {
    let mut soma = section("soma", None);
    soma.nseg = 0;
    soma.ra = f64::NAN;
    soma.geometry = Geometry::Cylinder { length: -3.0, diam: 0.0 };
    let mut dend = section("dend", Some("soma"));
    dend.nseg = MAX_NSEG + 1;
    dend.connection.as_mut().unwrap().x = 1.5;
    dend.geometry =
        Geometry::Points(vec![Point3::new(f64::INFINITY, 0.0, 0.0, 1.0), Point3::new(0.0, 0.0, 0.0, -1.0)]);
    let mut point = section("point", Some("soma"));
    point.geometry = Geometry::Points(vec![Point3::new(0.0, 0.0, 0.0, 1.0)]);
    let mut flat = section("flat", Some("soma"));
    flat.geometry = Geometry::Points(vec![Point3::new(1.0, 2.0, 3.0, 1.0); 2]);
    insta::assert_snapshot!(messages(vec![soma, dend, point, flat]).join("\n"), @r"
    morphology/nseg: section `soma` has nseg = 0; it goes from 1 to 32767
    morphology/axial-resistivity: section `soma` has Ra = NaN ohm cm; it must be a positive number
    morphology/length: section `soma` has length -3 um; it must be a positive number
    morphology/diameter: section `soma` has diameter 0 um; it must be a positive number
    morphology/connection: section `dend` is connected at x = 1.5 of its parent; x goes from 0 to 1
    morphology/nseg: section `dend` has nseg = 32768; it goes from 1 to 32767
    morphology/coordinate: point 0 of section `dend` has a coordinate that is not a finite number
    morphology/diameter: point 1 of section `dend` has diameter -1 um; it must be a positive number
    morphology/points: section `point` needs two or more 3-d points, and has 1
    morphology/length: section `flat` has length 0 um; it must be a positive number
    ");
}

#[test]
fn every_wrong_connection_is_named() {
    let specs = vec![
        section("a", Some("b")),
        section("b", Some("c")),
        section("c", Some("a")),
        section("hangs on the circle", Some("a")),
        section("self", Some("self")),
        section("lost", Some("nowhere")),
        section("soma", None),
        section("other", None),
        section("soma", Some("other")),
    ];
    insta::assert_snapshot!(messages(specs).join("\n"), @r"
    morphology/duplicate-section: there are two sections named `soma`
    morphology/unknown-parent: section `lost` is connected to `nowhere`, which does not exist
    morphology/several-roots: sections `soma` and `other` both have no parent; a cell has one root
    morphology/cycle: the sections `a`, `b`, `c` are connected in a circle
    morphology/cycle: section `self` is connected to itself
    ");
    insta::assert_snapshot!(messages(vec![]).join("\n"), @"morphology/empty: the cell has no sections");
}

#[test]
fn a_wrong_number_of_segments_leaves_the_tree_alone() {
    let mut tree = Tree::new(vec![section("a", None), section("b", Some("a"))]).unwrap();
    let before = tree.clone();
    let errors = tree.set_nseg(|index, _| 3 * index).expect_err("nseg 0");
    assert_eq!((errors.len(), &errors[0].problem), (1, &TreeProblem::Nseg(0)));
    assert_eq!(tree, before);
    tree.set_nseg(|index, _| 3 + index).unwrap();
    assert_eq!(tree.sections()[1].nseg(), 4);
}

#[test]
fn sets_are_labels_names_and_numbered_names() {
    let mut labelled = section("dend[1]", Some("soma"));
    labelled.sets = vec!["apical".to_string(), "all".to_string()];
    let specs = vec![labelled, section("soma", None), section("dend[0]", Some("soma"))];
    let tree = Tree::new(specs).unwrap();
    assert_eq!(tree.set("all"), Some(&[0, 1, 2][..]));
    assert_eq!(tree.set("dend"), Some(&[0, 2][..]));
    assert_eq!(tree.set("dend[0]"), Some(&[2][..]));
    assert_eq!(tree.set("apical"), Some(&[0][..]));
    assert_eq!(tree.set("axon"), None);
    let names: Vec<&str> = tree.set_names().collect();
    assert_eq!(names, ["all", "apical", "dend", "dend[0]", "dend[1]", "soma"]);
}

#[test]
fn places_that_have_no_node() {
    let tree = Tree::new(vec![section("soma", None)]).unwrap();
    let free = Compartments::discretise(&tree, &[]);
    let end = Location { section: 0, x: 1.0 };
    assert_eq!(free.len(), 1);
    assert_eq!(free.locate(0, 1.0, Placement::Density), Ok(0));
    assert_eq!(
        free.locate(0, 0.0, Placement::Point),
        Err(LocateError::EndNotKept(Location { section: 0, x: 0.0 }))
    );
    assert_eq!(free.locate(0, 1.0, Placement::Point), Err(LocateError::EndNotKept(end)));
    assert_eq!(free.locate(1, 0.5, Placement::Point), Err(LocateError::UnknownSection(1)));
    assert_eq!(free.locate(0, -0.1, Placement::Density), Err(LocateError::OutsideSection(-0.1)));
    assert!(free.locate(0, f64::NAN, Placement::Point).is_err());
    let kept = Compartments::discretise(&tree, &[end]);
    assert_eq!(kept.locate(0, 1.0, Placement::Point), Ok(1));
}

/// Values of NEURON's d_lambda rule (stdlib.hoc, NEURON 9.0.2, 2026-11-22) for Ra 100, cm 1 and 0.75.
#[test]
fn nseg_rules() {
    let shape = |geometry| {
        let tree = Tree::new(vec![SectionSpec { geometry, ..section("dend", None) }]).unwrap();
        tree.sections()[0].clone()
    };
    let thin = shape(Geometry::Cylinder { length: 500.0, diam: 0.5 });
    assert_eq!(NsegRule::Fixed(4).nseg(&thin, 1.0), 4);
    assert_eq!(NsegRule::MaxLength(100.0).nseg(&thin, 1.0), 5);
    assert_eq!(NsegRule::MaxLength(99.0).nseg(&thin, 1.0), 7);
    assert_eq!(NsegRule::MaxLength(1e9).nseg(&thin, 1.0), 1);
    assert_eq!(NsegRule::MaxLength(1e-9).nseg(&thin, 1.0), MAX_NSEG);
    assert_eq!(NsegRule::D_LAMBDA.nseg(&thin, 1.0), 25);
    assert_eq!(NsegRule::D_LAMBDA.nseg(&thin, 0.75), 23);
    let taper = shape(Geometry::Points(vec![
        Point3::new(0.0, 0.0, 0.0, 4.0),
        Point3::new(300.0, 0.0, 0.0, 0.25),
        Point3::new(800.0, 0.0, 0.0, 2.0),
    ]));
    assert_eq!(NsegRule::D_LAMBDA.nseg(&taper, 1.0), 25);
}

fn random_tree() -> impl Strategy<Value = (Tree, Vec<Location>)> {
    let one = (any::<prop::sample::Index>(), 0..4usize, any::<bool>(), 1..5usize, any::<[bool; 2]>());
    prop::collection::vec(one, 1..20).prop_map(|list| {
        let mut keep = vec![];
        let specs = list.iter().enumerate().map(|(i, (parent, x, end, nseg, kept))| {
            for x in [0, 1].into_iter().filter(|&x| kept[x]) {
                keep.push(Location { section: i, x: x as f64 });
            }
            let connection = Connection {
                parent: format!("s[{}]", if i > 0 { parent.index(i) } else { 0 }),
                x: [0.0, 0.4, 1.0, 1.0][*x],
                end: if *end { End::One } else { End::Zero },
            };
            SectionSpec {
                connection: (i > 0).then_some(connection),
                nseg: *nseg,
                ..section(&format!("s[{i}]"), None)
            }
        });
        // Backwards, so that parents come behind their children in the list.
        let mut specs: Vec<SectionSpec> = specs.collect();
        specs.reverse();
        let last = specs.len() - 1;
        keep.iter_mut().for_each(|k| k.section = last - k.section);
        (Tree::new(specs).unwrap(), keep)
    })
}

proptest! {
    /// The order that the solver needs, subtrees without gaps, every segment a node, kept ends nodes, ends
    /// with fewer than three neighbours only where kept, and couplings that conserve charge.
    #[test]
    fn nodes_are_laid_out_as_promised((tree, keep) in random_tree()) {
        let cell = Compartments::discretise(&tree, &keep);
        prop_assert_eq!(cell.parent[0], NO_PARENT);
        let mut neighbours = vec![0; cell.len()];
        let mut open = vec![0u32];
        for n in 1..cell.len() {
            let p = cell.parent[n] as usize;
            prop_assert!(p < n);
            while open.last().is_some_and(|&top| top as usize != p) {
                open.pop();
            }
            prop_assert!(!open.is_empty(), "node {} is outside its parent's subtree", n);
            open.push(n as u32);
            neighbours[n] += 1;
            neighbours[p] += 1;
            let (out, back) = (cell.a[n] * cell.area[n], cell.b[n] * cell.area[p]);
            prop_assert!(cell.a[n] > 0.0 && (out - back).abs() <= 1e-12 * out);
        }
        let mut kept_nodes = vec![];
        for place in &keep {
            kept_nodes.push(cell.locate(place.section, place.x, Placement::Point).unwrap());
        }
        for n in 0..cell.len() {
            prop_assert!(cell.is_segment[n] || neighbours[n] > 2 || kept_nodes.contains(&(n as u32)));
        }
        for (index, section) in tree.sections().iter().enumerate() {
            let segments = cell.segments(index);
            prop_assert_eq!(segments.len(), section.nseg());
            for (i, &n) in segments.iter().enumerate() {
                prop_assert_eq!(cell.section[n as usize], index as u32);
                prop_assert_eq!(cell.x[n as usize], section.segment_x(i));
                prop_assert_eq!(cell.locate(index, section.segment_x(i), Placement::Point), Ok(n));
            }
        }
    }
}
