//! The mechanisms that come with the project: all of them lower, and passes change what they do by rounding only.

mod ir_common;

use ir_common::{World, kernel, lowered, lowered_with, optimised};
use volley::ir::{Op, Options, Place, Role, Stage, analysis, optimise_for};

/// All mechanisms that come with the project.
fn own_mechanisms() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src/mechanism/catalogue", "networks/hopfield-brody"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.extension().is_some_and(|e| e == "mod") {
                let text = std::fs::read_to_string(&path).expect("the file can be read");
                found.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_catalogue_and_the_network_s_mechanisms_lower() {
    let all = own_mechanisms();
    assert!(all.len() >= 15, "only {} mechanisms found", all.len());
    for (name, text) in all {
        for tables in [true, false] {
            if let Err(message) = lowered_with(&text, &Options { tables, ..Options::default() }) {
                panic!("{name}\n{message}");
            }
        }
    }
}

#[test]
fn the_network_s_cell_takes_few_operations() {
    let mut count = 0;
    for (name, text) in own_mechanisms() {
        if ["nans.mod", "kap.mod", "pas.mod"].contains(&name.as_str()) {
            let mut module = lowered(&text).unwrap_or_else(|said| panic!("{said}"));
            optimise_for(&mut module, |_| false);
            for stage in [Stage::Current, Stage::State] {
                if let Some((_, kernel)) = module.kernels().find(|(s, _)| *s == stage) {
                    let varying = analysis::dependence(kernel);
                    let computed = kernel.ops.iter().zip(varying).filter(|(op, varies)| {
                        *varies == analysis::Dependence::Instance && !matches!(op, Op::Read(_))
                    });
                    count += computed.count();
                }
            }
        }
    }
    // 106 when this was written. A prototype by hand had 117 with loads, stores and the voltage step.
    assert!(count <= 106, "{count} operations for each compartment and step");
}

#[test]
fn optimised_kernels_do_the_same() {
    for (name, text) in own_mechanisms() {
        let plain = lowered(&text).unwrap_or_else(|said| panic!("{said}"));
        let fast = optimised(&text);
        let mut random = 1u64;
        let mut next = || {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (random >> 11) as f64 / (1u64 << 53) as f64
        };
        for _ in 0..200 {
            let mut before = World::of(&plain);
            for variable in &plain.variables {
                for i in variable.first..variable.first + variable.length {
                    let x = &mut before.columns[i as usize];
                    *x = if variable.role == Role::Parameter { *x * (0.5 + next()) + 0.1 } else { next() };
                }
            }
            before.set(Place::Voltage, -100.0 + 150.0 * next());
            before.time = 20.0 * next();
            before.arguments.iter_mut().for_each(|x| *x = next() - 0.5);
            before.flag = (next() * 3.0).floor();
            before.list = vec![1.0, 2.0, 3.0];
            before.draws = (0..20).map(|_| next()).collect();
            let mut after = before.clone();
            after.columns.resize(fast.columns as usize, f64::NAN);
            if let Some(prepare) = &fast.prepare {
                after.run(&fast, prepare);
            }
            for stage in [Stage::Initial, Stage::Current, Stage::State, Stage::Receive, Stage::ReceiveInitial]
            {
                if !plain.kernels().any(|(s, _)| s == stage) {
                    continue;
                }
                let (mut one, mut two) = (before.clone(), after.clone());
                let said = one.run(&plain, kernel(&plain, stage));
                let also = two.run(&fast, kernel(&fast, stage));
                assert_eq!(said.len(), also.len(), "{name} {stage:?}: {said:?} {also:?}");
                let flat = |list: Vec<(String, Vec<f64>)>| list.into_iter().flat_map(|(_, v)| v);
                // What nobody can see may be left out.
                let seen =
                    plain.variables.iter().filter(|v| v.visible).flat_map(|v| v.first..v.first + v.length);
                let seen: Vec<usize> = seen.map(|i| i as usize).collect();
                let left = flat(said).chain(seen.iter().map(|i| one.columns[*i])).chain(one.globals);
                let right = flat(also).chain(seen.iter().map(|i| two.columns[*i])).chain(two.globals);
                for (x, y) in left.zip(right) {
                    let close = (x - y).abs() <= 1e-11 * x.abs().max(y.abs()) + 1e-15
                        || x.is_nan() && y.is_nan()
                        || x == y;
                    assert!(close, "{name} {stage:?}: {x} became {y}");
                }
            }
        }
    }
}
