//! Runs that fail and runs that are stopped: each ends in good order and says what happened.

mod common;

use std::sync::Arc;

use common::{bits, built, described, described_with, network, run_on};
use volley::engine::{
    BuildError, Control, Memory, Outcome, Progress, RunError, Simulation, Sink, SinkError, Spike,
};
use volley::network::{Model, Overrides, PerConnection};
use volley::partition::Plan;

/// The error that ends a run.
fn failure(model: &Arc<Model>, threads: usize) -> RunError {
    let mut simulation = built(model, threads);
    simulation.run(model.simulation.tstop, &mut Memory::default(), &mut |_| Control::Continue).unwrap_err()
}

/// An event of infinite conductance makes v of one cell NaN; the message names its population, the cell, the place and
/// the time, on any number of threads. Criterion: the time is at most an epoch (here 1 ms) after the event at 6 ms.
#[test]
fn a_voltage_that_is_not_finite_names_its_place() {
    let model = described_with(
        r#"
        [simulation]
        tstop = 20
        [cell.c.section.soma]
        L = 10
        diam = 10
        [cell.c.section.dend]
        L = 50
        diam = 1
        nseg = 3
        parent = "soma"
        [cell.c.mechanism.pas]
        [cell.c.point.synapse]
        mechanism = "ExpSyn"
        at = "dend(0.5)"
        [population.well]
        cell = "c"
        count = 5
        [population.sick]
        cell = "c"
        count = 4
        [population.source]
        mechanism = "VecStim"
        times = [5]
        [table.pairs]
        file = "pairs.txt"
        [connection.too_much]
        from = "source"
        to = "sick.synapse"
        rule = "table"
        table = "pairs"
        weight = 1e308
        delay = 1
        "#,
        &[("pairs.txt", "0 2\n")],
    );
    for threads in [1, 2, 5] {
        let error = failure(&model, threads);
        let RunError::NotFinite { population, cell, place, time } = &error else { panic!("{error:?}") };
        assert_eq!((population.as_str(), *cell), ("sick", 2));
        // The NaN spreads through the whole cell in the step of the elimination; the first compartment is named.
        assert_eq!(place, "soma(0.5)");
        assert!(*time > 6.0 && *time <= 7.0, "{time}");
        let text = error.to_string();
        assert!(["`sick`", "cell 2", "soma(0.5)"].iter().all(|part| text.contains(part)), "{text}");
    }
}

/// A description with such a delay is refused before; a model made or changed by a program is refused here.
#[test]
fn a_delay_under_the_time_step_is_refused() {
    let model = network("networks/ring/network.toml", &Overrides::default());
    for delay in [0.0, 0.0249, -1.0, f64::NAN, f64::INFINITY] {
        let mut changed = (*model).clone();
        let number = changed.projections.iter().position(|p| p.name == "next").unwrap();
        let list = &mut changed.projections[number].connections;
        let mut delays: Vec<f64> = (0..list.len()).map(|connection| list.delay[connection]).collect();
        delays[3] = delay;
        list.delay = PerConnection::Each(delays);
        let plan = Plan::new(&changed, 2);
        let error = Simulation::new(Arc::new(changed), plan).unwrap_err();
        let BuildError::ShortDelay { projection, delay: named, dt } = error else { panic!("{error:?}") };
        assert_eq!((projection.as_str(), dt), ("next", 0.025));
        assert!(named == delay || named.is_nan() == delay.is_nan());
    }
}

/// A network of one artificial cell, whose NET_RECEIVE is given, that gets an event at 3.5 ms.
fn artificial(receive: &str) -> Arc<Model> {
    let mechanism = format!(
        "NEURON {{\n ARTIFICIAL_CELL Made\n}}\nASSIGNED {{\n x\n}}\nINITIAL {{\n x = 0\n}}\nNET_RECEIVE (w) {{\n{receive}\n}}\n"
    );
    described_with(
        r#"
        [simulation]
        tstop = 10
        [mechanisms]
        files = ["made.mod"]
        [population.source]
        mechanism = "VecStim"
        times = [2.5]
        [population.made]
        mechanism = "Made"
        [connection.c]
        from = "source"
        to = "made"
        rule = "one_to_one"
        weight = 1
        delay = 1
        "#,
        &[("made.mod", &mechanism)],
    )
}

