//! Where an axis has its ticks, and what stands there.

/// The ticks of an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ticks {
    /// Values, with what stands at them.
    pub(super) marks: Vec<(f64, String)>,
    /// Values of small ticks, at which nothing stands.
    pub(super) minor: Vec<f64>,
    /// The numbers that stand there are to be multiplied by ten to this power.
    pub(super) power: i32,
}

/// The step from tick to tick, 1, 2 or 5 times a power of ten, such that there are at most `most` steps.
pub(super) fn step(range: f64, most: usize) -> f64 {
    let least = range / most.max(1) as f64;
    let power = 10f64.powi(least.log10().floor() as i32);
    // A hair of rounding must not double the step.
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// Ticks of an even axis, with at most `most` steps.
pub(super) fn linear(from: f64, to: f64, most: usize) -> Ticks {
    let (from, to) = (from.min(to), from.max(to));
    if !(from.is_finite() && to.is_finite() && to > from) {
        return Ticks::default();
    }
    let step = step(to - from, most);
    let (first, last) = ((from / step - 1e-6).ceil(), (to / step + 1e-6).floor());
    let largest = from.abs().max(to.abs());
    // Counts may be long; tiny and huge numbers are told with a power of ten at the axis' name.
    let plain = (1e-3..1e6).contains(&largest) && step >= 0.999e-4;
    let power = if plain { 0 } else { largest.log10().floor() as i32 };
    let unit = 10f64.powi(power);
    let decimals = decimals(step / unit);
    let count = (last - first).clamp(0.0, 1000.0) as i64;
    let marks = (0..=count).map(|i| {
        let value = (first + i as f64) * step;
        (value, minus(format!("{:.decimals$}", value / unit)))
    });
    Ticks { marks: marks.collect(), minor: Vec::new(), power }
}

/// Ticks of a logarithmic axis: powers of ten, and where there are few of them 2 and 5 times these.
pub(super) fn logarithmic(from: f64, to: f64, most: usize) -> Ticks {
    let (from, to) = (from.min(to), from.max(to));
    if !(from > 0.0 && to.is_finite() && to > from) {
        return Ticks::default();
    }
    let inside = |v: f64| v >= from * (1.0 - 1e-9) && v <= to * (1.0 + 1e-9);
    let (first, last) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let of = |factors: &[f64], every: usize| -> Vec<f64> {
        let powers = (first..=last).step_by(every);
        let all = powers.flat_map(|p| factors.iter().map(move |f| f * 10f64.powi(p)));
        all.filter(|v| inside(*v)).collect()
    };
    let minor = of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 1);
    for factors in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
        let values = of(factors, 1);
        if values.len() > most + 1 || (factors.len() == 1 && values.len() < 2) {
            continue;
        }
        if values.len() >= 2 {
            return Ticks {
                marks: values.into_iter().map(|v| (v, power_text(v))).collect(),
                minor,
                power: 0,
            };
        }
    }
    let powers = of(&[1.0], 1).len();
    if powers >= 2 {
        let values = of(&[1.0], powers.div_ceil(most.max(1)));
        return Ticks { marks: values.into_iter().map(|v| (v, power_text(v))).collect(), minor, power: 0 };
    }
    // Less than a decade: even steps do.
    let mut ticks = linear(from, to, most);
    ticks.marks.retain(|(v, _)| *v > 0.0);
    ticks
}

/// A value on a logarithmic axis: `0.05`, `200`, `10⁻⁵`, `2×10⁷`.
fn power_text(value: f64) -> String {
    let power = (value.log10() + 1e-9).floor() as i32;
    if (-3..=4).contains(&power) {
        return format!("{value:.*}", decimals(10f64.powi(power)));
    }
    let factor = (value / 10f64.powi(power)).round();
    if factor == 1.0 { ten_to(power) } else { format!("{factor}×{}", ten_to(power)) }
}

/// A power of ten as it is printed: `10⁻⁵`.
pub(super) fn ten_to(power: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| RAISED[digit as usize]);
    format!("10{}", power.to_string().chars().map(raise).collect::<String>())
}

/// A value among others, in words of a key or a column: at most four digits that matter.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return minus(if value == 0.0 { "0".into() } else { value.to_string() });
    }
    let power = value.abs().log10().floor() as i32;
    let text = if (-4..6).contains(&power) {
        let places = (3 - power).max(0) as usize;
        let text = format!("{value:.places$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        let factor = format!("{:.3}", value / 10f64.powi(power));
        let factor = factor.trim_end_matches('0').trim_end_matches('.');
        if factor == "1" { ten_to(power) } else { format!("{factor}×{}", ten_to(power)) }
    };
    minus(text)
}

/// Decimals that numbers in steps of `step` need.
fn decimals(step: f64) -> usize {
    (-(step.log10() + 1e-9).floor()).clamp(0.0, 12.0) as usize
}

/// With a minus sign instead of a hyphen, and none before zero.
fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &Ticks) -> Vec<&str> {
        ticks.marks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn even_ticks_are_round_numbers() {
        assert_eq!(texts(&linear(0.0, 1000.0, 5)), ["0", "200", "400", "600", "800", "1000"]);
        assert_eq!(texts(&linear(-80.0, 40.0, 6)), ["−80", "−60", "−40", "−20", "0", "20", "40"]);
        assert_eq!(texts(&linear(0.12, 0.38, 6)), ["0.15", "0.20", "0.25", "0.30", "0.35"]);
        let small = linear(0.0, 2e-5, 4);
        assert_eq!((texts(&small), small.power), (vec!["0.0", "0.5", "1.0", "1.5", "2.0"], -5));
        for bad in [(1.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert!(linear(bad.0, bad.1, 5).marks.is_empty());
        }
    }

    #[test]
    fn logarithmic_ticks_are_powers_and_few_between() {
        assert_eq!(texts(&logarithmic(0.05, 5.0, 8)), ["0.05", "0.1", "0.2", "0.5", "1", "2", "5"]);
        assert_eq!(texts(&logarithmic(1e-6, 1e-4, 3)), ["10⁻⁶", "10⁻⁵", "10⁻⁴"]);
        assert_eq!(texts(&logarithmic(1e-9, 1e9, 4)).len(), 4);
        assert_eq!(texts(&logarithmic(0.5, 2.0, 8)), ["0.5", "1", "2"]);
        assert_eq!(texts(&logarithmic(4.2, 4.8, 4)), ["4.2", "4.4", "4.6", "4.8"]);
        assert!(logarithmic(0.0, 1.0, 5).marks.is_empty());
    }

    #[test]
    fn values_are_told_with_few_digits() {
        let values = [0.0, 0.05, 1.0, 123_456.0, 1.5e-5, 1e-5, -0.25, 1.0 / 3.0];
        assert_eq!(values.map(short), ["0", "0.05", "1", "123456", "1.5×10⁻⁵", "10⁻⁵", "−0.25", "0.3333"]);
    }
}
