//! A folder to work in: the good network, its finished results, and the command.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A hang is an end that does not come in this time; the slowest case needs a fraction of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The folder; it goes away with this.
pub struct Work {
    folder: tempfile::TempDir,
}

/// How the command ended.
pub struct Answer {
    /// `None`: a signal ended it.
    pub status: Option<i32>,
    /// It ended by itself, in time.
    pub ended: bool,
    pub out: String,
    pub err: String,
}

impl Work {
    /// The good network with the results of a run in `results`.
    pub fn new() -> Work {
        static RESULTS: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
        let work = Work::bare();
        let results = RESULTS.get_or_init(|| {
            let work = Work::bare();
            let answer = work.volley("run network.toml --out results --quiet");
            assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
            work.all_files().into_iter().filter(|(name, _)| name.starts_with("results/")).collect()
        });
        assert_eq!(results.len(), 3);
        for (name, bytes) in results {
            work.write(name, bytes);
        }
        work
    }

    fn bare() -> Work {
        let folder = tempfile::tempdir().unwrap();
        let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/failures/good");
        for entry in fs::read_dir(good).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        Work { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Every file's name, relative to the folder, and bytes.
    pub fn all_files(&self) -> Vec<(String, Vec<u8>)> {
        fn walk(folder: &Path, root: &Path, files: &mut Vec<(String, Vec<u8>)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, files);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    files.push((name, fs::read(&path).unwrap()));
                }
            }
        }
        let mut files = Vec::new();
        walk(self.folder.path(), self.folder.path(), &mut files);
        files.sort();
        files
    }

    /// Runs the command in the folder; words are separated by blanks.
    pub fn volley(&self, words: &str) -> Answer {
        volley_in(self.folder.path(), words)
    }
}

/// Runs the command in a folder and waits for its end.
pub fn volley_in(folder: &Path, words: &str) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_volley"))
        .args(words.split_whitespace())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, err) = (reader(child.stdout.take().unwrap()), reader(child.stderr.take().unwrap()));
    let (status, ended) = end(&mut child);
    Answer { status, ended, out: out.join().unwrap(), err: err.join().unwrap() }
}

fn reader(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

fn end(child: &mut Child) -> (Option<i32>, bool) {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), true);
        }
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            return (child.wait().unwrap().code(), false);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}
