//! The network as published has delays of 0: what is said of it, and that the remedies do what they promise.

use std::fs;
use std::path::Path;

use volley::record::{SpikeTrain, read_spikes};

use crate::work::volley_in;

/// A copy of the network's folder.
fn hopfield_brody() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let networks = Path::new(env!("CARGO_MANIFEST_DIR")).join("networks/hopfield-brody");
    for entry in fs::read_dir(networks).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

fn spikes(folder: &Path, name: &str) -> Vec<SpikeTrain> {
    read_spikes(&folder.join(name).join("spikes.h5")).unwrap().trains
}

/// The command lines in a message, as printed between backticks.
fn commands(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.strip_prefix("volley ")).collect()
}

#[test]
fn as_published_is_refused_and_both_remedies_work() {
    let folder = hopfield_brody();
    let folder = folder.path();
    let refused = volley_in(folder, "run as-published.toml");
    assert_eq!((refused.status, refused.out.as_str()), (Some(2), ""));
    assert!(!folder.join("hopfield-brody-as-published").exists());
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("as_published", refused.err.trim_end()));

    // The groups that are named make up all that there is.
    let counts = refused.err.lines().filter(|line| line.contains(" -> "));
    let counts = counts.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|w| w.starts_with("connections")).unwrap();
        words[at - 1].parse::<u32>().unwrap()
    });
    assert_eq!(counts.sum::<u32>(), 4000);

    let typed = commands(&refused.err);
    assert_eq!(typed.len(), 3, "{typed:?}");
    assert_eq!(volley_in(folder, "run after.toml --quiet").status, Some(0));
    let wanted = spikes(folder, "hopfield-brody-after");
    let named = |name: &str| wanted.iter().find(|t| t.population == name).unwrap().times.len();
    assert_eq!((named("alpha"), named("beta"), named("gamma")), (4494, 4497, 7));
    for words in &typed {
        let answer = volley_in(folder, words);
        assert_eq!(answer.status, Some(0), "volley {words}: {}{}", answer.out, answer.err);
        // The rewritten copy keeps the network's name, so both remedies write into the same folder.
        if words.starts_with("run") {
            assert!(spikes(folder, "hopfield-brody-as-published") == wanted, "`{words}` differs");
            fs::remove_dir_all(folder.join("hopfield-brody-as-published")).unwrap();
        }
    }
}
