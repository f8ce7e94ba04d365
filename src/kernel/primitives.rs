//! The primitives: what a step can compute from up to four operands, lane by lane.
//!
//! Each is written once, as a formula for one lane. From it come the scalar evaluator's arithmetic and, for every level,
//! a loop over a block that the compiler turns into vector instructions. Every loop is a function of its own, so
//! that it has all vector registers for itself; a program's steps call them through a table.

use super::arithmetic::{exp_of_all, log_of_all, maximum, minimum, multiply_add, truth};
use super::{LANES, Level};
use crate::ir::{Binary, Unary};

/// Values that cheap primitives compute in one go: loops over a block are then so short that the processor
/// foresees their end.
pub(super) const WIDTH: usize = 32;
/// The same for exp and log: as many values as are computed side by side without running out of vector registers.
const LONG_WIDTH: usize = 16;

/// An operand or a target in one block.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) pointer: *mut f64,
    /// All ones; or 0 for a value that is the same for all, of which there are [`WIDTH`] copies.
    pub(super) mask: usize,
}

impl View {
    /// The `W` values from instance `at` of the block on, a multiple of [`LANES`].
    ///
    /// # Safety
    /// They must lie in the memory of the view.
    #[inline(always)]
    pub(super) unsafe fn load<const W: usize>(self, at: usize) -> [f64; W] {
        // SAFETY: the caller's promise; any alignment is good enough.
        unsafe { self.pointer.add(at & self.mask).cast::<[f64; W]>().read_unaligned() }
    }

    /// # Safety
    /// As for `load`, and the view must not be of a value that is the same for all.
    #[inline(always)]
    pub(super) unsafe fn store<const W: usize>(self, at: usize, values: [f64; W]) {
        // SAFETY: the caller's promise.
        unsafe { self.pointer.add(at).cast::<[f64; W]>().write_unaligned(values) }
    }

    /// The value of one instance of the block.
    ///
    /// # Safety
    /// As for `load`.
    #[inline(always)]
    pub(super) unsafe fn lane(self, lane: usize) -> f64 {
        // SAFETY: the caller's promise.
        unsafe { self.pointer.add(lane & self.mask).read() }
    }
}

/// What a primitive works on in one block.
pub(super) struct Call {
    pub(super) target: View,
    /// Those that the primitive does not use may be any.
    pub(super) operands: [View; 4],
    /// Number of instances, a multiple of [`LANES`].
    pub(super) length: usize,
}

/// A primitive's loop. All views of the call must hold `length` values, or [`WIDTH`] if they are the same for all;
/// a target may be the same memory as an operand, or apart from it, but must not overlap it otherwise.
pub(super) type Loop = unsafe fn(&Call);

/// What a primitive computes for one lane.
trait Formula {
    /// What is computed of the result of `inner`.
    const OUTER: Outer;

    fn inner<const FUSED: bool>(operands: [f64; 4]) -> f64;
}

/// A function that is computed of many lanes side by side.
enum Outer {
    Same,
    Exp,
    Log,
}

/// A formula for `W` lanes.
#[inline(always)]
fn lanes<F: Formula, const FUSED: bool, const W: usize>([a, b, c, d]: [[f64; W]; 4]) -> [f64; W] {
    let mut values = [0.0; W];
    for lane in 0..W {
        values[lane] = F::inner::<FUSED>([a[lane], b[lane], c[lane], d[lane]]);
    }
    match F::OUTER {
        Outer::Same => values,
        Outer::Exp => exp_of_all::<FUSED, W>(values),
        Outer::Log => log_of_all::<FUSED, W>(values),
    }
}

/// # Safety
/// As [`Loop`] says.
#[inline(always)]
unsafe fn over_block<F: Formula, const FUSED: bool, const W: usize>(call: &Call) {
    let mut at = 0;
    // SAFETY: `at + W` and `at + LANES` are never more than `length`, a multiple of `LANES`.
    unsafe {
        while at + W <= call.length {
            over_lanes::<F, FUSED, W>(call, at);
            at += W;
        }
        while at < call.length {
            over_lanes::<F, FUSED, LANES>(call, at);
            at += LANES;
        }
    }
}

