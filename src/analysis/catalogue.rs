//! All measures by name: their arguments, units and functions.

use super::sample::Sample;
use super::{distances, moment, population, regularity, spectrum, synchrony};

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

const fn bin(default: f64) -> Argument {
    argument("bin", Some(default), "ms", Range::Positive, "width of the bins, or time between values")
}

const PEAK: &[Argument] = &[
    bin(1.0),
    argument(
        "sigma",
        Some(5.0),
        "ms",
        Range::FromZero,
        "smoothing: a Gaussian's standard deviation; 0 counts in bins",
    ),
];

const BAND: &[Argument] = &[
    bin(1.0),
    argument("segment", Some(256.0), "ms", Range::Positive, "length of Welch's segments"),
    argument("low", Some(30.0), "Hz", Range::FromZero, "lower end of the band"),
    argument("high", Some(80.0), "Hz", Range::Positive, "upper end of the band"),
];

const MOMENT: &[Argument] = &[
    argument("threshold", Some(0.75), "1", Range::Part, "order parameter from which cells count as in step"),
    bin(1.0),
];

const fn band(
    name: &'static str,
    unit: &'static str,
    definition: &'static str,
    of: fn(&Sample, &[f64]) -> f64,
) -> Described {
    Described { name, arguments: BAND, unit, definition, wrong: spectrum::wrong, of }
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
    plain("cv", "1", "variation of a cell's intervals (CV), mean of cells", regularity::cv),
    plain("cv2", "1", "variation from interval to interval (CV2), mean of cells", regularity::cv2),
    plain("lv", "1", "local variation of intervals (LV), mean of cells", regularity::lv),
    with("peak_rate", PEAK, "Hz", "largest rate of the population, per cell", population::peak_rate),
    with("peak_time", PEAK, "ms", "when the population's rate is largest", population::peak_time),
    with(
        "correlation",
        &[bin(5.0)],
        "1",
        "Pearson's correlation of spike counts, mean of pairs",
        synchrony::correlation,
    ),
    with(
        "chi",
        &[
            bin(1.0),
            argument("sigma", Some(2.0), "ms", Range::Positive, "smoothing: a Gaussian's standard deviation"),
        ],
        "1",
        "synchrony after Golomb and Rinzel, of smoothed trains",
        synchrony::chi,
    ),
    plain("isi_distance", "1", "ISI-distance, mean of pairs", distances::isi),
    plain("spike_distance", "1", "SPIKE-distance, mean of pairs", distances::spike),
    plain(
        "spike_sync",
        "1",
        "SPIKE-synchronization: part of spikes that coincide",
        distances::synchronization,
    ),
    Described {
        name: "vector_strength",
        arguments: &[
            argument("frequency", None, "Hz", Range::Positive, "of the rhythm"),
            argument("period", None, "ms", Range::Positive, "of the rhythm, instead of its frequency"),
        ],
        unit: "1",
        definition: "locking of spikes to a rhythm",
        wrong: synchrony::vector_strength_wrong,
        of: synchrony::vector_strength,
    },
    band("gamma_power", "Hz^2", "power of the population's rate in the gamma band", spectrum::power),
    band("gamma_fraction", "1", "power in the gamma band over all power", spectrum::fraction),
    band("gamma_frequency", "Hz", "frequency of the gamma band with the most power", spectrum::frequency),
    with(
        "recognised",
        &[argument("at_least", Some(1.0), "1", Range::Count, "how many spikes it takes")],
        "1",
        "1 if there are enough spikes, else 0",
        regularity::recognised,
    ),
    with(
        "convergence",
        &[bin(1.0)],
        "1",
        "how unequal the cells' rates are when most equal",
        moment::convergence,
    ),
    with(
        "convergence_time",
        &[bin(1.0)],
        "ms",
        "when the cells' rates are most equal",
        moment::convergence_time,
    ),
    with("order", &[bin(1.0)], "1", "how much in step the cells are at best", moment::order),
    with("order_time", &[bin(1.0)], "ms", "when the cells are most in step", moment::order_time),
    with("moment", MOMENT, "ms", "when the synchronous moment begins", moment::moment),
    with("duration", MOMENT, "ms", "how long the synchronous moment lasts", moment::duration),
];
