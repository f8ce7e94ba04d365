//! The scalar evaluator: runs steps for one instance, or for what is the same for all.

use std::sync::Arc;

use super::Level;
use super::columns::{Columns, Event, EventEffect};
use super::halt::{Endless, Failed, Halt};
use super::loops::Loop;
use super::program::{Asked, Code, Lookup, Step};
use super::table::TableValues;
use super::vector;
use crate::ir::{Distribution, MOST_INNER_ROUNDS, MOST_ROUNDS, StreamPart};
use crate::random::Stream;

/// One instance's own: all streams, lists of times and columns, and which instance.
pub(super) type Own<'a> = (&'a mut [Vec<Stream>], &'a [Arc<[f64]>], &'a mut Columns, usize);

/// What steps work on.
pub(super) struct Evaluator<'a, 'e> {
    /// One value for each slot.
    pub(super) values: &'a mut [f64],
    pub(super) lookups: &'a [Lookup],
    pub(super) loops: &'a [Loop],
    pub(super) tables: &'a [TableValues],
    /// `None` where there is no instance.
    pub(super) own: Option<Own<'a>>,
    /// `None` where there is no event.
    pub(super) event: Option<&'a mut Event<'e>>,
    /// What ended the run, if something did: the steps behind it were left out.
    pub(super) halt: Option<Halt>,
}

impl Evaluator<'_, '_> {
    /// Runs `steps` with the arithmetic of `level`.
    pub(super) fn run(&mut self, level: Level, steps: &[Step]) {
        if !steps.is_empty() {
            vector::evaluate(level, self, steps);
        }
    }

    /// The same; `FUSED` as in [`super::arithmetic`].
    #[inline(always)]
    pub(super) fn evaluate<const FUSED: bool>(&mut self, steps: &[Step]) {
        let mut rounds = vec![0; self.loops.len()];
        let mut inner_rounds = 0;
        let mut next = 0;
        while let Some(step) = steps.get(next) {
            next += 1;
            let operands = step.operands.map(|slot| self.values[slot.index()]);
            let a = operands[0];
            let result = match step.code {
                Code::Primitive(primitive) => primitive.compute::<FUSED>(operands),
                Code::Lookup(lookup) => {
                    let lookup = &self.lookups[lookup as usize];
                    let table = &self.tables[lookup.table as usize];
                    let points = table.locate([a]);
                    for result in &lookup.results {
                        let [value] = table.values::<FUSED, 1>(&points, result.column as usize, result.slope);
                        self.values[result.target.index()] = value;
                    }
                    continue;
                }
                Code::Random { random, distribution } => self.draw(a != 0.0, random, distribution),
                Code::RandomAlways { random, distribution } => self.draw(true, random, distribution),
                Code::SetStream { random, part } => {
                    if let (Some((randoms, _, _, instance)), true) = (&mut self.own, a != 0.0) {
                        set_stream(&mut randoms[random as usize][*instance], part, operands[1]);
                    }
                    0.0
                }
                Code::Given { table, part } => self.tables[table as usize].given(part, a, operands[1]),
                Code::Request { asked, masked } => {
                    if !masked || operands[2] != 0.0 {
                        self.ask(asked, a, operands[1]);
                    }
                    continue;
                }
                Code::Connections => self.connections() as f64,
                Code::Weight(number) => self.weight(a, number).map_or(0.0, |weight| *weight),
                Code::Element { first, length } => self.element(first, length, a).map_or(f64::NAN, |x| *x),
                Code::PlaySize => self.times().len() as f64,
                Code::PlayAt => play_at(self.times(), a),
                Code::Fail(_) if a == 0.0 => continue,
                Code::Fail(fault) => {
                    let instance = self.own.as_ref().map_or(0, |own| own.3);
                    let values = [operands[1], operands[2]];
                    self.halt = Some(Halt::Failed(vec![Failed { fault, instance, values }]));
                    return;
                }
                Code::Loop(number) => {
                    rounds[number as usize] = 0;
                    continue;
                }
                Code::Repeat(number) => {
                    let turn = &self.loops[number as usize];
                    if a == 0.0 {
                        continue;
                    }
                    rounds[number as usize] += 1;
                    inner_rounds += u32::from(turn.is_inner);
                    let in_all = inner_rounds >= MOST_INNER_ROUNDS;
                    if in_all || rounds[number as usize] >= MOST_ROUNDS {
                        let instance = self.own.as_ref().map_or(0, |own| own.3);
                        let rounds = if in_all { MOST_INNER_ROUNDS } else { MOST_ROUNDS };
                        self.halt = Some(Halt::Endless(Endless { site: turn.site, instance, rounds }));
                        return;
                    }
                    next = turn.start + 1;
                    continue;
                }
            };
            self.values[step.target.index()] = result;
        }
    }

