//! The folder of a run: one run at a time, what an earlier one left, and the final names.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::read::state_of;
use super::spikes::{remove_if_there, sync};
use super::writer::Tally;
use super::{RecordError, Status, Summary};

/// Name of the lock file.
const LOCK: &str = ".volley.lock";

/// A folder that this run alone writes into, until it is dropped. Folders that were made for it and stayed
/// empty go away with it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    made: Vec<PathBuf>,
    stale: Option<String>,
    leftover: Option<Leftover>,
}

/// What an earlier run left under temporary names.
#[derive(Clone, Debug, PartialEq)]
pub struct Leftover {
    /// The files.
    pub files: Vec<PathBuf>,
    /// What `spikes.h5.part` says of its run (`incomplete`: it was killed); `None` when it cannot be read.
    pub status: Option<String>,
    /// Its results go up to this time, ms.
    pub until: Option<f64>,
}

impl Folder {
    /// Takes a folder for this run, and makes it if there is none.
    ///
    /// # Errors
    /// It is a file, cannot be made or written to, or another run is writing into it.
    pub fn claim(path: &Path) -> Result<Folder, RecordError> {
        if path.exists() && !path.is_dir() {
            return Err(RecordError::NotAFolder { path: path.to_owned() });
        }
        let mut folder = Folder { path: path.to_owned(), made: Vec::new(), stale: None, leftover: None };
        folder.made = path
            .ancestors()
            .take_while(|a| !a.as_os_str().is_empty() && !a.exists())
            .map(Path::to_owned)
            .collect();
        let claimed = fs::create_dir_all(path)
            .map_err(|e| RecordError::io(path, "make the folder", &e))
            .and_then(|()| take_lock(path));
        match claimed {
            Ok(stale) => folder.stale = stale,
            Err(error) => {
                // Nothing is left behind, and the lock is not ours to remove.
                remove_empty(&folder.made);
                std::mem::forget(folder);
                return Err(error);
            }
        }
        folder.leftover = folder.look()?;
        Ok(folder)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What an earlier run left under temporary names.
    pub fn leftover(&self) -> Option<&Leftover> {
        self.leftover.as_ref()
    }

    /// What people should know before the run: a lock taken over, unfinished results.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if let Some(holder) = &self.stale {
            notices.push(format!("took over `{}` from a run that is gone ({holder})", self.path.display()));
        }
        if let Some(left) = &self.leftover {
            let files: Vec<String> = left.files.iter().map(|f| format!("`{}`", f.display())).collect();
            let state = match (&left.status, left.until) {
                (Some(status), Some(until)) => format!("{status}, up to {until} ms"),
                _ => "which cannot be read".to_owned(),
            };
            let fate = if left.worth_keeping() {
                "kept with `.old` added to the name, until a later run leaves unfinished results"
            } else {
                "removed, as there is nothing in them"
            };
            notices.push(format!(
                "an earlier run left unfinished results ({state}): {}; {fate}",
                files.join(", ")
            ));
        }
        notices
    }

    /// Moves aside what an earlier run left.
    pub(super) fn make_room(&self) -> Result<(), RecordError> {
        if let Some(leftover) = &self.leftover {
            for file in &leftover.files {
                if leftover.worth_keeping() {
                    let mut old = file.clone().into_os_string();
                    old.push(".old");
                    fs::rename(file, old).map_err(|e| RecordError::io(file, "rename", &e))?;
                } else {
                    remove_if_there(file)?;
                }
            }
        }
        Ok(())
    }

    /// Looks for temporary files; removes those that only serve to write others.
    fn look(&self) -> Result<Option<Leftover>, RecordError> {
        let list = || -> io::Result<Vec<PathBuf>> {
            fs::read_dir(&self.path)?.map(|entry| entry.map(|e| e.path())).collect()
        };
        let mut all = list().map_err(|e| RecordError::io(&self.path, "read the folder", &e))?;
        all.sort();
        let spikes = self.path.join("spikes.h5.part");
        let next = self.path.join("spikes.h5.part.next");
        if !spikes.exists() && next.exists() {
            // Killed between two renames, where the file system has no hard links.
            fs::rename(&next, &spikes).map_err(|e| RecordError::io(&next, "rename", &e))?;
            all.push(spikes.clone());
        }
        let mut files = Vec::new();
        for path in all {
            let name = path.to_string_lossy().into_owned();
            if name.ends_with(".part.next") || name.ends_with(".part.spare") {
                remove_if_there(&path)?;
            } else if name.ends_with(".h5.part") || name.ends_with("summary.json.part") {
                files.push(path);
            }
        }
        if files.is_empty() {
            return Ok(None);
        }
        let (status, until) = state_of(&spikes);
        Ok(Some(Leftover { files, status, until }))
    }
}

impl Leftover {
    fn worth_keeping(&self) -> bool {
        self.until.is_none_or(|until| until > 0.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody is there to be told.
        let _ = fs::remove_file(self.path.join(LOCK));
        remove_empty(&self.made);
    }
}

/// Removes folders that are empty, innermost first.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// The files of a run, closed and on the disk, still under their temporary names.
#[derive(Debug)]
pub struct Closed {
    folder: Folder,
    status: Status,
    until: f64,
    tally: Tally,
}

impl Closed {
    pub(super) fn new(folder: Folder, status: Status, until: f64, tally: Tally) -> Closed {
        Closed { folder, status, until, tally }
    }

