//! Events of one thread's cells: delivery, what event code asks for, and conditions of WATCH.
//!
//! As in NEURON's fixed step: what is due by the beginning of a step comes first, then conditions are looked at, and one that has
//! become true sends its event at once; then comes what is due by the middle of the step.

use std::sync::Arc;

use super::super::connections::Target;
use super::super::error::{Part, RunError};
use super::super::layout::NONE;
use super::super::membrane::Membrane;
use super::super::queue::{Arrival, Event as Due, SelfEvent};
use super::super::sets::{Armed, AtOnce, Kernel, Set};
use super::super::sink::Spike;
use super::{Fired, Local};
use crate::kernel::{Connections, Environment, Event, EventEffect};

/// What a condition that is met just at its threshold counts as: NEURON's `float_epsilon`.
const WATCH_MARGIN: f64 = 1e-11;

/// Events that an instance may send itself and get within the same step: more are taken for a chain that never ends.
const MOST_AT_ONCE: u32 = 1_000_000;

/// Which piece of event code.
#[derive(Clone, Copy, Debug)]
pub(super) enum Handler {
    /// INITIAL.
    Initial,
    /// INITIAL in NET_RECEIVE.
    ConnectionInitial,
    /// NET_RECEIVE.
    Receive,
}

impl Local {
    pub(super) fn initialise_connections(&mut self, environment: &Environment) {
        if self.halts() {
            return;
        }
        for connection in 0..self.store.count() as u32 {
            if self.breaks_off() {
                return;
            }
            let target = self.store.target(connection);
            self.handle(Handler::ConnectionInitial, target, environment, 0.0, connection);
        }
    }

    /// Looks at the conditions of WATCH at the beginning of a step, after what is due by then.
    pub fn watch(&mut self, step: u64) {
        if self.sets.iter().all(|set| set.watching.is_empty()) {
            return;
        }
        let time = self.clock.time(step);
        self.now = (step + 1, Part::Due);
        self.deliver_until(step, time);
        if self.armed == 0 {
            return;
        }
        let environment = self.environment(time);
        self.now = (step + 1, Part::Conditions);
        for set in 0..self.sets.len() {
            if self.sets[set].watching.iter().all(Vec::is_empty) {
                continue;
            }
            self.run_all(set, &environment, Kernel::Watch);
            let Set { mechanism, instances, watching, .. } = &mut self.sets[set];
            let watches = &mechanism.module.watches;
            for (instance, list) in watching.iter_mut().enumerate() {
                for armed in list {
                    let watch = watches[armed.number as usize];
                    let holds = instances.columns.get(watch.column.0 as usize, instance) > 0.0;
                    if holds && !armed.holds {
                        let target = Target { set: set as u32, instance: instance as u32 };
                        let event =
                            SelfEvent { time, sent: time, target, flag: watch.flag, connection: NONE };
                        armed.event = Some(self.queue.send(event));
                    }
                    armed.holds = holds;
                }
            }
        }
    }

    /// Delivers the events that are due at step `step` and not later than `until` (ms).
    pub fn deliver(&mut self, step: u64, until: f64) {
        self.now = (step + 1, Part::Events);
        self.deliver_until(step, until);
    }

    /// The same, in whatever part of a step it is.
    pub(super) fn deliver_until(&mut self, step: u64, until: f64) {
        self.queue.begin(step);
        let middle = self.clock.time(step) + self.clock.dt() * (0.5 + 1e-9);
        let mut until = until.min(middle);
        self.delivering = (step, until);
        if self.halts() {
            return;
        }
        while !self.breaks_off()
            && let Some(due) = self.queue.next(until)
        {
            match due {
                Due::Arrival(a) => {
                    let target = self.store.target(a.connection);
                    self.handle(Handler::Receive, target, &self.environment(a.time), 0.0, a.connection);
                }
                Due::Own(_, e) => {
                    if e.flag == MOVABLE {
                        self.sets[e.target.set as usize].tickets[e.target.instance as usize] = None;
                    }
                    self.handle(Handler::Receive, e.target, &self.environment(e.time), e.flag, e.connection);
                }
            }
            // Of instances that fail at one time the first is told.
            if let Some(RunError::Failed { time, .. }) = &self.outbox.error {
                until = *time;
            }
        }
    }

    /// When a run was cut short: what was due by `time` (ms), the beginning of step `step`, and is not delivered yet. The step is not
    /// taken after that.
    pub fn deliver_rest(&mut self, step: u64, time: f64) {
        self.cut = Arc::default();
        self.halted = false;
        self.deliver(step, time);
        self.halted = true;
    }

