//! Bad input of every kind, given to the real command: what it says, word for word, and what it leaves alone.
//!
//! Every case breaks one thing in the good network of `good/` and runs it in a folder of its own, beside the finished
//! results of an earlier run. The snapshots hold the status and the whole message. Beside that, every case asserts that the
//! command ended by itself in time, did not panic, printed no result, and changed no file.
#![cfg(unix)]

mod delays;
mod descriptions;
mod mechanisms;
mod morphologies;
mod mutations;
mod newcomers;
mod options;
mod tables;
mod work;

use work::Work;

/// One thing that is wrong.
pub struct Case {
    title: &'static str,
    edits: Vec<(&'static str, String)>,
    files: Vec<(&'static str, Vec<u8>)>,
    words: String,
    status: i32,
}

/// A case in which nothing is wrong yet.
pub fn case(title: &'static str) -> Case {
    let words = "run network.toml --out results".to_owned();
    Case { title, edits: Vec::new(), files: Vec::new(), words, status: 2 }
}

impl Case {
    /// Replaces a piece of the good network.
    pub fn edit(mut self, old: &'static str, new: impl Into<String>) -> Case {
        self.edits.push((old, new.into()));
        self
    }

    /// Puts this at the end of the good network.
    pub fn more(self, text: &'static str) -> Case {
        self.edit("", text)
    }

    /// Another text for a file, or another file.
    pub fn file(mut self, name: &'static str, text: impl Into<Vec<u8>>) -> Case {
        self.files.push((name, text.into()));
        self
    }

    /// Nothing that stops a run: it is checked, and may be warned of.
    pub fn fine(mut self) -> Case {
        self.words = "check network.toml".to_owned();
        self.status = 0;
        self
    }

    /// What is typed after `volley`.
    pub fn words(mut self, words: impl Into<String>) -> Case {
        self.words = words.into();
        self
    }

    /// Runs it; its title, command line, message and status, and what is wrong beside the message.
    fn answer(&self) -> (String, Vec<String>) {
        let work = Work::new();
        let mut text = work.text("network.toml");
        for (old, new) in &self.edits {
            assert!(text.contains(old), "{}: `{old}` is not in the good network", self.title);
            text = if old.is_empty() { text + new } else { text.replacen(old, new, 1) };
        }
        work.write("network.toml", text.as_bytes());
        for (name, text) in &self.files {
            work.write(name, text);
        }
        let before = work.all_files();
        let answer = work.volley(&self.words);
        let after = work.all_files();

        let mut faults = Vec::new();
        let mut fault = |there: bool, text: String| {
            if there {
                faults.push(format!("{}: {text}", self.title));
            }
        };
        let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
        fault(answer.status != Some(self.status), format!("status {:?}", answer.status));
        fault(!answer.ended, "did not end".to_owned());
        fault(self.status != 0 && !answer.out.is_empty(), "something was printed as a result".to_owned());
        fault(answer.err.contains("Sorry"), "a panic".to_owned());
        fault(answer.err.len() > 6000, format!("a message of {} bytes", answer.err.len()));
        fault(names(&before) != names(&after), "files came or went".to_owned());
        fault(before != after, "a file was changed".to_owned());
        let said = answer.err.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        let words = format!("$ volley {}", self.words);
        let text = format!(
            "=== {}\n{}\n{}\n(status {})\n",
            self.title,
            words.trim_end(),
            said.trim_end(),
            self.status
        );
        (text, faults)
    }
}

/// Compares the answers of many cases with a snapshot.
pub fn check(name: &str, cases: &[Case]) {
    let (answers, faults): (Vec<String>, Vec<Vec<String>>) = cases.iter().map(Case::answer).unzip();
    let faults = faults.concat();
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, answers.join("\n")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
