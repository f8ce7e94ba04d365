//! Delays under the time step: the message, and both remedies.

use std::path::{Path, PathBuf};

use volley::diagnostic::Sources;
use volley::network::{Loaded, Overrides, load, reset_delays};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("networks/hopfield-brody")
}

fn loaded(path: &Path, overrides: &Overrides) -> Result<Loaded, String> {
    let mut sources = Sources::default();
    load(path, overrides, &mut sources).map_err(|problems| problems.render(&sources, false))
}

/// A network of two point cells and a few connections, with `connections` added.
fn small(connections: &str) -> String {
    format!(
        r#"# A small network.
[parameters]
d = 0       # ms, everywhere
e = 0.01    # ms, also a time

[simulation]
dt = 0.05
tstop = 10

[population.a]
mechanism = "IntFire1"
count = 3

[population.b]
mechanism = "NetStim"
values.start = "100 * e"

{connections}"#
    )
}

fn reset(text: &str, files: &[(&str, &str)], to: f64) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    let path = folder.path().join("network.toml");
    std::fs::write(&path, text).unwrap();
    let mut sources = Sources::default();
    let reset = match reset_delays(&path, to, &mut sources) {
        Ok(reset) => reset,
        Err(problems) => {
            return (
                problems.render(&sources, false).replace(&*folder.path().to_string_lossy(), ""),
                String::new(),
            );
        }
    };
    let overrides = Overrides { reset_zero_delays: Some(to), ..Overrides::default() };
    let expected = loaded(&path, &overrides).unwrap();
    std::fs::write(&path, &reset.text).unwrap();
    let found = loaded(&path, &Overrides::default()).unwrap();
    for (found, expected) in found.model.projections.iter().zip(&expected.model.projections) {
        assert_eq!(found.connections, expected.connections, "both remedies give the same");
    }
    let again = reset_delays(&path, to, &mut sources).unwrap();
    assert_eq!(again.changes, [], "nothing is left to reset");
    let changes = reset
        .changes
        .iter()
        .map(|c| {
            let before = c.before.as_deref().unwrap_or("(nothing)");
            format!("{}: {before} -> {} ({} connections)\n", c.key, c.after, c.connections)
        })
        .collect();
    (reset.text, changes)
}

#[test]
fn as_published_is_refused_with_every_group_named() {
    let path = folder().join("as-published.toml");
    let said = loaded(&path, &Overrides::default()).unwrap_err();
    let said = said.replace(&folder().display().to_string(), "networks/hopfield-brody");
    insta::assert_snapshot!("as_published", said);
}

#[test]
fn as_published_is_mended_in_one_line() {
    let mut sources = Sources::default();
    let reset = reset_delays(&folder().join("as-published.toml"), 0.5, &mut sources).unwrap();
    assert_eq!(reset.changes.len(), 1);
    assert_eq!(reset.changes[0].key, "parameters.delay");
    assert_eq!(reset.changes[0].before.as_deref(), Some("0"));
    assert_eq!(reset.changes[0].connections, 4000);
    let old = std::fs::read_to_string(folder().join("as-published.toml")).unwrap();
    assert_eq!(reset.text, old.replace("delay = 0  ", "delay = 0.5  "));
}

#[test]
fn only_short_delays_are_named_and_reset() {
    let said = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("network.toml");
        std::fs::write(&path, text).unwrap();
        loaded(&path, &Overrides::default()).unwrap_err().replace(&*folder.path().to_string_lossy(), "")
    };
    let some = small(
        r#"[connection.near]
from = "a"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = "0.04 * (1 + target)"

[connection.far]
from = "b"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = 2
"#,
    );
    insta::assert_snapshot!("some_short", said(&some));
}

#[test]
fn a_literal_a_parameter_and_an_expression() {
    let text = small(
        r#"[connection.literal]   # kept as it is
from = "b"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = 0.01   # too short

[connection.parameter]
from = "a"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = "d"

[connection.shared]
from = "a"
to = "a"
rule = "one_to_one"
weight = 0.1
delay = "e"

[connection.expression]
from = "a"
to = "a"
rule = "all_to_all"
self = false
weight = 0.1
delay = "0.04 * (1 + target)"

[connection.random]
from = "a"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = "uniform(0, 0.2)"

[connection.good]
from = "a"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = 1
"#,
    );
    let (text, changes) = reset(&text, &[], 0.5);
    insta::assert_snapshot!("reset_changes", changes);
    insta::assert_snapshot!("reset_text", text);
}

#[test]
fn what_comes_from_another_file_is_overridden_here() {
    let base = small(
        r#"[connection.literal]
from = "b"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = 0

[connection.parameter]
from = "a"
to = "a"
rule = "all_to_all"
weight = 0.1
delay = "d"
"#,
    );
    let text = "extends = \"base.toml\"\n\n[parameters]  # mine\ne = 0.02\n";
    let (text, changes) = reset(text, &[("base.toml", &base)], 0.5);
    insta::assert_snapshot!("reset_extends", format!("{changes}\n{text}"));
}

#[test]
fn a_delay_of_one_step_is_long_enough() {
    let text = |delay: f64| {
        small(&format!(
            "[connection.c]\nfrom = \"b\"\nto = \"a\"\nrule = \"all_to_all\"\nweight = 0.1\ndelay = {delay}\n"
        ))
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.toml");
    for (delay, dt, good) in [(0.05, 0.05, true), (0.049, 0.05, false), (0.3, 0.1 + 0.2, true)] {
        std::fs::write(&path, text(delay)).unwrap();
        let overrides = Overrides { dt: Some(dt), ..Overrides::default() };
        assert_eq!(loaded(&path, &overrides).is_ok(), good, "{delay} {dt}");
    }
}

#[test]
fn a_reset_below_the_time_step_is_refused() {
    let text =
        small("[connection.c]\nfrom = \"b\"\nto = \"a\"\nrule = \"all_to_all\"\nweight = 0.1\ndelay = 0\n");
    let (said, _) = reset(&text, &[], 0.01);
    assert!(said.contains("delays cannot be reset to 0.01 ms"), "{said}");
}
