//! Drawings to SVG and PNG, through plotters.
//!
//! The two backends of plotters disagree about text: SVG sizes the em as `size / 1.24` and hangs
//! text 0.76 em above the baseline, bitmaps size the em as `size / 1.448`, hang it half a size above
//! and forget the room to the left of a glyph. `Target` and `write` undo all of it, so that a
//! drawing looks the same in either.

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, RGBAColor, RGBColor, ShapeStyle, TextStyle};

use crate::drawing::{Anchor, Bounds, Drawing, Label, Shape};
use crate::error::ReportError;
use crate::geometry::{length, px};
use crate::measure::{self, FAMILY, HEIGHT_PER_EM};
use crate::palette::{Colour, WHITE};

/// What a viewer without the bundled font falls back to.
const FALLBACK_FAMILIES: &str = "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, \
     Microsoft YaHei, PingFang SC, sans-serif";

/// The drawing as an SVG document with a title and a description for screen readers.
pub fn svg(drawing: &Drawing) -> Result<String, ReportError> {
    let size = (
        drawing.width.unsigned_abs().max(1),
        drawing.height.unsigned_abs().max(1),
    );
    let mut text = String::new();
    play(
        drawing,
        SVGBackend::with_string(&mut text, size).into_drawing_area(),
        Target::Svg,
    )?;
    let text = text.replace(
        &format!("font-family=\"{FAMILY}\""),
        &format!("font-family=\"{FALLBACK_FAMILIES}\""),
    );
    let opening = format!(
        "<svg role=\"img\" aria-label=\"{}\" ",
        escaped(&format!("{}：{}", drawing.title, drawing.alt))
    );
    Ok(text.replacen("<svg ", &opening, 1))
}

/// The drawing as a PNG image, `scale` image pixels to the drawing's pixel. A character outside the
/// chart font is drawn as 〓, the printers' mark for a missing type.
pub fn png(drawing: &Drawing, scale: u32) -> Result<Vec<u8>, ReportError> {
    let scale = scale.clamp(1, 4);
    let width = drawing.width.unsigned_abs().max(1) * scale;
    let height = drawing.height.unsigned_abs().max(1) * scale;
    let bytes = u64::from(width) * u64::from(height) * 3;
    let mut pixels = vec![0; usize::try_from(bytes).unwrap_or(0)];
    play(
        drawing,
        BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area(),
        Target::Bitmap {
            scale: i32::try_from(scale).unwrap_or(1),
        },
    )?;
    encode(&pixels, width, height).map_err(|reason| fault(drawing, &reason))
}

