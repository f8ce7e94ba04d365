//! Whether a network can fit into this machine at all: what is far too large is refused with its size, before the system runs out of memory and
//! ends the process without a word.
//!
//! In: numbers of connections or compartments as they come to be known. Out: an error at the place that makes them. The
//! estimates are what the model and the engine need at the least, so what is refused here cannot run; what passes may
//! still be too large.

use super::context::Context;
use crate::diagnostic::{Diagnostic, Span};

/// Bytes of one connection: its two cells in the model, its end and its weight in the engine's store.
const CONNECTION: f64 = 24.0;
/// Bytes of one compartment without its mechanisms: voltage, both sides of its equation, area, neighbours.
const COMPARTMENT: f64 = 64.0;
/// Bytes of one cell: its number and its thread, its detector or its events.
const CELL: f64 = 16.0;

/// Notes `count` more connections; `None` after a complaint at `span` when all of them need more memory than there is.
pub(super) fn connections(context: &mut Context, count: f64, span: Span) -> Option<()> {
    let what = format!("{count:.3e} connections");
    need(context, &what, count * CONNECTION, span)
}

/// The same for `count` cells of so many compartments.
pub(super) fn cells(context: &mut Context, count: u64, compartments: usize, span: Span) -> Option<()> {
    let one = CELL + COMPARTMENT * compartments as f64;
    let of = if compartments > 0 { format!(" of {compartments} compartments each") } else { String::new() };
    need(context, &format!("{count} cells{of}"), count as f64 * one, span)
}

fn need(context: &mut Context, what: &str, bytes: f64, span: Span) -> Option<()> {
    context.bytes += bytes;
    let Some(there) = machine().filter(|there| context.bytes > *there) else { return Some(()) };
    let gigabytes = |bytes: f64| format!("{:.1} GB", bytes / 1e9);
    let message = format!("this network does not fit into this machine: {what}");
    let note = format!(
        "these need at least {}, the network up to here {}, and the machine has {}",
        gigabytes(bytes),
        gigabytes(context.bytes),
        gigabytes(there)
    );
    let error = Diagnostic::error("network/memory", message).at(span, "too large").note(note);
    context.problems.push(error.help("make it smaller, or run it on a machine with more memory"));
    None
}

/// Memory that this process may use, bytes, where Linux says it: of the machine, or of the group of processes it is in.
pub(crate) fn machine() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit.and_then(|text| text.trim().parse::<f64>().ok());
    Some(limit.map_or(kibibytes * 1024.0, |limit| limit.min(kibibytes * 1024.0)))
}
