//! All measures by name: their arguments, units and functions.

use super::regularity;
use super::sample::Sample;

/// A measure as the catalogue has it.
#[derive(Debug)]
pub struct Described {
    /// What one types.
    pub name: &'static str,
    /// Its own arguments; all measures also take a population, `cells`, `from` and `to`.
    pub arguments: &'static [Argument],
    /// Unit of the result; `1` for a pure number.
    pub unit: &'static str,
    /// One line: what it is.
    pub definition: &'static str,
    /// What is wrong with the arguments together, if anything is; NaN stands for one that is not given and has no default.
    pub(super) wrong: fn(&[f64]) -> Option<&'static str>,
    /// The measure itself; the numbers are those of `arguments`, in their order.
    pub(super) of: fn(&Sample, &[f64]) -> f64,
}

/// A number that a measure takes by name.
#[derive(Debug)]
pub struct Argument {
    /// What one types before `=`.
    pub name: &'static str,
    /// What it is when it is not given.
    pub default: Option<f64>,
    /// Its unit.
    pub unit: &'static str,
    /// Which numbers it may be.
    pub range: Range,
    /// A few words: what it is.
    pub meaning: &'static str,
}

/// Which numbers an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Above 0.
    Positive,
    /// 0 or above.
    FromZero,
    /// Whole, 1 or above.
    Count,
    /// Above 0, at most 1.
    Part,
}

impl Range {
    /// Whether a number is one of these.
    pub fn holds(self, x: f64) -> bool {
        x.is_finite()
            && match self {
                Range::Positive => x > 0.0,
                Range::FromZero => x >= 0.0,
                Range::Count => x >= 1.0 && x.fract() == 0.0,
                Range::Part => x > 0.0 && x <= 1.0,
            }
    }

    /// The range in words.
    pub fn words(self) -> &'static str {
        match self {
            Range::Positive => "a positive number",
            Range::FromZero => "a number from 0 on",
            Range::Count => "a whole number from 1 on",
            Range::Part => "a number above 0, at most 1",
        }
    }
}

/// All measures, in the order of the docs.
pub fn catalogue() -> &'static [Described] {
    CATALOGUE
}

const fn plain(
    name: &'static str,
    unit: &'static str,
    definition: &'static str,
    of: fn(&Sample, &[f64]) -> f64,
) -> Described {
    with(name, &[], unit, definition, of)
}

const fn with(
    name: &'static str,
    arguments: &'static [Argument],
    unit: &'static str,
    definition: &'static str,
    of: fn(&Sample, &[f64]) -> f64,
) -> Described {
    Described { name, arguments, unit, definition, wrong: |_| None, of }
}

const fn argument(
    name: &'static str,
    default: Option<f64>,
    unit: &'static str,
    range: Range,
    meaning: &'static str,
) -> Argument {
    Argument { name, default, unit, range, meaning }
}

static CATALOGUE: &[Described] = &[
    plain("count", "1", "number of spikes", regularity::count),
    plain("rate", "Hz", "spikes per cell and second", regularity::rate),
    plain("active", "1", "part of the cells that fire", regularity::active),
    plain("latency", "ms", "time to the first spike of any cell", regularity::latency),
    plain(
        "cell_latency",
        "ms",
        "time to each cell's first spike, mean of those that fire",
        regularity::cell_latency,
    ),
    plain("isi", "ms", "interval between spikes of a cell, mean of all", regularity::isi),
    plain("cv", "1", "variation of a cell's intervals, mean of cells", regularity::cv),
    plain("cv2", "1", "variation from interval to interval (CV2), mean of cells", regularity::cv2),
    plain("lv", "1", "local variation of intervals (LV), mean of cells", regularity::lv),
    with(
        "recognised",
        &[argument("at_least", Some(1.0), "1", Range::Count, "how many spikes it takes")],
        "1",
        "1 if there are enough spikes, else 0",
        regularity::recognised,
    ),
];
