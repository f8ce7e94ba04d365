//! Names that are there without a declaration: functions, variables, methods.

/// A variable that the simulator provides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `v`, the membrane potential at the instance (mV).
    Voltage,
    /// `t`, the time (ms).
    Time,
    /// `dt`, the step (ms).
    Step,
    /// `celsius`, the temperature (degC).
    Celsius,
    /// `area`, the surface of the segment (um2).
    Area,
    /// `diam`, the diameter of the segment (um).
    Diameter,
}

impl Builtin {
    /// All of them, with their names and units.
    pub const ALL: [(&'static str, Builtin, &'static str); 6] = [
        ("v", Builtin::Voltage, "mV"),
        ("t", Builtin::Time, "ms"),
        ("dt", Builtin::Step, "ms"),
        ("celsius", Builtin::Celsius, "degC"),
        ("area", Builtin::Area, "um2"),
        ("diam", Builtin::Diameter, "um"),
    ];

    /// The variable of that name.
    pub fn named(name: &str) -> Option<Builtin> {
        Builtin::ALL.iter().find(|(n, ..)| *n == name).map(|(_, b, _)| *b)
    }

    /// Whether it belongs to a membrane, so that an artificial cell has none.
    pub fn is_of_membrane(self) -> bool {
        matches!(self, Builtin::Voltage | Builtin::Area | Builtin::Diameter)
    }
}

/// What a built-in function is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionClass {
    /// The value depends on the arguments only.
    Pure,
    /// A draw from a stream named by the first argument, or a setting of it (`random_...`).
    RandomVariable,
    /// A draw from the stream all instances share in NEURON (`scop_random`, `exprand`, ...).
    RandomShared,
    /// Sends or moves events (`net_send`, `net_event`, `net_move`).
    Event,
    /// Anything else that does something (`at_time`, `state_discontinuity`, `printf`, ...).
    Effect,
    /// The list of times of an artificial cell (`play_size`, `play_at`).
    Play,
}

/// A function that is there without a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltinFunction {
    /// Its name.
    pub name: &'static str,
    /// Least number of arguments.
    pub least: usize,
    /// Greatest number of arguments.
    pub most: usize,
    /// What it is for.
    pub class: FunctionClass,
}

const fn function(name: &'static str, least: usize, most: usize, class: FunctionClass) -> BuiltinFunction {
    BuiltinFunction { name, least, most, class }
}

const fn pure(name: &'static str, arguments: usize) -> BuiltinFunction {
    function(name, arguments, arguments, FunctionClass::Pure)
}

use FunctionClass::{Effect, Event, Play, RandomShared, RandomVariable};

impl BuiltinFunction {
    /// Whether no routine can have this name. NEURON's translator does not know the others as names.
    pub fn is_reserved(&self) -> bool {
        !matches!(self.name, "abs" | "fmin" | "fmax" | "nernst" | "ghk" | "c_float" | "play_size" | "play_at")
    }
}

/// All built-in functions. A mechanism may define its own function of a name that is not reserved,
/// which then stands for the built-in one.
pub const FUNCTIONS: &[BuiltinFunction] = &[
    pure("exp", 1),
    pure("log", 1),
    pure("log10", 1),
    pure("sqrt", 1),
    pure("sin", 1),
    pure("cos", 1),
    pure("tan", 1),
    pure("asin", 1),
    pure("acos", 1),
    pure("atan", 1),
    pure("atan2", 2),
    pure("sinh", 1),
    pure("cosh", 1),
    pure("tanh", 1),
    pure("fabs", 1),
    pure("abs", 1),
    pure("floor", 1),
    pure("ceil", 1),
    // Volley's own: what C makes of a number that is kept in a `float`.
    pure("c_float", 1),
    pure("fmod", 2),
    pure("pow", 2),
    pure("erf", 1),
    pure("gauss", 3),
    pure("hyperbol", 3),
    pure("revhyperbol", 3),
    pure("sigmoid", 4),
    pure("revsigmoid", 4),
    pure("fmin", 2),
    pure("fmax", 2),
    // nernst(inside, outside, charge) and ghk(v, inside, outside, charge), as in NEURON.
    pure("nernst", 3),
    pure("ghk", 4),
    pure("nrn_ghk", 4),
    function("at_time", 1, 1, Effect),
    function("state_discontinuity", 2, 2, Effect),
    function("nrn_pointing", 1, 1, Effect),
    function("printf", 1, usize::MAX, Effect),
    function("set_seed", 1, 1, Effect),
    function("net_send", 2, 2, Event),
    function("net_event", 1, 1, Event),
    function("net_move", 1, 1, Event),
    function("random_setseq", 2, 2, RandomVariable),
    function("random_setids", 4, 4, RandomVariable),
    function("random_uniform", 1, 3, RandomVariable),
    function("random_negexp", 1, 2, RandomVariable),
    function("random_normal", 1, 3, RandomVariable),
    function("random_ipick", 1, 1, RandomVariable),
    function("random_dpick", 1, 1, RandomVariable),
    function("scop_random", 0, 0, RandomShared),
    function("exprand", 1, 1, RandomShared),
    function("normrand", 2, 2, RandomShared),
    function("poisrand", 1, 1, RandomShared),
    // Volley's own: how many times the list holds, and the time at an index from 0 (ms).
    function("play_size", 0, 0, Play),
    function("play_at", 1, 1, Play),
];

/// The built-in function of that name.
pub fn builtin_function(name: &str) -> Option<&'static BuiltinFunction> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

/// What a method can solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Method {
    pub name: &'static str,
    pub derivative: bool,
    pub kinetic: bool,
    pub linear: bool,
    pub nonlinear: bool,
    pub procedure: bool,
}

const NONE: Method =
    Method { name: "", derivative: false, kinetic: false, linear: false, nonlinear: false, procedure: false };

/// The methods of NEURON 9, and what it takes them for; `matexp` and `_advance` are those of its other translators.
pub(super) const METHODS: [Method; 12] = [
    Method { name: "cnexp", derivative: true, ..NONE },
    Method { name: "derivimplicit", derivative: true, ..NONE },
    Method { name: "euler", derivative: true, kinetic: true, ..NONE },
    Method { name: "runge", derivative: true, kinetic: true, ..NONE },
    Method { name: "sparse", kinetic: true, ..NONE },
    Method { name: "matexp", ..NONE },
    Method { name: "_advance", ..NONE },
    Method { name: "simeq", linear: true, ..NONE },
    Method { name: "newton", nonlinear: true, ..NONE },
    Method { name: "after_cvode", procedure: true, ..NONE },
    Method { name: "cvode_t", procedure: true, ..NONE },
    Method { name: "cvode_t_v", procedure: true, ..NONE },
];
