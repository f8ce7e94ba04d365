//! Calls: routines of the file are inlined, built-in functions become ops, events and draws take the path's mask.

use super::super::types::*;
use super::context::{Context, Lowered, Refused};
use super::draft::Slot;
use super::expression::Target;
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{self, ExpressionKind};
use crate::units::{FARADAY, GAS_CONSTANT};

/// Built-in functions of one number.
const UNARY: [(&str, Unary); 18] = [
    ("fabs", Unary::Abs),
    ("abs", Unary::Abs),
    ("sqrt", Unary::Sqrt),
    ("exp", Unary::Exp),
    ("log", Unary::Log),
    ("log10", Unary::Log10),
    ("sin", Unary::Sin),
    ("cos", Unary::Cos),
    ("tan", Unary::Tan),
    ("asin", Unary::Asin),
    ("acos", Unary::Acos),
    ("atan", Unary::Atan),
    ("sinh", Unary::Sinh),
    ("cosh", Unary::Cosh),
    ("tanh", Unary::Tanh),
    ("floor", Unary::Floor),
    ("ceil", Unary::Ceil),
    ("c_float", Unary::Single),
];

/// Built-in functions of two numbers.
const BINARY: [(&str, Binary); 5] = [
    ("pow", Binary::Power),
    ("fmod", Binary::Remainder),
    ("fmin", Binary::Minimum),
    ("fmax", Binary::Maximum),
    ("atan2", Binary::Atan2),
];

impl<'a> Context<'a> {
    /// The value of a call in an expression.
    pub fn call(&mut self, call: &'a ast::Call) -> Lowered<Value> {
        let name = call.name.text.as_str();
        if let Some(routine) = self.routines.get(name).copied() {
            return self.inline(call, routine);
        }
        if let Some(equations) = self.equations.get(name).copied() {
            self.check_count(call, 0, 0)?;
            self.in_routine(call.span, name, |cx| cx.call_equations(equations))?;
            return Ok(self.draft.number(0.0));
        }
        if let Some((table, declared)) = self.given.get(name).copied() {
            return self.look_up_given(call, table, declared);
        }
        if let Some((_, function)) = UNARY.iter().find(|(known, _)| *known == name) {
            let [a] = self.numbers(call)?;
            return Ok(self.draft.unary(*function, a));
        }
        if let Some((_, function)) = BINARY.iter().find(|(known, _)| *known == name) {
            let [a, b] = self.numbers(call)?;
            return Ok(self.draft.binary(*function, a, b));
        }
        match name {
            "at_time" => {
                let [edge] = self.numbers(call)?;
                Ok(self.at_time(edge))
            }
            "play_size" => {
                self.numbers::<0>(call)?;
                self.plays = true;
                Ok(self.draft.emit(Op::PlaySize))
            }
            "play_at" => {
                let [index] = self.numbers(call)?;
                self.plays = true;
                Ok(self.draft.emit(Op::PlayAt(index)))
            }
            "random_negexp" | "random_uniform" | "random_dpick" | "random_ipick" | "random_normal" => {
                self.draw(call)
            }
            "net_send" | "net_event" | "net_move" | "state_discontinuity" => self.refuse(
                call.span,
                format!("`{name}` has no value"),
                "",
                "call it as a statement of its own",
            ),
            "nernst" => {
                let [inside, outside, charge] = self.numbers(call)?;
                Ok(self.nernst(inside, outside, charge))
            }
            "ghk" | "nrn_ghk" => {
                let [v, inside, outside, charge] = self.numbers(call)?;
                Ok(self.goldman(v, inside, outside, charge))
            }
            "nrn_pointing" => self.pointing(call),
            "scop_random" | "exprand" | "normrand" | "poisrand" => self.draw_unnamed(call),
            // Streams start from the seed of the run.
            "set_seed" => {
                self.numbers::<1>(call)?;
                Ok(self.draft.number(0.0))
            }
            "gauss" => {
                let [x, mean, deviation] = self.numbers(call)?;
                Ok(self.normal_density(x, mean, deviation))
            }
            "hyperbol" | "revhyperbol" | "sigmoid" | "revsigmoid" => self.saturation(call),
            "erf" => self.refuse(
                call.span,
                format!("`{name}` is not supported yet"),
                "",
                "write its formula as a FUNCTION",
            ),
            "random_setseq" => self.set_stream(call, &[StreamPart::Sequence]),
            "random_setids" => {
                self.set_stream(call, &[StreamPart::Id(0), StreamPart::Id(1), StreamPart::Id(2)])
            }
            "printf" => {
                let warning = Diagnostic::warning("nmodl/printf", "`printf` prints nothing here")
                    .at(call.span, "")
                    .note("It would print once for each instance and step, in no particular order.")
                    .help("record the variable instead");
                self.say(warning);
                Ok(self.draft.number(0.0))
            }
            _ => self.refuse(call.span, format!("`{name}` is not supported yet"), "", ""),
        }
    }