    fn draw(&mut self, when: bool, random: u32, distribution: Distribution) -> f64 {
        match &mut self.own {
            Some((randoms, _, _, instance)) if when => {
                draw(&mut randoms[random as usize][*instance], distribution)
            }
            _ => 0.0,
        }
    }

    fn ask(&mut self, asked: Asked, a: f64, b: f64) {
        if let Asked::SetWeight(number) = asked {
            if let Some(weight) = self.weight(a, number) {
                *weight = b;
            }
            return;
        }
        if let Asked::SetElement { first, length } = asked {
            if let Some(element) = self.element(first, length, a) {
                *element = b;
            }
            return;
        }
        let Some(event) = &mut self.event else { return };
        event.effects.push(match asked {
            Asked::Send(site) => EventEffect::Send { delay: a, flag: b, site },
            Asked::Fire => EventEffect::Fire { time: a },
            Asked::Move(site) => EventEffect::Move { time: a, site },
            Asked::Watch(number) => EventEffect::Watch { number, excess: a },
            Asked::SetWeight(_) | Asked::SetElement { .. } => return,
        });
    }

    fn element(&mut self, first: u32, length: u32, index: f64) -> Option<&mut f64> {
        let (_, _, columns, instance) = self.own.as_mut()?;
        let inside = index >= 0.0 && index < f64::from(length);
        inside.then(|| &mut columns.column_mut(first as usize + index as usize)[*instance])
    }

    fn connections(&self) -> usize {
        self.event.as_ref().and_then(|event| event.connections.as_ref()).map_or(0, |all| all.list.len())
    }

    fn weight(&mut self, connection: f64, number: u32) -> Option<&mut f64> {
        self.event.as_mut()?.weight(connection, number)
    }

    fn times(&self) -> &[f64] {
        match &self.own {
            Some((_, plays, _, instance)) => &plays[*instance],
            None => &[],
        }
    }
}

/// One draw.
pub(super) fn draw(stream: &mut Stream, distribution: Distribution) -> f64 {
    match distribution {
        Distribution::Uniform => stream.uniform(),
        Distribution::Exponential => stream.negexp(1.0),
        Distribution::Normal => stream.normal(),
        Distribution::Word => f64::from(stream.next_u32()),
    }
}

/// Sets a part of a stream. Numbers become whole ones as in NEURON: identifiers modulo 2^32, and a place below 0 or above
/// 2^40 - 1 is the start.
pub(super) fn set_stream(stream: &mut Stream, part: StreamPart, value: f64) {
    match part {
        StreamPart::Id(number) => stream.set_id(number, value as i64 as u32),
        StreamPart::Sequence => {
            let place = if value <= ((1u64 << 40) - 1) as f64 { value } else { 0.0 };
            stream.set_sequence(place as u64);
        }
    }
}

/// The time number `index`, NaN outside the list.
pub(super) fn play_at(times: &[f64], index: f64) -> f64 {
    if index >= 0.0 { times.get(index as usize).copied().unwrap_or(f64::NAN) } else { f64::NAN }
}
