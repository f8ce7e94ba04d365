//! x
use super::super::Exit;
use super::super::args::ExplainArgs;
pub(super) fn explain(_: &ExplainArgs) -> Exit {
    Exit::Complete
}