    /// RT/F, mV.
    fn thermal_voltage(&mut self) -> Value {
        let celsius = self.draft.emit(Op::Builtin(Builtin::Celsius));
        let kelvin = self.draft.number(273.15);
        let kelvin = self.draft.binary(Binary::Add, celsius, kelvin);
        let scale = self.draft.number(1000.0 * GAS_CONSTANT / FARADAY);
        self.draft.binary(Binary::Multiply, scale, kelvin)
    }

    /// Nernst's potential, mV; as in NEURON +-1e6 for a concentration of zero, and 0 without charge.
    fn nernst(&mut self, inside: Value, outside: Value, charge: Value) -> Value {
        let thermal = self.thermal_voltage();
        let (zero, most) = (self.draft.number(0.0), self.draft.number(1e6));
        let scale = self.draft.binary(Binary::Divide, thermal, charge);
        let ratio = self.draft.binary(Binary::Divide, outside, inside);
        let log = self.draft.unary(Unary::Log, ratio);
        let potential = self.draft.binary(Binary::Multiply, scale, log);
        let least = self.draft.unary(Unary::Negate, most);
        let none = self.draft.binary(Binary::LessEqual, outside, zero);
        let potential = self.draft.emit(Op::Select(none, least, potential));
        let none = self.draft.binary(Binary::LessEqual, inside, zero);
        let potential = self.draft.emit(Op::Select(none, most, potential));
        let neutral = self.draft.binary(Binary::Equal, charge, zero);
        self.draft.emit(Op::Select(neutral, zero, potential))
    }

    /// The equation of Goldman, Hodgkin and Katz for the current of an ion per permeability (DOI 10.1085/jgp.27.1.37), in
    /// NEURON's units.
    fn goldman(&mut self, v: Value, inside: Value, outside: Value, charge: Value) -> Value {
        let thermal = self.thermal_voltage();
        let product = self.draft.binary(Binary::Multiply, charge, v);
        let x = self.draft.binary(Binary::Divide, product, thermal);
        let minus = self.draft.unary(Unary::Negate, x);
        let (out, within) = (self.linoid(x), self.linoid(minus));
        let out = self.draft.binary(Binary::Multiply, outside, out);
        let within = self.draft.binary(Binary::Multiply, inside, within);
        let net = self.draft.binary(Binary::Subtract, within, out);
        let faraday = self.draft.number(FARADAY / 1000.0);
        let scale = self.draft.binary(Binary::Multiply, faraday, charge);
        self.draft.binary(Binary::Multiply, scale, net)
    }

    /// `x / (exp(x) - 1)`, and `1 - x / 2` near zero.
    fn linoid(&mut self, x: Value) -> Value {
        let (near, one, two) = (self.draft.number(1e-4), self.draft.number(1.0), self.draft.number(2.0));
        let size = self.draft.unary(Unary::Abs, x);
        let small = self.draft.binary(Binary::Less, size, near);
        let half = self.draft.binary(Binary::Divide, x, two);
        let straight = self.draft.binary(Binary::Subtract, one, half);
        let exp = self.draft.unary(Unary::Exp, x);
        let rest = self.draft.binary(Binary::Subtract, exp, one);
        let curved = self.draft.binary(Binary::Divide, x, rest);
        self.draft.emit(Op::Select(small, straight, curved))
    }

    /// The density of the normal distribution at `x`.
    fn normal_density(&mut self, x: Value, mean: Value, deviation: Value) -> Value {
        let (half, root) = (self.draft.number(-0.5), self.draft.number(std::f64::consts::TAU.sqrt()));
        let distance = self.draft.binary(Binary::Subtract, x, mean);
        let z = self.draft.binary(Binary::Divide, distance, deviation);
        let square = self.draft.binary(Binary::Multiply, z, z);
        let exponent = self.draft.binary(Binary::Multiply, half, square);
        let exp = self.draft.unary(Unary::Exp, exponent);
        let scale = self.draft.binary(Binary::Multiply, deviation, root);
        self.draft.binary(Binary::Divide, exp, scale)
    }

