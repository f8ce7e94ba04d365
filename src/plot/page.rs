//! A page: panels one below the other with a common left edge, their axes, keys and headings.
//!
//! All room is measured before anything is drawn, so that no text is cut off or lies over another.

use super::axes::Axis;
use super::font;
use super::scene::{Anchor, Point, Scene, Shape};
use super::style::{AXIS, Colour, FINE, GRID, INK, LARGE, MM, NORMAL, SMALL, WIDTH, map_colour};
use super::ticks::Ticks;

/// How large a page is to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    /// Width and height, mm; by itself 85 mm wide and as high as its panels are.
    pub(super) given: Option<(f64, f64)>,
}

/// What a panel shows, into its frame.
type Draw<'a> = Box<dyn Fn(&Frame, &mut Vec<Shape>) + 'a>;

/// One panel of a page.
pub(super) struct Panel<'a> {
    /// Above it; empty: nothing.
    pub(super) heading: String,
    /// Its level axis. Only the last panel shows the numbers, unless `own_x` says otherwise.
    pub(super) x: Axis,
    /// Its upright axis.
    pub(super) y: Axis,
    /// Whether it shows its own level axis though others follow.
    pub(super) own_x: bool,
    /// Whether light lines go from the ticks of the upright axis through the panel.
    pub(super) grid: bool,
    /// What its colours mean, above it.
    pub(super) key: Vec<Key>,
    /// A bar of colours at its right, with this axis.
    pub(super) colours: Option<Axis>,
    /// Height of the frame, points, on a page of no given height.
    pub(super) height: f64,
    /// Draws what it shows.
    pub(super) draw: Draw<'a>,
}

/// What a sign or a colour means.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    /// How it looks.
    pub(super) sign: Sign,
    /// In words.
    pub(super) text: String,
}

/// How something looks in a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sign {
    /// Nothing but words.
    None,
    /// A line of this width.
    Line(Colour, f64),
    /// Upright marks, as of spikes.
    Marks(Vec<Colour>),
    /// A dot.
    Dot(Colour),
    /// A see-through patch.
    Band(Colour, f64),
    /// A hatched patch.
    Hatched,
}

/// Where a panel's values are on the page.
pub(super) struct Frame<'a> {
    /// Left edge, points.
    pub(super) left: f64,
    /// Upper edge, points.
    pub(super) top: f64,
    /// Points.
    pub(super) width: f64,
    /// Points.
    pub(super) height: f64,
    x: &'a Axis,
    y: &'a Axis,
}

impl Frame<'_> {
    /// Where a value of the level axis is, points.
    pub(super) fn x(&self, value: f64) -> f64 {
        self.left + self.width * self.x.share(value)
    }

    /// Where a value of the upright axis is, points.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - self.y.share(value))
    }

    /// Where a pair of values is.
    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        (self.x(x), self.y(y))
    }
}

/// Between the edge of the page and what is on it, points.
const EDGE: f64 = 3.0;
/// Length of a tick.
const TICK: f64 = 2.5;
/// Between a tick and what stands at it.
const GAP: f64 = 1.8;
/// From line to line of text, in sizes of the font.
const LEADING: f64 = 1.28;
/// The tallest that turned names of categories may be.
const TURNED: f64 = 60.0;
/// Between two panels.
const BETWEEN: f64 = 8.0;
/// Width of a bar of colours.
const BAR: f64 = 6.0;

