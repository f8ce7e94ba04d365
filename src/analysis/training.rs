//! Training: which cells' rates come together at one moment.
//!
//! In Hopfield and Brody's network every input channel sets off cells whose rates decay, each with its own time constant. For a given
//! pattern of inputs there is a moment at which cells of many channels, one of suitable time constant of each, have the same rate; before and
//! after it their rates differ. Connected with each other, just these cells fire in step at that moment, and the pattern is
//! recognised by it: J. J. Hopfield and C. D. Brody, PNAS 97:13919 (2000), doi:10.1073/pnas.250483697; PNAS 98:1282 (2001),
//! doi:10.1073/pnas.98.3.1282. The papers say what the chosen cells have in common, not how to find the moment; the search is this module's own.

/// Between two moments that are tried, ms.
const EVERY: f64 = 5.0;
/// The rates that are tried at a moment lie this far apart, as a fraction.
const LEVELS: f64 = 0.02;
/// How long after the moment the rates are compared again, ms.
const LATER: f64 = 60.0;
/// Farthest that a chosen cell's rate may lie from the common one, in its natural logarithm.
const FARTHEST: f64 = 0.15;
/// Spread of rates that counts as none, in their natural logarithm: a regular cell's intervals are multiples of the time step.
const NONE: f64 = 0.01;

/// Cells that were chosen, and how well their rates come together.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The moment, ms.
    pub time: f64,
    /// Mean rate of the chosen cells at that moment, Hz.
    pub rate: f64,
    /// Standard deviation of the natural logarithm of the rates at that moment: nearly the spread as a fraction.
    pub spread: f64,
    /// The same 60 ms later.
    pub spread_later: f64,
    /// Numbers of the cells, ascending.
    pub cells: Vec<usize>,
}

/// Chooses `select` cells, no two of one group, whose rates come together and part again.
///
/// `trains[i]` are the times of the spikes of cell `i` in ms, ascending, and `groups[i]` is its group, from 0. A cell's rate at a
/// moment is the inverse of its interval between spikes, given to the middle of the interval and interpolated between middles. Only cells whose
/// rates fall can be chosen. Of every moment and every common rate, the cells nearest to this rate are looked at, and those are
/// chosen whose rates have spread the most 60 ms later, compared with their spread now: at any moment some cells have like
/// rates, but most of those stay alike.
///
/// `None` when there is no moment at which so many cells of different groups have falling rates within 15 % of each other.
pub fn choose(trains: &[Vec<f64>], groups: &[u32], select: usize) -> Option<Chosen> {
    let rates: Vec<Vec<(f64, f64)>> = trains.iter().map(|train| intervals(train)).collect();
    let last = trains.iter().filter_map(|train| train.last()).copied().fold(0.0, f64::max);
    let number = groups.iter().max().map_or(0, |most| *most as usize + 1);
    let mut best: Option<(f64, Chosen)> = None;
    for moment in 1.. {
        let time = f64::from(moment) * EVERY;
        if time + LATER > last {
            break;
        }
        let falling = falling(&rates, time);
        let (Some(low), Some(high)) = (least(&falling), most(&falling)) else { continue };
        let mut level = low;
        while level <= high {
            if let Some(found) = nearest(&falling, groups, number, select, level)
                && let Some(chosen) = judged(&rates, &found, time)
            {
                let score = (chosen.spread + NONE) / chosen.spread_later;
                if best.as_ref().is_none_or(|(least, _)| score < *least) {
                    best = Some((score, chosen));
                }
            }
            level += LEVELS;
        }
    }
    best.map(|(_, chosen)| chosen)
}

/// Middles of intervals (ms) and the logarithm of the rate (Hz) in each.
fn intervals(train: &[f64]) -> Vec<(f64, f64)> {
    let pairs = train.windows(2).filter(|pair| pair[1] > pair[0]);
    pairs.map(|pair| ((pair[0] + pair[1]) / 2.0, (1000.0 / (pair[1] - pair[0])).ln())).collect()
}

/// The logarithm of a cell's rate at a moment; `None` before its first interval and after its last.
fn rate(intervals: &[(f64, f64)], time: f64) -> Option<f64> {
    let after = intervals.partition_point(|(middle, _)| *middle <= time);
    let (a, b) = (intervals.get(after.checked_sub(1)?)?, intervals.get(after)?);
    Some(a.1 + (b.1 - a.1) * (time - a.0) / (b.0 - a.0))
}

/// The cells whose rates fall at that moment, with the logarithms of their rates.
fn falling(rates: &[Vec<(f64, f64)>], time: f64) -> Vec<(usize, f64)> {
    let at = |cell: &(usize, &Vec<(f64, f64)>)| {
        let now = rate(cell.1, time)?;
        let falls = rate(cell.1, time + EVERY)? < rate(cell.1, time - EVERY)?;
        falls.then_some((cell.0, now))
    };
    rates.iter().enumerate().filter_map(|cell| at(&cell)).collect()
}

fn least(rates: &[(usize, f64)]) -> Option<f64> {
    rates.iter().map(|(_, rate)| *rate).min_by(f64::total_cmp)
}

