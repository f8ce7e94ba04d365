//! Distances between spike trains, as PySpike has them: ISI-distance, SPIKE-distance and SPIKE-synchronization, the mean over pairs of cells.
//!
//! T. Kreuz, J. S. Haas, A. Morelli, H. D. I. Abarbanel and A. Politi, J Neurosci Methods 165:151 (2007), doi:10.1016/j.jneumeth.2007.05.031 (ISI);
//! T. Kreuz, D. Chicharro, C. Houghton, R. G. Andrzejak and F. Mormann, J Neurophysiol 109:1457 (2013), doi:10.1152/jn.00873.2012 (SPIKE);
//! T. Kreuz, M. Mulansky and N. Bozanic, J Neurophysiol 113:3432 (2015), doi:10.1152/jn.00848.2014 (SPIKE-synchronization; a form of event
//! synchronisation, R. Quian Quiroga, T. Kreuz and P. Grassberger, Phys Rev E 66:041904 (2002), doi:10.1103/PhysRevE.66.041904);
//! M. Mulansky and T. Kreuz, SoftwareX 5:183 (2016), doi:10.1016/j.softx.2016.07.006 (PySpike, and what it does at the edges).
//!
//! Profiles are of the whole recording; a window is where their mean is taken. So intervals that reach across the window's edges are known.
//! Spikes of one cell at one time count once. Work and memory of a pair grow with its spikes alone: for N cells of n spikes O(N^2 n).

use super::sample::Sample;

/// A train as a chain of knots that covers the recording: its spikes, and auxiliary ones around them.
///
/// Between two knots the interval between spikes is their distance. An auxiliary knot stands so far outside the first or last spike that this
/// is also PySpike's interval at the edges: the time to the edge, or the neighbouring interval if that is longer.
#[derive(Debug, Default)]
struct Chain {
    /// -inf, the knots ascending, +inf: who looks for a neighbour finds one.
    knots: Vec<f64>,
    /// Whether the first and the last knot are auxiliary.
    auxiliary: [bool; 2],
}

impl Chain {
    /// The chain of a train on a recording from 0 to `end` ms.
    fn new(train: &[f64], end: f64) -> Chain {
        let spikes = distinct(train, end);
        let mut knots = vec![f64::NEG_INFINITY];
        let mut auxiliary = [false, false];
        let (first, last) = (spikes.first().copied(), spikes.last().copied());
        match (first, last) {
            (Some(first), Some(last)) if last > 0.0 => {
                let (second, before) = (spikes.get(1), spikes.iter().rev().nth(1));
                if first > 0.0 {
                    knots.push(second.map_or(0.0, |second| (2.0 * first - second).min(0.0)));
                    auxiliary[0] = true;
                }
                knots.extend(&spikes);
                if last < end {
                    knots.push(before.map_or(end, |before| (2.0 * last - before).max(end)));
                    auxiliary[1] = true;
                }
            }
            // A train without spikes, or with a single one at the beginning, stands for one with spikes at both edges.
            _ => knots.extend([0.0, end]),
        }
        knots.push(f64::INFINITY);
        Chain { knots, auxiliary }
    }
}

/// The spikes of a train from 0 to `end`, those of one time once.
fn distinct(train: &[f64], end: f64) -> Vec<f64> {
    let mut spikes: Vec<f64> = train.iter().copied().filter(|t| (0.0..=end).contains(t)).collect();
    spikes.dedup();
    spikes
}

/// For each knot of two chains the distance to the nearest one of the other chain; at auxiliary knots that of the spike beside them.
///
/// Both chains are walked through at once. In each step the distances of the next knot of both are written down; the one of the knot that comes
/// first is right, as its neighbours on both sides are known, and the other will be written again. So no step depends on a guess.
fn nearest(one: &Chain, two: &Chain, distances: [&mut Vec<f64>; 2]) {
    let (a, b) = (&one.knots[..], &two.knots[..]);
    let [to_b, to_a] = distances;
    to_b.clear();
    to_b.resize(a.len(), 0.0);
    to_a.clear();
    to_a.resize(b.len(), 0.0);
    let (mut i, mut j) = (1, 1);
    for _ in 2..a.len() + b.len() - 2 {
        let (x, y) = (a[i], b[j]);
        to_b[i] = (x - b[j - 1]).min((y - x).abs());
        to_a[j] = (y - a[i - 1]).min((x - y).abs());
        let first = x <= y;
        i += usize::from(first);
        j += usize::from(!first);
    }
    for (chain, distances) in [(one, to_b), (two, to_a)] {
        let last = distances.len() - 2;
        if chain.auxiliary[0] {
            distances[1] = distances[2];
        }
        if chain.auxiliary[1] {
            distances[last] = distances[last - 1];
        }
    }
}

/// Goes through the times from `from` to `to` at which neither chain has a knot, in order: index of the knot before in each chain, begin and end.
fn stretches(one: &Chain, two: &Chain, from: f64, to: f64, mut each: impl FnMut(usize, usize, f64, f64)) {
    let (a, b) = (&one.knots[..], &two.knots[..]);
    // At least the knot before the window, at most the last but one: a window of the recording is covered by knots.
    let before = |knots: &[f64]| knots.partition_point(|t| *t <= from).clamp(2, knots.len() - 2) - 1;
    let (mut i, mut j, mut time) = (before(a), before(b), from);
    while time < to {
        let next = a[i + 1].min(b[j + 1]).min(to);
        each(i, j, time, next);
        time = next;
        i += usize::from(a[i + 1] <= next);
        j += usize::from(b[j + 1] <= next);
    }
}

