//! Networks that several benches use.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use volley::diagnostic::Sources;
use volley::engine::Simulation;
use volley::network::{Model, Overrides, load};
use volley::partition::Plan;

/// A description in a folder of its own, which goes with it.
pub struct Description {
    folder: tempfile::TempDir,
}

impl Description {
    /// With that text.
    pub fn new(text: &str) -> Description {
        let description = Description { folder: tempfile::tempdir().expect("a folder for a description") };
        description.add("network.toml", text);
        description
    }

    /// Adds a file that it reads.
    pub fn add(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a file beside a description");
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("network.toml")
    }

    /// Reads it with everything that it names, and connects its cells.
    pub fn load(&self) -> Arc<Model> {
        load_file(&self.path())
    }
}

fn load_file(path: &Path) -> Arc<Model> {
    let mut sources = Sources::default();
    match load(path, &Overrides::default(), &mut sources) {
        Ok(loaded) => Arc::new(loaded.model),
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// A built network.
pub fn build(model: &Arc<Model>, threads: usize) -> Simulation {
    let plan = Plan::new(model, threads);
    Simulation::new(model.clone(), plan).expect("the network can be built")
}

/// `count` point cells with hh and an ExpSyn each, and `more`.
pub fn point_cells(count: u32, more: &str) -> String {
    format!(
        "[simulation]\ndt = 0.025\ntstop = 1\n[cell.ball.section.soma]\nL = 20\ndiam = 20\n[cell.ball.mechanism.hh]\n\
         [cell.ball.point.synapse]\nmechanism = \"ExpSyn\"\n[cell.ball.detector]\nthreshold = 0\n\
         [population.cells]\ncell = \"ball\"\ncount = {count}\n{more}"
    )
}

/// An entry that connects them to each other by `rule`, with these keys and values.
pub fn connected(rule: &str, weight: &str, delay: &str) -> String {
    format!(
        "[connection.all]\nfrom = \"cells\"\nto = \"cells.synapse\"\n{rule}\nweight = {weight}\ndelay = {delay}\n"
    )
}
