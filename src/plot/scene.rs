//! What a figure is made of: shapes in points (1/72 inch), x to the right, y downwards, the later ones over the earlier.
//!
//! The kinds of plots make shapes; `svg` and `png` draw them. Both see the same numbers, so that the two files show the same.

use super::style::Colour;

/// A drawing of known size.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scene {
    /// Points.
    pub(super) width: f64,
    /// Points.
    pub(super) height: f64,
    /// What it shows, for readers that cannot see it.
    pub(super) title: String,
    /// Drawn in this order.
    pub(super) shapes: Vec<Shape>,
}

/// A point, in points.
pub(super) type Point = (f64, f64);

/// One element of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A filled rectangle.
    Rect { at: Point, width: f64, height: f64, fill: Colour },
    /// Lines from point to point, with round joins.
    Line { points: Vec<Point>, width: f64, colour: Colour, ends: Ends },
    /// A filled polygon, see-through where `opacity` is below 1.
    Area { points: Vec<Point>, fill: Colour, opacity: f64 },
    /// Filled circles.
    Dots { points: Vec<Point>, radius: f64, colour: Colour },
    /// Many small bars of one height: (left, middle, length).
    Bars { bars: Vec<(f64, f64, f64)>, height: f64, colour: Colour },
    /// A line of text whose baseline begins, is centred or ends at a point.
    Text { at: Point, size: f64, anchor: Anchor, turned: bool, colour: Colour, text: String },
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At its points.
    Flat,
    /// Half a width beyond them, round.
    Round,
}

/// Which part of a text is at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The beginning.
    Start,
    /// The middle.
    Middle,
    /// The end.
    End,
}

impl Shape {
    /// A straight thin line.
    pub(super) fn rule(from: Point, to: Point, width: f64, colour: Colour) -> Shape {
        Shape::Line { points: vec![from, to], width, colour, ends: Ends::Flat }
    }

    /// A curve.
    pub(super) fn curve(points: Vec<Point>, width: f64, colour: Colour) -> Shape {
        Shape::Line { points, width, colour, ends: Ends::Round }
    }

    /// Level text.
    pub(super) fn text(
        at: Point,
        size: f64,
        anchor: Anchor,
        colour: Colour,
        text: impl Into<String>,
    ) -> Shape {
        Shape::Text { at, size, anchor, turned: false, colour, text: text.into() }
    }

    /// Text that reads upwards.
    pub(super) fn turned(
        at: Point,
        size: f64,
        anchor: Anchor,
        colour: Colour,
        text: impl Into<String>,
    ) -> Shape {
        Shape::Text { at, size, anchor, turned: true, colour, text: text.into() }
    }
}
