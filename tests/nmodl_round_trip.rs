//! Parse, print, parse is the identity, on every .mod file of the project.
//!
//! Folders of other people's files are tried by hand:
//!
//! ```sh
//! NMODL_FOLDERS=channels:synapses cargo test --test nmodl_round_trip -- --nocapture
//! ```

use std::path::{Path, PathBuf};

use volley::diagnostic::Sources;
use volley::mechanism::text;
use volley::nmodl::ast::Module;
use volley::nmodl::{parse_with_includes, print};

/// All .mod files below a folder, sorted.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() && !entry.is_symlink() {
            files(&entry, found);
        } else if entry.extension().is_some_and(|e| e.eq_ignore_ascii_case("mod")) {
            found.push(entry);
        }
    }
}

/// A tree as text, without the places.
fn shape(module: &Module) -> String {
    let text = format!("{module:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("span: Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    out + rest
}

fn parsed(file: &Path, text: String) -> Result<Module, String> {
    let mut sources = Sources::default();
    let id = sources.add(file.display().to_string(), text);
    let mut load = text::includes(&file.display().to_string(), &[]);
    parse_with_includes(&mut sources, id, &mut load).map_err(|said| said.render(&sources, false))
}

/// What happened to a file: it came back as it was, it is not NMODL, or it came back as something else.
enum Outcome {
    Same,
    Refused(String),
    Changed(String),
}

fn round_trip(file: &Path) -> Outcome {
    let first = match text::read(file).map_err(|e| e.to_string()).and_then(|text| parsed(file, text)) {
        Ok(first) => first,
        Err(said) => return Outcome::Refused(said),
    };
    let printed = print(&first);
    match parsed(file, printed.clone()) {
        Err(said) => Outcome::Changed(format!("its print is refused:\n{said}")),
        Ok(second) if shape(&second) != shape(&first) => Outcome::Changed("another tree".into()),
        Ok(second) if print(&second) != printed => Outcome::Changed("another print".into()),
        Ok(_) => Outcome::Same,
    }
}

#[test]
fn every_file_of_the_project_comes_back_as_it_was() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in ["tests", "networks", "src/mechanism/catalogue"] {
        let before = all.len();
        files(&root.join(folder), &mut all);
        assert!(all.len() > before, "no .mod file in {folder}");
    }
    for file in all {
        match round_trip(&file) {
            Outcome::Same => {}
            Outcome::Refused(said) => panic!("{}: {said}", file.display()),
            Outcome::Changed(how) => panic!("{}: {how}", file.display()),
        }
    }
}

#[test]
fn every_file_of_chosen_folders_comes_back_as_it_was() {
    let Ok(folders) = std::env::var("NMODL_FOLDERS") else { return };
    let mut all = Vec::new();
    for folder in folders.split(':') {
        files(Path::new(folder), &mut all);
    }
    let (mut same, mut refused, mut changed) = (0, 0, 0);
    for file in &all {
        match round_trip(file) {
            Outcome::Same => same += 1,
            Outcome::Refused(said) => {
                refused += 1;
                println!("{} is refused: {}", file.display(), said.lines().next().unwrap_or(""));
            }
            Outcome::Changed(how) => {
                changed += 1;
                println!("{}: {how}", file.display());
            }
        }
    }
    println!("{} files: {same} come back as they were, {refused} are refused, {changed} change", all.len());
    assert_eq!(changed, 0);
}
