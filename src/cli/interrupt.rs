//! Ctrl-C: the first one ends a run in good order, after its epoch or within it when that takes long; the second ends it at once.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Exit;
use crate::record::Folder;

/// How long an epoch may take to its end when the run is to stop; then the run ends within it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Listens for SIGINT, SIGTERM and SIGHUP.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    asked: Arc<AtomicBool>,
    running: Arc<AtomicBool>,
    /// True when the epoch did not end in good time either.
    cut: Arc<AtomicBool>,
    /// Taken, and nothing in it yet: goes away again when the process ends before the run.
    folder: Arc<Mutex<Option<Folder>>>,
}

impl Interrupt {
    /// Begins to listen. Before the run has begun there is nothing to save, and the process ends at once.
    pub(super) fn listen() -> Interrupt {
        Interrupt::listen_saying("stopping after this epoch")
    }

    /// The same with other words for what happens then.
    pub(super) fn listen_saying(words: &'static str) -> Interrupt {
        let interrupt = Interrupt::default();
        let heard = interrupt.clone();
        let handler = move || {
            let again = heard.asked.swap(true, Ordering::AcqRel);
            if again || !heard.running.load(Ordering::Acquire) {
                drop(heard.take_folder());
                std::process::exit(Exit::Interrupted.code().into());
            }
            let cut = Arc::clone(&heard.cut);
            std::thread::spawn(move || {
                std::thread::sleep(PATIENCE);
                cut.store(true, Ordering::Release);
            });
            // The terminal may be gone: that is no reason to fail.
            let _ = writeln!(std::io::stderr(), "\n{words}; once more to end at once");
        };
        // Where signals cannot be caught, Ctrl-C ends the process as it always did.
        let _ = ctrlc::set_handler(handler);
        interrupt
    }

    /// Keeps the folder until the run begins.
    pub(super) fn keep_folder(&self, folder: Folder) {
        *self.folder.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
    }

    /// Gives the folder back.
    pub(super) fn take_folder(&self) -> Option<Folder> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// From now on there is something to save.
    pub(super) fn begin(&self) {
        self.running.store(true, Ordering::Release);
    }

    /// Becomes true when the run is to end even in the middle of an epoch.
    pub(super) fn cut(&self) -> &Arc<AtomicBool> {
        &self.cut
    }

    /// Whether the run was asked to stop.
    pub(super) fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}
