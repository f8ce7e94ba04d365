//! `swc` and `sections`: sections from a morphology file.

use super::context::Context;
use super::document::Place;
use super::shapes::DEFAULT_RA;
use crate::diagnostic::{Diagnostics, SourceId, Sources};
use crate::morphology::{SectionSpec, swc, table};

/// The sections of the SWC file that `text` names; their axial resistivity is a placeholder until values are settled.
pub(crate) fn swc(context: &mut Context, text: &str, place: &Place) -> Option<Vec<SectionSpec>> {
    read(context, text, place, swc::read)
}

/// The rows of the table of sections that `text` names; the resistivity of those that give none is a placeholder.
pub(crate) fn sections(context: &mut Context, text: &str, place: &Place) -> Option<Vec<table::Row>> {
    read(context, text, place, table::read)
}

fn read<T>(
    context: &mut Context,
    text: &str,
    place: &Place,
    reader: impl Fn(&Sources, SourceId, f64) -> Result<T, Diagnostics>,
) -> Option<T> {
    let source = context.open(text, place)?;
    match reader(context.sources, source, DEFAULT_RA) {
        Ok(sections) => Some(sections),
        Err(problems) => {
            context.problems.extend(problems);
            None
        }
    }
}
