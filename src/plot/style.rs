//! Sizes and colours of all plots.
//!
//! Plots are made for a column of a journal: 85 mm wide, printed at that size. All sizes of text are those on paper.

/// Points in a millimetre.
pub(super) const MM: f64 = 72.0 / 25.4;
/// Width of a figure, mm.
pub(super) const WIDTH: f64 = 85.0;

/// Size of the numbers at ticks and of keys, points.
pub(super) const SMALL: f64 = 6.0;
/// Size of the names of axes, points.
pub(super) const NORMAL: f64 = 6.8;
/// Size of a title, points.
pub(super) const LARGE: f64 = 7.6;

/// Width of axes and ticks, points.
pub(super) const FINE: f64 = 0.5;
/// Width of one of many curves, points.
pub(super) const THIN: f64 = 0.45;
/// Width of a curve that matters, points.
pub(super) const THICK: f64 = 1.3;

/// Red, green and blue, 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// Text.
pub(super) const INK: Colour = Colour(0x1a, 0x1a, 0x1a);
/// Axes and ticks.
pub(super) const AXIS: Colour = Colour(0x4d, 0x4d, 0x4d);
/// Lines of the grid.
pub(super) const GRID: Colour = Colour(0xe6, 0xe6, 0xe6);
/// What stays in the background.
pub(super) const GREY: Colour = Colour(0xa6, 0xa6, 0xa6);
/// Cells of a map that have no value.
pub(super) const MISSING: Colour = Colour(0xd9, 0xd9, 0xd9);
/// Paper.
pub(super) const WHITE: Colour = Colour(0xff, 0xff, 0xff);

/// M. Okabe and K. Ito's colours, which people of all kinds of colour vision tell apart (jfly.uni-koeln.de/color, 2008), without
/// the yellow, which is too light for lines on paper; the black stands last.
const SERIES: [Colour; 7] = [
    Colour(0x00, 0x72, 0xb2),
    Colour(0xd5, 0x5e, 0x00),
    Colour(0x00, 0x9e, 0x73),
    Colour(0xcc, 0x79, 0xa7),
    Colour(0xe6, 0x9f, 0x00),
    Colour(0x56, 0xb4, 0xe9),
    Colour(0x00, 0x00, 0x00),
];

/// How many things [`series`] tells apart.
pub(super) const SERIES_COUNT: usize = SERIES.len();

/// The colour of the thing with this number; after [`SERIES_COUNT`] they come again.
pub(super) fn series(number: usize) -> Colour {
    SERIES[number % SERIES.len()]
}

/// S. van der Walt and N. Smith's viridis (2015, CC0) at ten even places: its lightness grows evenly, in grey too.
const VIRIDIS: [Colour; 10] = [
    Colour(0x44, 0x01, 0x54),
    Colour(0x48, 0x28, 0x78),
    Colour(0x3e, 0x4a, 0x89),
    Colour(0x31, 0x68, 0x8e),
    Colour(0x26, 0x82, 0x8e),
    Colour(0x1f, 0x9e, 0x89),
    Colour(0x35, 0xb7, 0x79),
    Colour(0x6d, 0xcd, 0x59),
    Colour(0xb4, 0xde, 0x2c),
    Colour(0xfd, 0xe7, 0x25),
];

/// The colour of a value, from 0 (dark) to 1 (light).
pub(super) fn map_colour(value: f64) -> Colour {
    let at = value.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let below = (at.floor() as usize).min(VIRIDIS.len() - 2);
    mix(VIRIDIS[below], VIRIDIS[below + 1], at - below as f64)
}

/// `share` of the second colour in the first.
pub(super) fn mix(first: Colour, second: Colour, share: f64) -> Colour {
    let part = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    Colour(part(first.0, second.0), part(first.1, second.1), part(first.2, second.2))
}

/// A light form of a colour, for the many behind the few.
pub(super) fn light(colour: Colour) -> Colour {
    mix(colour, WHITE, 0.62)
}

impl Colour {
    /// As in SVG: `#0072b2`.
    pub(super) fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE lightness L* of an sRGB colour.
    fn lightness(colour: Colour) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        let y = 0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2);
        116.0 * y.cbrt() - 16.0
    }

    #[test]
    fn the_map_gets_lighter_evenly() {
        let steps: Vec<f64> = (0..=40).map(|i| lightness(map_colour(f64::from(i) / 40.0))).collect();
        let mean = (steps[40] - steps[0]) / 40.0;
        for pair in steps.windows(2) {
            assert!((pair[1] - pair[0] - mean).abs() < 0.6 * mean, "{pair:?}");
        }
    }

    #[test]
    fn colours_stand_out_from_paper() {
        for i in 0..SERIES_COUNT {
            assert!(lightness(series(i)) < 75.0, "{i}");
            assert!((0..i).all(|j| series(j) != series(i)));
        }
        assert_eq!(series(SERIES_COUNT), series(0));
        assert_eq!(Colour(0, 114, 178).hex(), "#0072b2");
    }
}