    /// Runs event code for one instance, with the weights of a connection ([`NONE`]: zeros), and carries out what it
    /// asks for.
    pub(super) fn handle(
        &mut self,
        handler: Handler,
        target: Target,
        environment: &Environment,
        flag: f64,
        connection: u32,
    ) {
        let instance = target.instance as usize;
        let set = target.set as usize;
        self.refresh(set, environment);
        self.links.follow(set, Some(instance), &mut self.sets, &self.membrane);
        let Set { mechanism, instances, globals, tables, looks_at_connections, .. } = &mut self.sets[set];
        let program = match handler {
            Handler::Initial => &mechanism.initial,
            Handler::ConnectionInitial => &mechanism.receive_initial,
            Handler::Receive => &mechanism.receive,
        };
        let Some(program) = program else { return };
        let weights = mechanism.module.weights.len();
        let all = *looks_at_connections && matches!(handler, Handler::Receive);
        if all || connection == NONE {
            self.no_weights.clear();
            self.no_weights.resize(weights, 0.0);
        }
        self.effects.clear();
        let mut event = if all {
            let (weights, stride, list) = self.store.incoming(target);
            let own = Some(connection).filter(|c| *c != NONE);
            let connections = Connections { weights, stride, list, own };
            let mut event = Event::new(&mut self.no_weights, flag, &mut self.effects);
            event.connections = Some(connections);
            event
        } else if connection == NONE {
            Event::new(&mut self.no_weights, flag, &mut self.effects)
        } else {
            Event::new(&mut self.store.weights(connection)[..weights], flag, &mut self.effects)
        };
        let Membrane { nodes, ions, .. } = &mut self.membrane;
        let halt = program.run_one(
            self.level,
            environment,
            globals,
            tables,
            instance,
            instances,
            nodes,
            ions,
            &mut event,
        );
        if let Some(halt) = halt {
            return self.halt(set, halt, environment.time);
        }
        self.links.bring_back(set, Some(instance), &mut self.sets, &mut self.membrane);
        if !self.effects.is_empty() {
            self.carry_out(target, environment.time, connection);
        }
    }

    /// Carries out what the event code of one instance has asked for at `now` (ms).
    fn carry_out(&mut self, target: Target, now: f64, connection: u32) {
        let instance = target.instance as usize;
        let (step, until) = self.delivering;
        let mut crowded = None;
        let Set { mechanism, tickets, watching, ids, at_once, instances, .. } =
            &mut self.sets[target.set as usize];
        let name = || mechanism.module.name.clone();
        let mut watches = false;
        for effect in &self.effects {
            match *effect {
                EventEffect::Send { delay, flag, site } if delay >= 0.0 && delay.is_finite() => {
                    let event = SelfEvent { time: now + delay, sent: now, target, flag, connection };
                    if event.time <= until && is_crowd(at_once, instances.columns.count(), instance, step) {
                        crowded = Some(site);
                    }
                    let ticket = self.queue.send(event);
                    if flag == MOVABLE {
                        tickets[instance] = Some(ticket);
                    }
                }
                EventEffect::Move { time, site } if time >= now && time.is_finite() => {
                    let ticket = tickets[instance];
                    if time <= until && is_crowd(at_once, instances.columns.count(), instance, step) {
                        crowded = Some(site);
                    }
                    let moved = ticket.is_some_and(|ticket| self.queue.reschedule(ticket, time, now));
                    if !moved {
                        let error = RunError::NothingToMove { mechanism: name(), time: now };
                        self.outbox.error.get_or_insert(error);
                    }
                }
                // A point process that is no detector may fire too, but nobody listens.
                EventEffect::Fire { .. } if ids.get(instance).is_none_or(|id| *id == NONE) => {}
                EventEffect::Fire { time } if time >= now && time.is_finite() => {
                    let spike = Spike { time, id: u64::from(ids[instance]) };
                    self.outbox.spikes.push(Fired { spike, event_time: time });
                }
                EventEffect::Watch { number, excess } => {
                    let list = &mut watching[instance];
                    // The first WATCH of an event takes the place of all earlier ones.
                    if !watches {
                        self.armed -= list.len();
                        for armed in list.drain(..) {
                            if let Some(ticket) = armed.event {
                                self.queue.withdraw(ticket);
                            }
                        }
                    }
                    watches = true;
                    self.armed += 1;
                    if let Some(again) = list.iter().position(|armed| armed.number == number) {
                        list.remove(again);
                        self.armed -= 1;
                    }
                    // What holds already must become false first.
                    list.push(Armed { number, holds: excess >= -WATCH_MARGIN, event: None });
                }
                EventEffect::Send { delay: value, .. }
                | EventEffect::Move { time: value, .. }
                | EventEffect::Fire { time: value } => {
                    let error = RunError::BadEventTime { mechanism: name(), value, time: now };
                    self.outbox.error.get_or_insert(error);
                }
            }
        }
        if let Some(site) = crowded {
            let written = mechanism.written_at(site);
            let culprit = self.culprit(target.set as usize, instance);
            let error = RunError::EndlessEvents { culprit, written, events: MOST_AT_ONCE, time: now };
            self.outbox.error.get_or_insert(error);
            self.halted = true;
        }
    }

    /// Puts in the events of spikes that all threads have fired. They are due later than any step begun.
    pub fn accept(&mut self, spikes: &[Fired]) {
        for fired in spikes {
            let source = fired.spike.id as u32;
            let sent = fired.spike.time;
            for (connection, delay) in self.store.of_source(source) {
                let time = fired.event_time + delay;
                self.queue.push(self.clock.due(time), Arrival { time, sent, source, connection });
            }
        }
    }
}

/// Counts one more event that `instance` of `count` gets in the step in which it sends it; whether they are too many.
fn is_crowd(at_once: &mut Vec<AtOnce>, count: usize, instance: usize, step: u64) -> bool {
    at_once.resize(count, AtOnce::default());
    let own = &mut at_once[instance];
    if own.step != step {
        *own = AtOnce { step, count: 0 };
    }
    own.count += 1;
    own.count >= MOST_AT_ONCE
}

/// The flag of the self-events that `net_move` can move.
const MOVABLE: f64 = 1.0;
