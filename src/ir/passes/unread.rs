//! Stores that nobody reads are left out.
//!
//! ```text
//! minf = ...                   ->         when no kernel reads minf at its start, and nobody records it
//! ```
//!
//! What the engine reads to let states diffuse counts as read.
//!
//! Only variables that the mechanism computes itself (ASSIGNED) are looked at. One that users cannot see goes
//! whenever no kernel reads it; one that they can see only when the caller says that nobody looks.

use std::collections::HashSet;

use super::super::types::*;
use super::dead;

/// Drops the stores; `recorded` says which visible variables are looked at.
pub fn run(module: &mut Module, recorded: impl Fn(&str) -> bool) {
    // What is written to a POINTER is for others.
    let pointer = |v: &Variable| module.pointers.iter().any(|p| p.column.0 == v.first);
    let candidates: HashSet<u32> = module
        .variables
        .iter()
        .filter(|v| v.role == Role::Assigned && !(v.visible && recorded(&v.name)) && !pointer(v))
        .flat_map(|v| v.first..v.first + v.length)
        .collect();
    let diffusing = module.diffusions.iter().flat_map(|diffusion| [diffusion.volume.0, diffusion.constant.0]);
    let diffusing: HashSet<u32> = diffusing.collect();
    // Each round may take away the last read of another one.
    loop {
        let read: HashSet<u32> = module
            .kernels()
            .flat_map(|(_, kernel)| &kernel.ops)
            .flat_map(|op| match *op {
                Op::Read(Place::Column(id)) => id.0..id.0 + 1,
                Op::Element { first, length, .. } => first.0..first.0 + length,
                _ => 0..0,
            })
            .chain(diffusing.iter().copied())
            .collect();
        let mut changed = false;
        for (_, kernel) in module.kernels_mut() {
            let before = kernel.effects.len();
            kernel.effects.retain(|effect| match effect {
                Effect::Write(Place::Column(id), _) => !candidates.contains(&id.0) || read.contains(&id.0),
                _ => true,
            });
            if kernel.effects.len() < before {
                dead::run(kernel);
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Build};
    use super::*;

    /// `current` stores b from a; `state` reads b or not.
    fn stored(read: bool, recorded: bool) -> bool {
        let mut current = Build::default();
        let a = current.column(0);
        current.write(1, a);
        let mut state = Build::default();
        let x = state.column(if read { 1 } else { 2 });
        state.write(0, x);
        let mut module = testing::module();
        module.current = Some(current.0);
        module.state = Some(state.0);
        run(&mut module, |name| recorded && name == "b");
        module.current.is_some_and(|kernel| !kernel.effects.is_empty())
    }

    #[test]
    fn only_what_nobody_reads_goes() {
        assert!(!stored(false, false));
        assert!(stored(true, false));
        assert!(stored(false, true));
    }
}
