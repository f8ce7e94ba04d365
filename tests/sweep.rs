//! Sweeps as a process: plans, tables, failed runs, shards, and folders that hold something already. (Kills and Ctrl-C are in sweep_kill.rs, bad files
//! in sweep_messages.rs.)
#![cfg(unix)]

mod sweep_common;

use std::fs;

use sweep_common::{Place, rows};

const SWEEP: &str = r#"
network = "net.toml"
repeats = 2
keep = ["spikes"]
[measures]
n = "count(balls)"
hz = "rate(balls)"
[vary]
strength = { from = 0.01, to = 0.1, count = 2, scale = "log" }
pattern = ["a.txt", "b.txt"]
[vary.box]
sample = "sobol"
count = 2
in = { delay = { from = 0.5, to = 4.5 } }
"#;

#[test]
fn the_table_has_every_run_in_order() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    place.succeeds("sweep s.toml");
    let table = rows(&place.text("s/runs.csv"));
    assert_eq!(
        table[0],
        ["run", "seed", "strength", "pattern", "delay", "status", "reason", "n", "hz", "wall_time_s"]
    );
    let parameters: Vec<String> = table[1..].iter().map(|row| row[..7].join(" ")).collect();
    assert_eq!(
        parameters,
        [
            "0 1 0.01 a.txt 0.5 complete ",
            "1 2 0.01 a.txt 0.5 complete ",
            "2 1 0.01 a.txt 2.5 complete ",
            "3 2 0.01 a.txt 2.5 complete ",
            "4 1 0.01 b.txt 0.5 complete ",
            "5 2 0.01 b.txt 0.5 complete ",
            "6 1 0.01 b.txt 2.5 complete ",
            "7 2 0.01 b.txt 2.5 complete ",
            "8 1 0.1 a.txt 0.5 complete ",
            "9 2 0.1 a.txt 0.5 complete ",
            "10 1 0.1 a.txt 2.5 complete ",
            "11 2 0.1 a.txt 2.5 complete ",
            "12 1 0.1 b.txt 0.5 complete ",
            "13 2 0.1 b.txt 0.5 complete ",
            "14 1 0.1 b.txt 2.5 complete ",
            "15 2 0.1 b.txt 2.5 complete ",
        ]
    );
    let text = place.text("s/sweep.json");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (json["runs"].as_u64(), json["complete"].as_u64(), json["failed"].as_u64()),
        (Some(16), Some(16), Some(0))
    );
    let kinds: Vec<&str> =
        json["parameters"].as_array().unwrap().iter().map(|p| p["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["log", "list", "sobol"]);
}

/// What a run of a sweep gives is what `volley run` gives with the same parameters.
#[test]
fn a_run_of_a_sweep_is_the_run_itself() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    place.succeeds("sweep s.toml --jobs 2");
    let set = "--set strength=0.1 --set pattern=b.txt --set delay=2.5 --seed 2";
    place.succeeds(&format!("run net.toml --quiet --out one {set}"));
    let alone = volley::record::read_spikes(&place.path("one/spikes.h5")).unwrap();
    let file = hdf5::File::open(place.path("s/spikes.h5")).unwrap();
    assert_eq!(file.member_names().unwrap().len(), 16);
    let group = file.group("run_000015").unwrap();
    for train in &alone.trains {
        let group = group.group("spikes").unwrap().group(&train.population).unwrap();
        assert_eq!(group.dataset("timestamps").unwrap().read_raw::<f64>().unwrap(), train.times);
        assert_eq!(group.dataset("node_ids").unwrap().read_raw::<u64>().unwrap(), train.ids);
    }
    assert_eq!(group.attr("delay").unwrap().read_scalar::<f64>().unwrap(), 2.5);
    let balls = alone.trains.iter().find(|t| t.population == "balls").unwrap().times.len();
    assert!(balls > 2, "{balls} spikes say little");
    let table = rows(&place.text("s/runs.csv"));
    assert_eq!(table[16][7], balls.to_string());
    // HDF5 holds the same table.
    let runs = hdf5::File::open(place.path("s/runs.h5")).unwrap().group("runs").unwrap();
    let hz = runs.dataset("hz").unwrap();
    let units: hdf5::types::VarLenUnicode = hz.attr("units").unwrap().read_scalar().unwrap();
    assert_eq!(units.as_str(), "Hz");
    let hz: Vec<String> = hz.read_raw::<f64>().unwrap().into_iter().map(volley::sweep::shortest).collect();
    assert_eq!(hz, table[1..].iter().map(|row| row[8].clone()).collect::<Vec<_>>());
    let patterns = runs.dataset("pattern").unwrap().read_raw::<hdf5::types::VarLenUnicode>().unwrap();
    assert_eq!(patterns[4].as_str(), "b.txt");
}