    /// NEURON's `hyperbol(x, max, K)` = max x / (K + x), `revhyperbol` = max K / (K + x), and the same with powers of n:
    /// `sigmoid(x, max, K, n)`, `revsigmoid`.
    fn saturation(&mut self, call: &'a ast::Call) -> Lowered<Value> {
        let name = call.name.text.as_str();
        let [x, most, half] = if name.ends_with("sigmoid") {
            let [x, most, half, power] = self.numbers(call)?;
            let raised = [x, half].map(|base| self.draft.binary(Binary::Power, base, power));
            [raised[0], most, raised[1]]
        } else {
            self.numbers(call)?
        };
        let sum = self.draft.binary(Binary::Add, half, x);
        let part = if name.starts_with("rev") { half } else { x };
        let product = self.draft.binary(Binary::Multiply, most, part);
        Ok(self.draft.binary(Binary::Divide, product, sum))
    }

    /// A draw from the stream that NEURON keeps for all instances; here each has its own.
    fn draw_unnamed(&mut self, call: &'a ast::Call) -> Lowered<Value> {
        self.unnamed_stream = true;
        match call.name.text.as_str() {
            "scop_random" => {
                self.numbers::<0>(call)?;
                Ok(self.unnamed(Distribution::Uniform))
            }
            "exprand" => {
                let [mean] = self.numbers(call)?;
                let drawn = self.unnamed(Distribution::Exponential);
                Ok(self.draft.binary(Binary::Multiply, mean, drawn))
            }
            "normrand" => {
                let [mean, deviation] = self.numbers(call)?;
                let drawn = self.unnamed(Distribution::Normal);
                let part = self.draft.binary(Binary::Multiply, drawn, deviation);
                Ok(self.draft.binary(Binary::Add, mean, part))
            }
            _ => {
                let [mean] = self.numbers(call)?;
                self.poisson(call.span, mean)
            }
        }
    }

    /// Whether a POINTER points at something: always, since asking makes it one that the description must set.
    fn pointing(&mut self, call: &'a ast::Call) -> Lowered<Value> {
        self.check_count(call, 1, 1)?;
        let pointer = match call.arguments.first().map(|argument| &argument.kind) {
            Some(ExpressionKind::Variable(variable)) => {
                let name = &variable.name.text;
                self.names.pointers.iter().map(|pointer| &pointer.name).find(|pointer| *pointer == name)
            }
            _ => None,
        };
        let Some(pointer) = pointer else {
            return self.refuse(call.span, "`nrn_pointing` takes a POINTER of the mechanism", "", "");
        };
        self.asked_pointers.insert(pointer);
        Ok(self.draft.number(1.0))
    }

    fn unnamed(&mut self, distribution: Distribution) -> Value {
        let random = RandomId(self.names.randoms.len() as u32);
        let when = self.draft.mask();
        self.draft.emit(Op::Random { random, distribution, when })
    }

    /// Poisson's distribution: how many uniform draws can be multiplied before the product falls below exp(-mean), less one
    /// (D. E. Knuth, The Art of Computer Programming 2, 3.4.1).
    fn poisson(&mut self, span: Span, mean: Value) -> Lowered<Value> {
        let (product, count) = (Slot::Local(self.draft.locals(1)), Slot::Local(self.draft.locals(1)));
        let (one, none) = (self.draft.number(1.0), self.draft.number(-1.0));
        self.draft.set(product, one, span);
        self.draft.set(count, none, span);
        let minus = self.draft.unary(Unary::Negate, mean);
        let end = self.draft.unary(Unary::Exp, minus);
        self.looped(span, |cx| {
            let now = cx.draft.get(product, span);
            let runs = cx.draft.binary(Binary::LessEqual, end, now);
            cx.only_where(runs, |cx| {
                let drawn = cx.unnamed(Distribution::Uniform);
                let next = cx.draft.binary(Binary::Multiply, now, drawn);
                cx.draft.set(product, next, span);
                let (more, one) = (cx.draft.get(count, span), cx.draft.number(1.0));
                let more = cx.draft.binary(Binary::Add, more, one);
                cx.draft.set(count, more, span);
                Ok(())
            })?;
            Ok(runs)
        })?;
        Ok(self.draft.get(count, span))
    }

    /// The values of the arguments of a call that takes `N` of them.
    fn numbers<const N: usize>(&mut self, call: &'a ast::Call) -> Lowered<[Value; N]> {
        self.check_count(call, N, N)?;
        let mut values = [Value(0); N];
        for (value, argument) in values.iter_mut().zip(&call.arguments) {
            *value = self.expression(argument)?;
        }
        Ok(values)
    }

