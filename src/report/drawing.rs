//! A drawing: shapes at whole pixels, two to the point, on a sheet as wide as the type area of a
//! GB/T 9704 page. Charts are laid out as drawings, so that tests can ask where every label stands
//! before any backend draws it.

use crate::measure::{self, Weight};
use crate::palette::Colour;

/// Width of every chart: 156 mm at two pixels to the point.
pub const WIDTH: i32 = 884;
/// Height that fits a page with a caption below.
pub const PAGE_HEIGHT: i32 = 1216;

/// Which end of a text stands at its x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text starts there.
    Start,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    End,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Place of the anchor.
    pub x: i32,
    /// Place of the baseline.
    pub baseline: i32,
    /// Size of the em in pixels.
    pub size: i32,
    /// Which end stands at `x`.
    pub anchor: Anchor,
    /// Regular or bold.
    pub weight: Weight,
    /// Colour.
    pub colour: Colour,
    /// The text, without control characters.
    pub text: String,
}

/// A box: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Left edge.
    pub left: i32,
    /// Top edge.
    pub top: i32,
    /// Right edge.
    pub right: i32,
    /// Bottom edge.
    pub bottom: i32,
}

impl Bounds {
    /// Whether the insides of both meet.
    pub fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether the other lies within.
    pub fn contains(self, other: Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }
}

impl Label {
    /// A regular label in ink, starting at the place.
    pub(crate) fn new(x: i32, baseline: i32, size: i32, text: impl AsRef<str>) -> Self {
        Self {
            x,
            baseline,
            size,
            anchor: Anchor::Start,
            weight: Weight::Regular,
            colour: crate::palette::INK,
            text: printable(text.as_ref()),
        }
    }

    /// Vertically centred on `middle` instead of standing on a baseline.
    pub(crate) fn centred(x: i32, middle: i32, size: i32, text: impl AsRef<str>) -> Self {
        // Ideographs reach from 0.12 em below to 0.88 em above the baseline.
        Self::new(x, middle + size * 38 / 100, size, text)
    }

    pub(crate) fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(crate) fn bold(mut self) -> Self {
        self.weight = Weight::Bold;
        self
    }

    pub(crate) fn in_colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// Shortened with … to the width.
    pub(crate) fn within(mut self, width: i32) -> Self {
        self.text = measure::fit(&self.text, self.size, self.weight, width);
        self
    }

    /// The box of its ideographs.
    pub fn bounds(&self) -> Bounds {
        let width = measure::width(&self.text, self.size, self.weight);
        let left = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - width / 2,
            Anchor::End => self.x - width,
        };
        Bounds {
            left,
            top: self.baseline - self.size * 88 / 100,
            right: left + width,
            bottom: self.baseline + self.size * 12 / 100,
        }
    }
}

/// One shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A filled rectangle.
    Block {
        /// Its place.
        bounds: Bounds,
        /// Fill.
        fill: Colour,
    },
    /// A line through points.
    Line {
        /// The points.
        points: Vec<(i32, i32)>,
        /// Stroke.
        colour: Colour,
        /// Stroke width.
        width: u32,
    },
    /// A filled polygon.
    Polygon {
        /// The corners.
        points: Vec<(i32, i32)>,
        /// Fill.
        fill: Colour,
    },
    /// A disc, filled.
    Disc {
        /// Centre.
        centre: (i32, i32),
        /// Radius.
        radius: i32,
        /// Fill.
        fill: Colour,
    },
    /// A circle, by its outline.
    Ring {
        /// Centre.
        centre: (i32, i32),
        /// Radius.
        radius: i32,
        /// Stroke.
        colour: Colour,
        /// Stroke width.
        width: u32,
    },
    /// A label.
    Text(Label),
}

/// A finished layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// Title, shown as the caption.
    pub title: String,
    /// What the chart says, for readers who cannot see it.
    pub alt: String,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
    /// Shapes, painted in this order.
    pub shapes: Vec<Shape>,
}

impl Drawing {
    /// An empty sheet of the standard width.
    pub(crate) fn new(title: impl Into<String>, alt: impl Into<String>, height: i32) -> Self {
        Self {
            title: title.into(),
            alt: alt.into(),
            width: WIDTH,
            height,
            shapes: Vec::new(),
        }
    }

    pub(crate) fn block(&mut self, left: i32, top: i32, right: i32, bottom: i32, fill: Colour) {
        let bounds = Bounds {
            left,
            top,
            right,
            bottom,
        };
        self.shapes.push(Shape::Block { bounds, fill });
    }

    pub(crate) fn line(&mut self, points: Vec<(i32, i32)>, colour: Colour, width: u32) {
        self.shapes.push(Shape::Line {
            points,
            colour,
            width,
        });
    }

    pub(crate) fn label(&mut self, label: Label) {
        if !label.text.is_empty() {
            self.shapes.push(Shape::Text(label));
        }
    }

    /// The labels, in painting order.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text(label) => Some(label),
            _ => None,
        })
    }

    /// All text of the drawing, to look for missing glyphs.
    pub fn text(&self) -> String {
        self.labels().map(|label| label.text.as_str()).collect()
    }
}

/// The text with every control character and non-character as a space: SVG has no way to say them.
fn printable(text: &str) -> String {
    let allowed = |letter: char| !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}');
    text.chars()
        .map(|letter| if allowed(letter) { letter } else { ' ' })
        .collect()
}

/// Tests of a chart's labels, shared by all charts.
#[cfg(test)]
pub(crate) mod check {
    use super::*;

    /// Every label lies on the sheet, and no two overlap.
    pub(crate) fn labels_are_readable(drawing: &Drawing) {
        let sheet = Bounds {
            left: 0,
            top: 0,
            right: drawing.width,
            bottom: drawing.height,
        };
        let labels: Vec<_> = drawing.labels().collect();
        for (index, label) in labels.iter().enumerate() {
            assert!(sheet.contains(label.bounds()), "clipped: {label:?}");
            assert!(label.size >= 13, "too small: {label:?}");
            for other in labels.iter().skip(index + 1) {
                assert!(
                    !label.bounds().overlaps(other.bounds()),
                    "overlap: {label:?} {other:?}"
                );
            }
        }
    }
}
