//! What is said when a solver fails, or an array has no element of the number that code asks for.
//!
//! In: what the mechanism's text has at that place, and the numbers that the kernel left. Out: words.

use crate::ir::FaultKind;

/// What went wrong, and what to do about it.
pub(super) fn told(kind: &FaultKind, values: [f64; 2]) -> (String, String) {
    let name = |names: &[String]| names.get(values[0] as usize).map_or("?", String::as_str).to_owned();
    match kind {
        FaultKind::Index { array, length } => {
            let last = length.saturating_sub(1);
            let what = match values[0] {
                index if index.is_nan() => format!("the index of `{array}` is not a number"),
                index => format!("`{array}` has no element {index}: it has {length}, numbered 0 to {last}"),
            };
            let help = format!(
                "keep the index from 0 to {last}: look at what it is computed from, declare `{array}` longer, or ask before \
                 it is used, as in `if (i >= 0 && i <= {last})`"
            );
            (what, help)
        }
        FaultKind::Singular { block, unknowns } => {
            let unknown = name(unknowns);
            let what =
                format!("the equations of `{block}` do not determine `{unknown}`: their matrix is singular");
            let help = "look for equations that follow from each other, and for coefficients that become 0";
            (what, help.to_owned())
        }
        FaultKind::Newton { block, unknown, steps } => {
            // One round is made to see that those before were too few.
            let [rounds, value] = [values[0].min(50.0), values[1]];
            let many = if rounds == 1.0 { "round" } else { "rounds" };
            let unknown = unknown.as_deref().unwrap_or("?");
            let what = format!(
                "Newton's method finds no solution of `{block}` in {rounds} {many}, after which `{unknown}` is {value:.6e}"
            );
            let help = match steps {
                true => {
                    "a smaller dt may help; else look at what makes the STATEs of the block grow without limit"
                }
                false => {
                    "let the STATEs of the block start nearer to the solution, and see whether there is one at all"
                }
            };
            (what, help.to_owned())
        }
    }
}
