//! Loops of a program: where they begin and end, and what that means for registers.
//!
//! A loop is a stretch of steps, from [`Code::Loop`](super::program::Code::Loop) to
//! [`Code::Repeat`](super::program::Code::Repeat), that a block of instances goes through in rounds. What was made before it and is used
//! inside must stay until its last round; what is made inside is made anew in each round.

use crate::ir::{Kernel, Op, Site, Value};

/// A loop as it is run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Loop {
    /// Number of its first step.
    pub start: usize,
    /// Number of its last step.
    pub end: usize,
    /// Where it is written.
    pub site: Site,
    /// Whether it stands in another loop.
    pub is_inner: bool,
}

/// Makes copies of carried values that pass on to others, or decide on the next round: at the end of a round all of them
/// change at once, but steps come one after the other.
pub(super) fn separate(kernel: &Kernel) -> Kernel {
    let mut separated = Kernel { ops: Vec::with_capacity(kernel.ops.len()), effects: Vec::new() };
    let mut renamed: Vec<Value> = Vec::with_capacity(kernel.ops.len());
    let mut copies = Vec::new();
    for (i, op) in kernel.ops.iter().enumerate() {
        if let Op::Next(..) | Op::Repeat(_) = op
            && !matches!(i.checked_sub(1).map(|before| &kernel.ops[before]), Some(Op::Next(..)))
        {
            copies.clear();
            for later in &kernel.ops[i..] {
                let passed = match *later {
                    Op::Next(carry, value) if carry != value => value,
                    Op::Repeat(value) => value,
                    Op::Next(..) => continue,
                    _ => break,
                };
                if matches!(kernel.op(passed), Op::Carry(_)) && copies.iter().all(|(old, _)| *old != passed) {
                    copies.push((passed, separated.push(Op::Carry(renamed[passed.0 as usize]))));
                }
                if let Op::Repeat(_) = later {
                    break;
                }
            }
        }
        let copy = |value: Value| copies.iter().find(|(old, _)| *old == value).map(|(_, copy)| *copy);
        let rename = |value: Value| renamed[value.0 as usize];
        let value = match *op {
            Op::Next(carry, value) => {
                let value = copy(value).filter(|_| carry != value).unwrap_or_else(|| rename(value));
                separated.push(Op::Next(rename(carry), value))
            }
            Op::Repeat(again) => separated.push(Op::Repeat(copy(again).unwrap_or_else(|| rename(again)))),
            op => separated.push(op.map(rename)),
        };
        renamed.push(value);
    }
    separated.effects =
        kernel.effects.iter().map(|effect| effect.map(|value| renamed[value.0 as usize])).collect();
    separated
}

/// First and last step of each loop, in the order in which they begin.
pub(super) struct Spans(Vec<(usize, usize)>);

impl Spans {
    /// Those of the ops that become steps, in order.
    pub(super) fn of<'a>(ops: impl Iterator<Item = &'a Op>) -> Spans {
        let mut spans = Vec::new();
        let mut open = Vec::new();
        for (position, op) in ops.enumerate() {
            match op {
                Op::Loop(_) => {
                    open.push(spans.len());
                    spans.push((position, position));
                }
                Op::Repeat(_) => {
                    if let Some(number) = open.pop() {
                        spans[number].1 = position;
                    }
                }
                _ => {}
            }
        }
        Spans(spans)
    }

    /// Whether the step at `position` is part of a loop.
    pub(super) fn is_inside(&self, position: usize) -> bool {
        self.0.iter().any(|(start, end)| (*start..=*end).contains(&position))
    }

    /// How long what was made at `made` must stay to be used at `used`: to the end of every loop that only the
    /// second is in.
    pub(super) fn needed_until(&self, made: usize, used: usize) -> usize {
        let holds =
            |span: &&(usize, usize)| (span.0..=span.1).contains(&used) && !(span.0..=span.1).contains(&made);
        self.0.iter().filter(holds).map(|span| span.1).fold(used, usize::max)
    }

    /// The loops.
    pub(super) fn loops<'a>(&self, op: impl Fn(usize) -> &'a Op) -> Vec<Loop> {
        let of = |&(start, end): &(usize, usize)| {
            let site = match op(start) {
                Op::Loop(site) => *site,
                _ => Site::NONE,
            };
            let is_inner = self.0.iter().any(|&(first, last)| first < start && end < last);
            Loop { start, end, site, is_inner }
        };
        self.0.iter().map(of).collect()
    }
}
