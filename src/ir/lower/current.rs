//! BREAKPOINT: the membrane current of an instance, and its slope.
//!
//! With I the sum of the currents that flow outwards through the membrane, less those that an electrode
//! injects, an instance adds -I to its compartment's right-hand side and dI/dv to its diagonal. Currents of a
//! point process are in nA and take the factor 100/area (um2) to mA/cm2 on the way; their own variables stay in nA.
//! NEURON takes the slope as a difference quotient over 1 uV; here it is the derivative itself, but where a loop
//! whose rounds are not known before the run comes between, and where the quotient is asked for.

use super::super::types::*;
use super::context::{Context, Lowered};
use super::derivative::{derivative, through_loop};
use super::draft::Slot;
use crate::diagnostic::Span;

/// mV, for NEURON's difference quotient.
const SHIFT: f64 = 0.001;

/// Adds the currents of a BREAKPOINT whose statements were lowered, `at` its place; `statements` lowers them again.
pub(super) fn add_currents<'a>(
    cx: &mut Context<'a>,
    at: Span,
    statements: impl FnOnce(&mut Context<'a>) -> Lowered<()>,
) {
    let names = cx.names;
    let voltage = cx.draft.start(Slot::Place(Place::Voltage));
    let (total, ions) = currents(cx, at);
    let Some(total) = total else { return };
    let slope = if cx.options.difference || through_loop(&cx.draft.kernel, total, voltage) {
        let before = cx.draft.take_environment();
        let shift = cx.draft.number(SHIFT);
        let shifted = cx.draft.binary(Binary::Add, voltage, shift);
        cx.draft.set(Slot::Place(Place::Voltage), shifted, at);
        let result = statements(cx);
        let (other, _) = currents(cx, at);
        cx.draft.put_environment(before);
        let (Ok(()), Some(other)) = (result, other) else { return };
        let rise = cx.draft.binary(Binary::Subtract, other, total);
        Some(cx.draft.binary(Binary::Divide, rise, shift))
    } else {
        derivative(&mut cx.draft.kernel, total, voltage)
    };
    let draft = &mut cx.draft;
    let factor = (names.kind == Kind::PointProcess).then(|| draft.emit(Op::Read(Place::PointScale)));
    let mut scaled = |value: Value| match factor {
        Some(factor) => draft.binary(Binary::Multiply, value, factor),
        None => value,
    };
    let (total, slope) = (scaled(total), slope.map(&mut scaled));
    let ions: Vec<_> = ions.into_iter().map(|(ion, value)| (ion, scaled(value))).collect();
    let inward = draft.unary(Unary::Negate, total);
    let effects = &mut draft.kernel.effects;
    effects.push(Effect::Add(Sum::RightHandSide, inward));
    effects.extend(slope.map(|slope| Effect::Add(Sum::Diagonal, slope)));
    effects.extend(ions.into_iter().map(|(ion, value)| Effect::Add(Sum::IonCurrent(ion), value)));
}

/// The sum of all currents, outwards; and those of ions.
fn currents(cx: &mut Context<'_>, at: Span) -> (Option<Value>, Vec<(IonId, Value)>) {
    let names = cx.names;
    let draft = &mut cx.draft;
    let mut total: Option<Value> = None;
    let mut ions = Vec::new();
    for current in &names.currents {
        let value = draft.get(Slot::Place(Place::Column(current.column)), at);
        let outward = if current.electrode { draft.unary(Unary::Negate, value) } else { value };
        total = Some(match total {
            Some(sum) => draft.binary(Binary::Add, sum, outward),
            None => outward,
        });
        ions.extend(current.ion.map(|ion| (ion, value)));
    }
    (total, ions)
}