    fn check_count(&mut self, call: &ast::Call, least: usize, most: usize) -> Lowered<()> {
        let count = call.arguments.len();
        if (least..=most).contains(&count) {
            return Ok(());
        }
        let wanted = if least == most { format!("{least}") } else { format!("{least} to {most}") };
        let noun = if wanted == "1" { "argument" } else { "arguments" };
        let message = format!("`{}` takes {wanted} {noun}, not {count}", call.name.text);
        Err(self.say(Diagnostic::error("nmodl/arguments", message).at(call.span, "")))
    }

    /// A draw from a RANDOM variable, with the parameters that NEURON's functions take.
    fn draw(&mut self, call: &'a ast::Call) -> Lowered<Value> {
        let name = call.name.text.as_str();
        let (distribution, most) = match name {
            "random_negexp" => (Distribution::Exponential, 2),
            "random_uniform" => (Distribution::Uniform, 3),
            "random_dpick" => (Distribution::Uniform, 1),
            "random_ipick" => (Distribution::Word, 1),
            _ => (Distribution::Normal, 3),
        };
        self.check_count(call, 1, most)?;
        let Some((stream, parameters)) = call.arguments.split_first() else { return Err(Refused) };
        let random = self.random_variable(stream)?;
        let parameters = parameters.iter().map(|p| self.expression(p)).collect::<Lowered<Vec<Value>>>()?;
        let when = self.draft.mask();
        let drawn = self.draft.emit(Op::Random { random, distribution, when });
        let mut times = |a, b| self.draft.binary(Binary::Multiply, a, b);
        Ok(match (distribution, parameters.as_slice()) {
            (Distribution::Exponential, [mean]) => times(drawn, *mean),
            (Distribution::Uniform, [low, high]) => {
                let width = self.draft.binary(Binary::Subtract, *high, *low);
                let part = self.draft.binary(Binary::Multiply, drawn, width);
                self.draft.binary(Binary::Add, *low, part)
            }
            (Distribution::Normal, [mean, deviation]) => {
                let part = times(drawn, *deviation);
                self.draft.binary(Binary::Add, *mean, part)
            }
            (_, []) => drawn,
            _ => {
                let message = format!("`{name}` takes both of its parameters, or none");
                return Err(self.say(Diagnostic::error("nmodl/arguments", message).at(call.span, "")));
            }
        })
    }

    /// The RANDOM variable that an argument names.
    fn random_variable(&mut self, stream: &ast::Expression) -> Lowered<RandomId> {
        let random = match &stream.kind {
            ExpressionKind::Variable(variable) => self.names.random(&variable.name.text),
            _ => None,
        };
        match random {
            Some(random) => Ok(random),
            None => self.refuse(
                stream.span,
                "this is not a RANDOM variable",
                "",
                "declare it with RANDOM in the NEURON block",
            ),
        }
    }

    /// `random_setids` and `random_setseq`; the value is 0.
    fn set_stream(&mut self, call: &'a ast::Call, parts: &[StreamPart]) -> Lowered<Value> {
        self.check_count(call, parts.len() + 1, parts.len() + 1)?;
        let Some((stream, values)) = call.arguments.split_first() else { return Err(Refused) };
        let random = self.random_variable(stream)?;
        let values = values.iter().map(|v| self.expression(v)).collect::<Lowered<Vec<Value>>>()?;
        let when = match self.draft.mask() {
            Some(mask) => mask,
            None => self.draft.number(1.0),
        };
        for (part, value) in parts.iter().zip(values) {
            self.draft.emit(Op::SetStream { random, part: *part, value, when });
        }
        Ok(self.draft.number(0.0))
    }

    /// A call that stands on its own.
    pub fn call_statement(&mut self, call: &'a ast::Call) -> Lowered<()> {
        if self.routines.contains_key(call.name.text.as_str()) {
            return self.call(call).map(|_| ());
        }
        match call.name.text.as_str() {
            "net_send" => {
                self.events_allowed(call, &[Stage::Initial, Stage::ReceiveInitial, Stage::Receive])?;
                let [delay, flag] = self.numbers(call)?;
                let site = self.site(call.span);
                self.request(Request::Send { delay, flag, site });
                Ok(())
            }
            "net_event" => {
                self.events_allowed(call, &[Stage::Receive])?;
                let [time] = self.numbers(call)?;
                self.request(Request::Fire { time });
                Ok(())
            }
            "net_move" => {
                self.events_allowed(call, &[Stage::Receive])?;
                let [time] = self.numbers(call)?;
                let site = self.site(call.span);
                self.request(Request::Move { time, site });
                Ok(())
            }
            "state_discontinuity" => self.discontinuity(call),
            _ => self.call(call).map(|_| ()),
        }
    }

