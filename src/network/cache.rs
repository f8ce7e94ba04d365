//! What loads of one process share: texts of files, each read once, and compiled mechanisms.
//!
//! In: a path, or a .mod text with options. Out: the same as without sharing, down to the numbers of the texts in
//! [`Sources`], so that every span of a shared mechanism points at the right place in every load that uses it. A sweep loads one network
//! thousands of times with other parameters; what depends on none of them is done once.
//!
//! Since a file is read once, a sweep is not mixed up when somebody edits a file while it runs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::diagnostic::{Diagnostics, Source, SourceId, Sources};
use crate::mechanism::{self, Mechanism};

/// Compiled mechanisms that are kept. More come only from networks whose mechanisms change from run to run.
const MOST_MECHANISMS: usize = 256;

/// Texts and mechanisms, shared between threads.
#[derive(Debug, Default)]
pub struct Cache {
    texts: Mutex<BTreeMap<PathBuf, Arc<str>>>,
    mechanisms: Mutex<Vec<Arc<Compiled>>>,
}

/// A mechanism with all that its compilation depended on and did.
#[derive(Debug)]
struct Compiled {
    source: SourceId,
    /// Number of texts before it was compiled.
    before: usize,
    text: Source,
    options: mechanism::Options,
    mechanism: Arc<Mechanism>,
    warnings: Diagnostics,
    /// Texts that it includes.
    added: Vec<Source>,
}

impl Cache {
    /// The text of a file, by `read` if it is new. What cannot be read is tried again the next time.
    pub(crate) fn text(
        &self,
        path: &Path,
        read: impl FnOnce(&Path) -> io::Result<String>,
    ) -> io::Result<Arc<str>> {
        if let Some(text) = locked(&self.texts).get(path) {
            return Ok(Arc::clone(text));
        }
        let text: Arc<str> = read(path)?.into();
        // Of two threads that read it at once, both take the text of the first.
        Ok(Arc::clone(locked(&self.texts).entry(path.to_path_buf()).or_insert(text)))
    }

    /// All files read so far, by path, but for those that .mod files include.
    pub fn files(&self) -> Vec<(PathBuf, Arc<str>)> {
        locked(&self.texts).iter().map(|(path, text)| (path.clone(), Arc::clone(text))).collect()
    }

    /// The compiled mechanism of a text, and what is to be said of it.
    ///
    /// # Errors
    /// As [`mechanism::compile`].
    pub(crate) fn compiled(
        &self,
        sources: &mut Sources,
        source: SourceId,
        options: &mechanism::Options,
    ) -> Result<(Arc<Mechanism>, Diagnostics), Diagnostics> {
        let text = sources.get(source).clone();
        let before = sources.count();
        let known =
            locked(&self.mechanisms).iter().find(|c| c.is_of(source, before, &text, options)).cloned();
        if let Some(known) = known {
            for added in &known.added {
                sources.add(added.name.clone(), Arc::clone(&added.text));
            }
            return Ok((Arc::clone(&known.mechanism), known.warnings.clone()));
        }
        let mut mechanism = mechanism::compile(sources, source, options)?;
        let warnings = std::mem::take(&mut mechanism.warnings);
        let mechanism = Arc::new(mechanism);
        let compiled = Compiled {
            source,
            before,
            text,
            options: options.clone(),
            mechanism: Arc::clone(&mechanism),
            warnings: warnings.clone(),
            added: sources.iter().skip(before).cloned().collect(),
        };
        let mut kept = locked(&self.mechanisms);
        if kept.len() < MOST_MECHANISMS {
            kept.push(Arc::new(compiled));
        }
        Ok((mechanism, warnings))
    }
}

impl Compiled {
    fn is_of(&self, source: SourceId, before: usize, text: &Source, options: &mechanism::Options) -> bool {
        self.source == source
            && self.before == before
            && self.text.name == text.name
            && (Arc::ptr_eq(&self.text.text, &text.text) || self.text.text == text.text)
            && self.options == *options
    }
}

/// What is shared is whole at every moment, so a thread that panicked has left nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