/// Puts panels on a page.
///
/// # Errors
/// In words: the page is too small for them.
pub(super) fn compose(size: Size, title: &str, name: &str, panels: &[Panel]) -> Result<Scene, String> {
    let width = size.given.map_or(WIDTH, |(w, _)| w) * MM;
    let mut scene = Scene { width, height: 0.0, title: name.into(), shapes: Vec::new() };
    let lines = font::wrapped(title, LARGE, width - 2.0 * EDGE, 3);
    let title_height = lines.len() as f64 * LARGE * LEADING;

    // Heights depend on keys, keys on the left margin, that on ticks and they on heights: two rounds settle it.
    let mut heights: Vec<f64> = panels.iter().map(|p| p.height).collect();
    let mut plan = Plan::new(width, panels, &heights);
    if let Some((_, given)) = size.given {
        let natural: f64 = heights.iter().sum();
        for _ in 0..2 {
            let others = plan.height(panels, &vec![0.0; heights.len()]) + title_height + 2.0 * EDGE;
            let factor = (given * MM - others) / natural;
            heights = panels.iter().map(|p| p.height * factor).collect();
            let least = heights.iter().copied().fold(f64::INFINITY, f64::min);
            if least < 12.0 {
                return Err(format!("{given} mm is too low for what is to be seen, with its axes"));
            }
            plan = Plan::new(width, panels, &heights);
        }
    }
    if plan.inner(width) < 40.0 {
        return Err(format!("{:.0} mm is too narrow for what is to be seen, with its axes", width / MM));
    }
    for (i, line) in lines.iter().enumerate() {
        let at = (EDGE, EDGE + LARGE * (0.9 + i as f64 * LEADING));
        scene.shapes.push(Shape::text(at, LARGE, Anchor::Start, INK, line.as_str()));
    }
    let mut top = EDGE + title_height;
    for (i, panel) in panels.iter().enumerate() {
        top = plan.draw(&mut scene, panel, i, panels.len(), top, heights[i]);
    }
    scene.height = match size.given {
        Some((_, given)) => given * MM,
        None => top + EDGE,
    };
    scene
        .shapes
        .insert(0, Shape::Rect { at: (0.0, 0.0), width, height: scene.height, fill: super::style::WHITE });
    Ok(scene)
}

/// What all panels share: margins, and where the signs of keys are.
struct Plan {
    left: f64,
    right: f64,
    y_ticks: Vec<Ticks>,
    x_ticks: Vec<Ticks>,
    /// Lines of each panel's key: (x, number of the entry).
    keys: Vec<Vec<Vec<(f64, usize)>>>,
}

impl Plan {
    fn new(width: f64, panels: &[Panel], heights: &[f64]) -> Plan {
        let y_ticks: Vec<Ticks> = panels.iter().zip(heights).map(|(p, h)| p.y.upright_ticks(*h)).collect();
        let mut left: f64 = 0.0;
        for (panel, ticks) in panels.iter().zip(&y_ticks) {
            let lines = ticks.marks.iter().flat_map(|(_, text)| text.lines());
            let widest = lines.map(|line| font::width(line, SMALL)).fold(0.0, f64::max);
            let name = if panel.y.name.is_empty() { 0.0 } else { name_height(panel) + 2.0 };
            left = left.max(widest + TICK + GAP + name);
        }
        let mut right: f64 = 3.0;
        for panel in panels {
            if let Some(axis) = &panel.colours {
                let ticks = axis.upright_ticks(panel.height);
                let widest = ticks.marks.iter().map(|(_, text)| font::width(text, SMALL)).fold(0.0, f64::max);
                right = right.max(5.0 + BAR + TICK + GAP + widest + 3.0 + NORMAL);
            }
        }
        let left = EDGE + left;
        // The last number may stand half beyond the end of its axis.
        let ends = |right: f64| {
            let inner = (width - left - right - EDGE).max(20.0);
            panels.iter().map(move |p| p.x.level_ticks(inner)).collect::<Vec<Ticks>>()
        };
        let inner = width - left - right - EDGE;
        let mut over: f64 = 0.0;
        for (panel, ticks) in panels.iter().zip(&ends(right)).filter(|(p, _)| p.x.named.is_none()) {
            for (value, text) in &ticks.marks {
                let end = panel.x.share(*value) * inner + font::width(text, SMALL) / 2.0;
                over = over.max(end - inner - right);
            }
        }
        let right = right + over;
        let x_ticks = ends(right);
        let inner = (width - left - right - EDGE).max(20.0);
        let keys = panels.iter().map(|p| lines_of(&p.key, inner)).collect();
        Plan { left, right, y_ticks, x_ticks, keys }
    }

    /// Width of the frames, points.
    fn inner(&self, width: f64) -> f64 {
        width - self.left - self.right - EDGE
    }

