//! BREAKPOINT: the membrane current of an instance, and its slope.
//!
//! With I the sum of the currents that flow outwards through the membrane, less those that an electrode
//! injects, an instance adds -I to its compartment's right-hand side and dI/dv to its diagonal. Currents of a
//! point process are in nA and take the factor 100/area (um2) to mA/cm2 on the way; their own variables stay in nA.
//! NEURON takes the slope as a difference quotient over 1 uV; here it is the derivative itself, but where a loop
//! whose rounds are not known before the run comes between, and where the quotient is asked for.

use super::super::analysis;
use super::super::types::*;
use super::context::{Context, Lowered};
use super::derivative::{derivative, through_loop};
use super::draft::Slot;
use super::globals;
use crate::diagnostic::Span;

/// mV, for NEURON's difference quotient.
const SHIFT: f64 = 0.001;

/// Lowers the `statements` of a BREAKPOINT, `at` its place, and adds the currents that they set.
///
/// NEURON runs them twice, at v + 1 uV and at v. Where a variable passes on to the second time, shared or the
/// instance's own, so does this: what BREAKPOINT counts counts twice.
pub(super) fn lower<'a>(
    cx: &mut Context<'a>,
    at: Span,
    statements: impl Fn(&mut Context<'a>) -> Lowered<()>,
) {
    let start = cx.draft.clone();
    if statements(cx).is_err() {
        return;
    }
    let passed = globals::passed_on(&cx.draft);
    if passed.is_empty() {
        let voltage = cx.draft.start(Slot::Place(Place::Voltage));
        let (total, ions) = currents(cx, at);
        let Some(total) = total else { return };
        let slope = if cx.options.difference || through_loop(&cx.draft.kernel, total, voltage) {
            let before = cx.draft.take_environment();
            let Some((other, shift)) = shifted(cx, at, &statements) else { return };
            cx.draft.put_environment(before);
            Some(quotient(cx, other, total, shift))
        } else {
            derivative(&mut cx.draft.kernel, total, voltage)
        };
        return add(cx, total, slope, ions);
    }
    cx.draft = start;
    let voltage = cx.draft.start(Slot::Place(Place::Voltage));
    let Some((other, shift)) = shifted(cx, at, &statements) else { return };
    cx.draft.set(Slot::Place(Place::Voltage), voltage, at);
    // What passed on may depend on the shifted voltage, of which the current's own slope knows nothing.
    let handed: Vec<Value> = passed.iter().map(|slot| cx.draft.get(*slot, at)).collect();
    if statements(cx).is_err() {
        return;
    }
    let (total, ions) = currents(cx, at);
    let Some(total) = total else { return };
    let kernel = &cx.draft.kernel;
    let depends = handed.iter().any(|value| analysis::depends_on(kernel, *value)[total.0 as usize]);
    let slope = if depends || cx.options.difference || through_loop(kernel, total, voltage) {
        Some(quotient(cx, other, total, shift))
    } else {
        derivative(&mut cx.draft.kernel, total, voltage)
    };
    add(cx, total, slope, ions);
}

/// The total current at the shifted voltage, and the shift.
fn shifted<'a>(
    cx: &mut Context<'a>,
    at: Span,
    statements: &impl Fn(&mut Context<'a>) -> Lowered<()>,
) -> Option<(Value, Value)> {
    let voltage = cx.draft.start(Slot::Place(Place::Voltage));
    let shift = cx.draft.number(SHIFT);
    let shifted = cx.draft.binary(Binary::Add, voltage, shift);
    cx.draft.set(Slot::Place(Place::Voltage), shifted, at);
    statements(cx).ok()?;
    Some((currents(cx, at).0?, shift))
}

/// The slope between the current `other`, at the shifted voltage, and `total`.
fn quotient(cx: &mut Context<'_>, other: Value, total: Value, shift: Value) -> Value {
    let rise = cx.draft.binary(Binary::Subtract, other, total);
    cx.draft.binary(Binary::Divide, rise, shift)
}

/// Adds a current and its slope to the compartment, and to those of ions.
fn add(cx: &mut Context<'_>, total: Value, slope: Option<Value>, ions: Vec<(IonId, Value)>) {
    let names = cx.names;
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
