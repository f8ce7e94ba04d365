//! What each layer costs by itself: the solver, the queue of events, the exchange of spikes, an epoch in which nothing happens, building a
//! network, and writing results. (Primitives and kernels are in `kernels`, barriers in `meeting`, the order of memory in `layout`.)
//!
//! `cargo bench --bench layers -- solver` runs one of them. Each bench counts items: nodes, events, spikes, epochs, connections or bytes;
//! 1e9 / (items per second) is ns for one. docs/performance.md has figures. On a machine that others use take the fastest sample, or
//! count instructions with tools/instruction_counts.py.

mod building;
mod common;
mod epoch;
mod exchange;
mod queue;
mod solver;
mod writing;

fn main() {
    divan::main();
}