    /// Height above a panel's frame.
    fn above(&self, panel: &Panel, number: usize) -> f64 {
        let heading = if panel.heading.is_empty() { 0.0 } else { NORMAL * LEADING };
        let keys = self.keys[number].len() as f64 * SMALL * LEADING;
        let between = if number == 0 { 0.0 } else { BETWEEN };
        // Half a number may stand above the frame.
        between + (heading + keys).max(SMALL / 2.0) + if heading + keys > 0.0 { 2.5 } else { 0.0 }
    }

    /// Height below a panel's frame.
    fn below(&self, panel: &Panel, number: usize, count: usize) -> f64 {
        if number + 1 < count && !panel.own_x {
            return 0.0;
        }
        let numbers = match turned(panel, &self.x_ticks[number]) {
            Some(height) => height,
            None => SMALL,
        };
        let name = if panel.x.name.is_empty() { 0.0 } else { NORMAL * LEADING + 1.0 };
        TICK + GAP + numbers + name + 1.0
    }

    fn height(&self, panels: &[Panel], frames: &[f64]) -> f64 {
        let each = panels.iter().enumerate().zip(frames);
        each.map(|((i, p), frame)| self.above(p, i) + frame + self.below(p, i, panels.len())).sum()
    }

    /// Draws a panel from `top` on; where it ends.
    fn draw(
        &self,
        scene: &mut Scene,
        panel: &Panel,
        number: usize,
        count: usize,
        top: f64,
        height: f64,
    ) -> f64 {
        let frame = Frame {
            left: self.left,
            top: top + self.above(panel, number),
            width: self.inner(scene.width),
            height,
            x: &panel.x,
            y: &panel.y,
        };
        let out = &mut scene.shapes;
        self.write_above(out, panel, number, &frame);
        let (x_ticks, y_ticks) = (&self.x_ticks[number], &self.y_ticks[number]);
        if panel.grid {
            for (value, _) in &y_ticks.marks {
                let y = frame.y(*value);
                out.push(Shape::rule((frame.left, y), (frame.left + frame.width, y), FINE, GRID));
            }
        }
        (panel.draw)(&frame, out);
        upright_axis(out, panel, y_ticks, &frame);
        let shown = number + 1 == count || panel.own_x;
        level_axis(out, panel, x_ticks, &frame, shown);
        if let Some(axis) = &panel.colours {
            colour_bar(out, axis, &frame);
        }
        frame.top + height + self.below(panel, number, count)
    }

    /// Heading and key.
    fn write_above(&self, out: &mut Vec<Shape>, panel: &Panel, number: usize, frame: &Frame) {
        let lines = &self.keys[number];
        let mut baseline = frame.top - 2.5 - SMALL * 0.2 - (lines.len() as f64 - 1.0) * SMALL * LEADING;
        for line in lines {
            for &(x, entry) in line {
                let key = &panel.key[entry];
                let start = frame.left + x;
                sign(out, &key.sign, start, baseline - SMALL * font::CAPITALS / 2.0);
                let text = font::fitted(&key.text, SMALL, frame.width - x - sign_width(&key.sign));
                out.push(Shape::text(
                    (start + sign_width(&key.sign), baseline),
                    SMALL,
                    Anchor::Start,
                    INK,
                    text,
                ));
            }
            baseline += SMALL * LEADING;
        }
        if !panel.heading.is_empty() {
            let baseline = frame.top - 2.5 - lines.len() as f64 * SMALL * LEADING - NORMAL * 0.25;
            let text = font::fitted(&panel.heading, NORMAL, frame.width);
            out.push(Shape::text((frame.left, baseline), NORMAL, Anchor::Start, INK, text));
        }
    }
}

/// Height of an upright axis' name, which has one line or two.
fn name_height(panel: &Panel) -> f64 {
    y_name(panel, panel.height, 0).len() as f64 * NORMAL * LEADING
}

/// The lines of an upright axis' name.
fn y_name(panel: &Panel, height: f64, power: i32) -> Vec<String> {
    font::wrapped(&panel.y.label(power), NORMAL, height + BETWEEN, 2)
}

/// Height of the turned names of categories that do not fit beside each other.
fn turned(panel: &Panel, ticks: &Ticks) -> Option<f64> {
    panel.x.named.as_ref()?;
    let widest = ticks.marks.iter().map(|(_, text)| font::width(text, SMALL)).fold(0.0, f64::max);
    // One step of the axis, on the narrowest page that is made.
    let room = (WIDTH * MM - 60.0) / ticks.marks.len().max(1) as f64;
    (widest + 4.0 > room).then_some(widest.min(TURNED))
}

