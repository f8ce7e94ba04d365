//! A scene as PNG: the same shapes and the same font, drawn by tiny-skia.

use ab_glyph::OutlineCurve;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform,
};

use super::font;
use super::scene::{Anchor, Ends, Scene, Shape};
use super::style::Colour;

/// The largest picture, pixels.
const MOST: f64 = 100e6;

/// The bytes of a PNG file of `dpi` pixels an inch.
///
/// # Errors
/// In words: the picture would be too large.
pub(super) fn png(scene: &Scene, dpi: f64) -> Result<Vec<u8>, String> {
    let scale = dpi / 72.0;
    let (width, height) = ((scene.width * scale).round().max(1.0), (scene.height * scale).round().max(1.0));
    let too_large = || format!("a picture of {width} x {height} pixels is too large");
    if width * height > MOST {
        return Err(too_large());
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or_else(too_large)?;
    pixels.fill(Color::WHITE);
    let transform = Transform::from_scale(scale as f32, scale as f32);
    for shape in &scene.shapes {
        draw(&mut pixels, shape, transform);
    }
    encoded(&pixels, dpi).map_err(|e| e.to_string())
}

fn encoded(pixels: &Pixmap, dpi: f64) -> Result<Vec<u8>, png::EncodingError> {
    // Everything is opaque: three channels do.
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

fn draw(pixels: &mut Pixmap, shape: &Shape, transform: Transform) {
    match shape {
        Shape::Rect { at, width, height, fill } => {
            if let Some(rect) = Rect::from_xywh(at.0 as f32, at.1 as f32, *width as f32, *height as f32) {
                pixels.fill_rect(rect, &paint(*fill, 1.0), transform, None);
            }
        }
        Shape::Line { points, width, colour, ends } => {
            let mut path = PathBuilder::new();
            for (i, (x, y)) in points.iter().enumerate() {
                if i == 0 { path.move_to(*x as f32, *y as f32) } else { path.line_to(*x as f32, *y as f32) }
            }
            let mut stroke = Stroke { width: *width as f32, ..Stroke::default() };
            if *ends == Ends::Round {
                (stroke.line_cap, stroke.line_join) = (LineCap::Round, LineJoin::Round);
            }
            if let Some(path) = path.finish() {
                pixels.stroke_path(&path, &paint(*colour, 1.0), &stroke, transform, None);
            }
        }
        Shape::Area { points, fill, opacity } => {
            let mut path = PathBuilder::new();
            for (i, (x, y)) in points.iter().enumerate() {
                if i == 0 { path.move_to(*x as f32, *y as f32) } else { path.line_to(*x as f32, *y as f32) }
            }
            path.close();
            fill_path(pixels, path.finish(), &paint(*fill, *opacity), transform);
        }
        Shape::Dots { points, radius, colour } => {
            for (x, y) in points {
                let circle = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32);
                fill_path(pixels, circle, &paint(*colour, 1.0), transform);
            }
        }
        Shape::Bars { bars, height, colour } => {
            let paint = paint(*colour, 1.0);
            for (left, middle, length) in bars {
                let top = middle - height / 2.0;
                let rect = Rect::from_xywh(*left as f32, top as f32, *length as f32, *height as f32);
                if let Some(rect) = rect {
                    pixels.fill_rect(rect, &paint, transform, None);
                }
            }
        }
        Shape::Text { at, size, anchor, turned, colour, text } => {
            let back = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => font::width(text, *size) / 2.0,
                Anchor::End => font::width(text, *size),
            };
            let place = Transform::from_translate(at.0 as f32, at.1 as f32);
            let place = if *turned { place.pre_rotate(-90.0) } else { place };
            let place = place.pre_translate(-back as f32, 0.0).post_concat(transform);
            fill_path(pixels, letters(text, *size), &paint(*colour, 1.0), place);
        }
    }
}

fn fill_path(pixels: &mut Pixmap, path: Option<Path>, paint: &Paint, transform: Transform) {
    if let Some(path) = path {
        pixels.fill_path(&path, paint, FillRule::Winding, transform, None);
    }
}

fn paint(colour: Colour, opacity: f64) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour.0, colour.1, colour.2, (opacity * 255.0).round() as u8);
    paint.anti_alias = true;
    paint
}

/// The outlines of a text that begins at (0, 0).
fn letters(text: &str, size: f64) -> Option<Path> {
    let mut path = PathBuilder::new();
    let mut end = None;
    font::outlines(text, size, |curve, at| {
        let at = |p| {
            let (x, y) = at(p);
            (x as f32, y as f32)
        };
        let (first, last) = match curve {
            OutlineCurve::Line(a, b) => (at(*a), at(*b)),
            OutlineCurve::Quad(a, _, b) => (at(*a), at(*b)),
            OutlineCurve::Cubic(a, _, _, b) => (at(*a), at(*b)),
        };
        if end != Some(first) {
            path.move_to(first.0, first.1);
        }
        match curve {
            OutlineCurve::Line(..) => path.line_to(last.0, last.1),
            OutlineCurve::Quad(_, c, _) => {
                let c = at(*c);
                path.quad_to(c.0, c.1, last.0, last.1);
            }
            OutlineCurve::Cubic(_, c, d, _) => {
                let (c, d) = (at(*c), at(*d));
                path.cubic_to(c.0, c.1, d.0, d.1, last.0, last.1);
            }
        }
        end = Some(last);
    });
    path.finish()
}