    /// Population names and their numbers of spikes, in the model's order.
    pub fn spikes(&self) -> &[(String, u64)] {
        &self.tally.spikes
    }

    /// How the run ended, and the time (ms) it reached.
    pub fn state(&self) -> (Status, f64) {
        (self.status, self.until)
    }

    /// Paths of the files as they will be after [`Closed::commit`], the summary last.
    pub fn files(&self) -> Vec<PathBuf> {
        let complete = self.status == Status::Complete;
        let results =
            self.tally.files.iter().map(|(at, last)| if complete { last.clone() } else { at.clone() });
        results.chain([self.summary_path()]).collect()
    }

    fn summary_path(&self) -> PathBuf {
        let complete = self.status == Status::Complete;
        self.folder.path.join(if complete { "summary.json" } else { "summary.json.part" })
    }

    /// Writes the summary; if the run is complete, gives all files their final names. Returns their paths.
    ///
    /// # Errors
    /// The summary cannot be written, or a file cannot be renamed.
    pub fn commit(self, summary: &Summary) -> Result<Vec<PathBuf>, RecordError> {
        let files = self.files();
        let part = self.folder.path.join("summary.json.part");
        let text = summary.json();
        fs::write(&part, text).map_err(|e| RecordError::io(&part, "write", &e))?;
        sync(&part)?;
        if self.status != Status::Complete {
            return Ok(files);
        }
        let summary = (part, self.summary_path());
        for (from, to) in self.tally.files.iter().chain([&summary]) {
            fs::rename(from, to).map_err(|e| RecordError::io(from, "rename", &e))?;
        }
        remove_if_there(&self.folder.path.join("spikes.h5.part"))?;
        // The names are on the disk when the folder is. Not every file system can be asked for that.
        let _ = fs::File::open(&self.folder.path).and_then(|f| f.sync_all());
        Ok(files)
    }
}

/// Who holds a lock.
#[derive(Debug, PartialEq, Eq)]
struct Holder {
    pid: u32,
    /// When the process began, in the system's own count; tells it from a later one of the same number.
    start: String,
    host: String,
}

impl Holder {
    fn this_process() -> Holder {
        let pid = std::process::id();
        Holder { pid, start: start_of(pid).unwrap_or_default(), host: host() }
    }

    fn parse(text: &str) -> Option<Holder> {
        let mut lines = text.lines();
        let mut line = |key: &str| Some(lines.next()?.strip_prefix(key)?.trim().to_owned());
        Some(Holder { pid: line("pid")?.parse().ok()?, start: line("start")?, host: line("host")? })
    }

    fn is_alive(&self) -> bool {
        // Nothing can be said of processes of another machine that shares the disk.
        self.host != host() || start_of(self.pid).is_some_and(|start| start == self.start)
    }

    fn words(&self) -> String {
        if self.host == host() {
            format!("process {}", self.pid)
        } else {
            format!("process {} on {}", self.pid, self.host)
        }
    }
}

/// Takes the lock of a folder; in words, who held a lock that was taken over.
fn take_lock(folder: &Path) -> Result<Option<String>, RecordError> {
    let lock = folder.join(LOCK);
    let me = Holder::this_process();
    let text = format!("pid {}\nstart {}\nhost {}\n", me.pid, me.start, me.host);
    let mine = folder.join(format!("{LOCK}.{}.{:?}", me.pid, std::thread::current().id()));
    let mut stale = None;
    let result = loop {
        match create_whole(&lock, &mine, &text) {
            Ok(()) => break Ok(stale),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => break Err(RecordError::io(folder, "write into", &e)),
        }
        let found = fs::read_to_string(&lock).unwrap_or_default();
        let holder = Holder::parse(&found);
        match &holder {
            Some(holder) if holder.is_alive() => {
                break Err(RecordError::InUse { folder: folder.to_owned(), lock, holder: holder.words() });
            }
            Some(holder) => stale = Some(holder.words()),
            None => stale = Some("its lock cannot be read".to_owned()),
        }
        // Of several that find the same stale lock, each moves away only that one: the next look decides.
        if fs::rename(&lock, &mine).is_ok() && fs::read_to_string(&mine).unwrap_or_default() != found {
            let _ = fs::hard_link(&mine, &lock);
        }
    };
    let _ = fs::remove_file(&mine);
    result
}

/// Creates a file that is never seen half written; fails if there is one already.
fn create_whole(path: &Path, scratch: &Path, text: &str) -> io::Result<()> {
    fs::write(scratch, text)?;
    match fs::hard_link(scratch, path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
            // No hard links here.
            fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
        }
        result => result,
    }
}

/// When a living process began; `None` when there is none of that number.
fn start_of(pid: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may hold anything. After it come the state and, as field 22, the start.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ended = matches!(fields.first(), Some(&"Z" | &"X"));
        return if ended { None } else { fields.get(19).map(|&start| start.to_owned()) };
    }
    let ps =
        std::process::Command::new("ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
    let start = String::from_utf8_lossy(&ps.stdout).trim().to_owned();
    (ps.status.success() && !start.is_empty()).then_some(start)
}

/// Name of this machine.
fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| {
        let output = std::process::Command::new("hostname").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    });
    name.unwrap_or_default().trim().to_owned()
}