fn upright_axis(out: &mut Vec<Shape>, panel: &Panel, ticks: &Ticks, frame: &Frame) {
    let (left, bottom) = (frame.left, frame.top + frame.height);
    out.push(Shape::rule((left, frame.top), (left, bottom + FINE / 2.0), FINE, AXIS));
    let mut free = f64::INFINITY;
    for (value, text) in &ticks.marks {
        let y = frame.y(*value);
        let lines: Vec<&str> = text.lines().collect();
        let height = lines.len() as f64 * SMALL * LEADING;
        // Names may be many: those for which there is no room are left out.
        if (y - free).abs() < height * 0.9 {
            continue;
        }
        free = y;
        if panel.y.named.is_none() {
            out.push(Shape::rule((left - TICK, y), (left, y), FINE, AXIS));
        }
        let first = y + SMALL * font::CAPITALS / 2.0 - (lines.len() as f64 - 1.0) * SMALL * LEADING / 2.0;
        for (i, line) in lines.iter().enumerate() {
            let colour = if i == 0 { INK } else { AXIS };
            let at = (left - TICK - GAP, first + i as f64 * SMALL * LEADING);
            out.push(Shape::text(at, SMALL, Anchor::End, colour, *line));
        }
    }
    if !panel.y.log {
        // An even axis has no small ticks.
    } else if ticks.minor.len() < 40 {
        for value in &ticks.minor {
            let y = frame.y(*value);
            out.push(Shape::rule((left - TICK / 2.0, y), (left, y), FINE / 2.0, AXIS));
        }
    }
    let lines = if panel.y.name.is_empty() { Vec::new() } else { y_name(panel, frame.height, ticks.power) };
    for (i, line) in lines.iter().enumerate() {
        let at = (EDGE + NORMAL * (0.85 + i as f64 * LEADING), frame.top + frame.height / 2.0);
        out.push(Shape::turned(at, NORMAL, Anchor::Middle, INK, line.as_str()));
    }
}

fn level_axis(out: &mut Vec<Shape>, panel: &Panel, ticks: &Ticks, frame: &Frame, shown: bool) {
    let bottom = frame.top + frame.height;
    let right = frame.left + frame.width;
    out.push(Shape::rule((frame.left - FINE / 2.0, bottom), (right, bottom), FINE, AXIS));
    for value in if ticks.minor.len() < 60 { ticks.minor.as_slice() } else { &[] } {
        let x = frame.x(*value);
        out.push(Shape::rule((x, bottom), (x, bottom + TICK / 2.0), FINE / 2.0, AXIS));
    }
    let turned = turned(panel, ticks);
    let numbers = turned.unwrap_or(SMALL);
    for (value, text) in &ticks.marks {
        let x = frame.x(*value);
        out.push(Shape::rule((x, bottom), (x, bottom + TICK), FINE, AXIS));
        if !shown {
            continue;
        }
        if turned.is_some() {
            let at = (x + SMALL * font::CAPITALS / 2.0, bottom + TICK + GAP);
            out.push(Shape::turned(at, SMALL, Anchor::End, INK, font::fitted(text, SMALL, TURNED)));
        } else {
            let at = (x, bottom + TICK + GAP + SMALL * 0.8);
            out.push(Shape::text(at, SMALL, Anchor::Middle, INK, text.as_str()));
        }
    }
    if shown && !panel.x.name.is_empty() {
        let at = (frame.left + frame.width / 2.0, bottom + TICK + GAP + numbers + 1.0 + NORMAL);
        let text = font::fitted(&panel.x.label(ticks.power), NORMAL, frame.width + 30.0);
        out.push(Shape::text(at, NORMAL, Anchor::Middle, INK, text));
    }
}