#[test]
fn any_number_of_jobs_gives_the_same_table() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    for jobs in [1, 2, 5] {
        place.succeeds(&format!("sweep s.toml --jobs {jobs} --out jobs{jobs}"));
    }
    let spikes = place.bytes("jobs1/spikes.h5");
    for jobs in [2, 5] {
        assert_eq!(place.table(&format!("jobs{jobs}")), place.table("jobs1"));
        assert!(place.bytes(&format!("jobs{jobs}/spikes.h5")) == spikes, "{jobs} jobs");
    }
}

/// With more threads than runs a run may get several; the network costs enough for that.
#[test]
fn threads_within_a_run_change_nothing() {
    let sweep = "network = \"net.toml\"\nmeasures = [\"count(balls)\"]\nkeep = [\"spikes\"]\n\
                 [simulation]\ntstop = 600\n[set]\ncells = 400\n[vary]\ndelay = [0.5, 2]\n";
    let place = Place::new(&[("s.toml", sweep)]);
    place.succeeds("sweep s.toml --jobs 1 --out one");
    place.succeeds("sweep s.toml --jobs 5 --out five");
    assert_eq!(place.table("five"), place.table("one"));
    assert!(place.bytes("five/spikes.h5") == place.bytes("one/spikes.h5"));
}

#[test]
fn a_run_that_fails_is_a_row_and_the_others_go_on() {
    let sweep = "network = \"net.toml\"\n[measures]\nn = \"count(balls)\"\n[vary]\n\
                 strength = [0.01, 1e308, 0.1]\ndelay = [1, 0.001]\n";
    let place = Place::new(&[("s.toml", sweep)]);
    let (code, said) = place.run("sweep s.toml");
    assert_eq!(code, Some(3), "{said}");
    insta::assert_snapshot!("failed_runs", &said[said.find("error[").unwrap()..]);
    let table = rows(&place.text("s/runs.csv"));
    let status: Vec<&str> = table[1..].iter().map(|row| row[4].as_str()).collect();
    assert_eq!(status, ["complete", "failed", "failed", "failed", "complete", "failed"]);
    for row in &table[1..] {
        assert_eq!(row[4] == "complete", row[5].is_empty() && row[6].parse::<f64>().is_ok(), "{row:?}");
    }
    assert!(table[3][5].contains("no longer a finite number"), "{:?}", table[3]);
    assert!(table[2][5].contains("delay"), "{:?}", table[2]);
    // A table that somebody removed is written again.
    fs::remove_file(place.path("s/runs.h5")).unwrap();
    assert_eq!(place.run("sweep s.toml --resume").0, Some(3));
    assert!(place.path("s/runs.h5").exists());
    // Going on does not try failed runs again.
    let before = place.text("s/runs.csv");
    assert_eq!(place.run("sweep s.toml --resume").0, Some(3));
    assert_eq!(place.text("s/runs.csv"), before);
}

#[test]
fn damaged_spikes_of_a_run_are_computed_again() {
    let sweep = "network = \"net.toml\"\nmeasures = [\"count(balls)\"]\nkeep = [\"spikes\"]\n\
                 [vary]\nstrength = [0.01, 0.1]\n";
    let place = Place::new(&[("s.toml", sweep)]);
    place.succeeds("sweep s.toml");
    let (table, spikes) = (place.table("s"), place.bytes("s/spikes.h5"));
    // As a power cut can leave it: the runs are in the journal, and the file of one of them is empty.
    for name in ["runs.csv", "runs.h5", "sweep.json", "spikes.h5"] {
        fs::remove_file(place.path(&format!("s/{name}"))).unwrap();
    }
    fs::create_dir(place.path("s/kept")).unwrap();
    fs::write(place.path("s/kept/run_000001.h5"), "").unwrap();
    place.succeeds("sweep s.toml --resume");
    assert_eq!(place.table("s"), table);
    assert!(place.bytes("s/spikes.h5") == spikes);
}

