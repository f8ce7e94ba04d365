//! A scene as SVG.
//!
//! The same scene gives the same bytes. Numbers have two decimals, a hundredth of a point; what is many, such as spikes, becomes one
//! path with steps from mark to mark, about ten bytes each.

use std::fmt::Write;

use super::font::FAMILIES;
use super::scene::{Anchor, Ends, Point, Scene, Shape};
use super::style::MM;

/// The text of an SVG file.
pub(super) fn svg(scene: &Scene) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} {}\" \
         font-family=\"{FAMILIES}\" role=\"img\">\n<title>{}</title>\n",
        number(scene.width / MM),
        number(scene.height / MM),
        number(scene.width),
        number(scene.height),
        escaped(&scene.title)
    );
    for shape in &scene.shapes {
        add(&mut out, shape);
    }
    out += "</svg>\n";
    out
}

fn add(out: &mut String, shape: &Shape) {
    // Writing to a text cannot fail.
    let _ = match shape {
        Shape::Rect { at, width, height, fill } => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            number(at.0),
            number(at.1),
            number(*width),
            number(*height),
            fill.hex()
        ),
        Shape::Line { points, width, colour, ends } => {
            let round = match ends {
                Ends::Round => " stroke-linecap=\"round\" stroke-linejoin=\"round\"",
                Ends::Flat => "",
            };
            let (path, width, colour) = (path(points), number(*width), colour.hex());
            writeln!(
                out,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{round}/>"
            )
        }
        Shape::Area { points, fill, opacity } => {
            let see = if *opacity < 1.0 {
                format!(" fill-opacity=\"{}\"", number(*opacity))
            } else {
                String::new()
            };
            writeln!(out, "<path d=\"{}z\" fill=\"{}\"{see}/>", path(points), fill.hex())
        }
        Shape::Dots { points, radius, colour } => {
            let mut d = String::new();
            for (x, y) in points {
                let _ = write!(d, "M{} {}h0", number(*x), number(*y));
            }
            let (width, colour) = (number(2.0 * radius), colour.hex());
            writeln!(
                out,
                "<path d=\"{d}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"round\"/>"
            )
        }
        Shape::Bars { bars, height, colour } => {
            let (path, width, colour) = (bar_path(bars), number(*height), colour.hex());
            writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>")
        }
        Shape::Text { at, size, anchor, turned, colour, text } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let (x, y) = (number(at.0), number(at.1));
            let turn = if *turned { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
            let (size, colour, text) = (number(*size), colour.hex(), escaped(text));
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"{anchor}{turn}>{text}</text>"
            )
        }
    };
}

fn path(points: &[Point]) -> String {
    let mut out = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(out, "{}{} {}", if i == 0 { 'M' } else { 'L' }, number(*x), number(*y));
    }
    out
}

/// Bars as steps from the end of one to the beginning of the next, counted in hundredths so that no error adds up.
fn bar_path(bars: &[(f64, f64, f64)]) -> String {
    let whole = |v: f64| (v * 100.0).round() as i64;
    let (mut x, mut y) = (0, 0);
    let mut out = String::new();
    for &(left, middle, length) in bars {
        let (left, middle, length) = (whole(left), whole(middle), whole(length).max(1));
        let (dx, dy) = (hundredths(left - x), hundredths(middle - y));
        let between = if dy.starts_with('-') { "" } else { " " };
        let _ = write!(out, "m{dx}{between}{dy}h{}", hundredths(length));
        (x, y) = (left + length, middle);
    }
    out
}

/// A number with at most two decimals, as short as it can be written.
pub(super) fn number(value: f64) -> String {
    hundredths((value * 100.0).round() as i64)
}

fn hundredths(value: i64) -> String {
    let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    let (whole, part) = (size / 100, size % 100);
    let whole = if whole == 0 && part != 0 { String::new() } else { whole.to_string() };
    match part {
        0 => format!("{sign}{whole}"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        part => format!("{sign}{whole}.{part:02}"),
    }
}

/// Text as it may stand in XML; what XML cannot hold becomes a space.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 1.0, -0.001, 0.5, 12.34, -0.05, 100.10, 3.999].map(number);
        assert_eq!(texts, ["0", "1", "0", ".5", "12.34", "-.05", "100.1", "4"]);
    }

    #[test]
    fn bars_are_steps_that_do_not_drift() {
        assert_eq!(bar_path(&[(1.0, 2.0, 0.5), (3.0, 2.0, 0.5), (0.5, 1.0, 1.0)]), "m1 2h.5m1.5 0h.5m-3-1h1");
        let bars: Vec<_> = (0..1000).map(|i| (f64::from(i) / 3.0, 5.0, 0.1)).collect();
        let path = bar_path(&bars);
        let end: f64 = path.split('m').skip(1).fold(0.0, |x, step| {
            let dx: f64 = step.split([' ', 'h']).next().unwrap().parse().unwrap();
            x + dx + step.split('h').nth(1).unwrap().parse::<f64>().unwrap()
        });
        assert!((end - (999.0 / 3.0 + 0.1)).abs() < 0.006, "{end}");
    }

    #[test]
    fn text_is_safe_in_xml() {
        assert_eq!(escaped("a<b>&\u{7}c"), "a&lt;b&gt;&amp; c");
    }
}
