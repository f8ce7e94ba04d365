//! What a program is estimated to cost, so that work can be shared out before anything has run.

use super::loops::Loop;
use super::primitives::Primitive;
use super::program::{Action, Code, Lookup, Step};

/// The cost of running a program once for one instance, among many.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Estimated from the time of each kind of step with AVX2 at about 3.5 GHz, ns.
    pub nanoseconds: f64,
    /// Steps that are computed for every instance.
    pub steps: usize,
    /// Registers that they need.
    pub registers: usize,
}

impl Cost {
    pub(super) fn estimate(
        steps: &[Step],
        lookups: &[Lookup],
        loops: &[Loop],
        actions: &[Action],
        registers: usize,
    ) -> Cost {
        let rounds = |at: usize| {
            let inside = loops.iter().filter(|turn| (turn.start..=turn.end).contains(&at));
            inside.fold(1.0, |rounds, _| rounds * ROUNDS)
        };
        let steps_cost: f64 =
            steps.iter().enumerate().map(|(at, step)| rounds(at) * of_step(step, lookups)).sum();
        let actions_cost: f64 = actions.iter().map(of_action).sum();
        Cost { nanoseconds: steps_cost + actions_cost, steps: steps.len(), registers }
    }
}

/// What a loop is taken to turn: Newton's method needs two or three rounds for most instances, but a block turns until its last
/// instance is done; most loops of files are as short.
const ROUNDS: f64 = 4.0;

/// How many times as long a program takes when instances run one after another instead of in blocks: measured for a calcium shell of
/// 43 steps.
pub(super) const ALONE: f64 = 40.0;

/// ns for one instance. Measured by `benches/kernels.rs` are arithmetic, exp, logarithm, power and tables; the
/// other functions are guesses from their kind.
fn of_step(step: &Step, lookups: &[Lookup]) -> f64 {
    match step.code {
        Code::Primitive(primitive) => match primitive {
            Primitive::Sqrt => 0.7,
            Primitive::Exp
            | Primitive::ExpNegative
            | Primitive::ExpProduct
            | Primitive::ExpNegativeProduct => 1.05,
            Primitive::Divide | Primitive::DivideBySum | Primitive::DivideByDifference => 0.4,
            Primitive::Log | Primitive::Log10 => 4.5,
            Primitive::Sin | Primitive::Cos | Primitive::Tan => 10.0,
            Primitive::Asin | Primitive::Acos | Primitive::Atan | Primitive::Atan2 => 15.0,
            Primitive::Sinh | Primitive::Cosh | Primitive::Tanh => 15.0,
            Primitive::Power => 7.0,
            Primitive::Remainder => 20.0,
            _ => 0.15,
        },
        Code::Lookup(lookup) => 1.8 + 0.8 * lookups[lookup as usize].results.len() as f64,
        Code::Given { .. } => 8.0,
        Code::Random { .. } | Code::RandomAlways { .. } | Code::SetStream { .. } => 20.0,
        Code::PlaySize | Code::PlayAt | Code::Connections | Code::Weight(_) | Code::Element { .. } => 2.0,
        Code::Request { .. } => 5.0,
        Code::Loop(_) | Code::Repeat(_) => 0.3,
        Code::Fail(_) => 0.15,
    }
}

fn of_action(action: &Action) -> f64 {
    match action {
        Action::Store(..) | Action::Add(..) => 0.3,
        Action::WriteGlobal(..) | Action::WriteArgument(..) => 0.0,
    }
}