#[test]
fn a_run_does_not_write_into_the_folder_of_a_sweep() {
    let sweep = "network = \"net.toml\"\nmeasures = [\"count(balls)\"]\nkeep = [\"spikes\"]\n";
    let place = Place::new(&[("s.toml", sweep)]);
    place.succeeds("sweep s.toml");
    let spikes = place.bytes("s/spikes.h5");
    let (code, said) = place.run("run net.toml --out s");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("holds the results of a sweep"), "{said}");
    assert!(place.bytes("s/spikes.h5") == spikes);
}

#[test]
fn points_of_an_axis_may_have_names() {
    let sweep = "network = \"net.toml\"\nmeasures = [\"count(balls)\"]\n[vary.condition]\n\
                 labels = [\"weak\", \"strong, late\"]\nzip = { strength = [0.01, 0.1], delay = [1, 2] }\n";
    let place = Place::new(&[("s.toml", sweep)]);
    place.succeeds("sweep s.toml");
    let table = rows(&place.text("s/runs.csv"));
    assert_eq!(table[0][..6], ["run", "seed", "condition", "strength", "delay", "status"]);
    assert_eq!(table[2][..6], ["1", "1", "strong, late", "0.1", "2", "complete"]);
    let json: serde_json::Value = serde_json::from_str(&place.text("s/sweep.json")).unwrap();
    let expected = serde_json::json!([{
        "name": "condition", "kind": "zip", "labels": ["weak", "strong, late"],
        "zip": { "strength": [0.01, 0.1], "delay": [1.0, 2.0] }, "axis": "condition"
    }]);
    assert_eq!(json["parameters"], expected);
    // The labels are read back, and joined.
    place.succeeds("sweep s.toml --resume");
    place.succeeds("sweep s.toml --shard 1/2 --out t");
    place.succeeds("sweep s.toml --shard 2/2 --out t");
    place.succeeds("sweep merge t");
    assert_eq!(place.table("t"), place.table("s"));
}

#[test]
fn shards_join_to_the_whole() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    place.succeeds("sweep s.toml --out whole");
    place.succeeds("sweep s.toml --shard 3/3");
    let (code, said) = place.run("sweep merge s");
    assert_eq!(code, Some(2));
    assert!(said.contains("shard 1/3 is not there, shard 2/3 is not there"), "{said}");
    place.succeeds("sweep s.toml --shard 1/3");
    place.succeeds("sweep s.toml --shard 2/3 --out elsewhere");
    let (code, said) = place.run("sweep merge s elsewhere");
    assert_eq!(code, Some(2));
    assert!(said.contains("--out DIR"), "{said}");
    place.succeeds("sweep merge s elsewhere --out s");
    assert_eq!(place.table("s"), place.table("whole"));
    for name in ["spikes.h5", "sweep.json"] {
        assert!(place.bytes(&format!("s/{name}")) == place.bytes(&format!("whole/{name}")), "{name}");
    }
    // Once more is no harm, and changes nothing.
    place.succeeds("sweep merge s elsewhere --out s");
    assert_eq!(place.table("s"), place.table("whole"));
    // A shard of another sweep, and one that is there twice.
    place.succeeds("sweep s.toml --shard 2/3 --out again");
    let (code, said) = place.run("sweep merge s elsewhere again --out other");
    assert_eq!((code, said.contains("shard 2/3 is there twice")), (Some(2), true), "{said}");
    place.write("t.toml", &SWEEP.replace("repeats = 2", "repeats = 1"));
    place.succeeds("sweep t.toml --shard 2/3");
    let (code, said) = place.run("sweep merge s t --out other");
    assert_eq!((code, said.contains("`repeats` was")), (Some(2), true), "{said}");
    assert!(!place.path("other").exists());
}