/// # Safety
/// As [`Loop`] says, for the `W` values from `at` on.
#[inline(always)]
unsafe fn over_lanes<F: Formula, const FUSED: bool, const W: usize>(call: &Call, at: usize) {
    // SAFETY: the caller's promise. All operands are read before the target is written.
    unsafe {
        let operands = call.operands.map(|operand| operand.load::<W>(at));
        call.target.store(at, lanes::<F, FUSED, W>(operands));
    }
}

/// # Safety
/// As [`Loop`] says.
unsafe fn baseline<F: Formula, const W: usize>(call: &Call) {
    // SAFETY: the caller's promise.
    unsafe { over_block::<F, false, W>(call) }
}

/// # Safety
/// As [`Loop`] says, and the machine must have the features.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<F: Formula, const W: usize>(call: &Call) {
    // SAFETY: the caller's promise.
    unsafe { over_block::<F, true, W>(call) }
}

/// # Safety
/// As [`Loop`] says, and the machine must have the features.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
unsafe fn avx512<F: Formula, const W: usize>(call: &Call) {
    // SAFETY: the caller's promise.
    unsafe { over_block::<F, true, W>(call) }
}

/// Lists the primitives: name, values in one go, and the formula for one lane, which may end in a function of the whole.
macro_rules! primitives {
    (@outer) => { Outer::Same };
    (@outer $outer:ident) => { Outer::$outer };
    ($($(#[$doc:meta])* $name:ident[$width:expr] |$($operand:ident),+| $($outer:ident of)? ($result:expr);)+) => {
        /// What a step computes, lane by lane.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Primitive {
            $($(#[$doc])* $name,)+
        }

        mod formula {
            $(pub(super) struct $name;)+
        }

        $(impl Formula for formula::$name {
            const OUTER: Outer = primitives!(@outer $($outer)?);

            #[inline(always)]
            fn inner<const FUSED: bool>([$($operand,)+ ..]: [f64; 4]) -> f64 {
                $result
            }
        })+

        impl Primitive {
            /// Computes it for one instance.
            #[inline(always)]
            pub(super) fn compute<const FUSED: bool>(self, operands: [f64; 4]) -> f64 {
                let operands = operands.map(|operand| [operand]);
                let [result] = match self {
                    $(Primitive::$name => lanes::<formula::$name, FUSED, 1>(operands),)+
                };
                result
            }

            /// The loops of all primitives at a level that the machine has, in the order of the primitives.
            pub(super) fn loops(level: Level) -> &'static [Loop] {
                #[cfg(target_arch = "x86_64")]
                match level {
                    Level::Avx512 => return &[$(avx512::<formula::$name, { $width }>),+],
                    Level::Avx2 => return &[$(avx2::<formula::$name, { $width }>),+],
                    Level::Baseline => {}
                }
                let _ = level;
                &[$(baseline::<formula::$name, { $width }>),+]
            }
        }
    };
}

primitives! {
    Copy[LANES] |a| (a);
    Negate[WIDTH] |a| (-a);
    Not[WIDTH] |a| (truth(a == 0.0));
    Abs[WIDTH] |a| (a.abs());
    Sqrt[WIDTH] |a| (a.sqrt());
    Exp[LONG_WIDTH] |a| Exp of (a);
    Log[LONG_WIDTH] |a| Log of (a);
    Log10[LANES] |a| (a.log10());
    Sin[LANES] |a| (a.sin());
    Cos[LANES] |a| (a.cos());
    Tan[LANES] |a| (a.tan());
    Asin[LANES] |a| (a.asin());
    Acos[LANES] |a| (a.acos());
    Atan[LANES] |a| (a.atan());
    Sinh[LANES] |a| (a.sinh());
    Cosh[LANES] |a| (a.cosh());
    Tanh[LANES] |a| (a.tanh());
    Floor[WIDTH] |a| (a.floor());
    Ceil[WIDTH] |a| (a.ceil());
    Single[WIDTH] |a| (f64::from(a as f32));
    Add[WIDTH] |a, b| (a + b);
    Subtract[WIDTH] |a, b| (a - b);
    Multiply[WIDTH] |a, b| (a * b);
    Divide[WIDTH] |a, b| (a / b);
    Power[LANES] |a, b| (a.powf(b));
    Minimum[WIDTH] |a, b| (minimum(a, b));
    Maximum[WIDTH] |a, b| (maximum(a, b));
    Remainder[LANES] |a, b| (a % b);
    Atan2[LANES] |a, b| (a.atan2(b));
    Less[WIDTH] |a, b| (truth(a < b));
    LessEqual[WIDTH] |a, b| (truth(a <= b));
    Equal[WIDTH] |a, b| (truth(a == b));
    NotEqual[WIDTH] |a, b| (truth(a != b));
    And[WIDTH] |a, b| (truth(a != 0.0 && b != 0.0));
    Or[WIDTH] |a, b| (truth(a != 0.0 || b != 0.0));
    /// `a b + c`
    MultiplyAdd[WIDTH] |a, b, c| (multiply_add::<FUSED>(a, b, c));
    /// `a b - c`
    MultiplySubtract[WIDTH] |a, b, c| (multiply_add::<FUSED>(a, b, -c));
    /// `c - a b`
    NegateMultiplyAdd[WIDTH] |a, b, c| (multiply_add::<FUSED>(-a, b, c));
    /// `(a - b) (c - d) + d`
    Approach[WIDTH] |a, b, c, d| (multiply_add::<FUSED>(a - b, c - d, d));
    /// `a / (b + c)`
    DivideBySum[WIDTH] |a, b, c| (a / (b + c));
    /// `a / (b - c)`
    DivideByDifference[WIDTH] |a, b, c| (a / (b - c));
    /// `exp(-a)`
    ExpNegative[LONG_WIDTH] |a| Exp of (-a);
    /// `exp(a b)`
    ExpProduct[LONG_WIDTH] |a, b| Exp of (a * b);
    /// `exp(-a b)`
    ExpNegativeProduct[LONG_WIDTH] |a, b| Exp of (-a * b);
    /// The second where the first is not zero, else the third.
    Select[WIDTH] |a, b, c| (if a != 0.0 { b } else { c });
    /// The third where the first is less than the second, else the fourth.
    SelectLess[WIDTH] |a, b, c, d| (if a < b { c } else { d });
    /// The same for less or equal.
    SelectLessEqual[WIDTH] |a, b, c, d| (if a <= b { c } else { d });
    /// The same for equal.
    SelectEqual[WIDTH] |a, b, c, d| (if a == b { c } else { d });
    /// The same for not equal.
    SelectNotEqual[WIDTH] |a, b, c, d| (if a != b { c } else { d });
}

impl From<Unary> for Primitive {
    fn from(function: Unary) -> Primitive {
        match function {
            Unary::Negate => Primitive::Negate,
            Unary::Not => Primitive::Not,
            Unary::Abs => Primitive::Abs,
            Unary::Sqrt => Primitive::Sqrt,
            Unary::Exp => Primitive::Exp,
            Unary::Log => Primitive::Log,
            Unary::Log10 => Primitive::Log10,
            Unary::Sin => Primitive::Sin,
            Unary::Cos => Primitive::Cos,
            Unary::Tan => Primitive::Tan,
            Unary::Asin => Primitive::Asin,
            Unary::Acos => Primitive::Acos,
            Unary::Atan => Primitive::Atan,
            Unary::Sinh => Primitive::Sinh,
            Unary::Cosh => Primitive::Cosh,
            Unary::Tanh => Primitive::Tanh,
            Unary::Floor => Primitive::Floor,
            Unary::Ceil => Primitive::Ceil,
            Unary::Single => Primitive::Single,
        }
    }
}

impl From<Binary> for Primitive {
    fn from(function: Binary) -> Primitive {
        match function {
            Binary::Add => Primitive::Add,
            Binary::Subtract => Primitive::Subtract,
            Binary::Multiply => Primitive::Multiply,
            Binary::Divide => Primitive::Divide,
            Binary::Power => Primitive::Power,
            Binary::Minimum => Primitive::Minimum,
            Binary::Maximum => Primitive::Maximum,
            Binary::Remainder => Primitive::Remainder,
            Binary::Atan2 => Primitive::Atan2,
            Binary::Less => Primitive::Less,
            Binary::LessEqual => Primitive::LessEqual,
            Binary::Equal => Primitive::Equal,
            Binary::NotEqual => Primitive::NotEqual,
            Binary::And => Primitive::And,
            Binary::Or => Primitive::Or,
        }
    }
}
