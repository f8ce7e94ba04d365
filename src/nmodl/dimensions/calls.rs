//! Calls: what units the arguments must have, and what unit comes back.

use super::Checker;
use super::expressions::constant;
use super::findings::Clashing;
use super::measure::Measure;
use crate::diagnostic::Span;
use crate::nmodl::ast::{Call, Expression, ExpressionKind};

/// The rule of a function that needs no declaration.
enum Rule {
    /// Pure numbers in and out.
    Pure,
    /// All arguments from this one on have one unit, which the value has too.
    Keep(usize),
    /// Arguments of one unit, a pure number out.
    Ratio,
    /// Units of the first arguments (`None`: any), and of the value.
    Fixed(&'static [Option<&'static str>], Option<&'static str>),
    /// Nothing is known.
    Free,
}

fn rule(name: &str) -> Rule {
    match name {
        "exp" | "log" | "log10" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "sinh" | "cosh"
        | "tanh" | "floor" | "ceil" | "erf" | "poisrand" | "scop_random" => Rule::Pure,
        "fabs" | "abs" | "c_float" | "fmin" | "fmax" | "fmod" | "exprand" | "normrand" => Rule::Keep(0),
        "random_uniform" | "random_negexp" | "random_normal" => Rule::Keep(1),
        "atan2" => Rule::Ratio,
        "at_time" | "net_event" | "net_move" => Rule::Fixed(&[Some("ms")], None),
        "net_send" => Rule::Fixed(&[Some("ms"), None], None),
        "nernst" => Rule::Fixed(&[Some("mM"), Some("mM"), None], Some("mV")),
        "ghk" | "nrn_ghk" => Rule::Fixed(&[Some("mV"), Some("mM"), Some("mM"), None], Some("mC/cm3")),
        "play_at" => Rule::Fixed(&[None], Some("ms")),
        _ => Rule::Free,
    }
}

impl<'a> Checker<'a> {
    /// The unit of what a call gives; clashes of its arguments are said.
    pub(super) fn call(&mut self, call: &'a Call) -> Measure {
        let given: Vec<(&'a Expression, Measure)> =
            call.arguments.iter().map(|argument| (argument, self.infer(argument))).collect();
        let name = call.name.text.as_str();
        if let Some(routine) = self.names.routines.get(name).cloned() {
            for (i, ((argument, wanted, span), (value, found))) in
                routine.arguments.iter().zip(given).enumerate()
            {
                let named = format!("`{argument}`");
                self.argument(name, i, &named, (*wanted, Some(*span)), (value, found));
            }
            return routine.result;
        }
        match rule(name) {
            Rule::Pure => {
                for (value, measure) in given {
                    self.pure(name, &format!("the argument of `{name}`"), value, measure);
                }
                Measure::ONE
            }
            Rule::Keep(from) => self.kept(name, given.get(from..).unwrap_or(&[])),
            Rule::Ratio => {
                self.kept(name, &given);
                Measure::ONE
            }
            Rule::Fixed(units, result) => {
                for (i, (unit, (value, found))) in units.iter().zip(given).enumerate() {
                    if let Some(wanted) = unit.and_then(|unit| self.names.standard(unit)) {
                        self.argument(
                            name,
                            i,
                            &format!("argument {}", i + 1),
                            (wanted, None),
                            (value, found),
                        );
                    }
                }
                result.and_then(|unit| self.names.standard(unit)).unwrap_or(Measure::Any)
            }
            Rule::Free => self.other(name, &given),
        }
    }

    /// Functions whose value has a unit that follows from the first argument's.
    fn other(&mut self, name: &str, given: &[(&'a Expression, Measure)]) -> Measure {
        match (name, given) {
            ("sqrt", [(_, measure)]) => measure.power(0.5),
            ("pow", [(base, unit), (exponent, measure)]) => match constant(exponent) {
                Some(number) => unit.power(number),
                None => {
                    self.pure("pow", "the exponent of `pow`", exponent, *measure);
                    match unit {
                        Measure::Any => Measure::Any,
                        _ => {
                            self.pure("pow base", "what `pow` raises to a power that varies", base, *unit);
                            Measure::ONE
                        }
                    }
                }
            },
            _ => Measure::Any,
        }
    }

    /// Arguments of one unit, which is given back; a pure number when there are none.
    fn kept(&mut self, name: &str, given: &[(&'a Expression, Measure)]) -> Measure {
        let Some((first, rest)) = given.split_first() else { return Measure::ONE };
        let mut result = first.1;
        for other in rest {
            let what = format!("are arguments of `{name}`, which wants one unit");
            result = self.alike("units/argument", &what, (first.0, result), *other);
        }
        result
    }

    fn argument(
        &mut self,
        function: &str,
        index: usize,
        named: &str,
        (wanted, declared): (Measure, Option<Span>),
        (value, found): (&'a Expression, Measure),
    ) {
        let (Measure::Of(want), Measure::Of(have)) = (wanted, found) else { return };
        if matches!(value.kind, ExpressionKind::Text(_)) || wanted.clash(found).is_none() {
            return;
        }
        let (want_text, have_text) = (self.words.quoted(&want), self.words.quoted(&have));
        let verb = if want_text.starts_with('`') { "is in" } else { "is" };
        let gets = if have_text.starts_with('`') { "a value in " } else { "" };
        let message = format!("{named} of `{function}` {verb} {want_text}, but gets {gets}{have_text}");
        self.clash(
            Clashing {
                code: "units/argument",
                group: format!("{function} {index}"),
                message,
                wanted: want,
                found: have,
                span: value.span,
                other: declared.map(|span| (span, format!("declared as {want_text}"))),
                same_dimensions: None,
                different_dimensions: self.missing_unit(&[value], &want, &have),
            },
            &[value],
        );
    }
}
