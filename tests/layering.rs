//! Holds the modules to the layers of docs/architecture.md: a module imports only from modules below it.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. Modules of one row may not import each other either.
const LAYERS: &[&[&str]] = &[
    &["diagnostic", "random", "units"],
    &["nmodl"],
    &["ir"],
    &["kernel"],
    &["mechanism"],
    &["morphology"],
    &["network"],
    &["solver"],
    &["partition"],
    &["engine"],
    &["record"],
    &["analysis"],
    &["sweep"],
    &["plot"],
    &["cli"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The modules of this crate that a source text names: `crate::name`, also in `use crate::{a, b}`.
fn imported(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let code: String =
        text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut first = true;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => first = true,
                    c if c.is_alphanumeric() || c == '_' => {
                        if first && depth == 0 {
                            word.push(c);
                        }
                        continue;
                    }
                    _ => {}
                }
                if !word.is_empty() {
                    names.push(std::mem::take(&mut word));
                    first = c == ',';
                }
            }
            if !word.is_empty() {
                names.push(word);
            }
        } else {
            names.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names
}

#[test]
fn modules_import_only_from_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut breaches = Vec::new();
    let mut imports = 0;
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if module == "lib" || module == "main" {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("`{module}` has no layer: add it to this test"));
        for name in imported(&fs::read_to_string(&file).unwrap()) {
            if name == module || name.is_empty() {
                continue;
            }
            imports += 1;
            match layer(&name) {
                Some(other) if other < own => {}
                _ => breaches.push(format!("{} imports `{name}`", relative.display())),
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    assert!(imports > 20, "the test sees too few imports ({imports}) to mean anything");
}

#[test]
fn the_reader_of_imports_sees_groups() {
    let text = "use crate::{ir, kernel::{Level, Program}, units};\nlet x = crate::random::Stream::new();";
    assert_eq!(imported(text), vec!["ir", "kernel", "units", "random"]);
}