    fn events_allowed(&mut self, call: &ast::Call, stages: &[Stage]) -> Lowered<()> {
        if stages.contains(&self.draft.stage) && self.names.kind != Kind::Density {
            return Ok(());
        }
        let name = &call.name.text;
        let places = if stages.len() > 1 { "INITIAL and NET_RECEIVE" } else { "NET_RECEIVE" };
        self.refuse(
            call.span,
            format!("`{name}` cannot be used here"),
            &format!("Events are sent from {places} of point processes and artificial cells."),
            "",
        )
    }

    /// `at_time(time)`: whether `time` came in the step that ends at `t`; with 1e-11 ms for the rounding of `t`, as in NEURON.
    fn at_time(&mut self, time: Value) -> Value {
        let now = self.time.unwrap_or_else(|| self.draft.emit(Op::Builtin(Builtin::Time)));
        let step = self.time_step();
        let rounding = self.draft.number(1e-11);
        let time = self.draft.binary(Binary::Subtract, time, rounding);
        let before = self.draft.binary(Binary::Subtract, now, step);
        let come = self.draft.binary(Binary::LessEqual, time, now);
        let new = self.draft.binary(Binary::Less, before, time);
        self.draft.binary(Binary::And, come, new)
    }

    /// `state_discontinuity(x, value)`: `x = value`; but nothing where currents are computed at t = 0, to be recorded there.
    fn discontinuity(&mut self, call: &'a ast::Call) -> Lowered<()> {
        if self.draft.stage == Stage::Current {
            if self.again {
                return Ok(());
            }
            let (now, zero) = (self.draft.emit(Op::Builtin(Builtin::Time)), self.draft.number(0.0));
            let started = self.draft.binary(Binary::Less, zero, now);
            return self.only_where(started, |cx| cx.put_discontinuity(call));
        }
        self.put_discontinuity(call)
    }

    fn put_discontinuity(&mut self, call: &'a ast::Call) -> Lowered<()> {
        self.check_count(call, 2, 2)?;
        let [target, value] = call.arguments.as_slice() else { return Err(Refused) };
        let ExpressionKind::Variable(variable) = &target.kind else {
            return self.refuse(target.span, "a STATE is needed here", "", "");
        };
        let value = self.expression(value)?;
        match self.target(variable)? {
            Target::Slot(slot) => {
                self.discontinued.insert(slot);
                self.store(slot, value, variable)
            }
            Target::Element(slots, index) => {
                self.discontinued.extend(slots.iter().copied());
                self.store_element(&slots, index, value, variable);
                Ok(())
            }
            Target::Far(first, length, index) => {
                self.request(Request::SetElement { first, length, index, value });
                Ok(())
            }
            Target::Value(_) | Target::Weight(..) => {
                self.refuse(target.span, "a STATE is needed here", "", "")
            }
        }
    }

    /// Puts the body of a routine in the place of its call; the value is that of a FUNCTION, or 0.
    fn inline(&mut self, call: &'a ast::Call, routine: &'a ast::Routine) -> Lowered<Value> {
        let count = routine.arguments.len();
        self.check_count(call, count, count)?;
        let arguments = call.arguments.iter().map(|a| self.expression(a)).collect::<Lowered<Vec<Value>>>()?;
        if self.options.tables
            && let Some(table) = super::table::statement(routine)
        {
            return self.look_up(call, routine, table, &arguments);
        }
        self.run_routine(call.span, routine, &arguments)
    }

    /// The body of a routine, with values for its arguments.
    pub fn run_routine(
        &mut self,
        span: Span,
        routine: &'a ast::Routine,
        arguments: &[Value],
    ) -> Lowered<Value> {
        self.in_routine(span, &routine.name.text, |cx| {
            let result = cx.declare_scalar(&routine.name.text);
            for (argument, value) in routine.arguments.iter().zip(arguments) {
                let slot = cx.declare_scalar(&argument.name.text);
                cx.draft.set(slot, *value, argument.name.span);
            }
            cx.block(&routine.body)?;
            Ok(cx.draft.get(result, routine.name.span))
        })
    }
}
