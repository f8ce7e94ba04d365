//! Local names, innermost last.

use crate::nmodl::ast::{Argument, LocalName};

/// What a local name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Local {
    /// `LOCAL x`.
    Scalar,
    /// `LOCAL x[n]`.
    Array,
    /// An argument, a counter, the value of a function, `flag`.
    Given,
}

/// Local names that are known at a place in the code.
#[derive(Debug, Default)]
pub(super) struct Scope {
    names: Vec<(String, Local)>,
}

impl Scope {
    /// To come back to with [`Scope::leave`].
    pub fn enter(&self) -> usize {
        self.names.len()
    }

    /// Forgets all names since the matching [`Scope::enter`].
    pub fn leave(&mut self, mark: usize) {
        self.names.truncate(mark);
    }

    pub fn give(&mut self, name: &str) {
        self.names.push((name.to_string(), Local::Given));
    }

    pub fn arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            self.give(&argument.name.text);
        }
    }

    pub fn locals(&mut self, list: &[LocalName]) {
        for local in list {
            let kind = if local.length.is_some() { Local::Array } else { Local::Scalar };
            self.names.push((local.name.text.clone(), kind));
        }
    }

    pub fn find(&self, name: &str) -> Option<Local> {
        self.names.iter().rev().find(|(n, _)| n == name).map(|(_, kind)| *kind)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(n, _)| n.as_str())
    }
}