fn most(rates: &[(usize, f64)]) -> Option<f64> {
    rates.iter().map(|(_, rate)| *rate).max_by(f64::total_cmp)
}

/// Of each group the cell nearest to `level`, of these the `select` nearest: (cell, logarithm of its rate).
fn nearest(
    falling: &[(usize, f64)],
    groups: &[u32],
    number: usize,
    select: usize,
    level: f64,
) -> Option<Vec<(usize, f64)>> {
    let mut of_group: Vec<Option<(f64, usize, f64)>> = vec![None; number];
    for &(cell, rate) in falling {
        let far = (rate - level).abs();
        let place = &mut of_group[groups[cell] as usize];
        if far <= FARTHEST && place.is_none_or(|(least, ..)| far < least) {
            *place = Some((far, cell, rate));
        }
    }
    let mut candidates: Vec<(f64, usize, f64)> = of_group.into_iter().flatten().collect();
    if candidates.len() < select {
        return None;
    }
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    candidates.truncate(select);
    Some(candidates.into_iter().map(|(_, cell, rate)| (cell, rate)).collect())
}

/// How well the rates of these cells come together; `None` when one of them does not fire that long.
fn judged(rates: &[Vec<(f64, f64)>], found: &[(usize, f64)], time: f64) -> Option<Chosen> {
    let later: Option<Vec<f64>> = found.iter().map(|(cell, _)| rate(&rates[*cell], time + LATER)).collect();
    let (_, spread_later) = mean_and_deviation(&later?);
    let now: Vec<f64> = found.iter().map(|(_, rate)| *rate).collect();
    let (mean, spread) = mean_and_deviation(&now);
    let mut cells: Vec<usize> = found.iter().map(|(cell, _)| *cell).collect();
    cells.sort_unstable();
    Some(Chosen { time, rate: mean.exp(), spread, spread_later, cells })
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spikes of a cell whose rate is `from` Hz at `start` ms and decays with the time constant `tau` ms.
    fn decaying(start: f64, from: f64, tau: f64) -> Vec<f64> {
        // Phase from * tau * (1 - exp(-t/tau)) / 1000 passes whole numbers.
        let total = from * tau / 1000.0;
        (0..)
            .take_while(|n| f64::from(*n) < total)
            .map(|n| start - tau * (1.0 - f64::from(n) / total).ln())
            .collect()
    }

    /// Ten channels; of each the middle one of three cells meets the others' at 40 Hz, 400 ms.
    fn made() -> (Vec<Vec<f64>>, Vec<u32>) {
        let (mut trains, mut groups) = (Vec::new(), Vec::new());
        for channel in 0..10u32 {
            let start = 100.0 + 20.0 * f64::from((channel * 7) % 10);
            for factor in [0.6, 1.0, 1.6] {
                let tau = factor * (400.0 - start) / (160.0f64 / 40.0).ln();
                trains.push(decaying(start, 160.0, tau));
                groups.push(channel);
            }
        }
        (trains, groups)
    }

    #[test]
    fn the_cells_that_meet_are_chosen() {
        let (trains, groups) = made();
        let chosen = choose(&trains, &groups, 10).unwrap();
        assert_eq!(chosen.cells, (0..10).map(|channel| 3 * channel + 1).collect::<Vec<_>>());
        assert!((chosen.time - 400.0).abs() <= 10.0, "{chosen:?}");
        assert!((chosen.rate - 40.0).abs() <= 2.0, "{chosen:?}");
        assert!(chosen.spread < 0.03 && chosen.spread_later > 3.0 * chosen.spread, "{chosen:?}");
    }

    #[test]
    fn no_two_are_of_one_group() {
        let (trains, groups) = made();
        for select in 2..=10 {
            let chosen = choose(&trains, &groups, select).unwrap();
            let mut of: Vec<u32> = chosen.cells.iter().map(|cell| groups[*cell]).collect();
            of.sort_unstable();
            of.dedup();
            assert_eq!(of.len(), select);
        }
        assert_eq!(choose(&trains, &groups, 11), None);
    }

    #[test]
    fn silent_cells_and_steady_ones_are_not_chosen() {
        assert_eq!(choose(&[], &[], 2), None);
        assert_eq!(choose(&[vec![], vec![1.0]], &[0, 1], 2), None);
        let steady: Vec<f64> = (0..100).map(|n| f64::from(n) * 10.0).collect();
        assert_eq!(choose(&[steady.clone(), steady], &[0, 1], 2), None);
    }

    #[test]
    fn rates_are_those_between_spikes() {
        let rates = intervals(&[0.0, 10.0, 30.0]);
        assert_eq!(rates.len(), 2);
        assert!((rate(&rates, 5.0).unwrap().exp() - 100.0).abs() < 1e-9);
        assert!(rate(&rates, 4.0).is_none() && rate(&rates, 20.0).is_none());
        let between = rate(&rates, 12.5).unwrap();
        assert!((between - (100f64.ln() + 50f64.ln()) / 2.0).abs() < 1e-9);
    }
}
