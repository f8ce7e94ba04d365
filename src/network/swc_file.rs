//! `swc`: sections from a morphology file.

use super::context::Context;
use super::document::Place;
use crate::morphology::{SectionSpec, swc};

/// The sections of the file that `text` names; their axial resistivity is a placeholder until values are settled.
pub(crate) fn read(context: &mut Context, text: &str, place: &Place) -> Option<Vec<SectionSpec>> {
    let source = context.open(text, place)?;
    match swc::read(context.sources, source, super::shapes::DEFAULT_RA) {
        Ok(sections) => Some(sections),
        Err(problems) => {
            context.problems.extend(problems);
            None
        }
    }
}