/// A bar of the map's colours, at the right of a frame.
fn colour_bar(out: &mut Vec<Shape>, axis: &Axis, frame: &Frame) {
    const STEPS: usize = 64;
    let left = frame.left + frame.width + 5.0;
    let place = Frame { left, width: BAR, x: axis, y: axis, ..*frame };
    for i in 0..STEPS {
        let share = (i as f64 + 0.5) / STEPS as f64;
        let height = frame.height / STEPS as f64;
        let top = frame.top + frame.height - (i + 1) as f64 * height;
        // Neighbours overlap a little, so that no light seams show.
        let extra = if i == 0 { 0.0 } else { 0.3 };
        out.push(Shape::Rect {
            at: (left, top),
            width: BAR,
            height: height + extra,
            fill: map_colour(share),
        });
    }
    let ticks = axis.upright_ticks(frame.height);
    let right = left + BAR;
    let mut widest: f64 = 0.0;
    for (value, text) in &ticks.marks {
        let y = place.y(*value);
        out.push(Shape::rule((right, y), (right + TICK, y), FINE, AXIS));
        let at = (right + TICK + GAP, y + SMALL * font::CAPITALS / 2.0);
        out.push(Shape::text(at, SMALL, Anchor::Start, INK, text.as_str()));
        widest = widest.max(font::width(text, SMALL));
    }
    let at = (right + TICK + GAP + widest + 1.5 + NORMAL, frame.top + frame.height / 2.0);
    let text = font::fitted(&axis.label(ticks.power), NORMAL, frame.height + 2.0 * BETWEEN);
    out.push(Shape::turned(at, NORMAL, Anchor::Middle, INK, text));
}

/// Entries of a key in lines of this width: where each begins.
fn lines_of(key: &[Key], room: f64) -> Vec<Vec<(f64, usize)>> {
    let mut lines: Vec<Vec<(f64, usize)>> = Vec::new();
    let mut x = f64::INFINITY;
    for (i, entry) in key.iter().enumerate() {
        let width = sign_width(&entry.sign) + font::width(&entry.text, SMALL);
        if x + width > room {
            lines.push(Vec::new());
            x = 0.0;
        }
        if let Some(line) = lines.last_mut() {
            line.push((x, i));
        }
        x += width + 8.0;
    }
    lines
}

fn sign_width(sign: &Sign) -> f64 {
    match sign {
        Sign::None => 0.0,
        Sign::Marks(colours) => 2.2 * colours.len() as f64 + 2.5,
        Sign::Dot(_) => 6.5,
        Sign::Line(..) | Sign::Band(..) | Sign::Hatched => 12.5,
    }
}

fn sign(out: &mut Vec<Shape>, sign: &Sign, left: f64, middle: f64) {
    match sign {
        Sign::None => {}
        Sign::Line(colour, width) => {
            out.push(Shape::rule((left, middle), (left + 10.0, middle), *width, *colour));
        }
        Sign::Marks(colours) => {
            for (i, colour) in colours.iter().enumerate() {
                let x = left + 0.6 + 2.2 * i as f64;
                out.push(Shape::rule((x, middle - 2.3), (x, middle + 2.3), 1.1, *colour));
            }
        }
        Sign::Dot(colour) => {
            out.push(Shape::Dots { points: vec![(left + 2.0, middle)], radius: 1.6, colour: *colour });
        }
        Sign::Band(colour, opacity) => {
            let (right, top, bottom) = (left + 10.0, middle - 2.2, middle + 2.2);
            let points = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
            out.push(Shape::Area { points, fill: *colour, opacity: *opacity });
        }
        Sign::Hatched => hatched(out, (left, middle - 2.4), 10.0, 4.8),
    }
}

/// A grey patch with slanted lines: there is no value here.
pub(super) fn hatched(out: &mut Vec<Shape>, at: Point, width: f64, height: f64) {
    out.push(Shape::Rect { at, width, height, fill: super::style::MISSING });
    let apart = 3.0;
    let mut offset = apart / 2.0;
    while offset < width + height {
        // From the left or lower edge up to the upper or right one.
        let from = if offset < height { (0.0, offset) } else { (offset - height, height) };
        let to = if offset < width { (offset, 0.0) } else { (width, offset - width) };
        let on = |p: Point| (at.0 + p.0, at.1 + p.1);
        out.push(Shape::rule(on(from), on(to), FINE, super::style::GREY));
        offset += apart;
    }
}
