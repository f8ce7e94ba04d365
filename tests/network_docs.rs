//! docs/description.md and the schema say what is true.

use std::path::Path;

use volley::diagnostic::Sources;
use volley::network::{Overrides, load, schema};

fn examples() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/description.md");
    let text = std::fs::read_to_string(path).unwrap();
    text.split("```toml\n")
        .skip(1)
        .filter_map(|part| part.split_once("```"))
        .map(|(block, _)| block.to_string())
        .collect()
}

/// The codes of the messages for a description with `text` in it.
fn codes(text: &str) -> (Vec<&'static str>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.toml");
    std::fs::write(&path, text).unwrap();
    std::fs::write(folder.path().join("network.toml"), "[parameters]\nwe = 1\n").unwrap();
    let mut sources = Sources::default();
    match load(&path, &Overrides::default(), &mut sources) {
        Ok(_) => (Vec::new(), String::new()),
        Err(problems) => (problems.iter().map(|p| p.code).collect(), problems.render(&sources, false)),
    }
}

#[test]
fn the_first_example_is_a_whole_network() {
    let (codes, said) = codes(&examples()[0]);
    assert!(codes.is_empty(), "{said}");
}

/// The others are parts: names in them may lead nowhere, but every key and type is right.
#[test]
fn every_example_has_the_right_keys_and_types() {
    let examples = examples();
    assert!(examples.len() > 15);
    for example in &examples {
        let (codes, said) = codes(example);
        for code in codes {
            let wrong = [
                "network/syntax",
                "network/unknown-key",
                "network/type",
                "network/choice",
                "network/missing",
            ];
            let tstop = code == "network/missing" && said.contains("how long to run");
            assert!(tstop || !wrong.contains(&code), "{example}\n{said}");
        }
    }
}

/// Every key of the schema is in the manual, and every key has a description for editors.
#[test]
fn the_manual_and_the_schema_know_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/description.md");
    let manual = std::fs::read_to_string(path).unwrap();
    let schema = schema();
    let mut keys = 0;
    let mut check = |owner: &str, object: &serde_json::Value| {
        for (key, value) in object["properties"].as_object().into_iter().flatten() {
            keys += 1;
            let words: Vec<&str> = manual.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            assert!(words.contains(&key.as_str()), "`{key}` of {owner} is not in the manual");
            assert!(value["description"].is_string(), "`{key}` of {owner} has no description");
        }
    };
    check("a description", &schema);
    for (name, object) in schema["$defs"].as_object().unwrap() {
        check(name, object);
    }
    assert!(keys > 80, "{keys}");
    assert!(!schema.to_string().contains("null"));
}