fn encode(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[derive(Clone, Copy)]
enum Target {
    Svg,
    Bitmap { scale: i32 },
}

impl Target {
    fn scale(self) -> i32 {
        match self {
            Self::Svg => 1,
            Self::Bitmap { scale } => scale,
        }
    }

    fn point(self, (x, y): (i32, i32)) -> (i32, i32) {
        (x * self.scale(), y * self.scale())
    }

    /// The size to ask for, and how far above the baseline the backend's text hangs.
    fn text_metrics(self, em: i32) -> (f64, i32) {
        let em = f64::from(em * self.scale());
        match self {
            Self::Svg => (em * 1.24, px(em * 0.76)),
            Self::Bitmap { .. } => {
                let size = em * f64::from(HEIGHT_PER_EM);
                (size, px(size / 2.0))
            }
        }
    }
}

fn fault(drawing: &Drawing, reason: &dyn std::fmt::Display) -> ReportError {
    ReportError::Chart {
        chart: drawing.title.clone(),
        reason: reason.to_string(),
    }
}

type Area<B> = DrawingArea<B, plotters::coord::Shift>;

fn play<B: DrawingBackend>(
    drawing: &Drawing,
    area: Area<B>,
    target: Target,
) -> Result<(), ReportError> {
    measure::register();
    area.fill(&rgba(WHITE))
        .map_err(|reason| fault(drawing, &reason))?;
    for shape in &drawing.shapes {
        paint(&area, shape, target).map_err(|reason| fault(drawing, &reason))?;
    }
    area.present().map_err(|reason| fault(drawing, &reason))
}

fn paint<B: DrawingBackend>(
    area: &Area<B>,
    shape: &Shape,
    target: Target,
) -> Result<(), plotters::drawing::DrawingAreaErrorKind<B::ErrorType>> {
    let stroke = |colour: Colour, width: u32| ShapeStyle {
        color: rgba(colour),
        filled: false,
        stroke_width: width * target.scale().unsigned_abs(),
    };
    let points = |points: &[(i32, i32)]| -> Vec<_> {
        points.iter().map(|point| target.point(*point)).collect()
    };
    match shape {
        Shape::Block { bounds, fill } => {
            area.draw(&Rectangle::new(corners(*bounds, target), solid(*fill)))
        }
        Shape::Line {
            points: path,
            colour,
            width,
        } => area.draw(&PathElement::new(points(path), stroke(*colour, *width))),
        Shape::Polygon { points: path, fill } => {
            area.draw(&Polygon::new(points(path), solid(*fill)))
        }
        Shape::Disc {
            centre,
            radius,
            fill,
        } => area.draw(&Circle::new(
            target.point(*centre),
            radius * target.scale(),
            solid(*fill),
        )),
        Shape::Ring {
            centre,
            radius,
            colour,
            width,
        } => area.draw(&Circle::new(
            target.point(*centre),
            radius * target.scale(),
            stroke(*colour, *width),
        )),
        Shape::Text(label) => write(area, label, target),
    }
}

fn write<B: DrawingBackend>(
    area: &Area<B>,
    label: &Label,
    target: Target,
) -> Result<(), plotters::drawing::DrawingAreaErrorKind<B::ErrorType>> {
    let (size, hang) = target.text_metrics(label.size);
    let (x, baseline) = target.point((label.x, label.baseline));
    let font = FontDesc::new(FontFamily::Name(FAMILY), size, label.weight.style());
    let colour = rgba(label.colour);
    let style = |h_pos| {
        TextStyle::from(font.clone())
            .color(&colour)
            .pos(Pos::new(h_pos, VPos::Top))
    };
    let top = baseline - hang;
    let Target::Bitmap { scale } = target else {
        let h_pos = match label.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        return area.draw(&Text::new(label.text.as_str(), (x, top), style(h_pos)));
    };
    let left = label.bounds().left * scale;
    for glyph in measure::glyphs(&label.text, label.size * scale, label.weight) {
        let ink = left + px(f64::from(glyph.start + glyph.bearing).floor());
        area.draw(&Text::new(
            glyph.letter.to_string(),
            (ink, top),
            style(HPos::Left),
        ))?;
    }
    Ok(())
}

fn corners(bounds: Bounds, target: Target) -> [(i32, i32); 2] {
    [
        target.point((bounds.left, bounds.top)),
        target.point((bounds.right, bounds.bottom)),
    ]
}

fn rgba(colour: Colour) -> RGBAColor {
    let (red, green, blue) = colour.rgb;
    RGBColor(red, green, blue).mix(length(u64::from(colour.opacity)) / 100.0)
}

fn solid(colour: Colour) -> ShapeStyle {
    rgba(colour).filled()
}

/// The text with the signs of markup escaped, for an attribute or an element.
pub(crate) fn escaped(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            letter if letter.is_control() => " ".to_owned(),
            letter => letter.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn specimen() -> Drawing {
        let mut drawing = Drawing::new("标题 \"甲\" & <乙>", "说明", 60);
        drawing.block(0, 0, 20, 20, crate::palette::ALERT);
        drawing.label(Label::new(30, 40, 20, "及时性 <&> \u{1}𠮷"));
        drawing
    }

    #[test]
    fn svg_escapes_what_it_is_given() {
        let text = svg(&specimen()).unwrap();
        assert!(text.contains("aria-label=\"标题 &quot;甲&quot; &amp; &lt;乙&gt;：说明\""));
        assert!(text.contains("及时性 &lt;&amp;&gt;  𠮷"), "{text}");
    }

    #[test]
    fn png_has_the_asked_size_and_some_ink() {
        let bytes = png(&specimen(), 2).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (1768, 120));
        assert!(pixels.chunks(3).any(|pixel| pixel == [0xb4, 0x3c, 0x1e]));
    }
}
