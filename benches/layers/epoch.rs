//! Epochs in which nothing happens: cells of one compartment without channels, one for each thread, which never fire. What is left is
//! the round of a step and of an epoch: phases, the queue's look at the step, the meeting, the look at others' spikes. Items: epochs.
//!
//! The difference between epochs of 1 and of 40 steps tells steps and epochs apart.

use divan::Bencher;
use divan::counter::ItemsCount;
use volley::engine::{Control, Memory};

use super::common::{Description, build};

/// Epochs in one sample.
const EPOCHS: u64 = 1000;

#[divan::bench(args = [(1, 1), (1, 40), (2, 1), (2, 40)], sample_count = 20, sample_size = 1)]
fn epoch(bencher: Bencher, (threads, steps): (usize, u32)) {
    let dt = 0.025;
    let delay = dt * f64::from(steps);
    let description = Description::new(&format!(
        "[simulation]\ndt = {dt}\ntstop = 1\n[cell.ball.section.soma]\nL = 20\ndiam = 20\n\
         [cell.ball.point.synapse]\nmechanism = \"ExpSyn\"\n[cell.ball.detector]\nthreshold = 0\n\
         [population.cells]\ncell = \"ball\"\ncount = {threads}\n\
         [connection.all]\nfrom = \"cells\"\nto = \"cells.synapse\"\nrule = \"all_to_all\"\nweight = 0\ndelay = {delay}\n"
    ));
    let mut simulation = build(&description.load(), threads);
    assert_eq!(simulation.statistics().epoch_steps, u64::from(steps));
    let mut until = 0.0;
    bencher.counter(ItemsCount::new(EPOCHS)).bench_local(|| {
        until += delay * EPOCHS as f64;
        let mut sink = Memory::default();
        simulation.run(until, &mut sink, &mut |_| Control::Continue).expect("nothing can fail")
    });
}
