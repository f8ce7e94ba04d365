//! Bad sweep files, each with all its messages as a person sees them.

mod sweep_common;

use sweep_common::Place;

const GOOD: &str = r#"name = "good"
network = "net.toml"
repeats = 2

[measures]
n = "count(balls)"

[vary]
delay = [0.5, 1]
strength = { from = 0.01, to = 0.1, count = 3 }
"#;

/// What is said of the good file with other words at some places.
fn said(edits: &[(&str, &str)]) -> String {
    let mut text = GOOD.to_string();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let place = Place::new(&[("s.toml", &text)]);
    let (code, said) = place.run("sweep s.toml");
    assert_eq!(code, Some(2), "{said}");
    assert!(!place.path("good").exists(), "a folder is left");
    said
}

macro_rules! messages {
    ($($name:ident: $($from:literal => $to:literal),+;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), said(&[$(($from, $to)),+]));
        }
    )*};
}

messages! {
    unknown_parameter: "delay = " => "dellay = ";
    parameters_that_are_none: "delay = [0.5, 1]" => "dt = [0.025, 0.05]\nseed = [1, 2]\nvoltage = [1]";
    empty_list: "[0.5, 1]" => "[]";
    empty_range: "to = 0.1" => "to = 0.01";
    count_of_none: "count = 3" => "count = 0";
    count_of_one: "count = 3" => "count = 1";
    half_a_range: "from = 0.01, to = 0.1, count = 3" => "from = 0.01, cuont = 3";
    log_from_zero: "from = 0.01, to = 0.1, count = 3" => "from = 0, to = 0.1, count = 3, scale = \"log\"";
    scale_of_no_kind: "count = 3" => "count = 3, scale = \"cubic\"";
    zip_of_unequal_lengths: "delay = [0.5, 1]" => "both.zip = { delay = [0.5, 1, 2], cells = [1, 2] }";
    labels_that_do_not_fit: "delay = [0.5, 1]" => "both = { labels = [\"a\", \"a\"], zip = { delay = [0.5, 1, 2] } }";
    sample_of_no_kind: "delay = [0.5, 1]" => "box = { sample = \"sobel\", count = 3, in = { delay = { from = 1, to = 2 } } }";
    half_a_sample: "delay = [0.5, 1]" => "box = { in = { delay = { from = 1, to = 2, count = 3 } } }";
    two_axes: "delay = [0.5, 1]" => "delay = [0.5, 1]\nboth.zip = { delay = [1, 2], cells = [1, 2] }";
    set_and_varied: "[vary]" => "[set]\ndelay = 2\n\n[vary]";
    unknown_keys: "repeats = 2" => "repeat = 2\n\n[simulation]\ndtt = 0.1";
    unknown_measure: "count(balls)" => "cuont(balls)";
    unknown_population: "count(balls)" => "count(bals)";
    measure_with_a_parameters_name: "n = " => "delay = ";
    values_of_another_kind: "delay = [0.5, 1]" => "delay = [0.5, \"two\"]\nnoisy = [1, 0]\npattern = [1, 2]";
    one_value: "[0.5, 1]" => "0.5";
    the_same_value_twice: "[0.5, 1]" => "[0.5, 1, 0.5]";
    far_too_many: "delay = [0.5, 1]" => "delay = { from = 0.5, to = 5, count = 1000000 }", "count = 3" => "count = 1000000";
    no_network: "network = \"net.toml\"" => "";
    network_that_is_not_there: "net.toml" => "nets.toml";
    name_that_cannot_be: "\"good\"" => "\"../good\"";
    keep_what_cannot_be: "repeats = 2" => "repeats = 2\nkeep = [\"voltages\"]";
    bad_numbers: "repeats = 2" => "repeats = 0\nseed = -1\n\n[simulation]\ndt = 0\ntstop = \"long\"";
    unit_of_what_is_not_varied: "[measures]" => "[units]\ndely = \"ms\"\nnoise = 3\n\n[measures]";
    not_toml: "delay = [0.5, 1]" => "delay = [0.5, 1";
    many_at_once: "delay" => "dely", "count = 3" => "count = 0", "repeats" => "repeat", "count(balls)" => "count(gamma)";
}

#[test]
fn a_network_that_is_wrong_itself() {
    let place = Place::new(&[("s.toml", GOOD)]);
    place.write("net.toml", &place.text("net.toml").replace("mechanism.hh", "mechanism.hhh"));
    let (code, said) = place.run("sweep s.toml");
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(said);
}

#[test]
fn a_sweep_file_that_is_not_there() {
    let place = Place::new(&[]);
    let (code, said) = place.run("sweep s.toml");
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(said);
}

#[test]
fn words_of_the_command_line() {
    let place = Place::new(&[("s.toml", GOOD)]);
    for bad in ["--shard 0/3", "--shard 4/3", "--shard 1", "--jobs 0", ""] {
        let words = format!("sweep s.toml {bad}");
        let words = if bad.is_empty() { "sweep" } else { &words };
        let (code, said) = place.run(words);
        assert_eq!(code, Some(2), "{words}: {said}");
    }
}

#[test]
fn folders_that_cannot_be_used() {
    let place = Place::new(&[("s.toml", GOOD)]);
    place.succeeds("sweep s.toml");
    let mut all = place.run("sweep s.toml").1;
    place.write("s.toml", &GOOD.replace("[0.5, 1]", "[0.5, 2]").replace("repeats = 2", "repeats = 3"));
    all += &place.run("sweep s.toml --resume").1;
    all += &place.run("sweep merge good").1;
    place.write("good/plan.json", "{}");
    all += &place.run("sweep s.toml --resume").1;
    insta::assert_snapshot!(all);
}