#[test]
fn net_move_needs_an_event_to_move() {
    let expected = RunError::NothingToMove { mechanism: "Made".into(), time: 3.5 };
    assert_eq!(failure(&artificial("net_move(t + 1)"), 1), expected);
    // An event that was delivered cannot be moved either.
    let after = "if (flag == 0) {\n net_send(2, 1)\n} else {\n net_move(t + 1)\n}";
    assert_eq!(
        failure(&artificial(after), 2),
        RunError::NothingToMove { mechanism: "Made".into(), time: 5.5 }
    );
    // One that is outstanding can: it comes at 4 ms instead of 5.5, and fires.
    let model =
        artificial("if (flag == 0) {\n net_send(2, 1)\n net_move(t + 0.5)\n} else {\n net_event(t)\n}");
    assert_eq!(run_on(&model, 1).times("made", 0), [4.0]);
}

#[test]
fn an_event_in_the_past_or_at_no_time_is_an_error() {
    for (receive, asked) in [("net_send(-1, 1)", -1.0), ("net_send(1 / x, 1)", f64::INFINITY)] {
        let error = failure(&artificial(receive), 1);
        assert_eq!(error, RunError::BadEventTime { mechanism: "Made".into(), value: asked, time: 3.5 });
    }
    let moved = failure(&artificial("net_send(1, 1)\nnet_move(t - 1)"), 1);
    assert_eq!(moved, RunError::BadEventTime { mechanism: "Made".into(), value: 2.5, time: 3.5 });
}

/// Takes results until a time, then fails.
struct Full {
    until: f64,
    calls_after: usize,
    failed: bool,
}

impl Full {
    fn take(&mut self, time: f64) -> Result<(), SinkError> {
        self.calls_after += usize::from(self.failed);
        self.failed |= time > self.until;
        if self.failed { Err(SinkError("the disk is full".into())) } else { Ok(()) }
    }
}

impl Sink for Full {
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), SinkError> {
        spikes.iter().try_for_each(|s| self.take(s.time))
    }

    fn samples(&mut self, _report: usize, _rows: &[f64]) -> Result<(), SinkError> {
        Ok(())
    }

    fn advance(&mut self, time: f64) -> Result<(), SinkError> {
        self.take(time)
    }
}

#[test]
fn a_sink_that_fails_ends_the_run_with_its_error() {
    let model = network("networks/ring/network.toml", &Overrides::default());
    for threads in [1, 3] {
        let mut simulation = built(&model, threads);
        let mut sink = Full { until: 50.0, calls_after: 0, failed: false };
        let error = simulation.run(200.0, &mut sink, &mut |_| Control::Continue).unwrap_err();
        assert_eq!(error, RunError::Sink(SinkError("the disk is full".into())));
        assert_eq!(sink.calls_after, 0, "nothing is handed to a sink that failed");
        assert!(simulation.time() < 75.0, "the run ends soon after: at {} ms", simulation.time());
    }
}

/// Stopped again and again by the progress hook and continued, a run gives the very results of an unbroken one.
#[test]
fn a_stopped_run_can_be_continued() {
    let overrides = Overrides { tstop: Some(100.0), ..Overrides::default() };
    let model = network("networks/ring/network.toml", &overrides);
    let whole = run_on(&model, 1).memory;
    for threads in [1, 2, 4] {
        let mut simulation = built(&model, threads);
        let mut memory = Memory::default();
        let mut stops = 0;
        loop {
            let from = simulation.time();
            let mut control = |p: Progress| {
                assert!(p.time > from && p.until == 100.0);
                if p.time >= from + 15.0 { Control::Stop } else { Control::Continue }
            };
            match simulation.run(100.0, &mut memory, &mut control).unwrap() {
                Outcome::Complete => break,
                Outcome::Stopped => stops += 1,
                Outcome::CutShort => panic!("nobody cut it short"),
            }
            assert!(simulation.time() >= from + 15.0 && simulation.time() < from + 40.0);
        }
        assert!(stops >= 3, "{stops}");
        assert_eq!(simulation.time(), 100.0);
        assert!(bits(&memory) == bits(&whole), "{threads} threads, {stops} stops");
    }
}

/// Progress comes in the order of time and reaches the end.
#[test]
fn progress_reaches_the_end() {
    let model = described("[population.s]\nmechanism = \"NetStim\"\n[simulation]\ntstop = 33\n");
    let mut times = Vec::new();
    let mut control = |p: Progress| {
        times.push(p.time);
        Control::Continue
    };
    assert_eq!(built(&model, 2).run(33.0, &mut Memory::default(), &mut control), Ok(Outcome::Complete));
    assert!(times.is_sorted() && times.len() > 1);
    assert_eq!(times.last(), Some(&33.0));
}