/// The mean over all pairs of chains of what `of` says of a pair.
fn over_pairs<T>(chains: &[T], mut of: impl FnMut(&T, &T) -> f64) -> f64 {
    // Rows first, so that a long sum keeps its digits.
    let rows =
        chains.iter().enumerate().map(|(i, one)| chains[i + 1..].iter().map(|two| of(one, two)).sum::<f64>());
    let pairs = chains.len() * chains.len().saturating_sub(1) / 2;
    rows.sum::<f64>() / pairs as f64
}

/// The cells' chains; none where nothing can be said: fewer than two cells, no time, or no spikes at all.
fn chains(sample: &Sample) -> Vec<Chain> {
    let spikes = sample.trains.iter().any(|train| !train.is_empty());
    if !spikes || sample.length() == 0.0 {
        return Vec::new();
    }
    sample.trains.iter().map(|train| Chain::new(train, sample.until)).collect()
}

/// ISI-distance: the mean over time of |u - v| / max(u, v), u and v the intervals between spikes of two cells around that time; mean over pairs.
///
/// 0 for equal intervals, up to 1.
pub(super) fn isi(sample: &Sample, _: &[f64]) -> f64 {
    let distance = over_pairs(&chains(sample), |one, two| {
        let mut sum = 0.0;
        stretches(one, two, sample.from, sample.to, |i, j, begin, end| {
            let u = one.knots[i + 1] - one.knots[i];
            let v = two.knots[j + 1] - two.knots[j];
            sum += (u - v).abs() / u.max(v) * (end - begin);
        });
        sum
    });
    distance / sample.length()
}

/// SPIKE-distance: the mean over time of (s v + z u) / (2 m^2), u and v the intervals between spikes of two cells around that time, m their mean,
/// s and z how far their spikes are from the nearest one of the other cell; mean over pairs.
///
/// s goes straight from its value at the spike before to that at the spike after. 0 for identical trains, up to 1.
pub(super) fn spike(sample: &Sample, _: &[f64]) -> f64 {
    let (mut to_two, mut to_one) = (Vec::new(), Vec::new());
    let distance = over_pairs(&chains(sample), |one, two| {
        nearest(one, two, [&mut to_two, &mut to_one]);
        let mut sum = 0.0;
        stretches(one, two, sample.from, sample.to, |i, j, begin, end| {
            let u = one.knots[i + 1] - one.knots[i];
            let v = two.knots[j + 1] - two.knots[j];
            // Straight lines have their mean in the middle.
            let middle = 0.5 * (begin + end);
            let s = to_two[i] + (to_two[i + 1] - to_two[i]) * ((middle - one.knots[i]) / u);
            let z = to_one[j] + (to_one[j + 1] - to_one[j]) * ((middle - two.knots[j]) / v);
            let both = u + v;
            sum += 2.0 * (s * v + z * u) / (both * both) * (end - begin);
        });
        sum
    });
    distance / sample.length()
}

/// A train for SPIKE-synchronization.
struct Events {
    /// -inf, the spikes, +inf.
    times: Vec<f64>,
    /// How near a spike of another cell must be at least, ms: half the shorter one of the intervals beside each spike.
    reach: Vec<f64>,
    /// 1 for spikes in the window, else 0.
    counts: Vec<u64>,
}

impl Events {
    fn new(train: &[f64], sample: &Sample) -> Events {
        let spikes = distinct(train, sample.until);
        let gap = |at: usize| spikes.get(at + 1).map_or(sample.until, |next| next - spikes[at]);
        let reach =
            (0..spikes.len()).map(|i| 0.5 * gap(i).min(if i > 0 { gap(i - 1) } else { sample.until }));
        let reach = [0.0].into_iter().chain(reach).chain([0.0]).collect();
        let last = sample.to >= sample.until;
        let inside = |t: &f64| *t >= sample.from && (*t < sample.to || (last && *t <= sample.to));
        let counts = spikes.iter().map(|t| u64::from(inside(t)));
        let counts = [0].into_iter().chain(counts).chain([0]).collect();
        let times =
            [f64::NEG_INFINITY].into_iter().chain(spikes.iter().copied()).chain([f64::INFINITY]).collect();
        Events { times, reach, counts }
    }
}

/// SPIKE-synchronization: of all spikes of all pairs of cells, the part that coincides with one of the other cell.
///
/// Two spikes coincide if they are nearer to each other than half of every interval that either of them ends or begins.
pub(super) fn synchronization(sample: &Sample, _: &[f64]) -> f64 {
    let trains: Vec<Events> = sample.trains.iter().map(|train| Events::new(train, sample)).collect();
    let mut coincident = 0;
    for (at, one) in trains.iter().enumerate() {
        for two in &trains[at + 1..] {
            coincident += coincidences(one, two);
        }
    }
    // Every spike is in as many pairs as there are other cells.
    let spikes: u64 = trains.iter().flat_map(|train| &train.counts).sum();
    let all = spikes * (trains.len() as u64).saturating_sub(1);
    coincident as f64 / all as f64
}

/// How many spikes in the window of two trains coincide with one of the other.
fn coincidences(one: &Events, two: &Events) -> u64 {
    let (a, b) = (&one.times[..], &two.times[..]);
    let (mut i, mut j, mut sum) = (1, 1, 0);
    // Each spike, in the order of time, is held against the last one of the other train. Of two at one time, the second finds the first.
    for _ in 2..a.len() + b.len() - 2 {
        let first = a[i] <= b[j];
        let (p, q) = if first { (i, j - 1) } else { (i - 1, j) };
        let near = (a[p] - b[q]).abs() < one.reach[p].min(two.reach[q]);
        sum += u64::from(near) * (one.counts[p] + two.counts[q]);
        i += usize::from(first);
        j += usize::from(!first);
    }
    sum
}
