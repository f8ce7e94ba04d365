//! The one font of all plots: DejaVu Sans, embedded, so that a plot looks the same on a machine without fonts.
//!
//! In PNG files its outlines are drawn. SVG files keep their text as text, so that it can be found and copied; they name
//! the font and others like it, and all room is measured with this one, which is wider than most.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, GlyphId, OutlineCurve};

/// The fonts that an SVG file names, best first.
pub(super) const FAMILIES: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

/// Height of capitals, in sizes of the font.
pub(super) const CAPITALS: f64 = 0.73;

fn font() -> Option<&'static FontRef<'static>> {
    static FONT: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    FONT.get_or_init(|| FontRef::try_from_slice(dejavu::sans::regular()).ok()).as_ref()
}

/// Width of a line of text, points.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let mut right = 0.0;
    place(text, size, |_, _, advance| right = advance);
    right
}

/// The outlines of a line of text, in points from the beginning of its baseline, y downwards.
pub(super) fn outlines(
    text: &str,
    size: f64,
    mut draw: impl FnMut(&OutlineCurve, &dyn Fn(ab_glyph::Point) -> (f64, f64)),
) {
    let Some(font) = font() else { return };
    let scale = size / f64::from(font.units_per_em().unwrap_or(2048.0));
    place(text, size, |glyph, left, _| {
        let Some(outline) = font.outline(glyph) else { return };
        let at = |p: ab_glyph::Point| (left + f64::from(p.x) * scale, -f64::from(p.y) * scale);
        outline.curves.iter().for_each(|curve| draw(curve, &at));
    });
}

/// Each letter's left and right end, points.
fn place(text: &str, size: f64, mut each: impl FnMut(GlyphId, f64, f64)) {
    let Some(font) = font() else { return };
    let scale = size / f64::from(font.units_per_em().unwrap_or(2048.0));
    let (mut left, mut before) = (0.0, None);
    for letter in text.chars() {
        let glyph = font.glyph_id(letter);
        if let Some(before) = before {
            left += f64::from(font.kern_unscaled(before, glyph)) * scale;
        }
        let right = left + f64::from(font.h_advance_unscaled(glyph)) * scale;
        each(glyph, left, right);
        (left, before) = (right, Some(glyph));
    }
}

/// The text, cut with an ellipsis where it is wider than `room` points.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    for keep in (1..letters.len()).rev() {
        let cut: String = letters[..keep].iter().collect::<String>().trim_end().to_owned() + "…";
        if width(&cut, size) <= room {
            return cut;
        }
    }
    "…".into()
}

/// The text in at most `most` lines of at most `room` points, broken between words; the last is cut if it must be.
pub(super) fn wrapped(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if lines_full(line, word, size, room) => lines.push(word.to_owned()),
            Some(line) => *line += &format!(" {word}"),
            None => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.max(1) - 1).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| fitted(line, size, room)).collect()
}

fn lines_full(line: &str, word: &str, size: f64, room: f64) -> bool {
    width(&format!("{line} {word}"), size) > room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_is_there_with_the_letters_that_units_need() {
        let font = font().unwrap();
        for letter in "aZ09µ²°×⁰⁻⁹…αβγ–".chars() {
            assert_ne!(font.glyph_id(letter), GlyphId(0), "{letter}");
        }
    }

    #[test]
    fn widths_grow_with_text_and_size() {
        assert_eq!(width("", 7.0), 0.0);
        // DejaVu Sans: a digit is 1303 of 2048 units wide.
        assert!((width("0", 10.0) - 13030.0 / 2048.0).abs() < 1e-6);
        assert!((width("time (ms)", 14.0) - 2.0 * width("time (ms)", 7.0)).abs() < 1e-6);
    }

    #[test]
    fn text_is_cut_and_broken_to_its_room() {
        assert_eq!(fitted("alpha", 7.0, 100.0), "alpha");
        let cut = fitted("a long name of a population", 7.0, 40.0);
        assert!(cut.ends_with('…') && cut.starts_with("a long") && width(&cut, 7.0) <= 40.0);
        assert_eq!(fitted("alpha", 7.0, 0.0), "…");
        let lines = wrapped("one two three four five six", 7.0, 40.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|l| width(l, 7.0) <= 40.0) && lines[1].ends_with('…'));
    }
}
