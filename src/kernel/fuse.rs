//! Peepholes: several cheap steps become one.
//!
//! A cheap step costs as much for going through a block of memory as for its arithmetic. So a product that is only needed
//! as an exponent is computed on the way into exp, and a sum on the way into a division, where it takes no
//! time at all. Each line below is one such rewriting. Roundings stay where they are: no result changes by a bit,
//! but for the sign of a NaN.
//!
//! What a fused step makes superfluous is dropped later, if nothing else needs it. Where something does, it is
//! computed twice, which is still cheaper than one more operand.

use super::primitives::Primitive::{self, *};
use crate::ir::Value;

/// What is known of the values of a kernel.
pub(super) trait Known {
    /// How a value is computed for each instance; `None` if it is not.
    fn computed(&self, value: Value) -> Option<(Primitive, &[Value])>;
}

/// A step that does the same as `primitive` with `operands`, and some of the work of the steps before it.
pub(super) fn fuse(
    known: &impl Known,
    primitive: Primitive,
    operands: Vec<Value>,
) -> (Primitive, Vec<Value>) {
    match fuse_once(known, primitive, &operands) {
        Some((primitive, operands)) => fuse(known, primitive, operands),
        None => (primitive, operands),
    }
}

fn fuse_once(
    known: &impl Known,
    primitive: Primitive,
    operands: &[Value],
) -> Option<(Primitive, Vec<Value>)> {
    let unary = |value: Value, wanted: Primitive| match known.computed(value) {
        Some((primitive, &[a])) if primitive == wanted => Some(a),
        _ => None,
    };
    let binary = |value: Value, wanted: Primitive| match known.computed(value) {
        Some((primitive, &[a, b])) if primitive == wanted => Some((a, b)),
        _ => None,
    };
    let negated = |value: Value| unary(value, Negate);
    match (primitive, operands) {
        (Exp, &[x]) => {
            if let Some(x) = negated(x) {
                Some((ExpNegative, vec![x]))
            } else {
                binary(x, Multiply).map(|(a, b)| (ExpProduct, vec![a, b]))
            }
        }
        (ExpNegative, &[x]) => binary(x, Multiply).map(|(a, b)| (ExpNegativeProduct, vec![a, b])),
        (Divide, &[a, b]) => {
            if let Some((b, c)) = binary(b, Add) {
                Some((DivideBySum, vec![a, b, c]))
            } else {
                binary(b, Subtract).map(|(b, c)| (DivideByDifference, vec![a, b, c]))
            }
        }
        (Multiply, &[a, b]) => match (negated(a), negated(b)) {
            (Some(a), Some(b)) => Some((Multiply, vec![a, b])),
            _ => None,
        },
        (MultiplyAdd, &[a, b, c]) => match (negated(a), negated(b), negated(c)) {
            (Some(a), Some(b), _) => Some((MultiplyAdd, vec![a, b, c])),
            (Some(a), None, _) => Some((NegateMultiplyAdd, vec![a, b, c])),
            (None, Some(b), _) => Some((NegateMultiplyAdd, vec![a, b, c])),
            (None, None, Some(c)) => Some((MultiplySubtract, vec![a, b, c])),
            (None, None, None) => approach(&binary, a, b, c).or_else(|| approach(&binary, b, a, c)),
        },
        (Select, &[condition, yes, no]) => {
            if let Some(condition) = unary(condition, Not) {
                return Some((Select, vec![condition, no, yes]));
            }
            let (comparison, operands) = known.computed(condition)?;
            let select = match comparison {
                Less => SelectLess,
                LessEqual => SelectLessEqual,
                Equal => SelectEqual,
                NotEqual => SelectNotEqual,
                _ => return None,
            };
            Some((select, vec![operands[0], operands[1], yes, no]))
        }
        _ => None,
    }
}

/// `(a - b) (c - y) + y`: y approaches c.
fn approach(
    difference: &impl Fn(Value, Primitive) -> Option<(Value, Value)>,
    share: Value,
    distance: Value,
    y: Value,
) -> Option<(Primitive, Vec<Value>)> {
    let (a, b) = difference(share, Subtract)?;
    let (c, from) = difference(distance, Subtract)?;
    (from == y).then(|| (Approach, vec![a, b, c, y]))
}
