//! Which values an op or an effect uses, and the same op with other values.
//!
//! Everything that walks or rewrites kernels goes through here, so that a new op needs its operands
//! named once.

use super::types::*;

impl Op {
    /// The values it uses, in the order of its fields.
    pub fn operands(&self) -> impl Iterator<Item = Value> + use<> {
        let mut found = [None; 3];
        let mut count = 0;
        let _ = self.map(|value| {
            found[count] = Some(value);
            count += 1;
            value
        });
        found.into_iter().flatten()
    }

    /// The same op on other values; `change` is called once for each operand, in the order of the fields.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(Value) -> Value) -> Op {
        match *self {
            Op::Constant(_)
            | Op::Global(_)
            | Op::Builtin(_)
            | Op::Read(_)
            | Op::Argument(_)
            | Op::Flag
            | Op::PlaySize
            | Op::Connections
            | Op::Loop(_) => *self,
            Op::Unary(function, a) => Op::Unary(function, change(a)),
            Op::Binary(function, a, b) => Op::Binary(function, change(a), change(b)),
            Op::MultiplyAdd(a, b, c) => Op::MultiplyAdd(change(a), change(b), change(c)),
            Op::Select(a, b, c) => Op::Select(change(a), change(b), change(c)),
            Op::Lookup { table, column, x } => Op::Lookup { table, column, x: change(x) },
            Op::LookupSlope { table, column, x } => Op::LookupSlope { table, column, x: change(x) },
            Op::Given { table, part, x, y } => Op::Given { table, part, x: change(x), y: change(y) },
            Op::Random { random, distribution, when } => {
                Op::Random { random, distribution, when: when.map(change) }
            }
            Op::SetStream { random, part, value, when } => {
                Op::SetStream { random, part, value: change(value), when: change(when) }
            }
            Op::Request { when, what } => {
                Op::Request { when: when.map(&mut change), what: what.map(&mut change) }
            }
            Op::Element { first, length, index } => Op::Element { first, length, index: change(index) },
            Op::Weight { connection, number } => Op::Weight { connection: change(connection), number },
            Op::PlayAt(index) => Op::PlayAt(change(index)),
            Op::Carry(initial) => Op::Carry(change(initial)),
            Op::Next(carry, next) => Op::Next(change(carry), change(next)),
            Op::Repeat(again) => Op::Repeat(change(again)),
            Op::Fail { fault, when, values } => {
                Op::Fail { fault, when: change(when), values: values.map(change) }
            }
        }
    }
}

impl Request {
    /// The values it uses, in the order of its fields.
    pub fn operands(&self) -> impl Iterator<Item = Value> + use<> {
        let mut found = [None; 2];
        let mut count = 0;
        let _ = self.map(|value| {
            found[count] = Some(value);
            count += 1;
            value
        });
        found.into_iter().flatten()
    }

    /// The same request with other values; `change` is called once for each operand, in the order of the fields.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(Value) -> Value) -> Request {
        match *self {
            Request::Send { delay, flag, site } => {
                Request::Send { delay: change(delay), flag: change(flag), site }
            }
            Request::Fire { time } => Request::Fire { time: change(time) },
            Request::Move { time, site } => Request::Move { time: change(time), site },
            Request::Watch { number, excess } => Request::Watch { number, excess: change(excess) },
            Request::SetWeight { connection, number, value } => {
                Request::SetWeight { connection: change(connection), number, value: change(value) }
            }
            Request::SetElement { first, length, index, value } => {
                Request::SetElement { first, length, index: change(index), value: change(value) }
            }
        }
    }
}

impl Effect {
    /// The values it uses, in the order of its fields.
    pub fn operands(&self) -> impl Iterator<Item = Value> + use<> {
        let mut found = [None; 1];
        let mut count = 0;
        let _ = self.map(|value| {
            found[count] = Some(value);
            count += 1;
            value
        });
        found.into_iter().flatten()
    }

    /// The same effect with other values; `change` is called once for each operand, in the order of the fields.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(Value) -> Value) -> Effect {
        match *self {
            Effect::Write(place, value) => Effect::Write(place, change(value)),
            Effect::WriteGlobal(global, value) => Effect::WriteGlobal(global, change(value)),
            Effect::WriteArgument(argument, value) => Effect::WriteArgument(argument, change(value)),
            Effect::Add(sum, value) => Effect::Add(sum, change(value)),
        }
    }
}