#[test]
fn what_is_there_is_not_overwritten() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    place.succeeds("sweep s.toml");
    let before = place.bytes("s/runs.csv");
    let (code, said) = place.run("sweep s.toml");
    assert_eq!((code, said.contains("holds the results of a sweep, all 16 runs")), (Some(2), true), "{said}");
    place.succeeds("run net.toml --quiet --out single");
    let (code, said) = place.run("sweep s.toml --out single");
    assert_eq!((code, said.contains("there is `spikes.h5` in it")), (Some(2), true), "{said}");
    let (code, said) = place.run("sweep s.toml --out net.toml");
    assert_eq!((code, said.contains("is a file")), (Some(2), true), "{said}");
    assert!(place.bytes("s/runs.csv") == before);
    assert!(!place.path("single/plan.json").exists());
}

#[test]
fn a_changed_plan_is_not_gone_on_with() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    place.succeeds("sweep s.toml");
    let refused = |what: &str| {
        let (code, said) = place.run("sweep s.toml --resume");
        assert_eq!((code, said.contains(what)), (Some(2), true), "{what}: {said}");
    };
    for (from, to, what) in [
        ("to = 0.1", "to = 0.2", "the axis `strength` has changed"),
        ("[\"a.txt\", \"b.txt\"]", "[\"b.txt\", \"a.txt\"]", "the axis `pattern` has changed"),
        ("[vary.box]", "[vary.hyperbox]", "the axis `hyperbox` is new"),
        ("repeats = 2", "repeats = 3", "`repeats` was 2 and is 3"),
        ("repeats = 2", "repeats = 2\nseed = 8", "`seed` was 1 and is 8"),
        ("count(balls)", "count(drive)", "the measures have changed"),
        ("keep = [\"spikes\"]", "", "`keep` has changed"),
        ("[measures]", "[simulation]\ntstop = 7\n[measures]", "`tstop` of `[simulation]` is new"),
    ] {
        place.write("s.toml", &SWEEP.replace(from, to));
        refused(what);
    }
    // What changes no result may change.
    place.write("s.toml", &format!("# A comment.\n{SWEEP}"));
    place.succeeds("sweep s.toml --resume");
    place.write("b.txt", "0.2\n");
    refused("the file `b.txt` has changed");
    place.write("b.txt", sweep_common::B);
    place.succeeds("sweep s.toml --resume");
    let net = place.text("net.toml");
    place.write("net.toml", &net.replace("tau = 2", "tau = 3"));
    refused("the file `net.toml` has changed");
}

#[test]
fn one_at_a_time() {
    let place =
        Place::new(&[("s.toml", &SWEEP.replace("[measures]", "[simulation]\ntstop = 1e9\n[measures]"))]);
    let mut first = place.command("sweep s.toml").spawn().unwrap();
    let begun = std::time::Instant::now();
    while !place.path("s/plan.json").exists() {
        assert!(begun.elapsed().as_secs() < 60);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    for words in ["sweep s.toml", "sweep s.toml --resume"] {
        let (code, said) = place.run(words);
        assert_eq!((code, said.contains("is writing into `s`")), (Some(2), true), "{said}");
    }
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn paths_may_be_those_beside_the_sweep_file() {
    let sweep = "network = \"../net.toml\"\n[measures]\nn = \"count(balls)\"\n[vary]\npattern = [\"a.txt\", \"own.txt\"]\n";
    let place = Place::new(&[("experiments/s.toml", sweep), ("experiments/own.txt", "0.7\n")]);
    place.succeeds("sweep experiments/s.toml");
    fs::rename(place.path("s"), place.path("from_above")).unwrap();
    let out =
        place.command("sweep s.toml --out ../s").current_dir(place.path("experiments")).output().unwrap();
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(place.table("s"), place.table("from_above"));
    // The plan does not depend on the folder it was typed in.
    assert!(place.bytes("s/plan.json") == place.bytes("from_above/plan.json"));
}

#[test]
fn a_dry_run_tells_the_plan_and_writes_nothing() {
    let place = Place::new(&[("s.toml", SWEEP)]);
    let said = place.succeeds("sweep s.toml --dry-run --jobs 2");
    let hidden = |line: &&str| !line.starts_with("  time") && !line.starts_with("  memory");
    insta::assert_snapshot!("dry_run", said.lines().filter(hidden).collect::<Vec<_>>().join("\n"));
    assert!(!place.path("s").exists());
}
