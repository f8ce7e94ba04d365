//! From a description to a network that runs, in two parts: reading and connecting (`load`), on all threads that the machine has, and
//! building the cells and connections of each thread (`build`). 10,000 point cells and a million connections. Items: connections.
//!
//! tools/building.py measures whole runs, and larger ones.

use std::fmt::Write;

use divan::Bencher;
use divan::counter::ItemsCount;

use super::common::{Description, build, connected, point_cells};

const CELLS: u32 = 10_000;
const INPUTS: u32 = 100;

#[divan::bench(args = ["indegree", "probability", "all_to_all", "map", "table", "random", "distance"], sample_count = 10, sample_size = 1)]
fn load(bencher: Bencher, what: &str) {
    let description = description(what);
    let count = connections(&description);
    bencher.counter(ItemsCount::new(count)).bench_local(|| description.load());
}

#[divan::bench(args = [(1, "indegree"), (2, "indegree"), (1, "random"), (2, "random")], sample_count = 10, sample_size = 1)]
fn build_threads(bencher: Bencher, (threads, what): (usize, &str)) {
    let model = description(what).load();
    let count = model.projections[0].connections.len();
    bencher.counter(ItemsCount::new(count)).bench_local(|| build(&model, threads));
}

fn connections(description: &Description) -> usize {
    description.load().projections[0].connections.len()
}

fn description(what: &str) -> Description {
    let indegree = format!("rule = \"indegree\"\nindegree = {INPUTS}");
    let connected = |rule: &str| connected(rule, "0.0001", "1");
    let entry = match what {
        "indegree" => connected(&indegree),
        "probability" => {
            let probability = f64::from(INPUTS) / f64::from(CELLS);
            connected(&format!("rule = \"probability\"\nprobability = {probability}"))
        }
        "all_to_all" => {
            let some = format!("[list.some]\ncount = {CELLS}\nwhere = \"index < 1000\"\n");
            some + &connected("rule = \"all_to_all\"\nfrom_cells = \"some\"\nto_cells = \"some\"")
        }
        "map" => connected(&format!(
            "rule = \"map\"\noutdegree = {INPUTS}\ntarget = \"fmod(source + 7 * number + 1, target_count)\""
        )),
        "table" => {
            let rows = "rule = \"table\"\ntable = \"pairs\"";
            "[table.pairs]\nfile = \"pairs.txt\"\n".to_string()
                + &super::common::connected(rows, "\"c2\"", "\"c3\"")
        }
        "random" => super::common::connected(&indegree, "\"uniform(0, 0.0001)\"", "\"normal(3, 0.2)\""),
        _ => {
            super::common::connected(&indegree, "0.0001", "\"1 + 5 * fabs(source - target) / source_count\"")
        }
    };
    let description = Description::new(&point_cells(CELLS, &entry));
    if what == "table" {
        let mut text = String::new();
        for row in 0..CELLS * INPUTS {
            let (source, target) =
                (row.wrapping_mul(2_654_435_761) % CELLS, row.wrapping_mul(40_503) % CELLS);
            let delay = 1.0 + f64::from(row % 4000) / 1000.0;
            writeln!(text, "{source} {target} 0.0000{:05} {delay:.6}", row % 100_000).expect("text grows");
        }
        description.add("pairs.txt", &text);
    }
    description
}
