//! The chart font: how wide text is, which characters it draws, and shortening to a width.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use plotters::style::{FontStyle, register_font};

use crate::fonts;
use crate::geometry::px;

/// Family of the charts; the bundled Noto Sans.
pub(crate) const FAMILY: &str = "Noto Sans CJK SC";

/// The drawing library sizes outlines by ascender minus descender; this font's is 1.448 em.
pub(crate) const HEIGHT_PER_EM: f32 = 1.448;

/// Regular or bold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Regular.
    Regular,
    /// Bold.
    Bold,
}

impl Weight {
    /// The same, as the drawing library says it.
    pub(crate) fn style(self) -> FontStyle {
        match self {
            Self::Regular => FontStyle::Normal,
            Self::Bold => FontStyle::Bold,
        }
    }

    /// The face; `None` when the bundled file is damaged, which `Fonts::load` reports.
    fn face(self) -> Option<&'static FontRef<'static>> {
        static FACES: OnceLock<[Option<FontRef<'static>>; 2]> = OnceLock::new();
        let [regular, bold] = FACES.get_or_init(|| {
            [fonts::SANS_REGULAR, fonts::SANS_BOLD].map(|file| FontRef::try_from_slice(file).ok())
        });
        match self {
            Self::Regular => regular.as_ref(),
            Self::Bold => bold.as_ref(),
        }
    }
}

/// Makes the bundled fonts known to the drawing library, once a process.
pub(crate) fn register() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        for (style, bytes) in [
            (FontStyle::Normal, fonts::SANS_REGULAR),
            (FontStyle::Bold, fonts::SANS_BOLD),
        ] {
            // A damaged font is reported by `Fonts::load`; here text would only measure as empty.
            let _ = register_font(FAMILY, style, bytes);
        }
    });
}

/// One character of a line of text.
pub(crate) struct Glyph {
    /// The character; 〓 in place of one that the font lacks.
    pub(crate) letter: char,
    /// Where its place on the line begins, in pixels from the start.
    pub(crate) start: f32,
    /// From there to the left edge of its ink.
    pub(crate) bearing: f32,
    /// From there to where the next one begins.
    pub(crate) advance: f32,
}

/// The characters of a line at `em` pixels to the em, each at its place.
pub(crate) fn glyphs(text: &str, em: i32, weight: Weight) -> Vec<Glyph> {
    let Some(face) = weight.face() else {
        return Vec::new();
    };
    let em = f32::from(i16::try_from(em).unwrap_or(i16::MAX));
    let face = face.as_scaled(PxScale::from(em * HEIGHT_PER_EM));
    let mut start = 0.0;
    text.chars()
        .map(|letter| {
            let known = letter.is_whitespace() || face.glyph_id(letter).0 != 0;
            let letter = if known { letter } else { '〓' };
            let id = face.glyph_id(letter);
            let glyph = Glyph {
                letter,
                start,
                bearing: face.h_side_bearing(id),
                advance: face.h_advance(id),
            };
            start += glyph.advance;
            glyph
        })
        .collect()
}

/// Width in pixels, rounded up, at `size` pixels to the em.
pub(crate) fn width(text: &str, size: i32, weight: Weight) -> i32 {
    // Measured at a thousand pixels to the em, where rounding no longer shows.
    let line = glyphs(text, 1000, weight);
    let thousandths = line.last().map_or(0.0, |last| last.start + last.advance);
    px(f64::from(thousandths) * f64::from(size) / 1000.0 + 0.5)
}

/// The text, shortened from its end with … where it is wider than `limit` pixels.
pub(crate) fn fit(text: &str, size: i32, weight: Weight, limit: i32) -> String {
    if width(text, size, weight) <= limit {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let short: String = kept.iter().chain(&['…']).collect();
        if width(&short, size, weight) <= limit {
            return short;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ideograph_is_one_em_wide() {
        for weight in [Weight::Regular, Weight::Bold] {
            assert!((80..=81).contains(&width("国国国国", 20, weight)));
            assert!(width("iiii", 20, weight) < 40);
        }
    }

    #[test]
    fn long_names_are_shortened_to_the_width() {
        let name = "郑州市住房保障和房地产管理局";
        assert_eq!(fit(name, 10, Weight::Regular, 200), name);
        let short = fit(name, 10, Weight::Regular, 80);
        assert!(
            short.ends_with('…') && width(&short, 10, Weight::Regular) <= 80,
            "{short}"
        );
        assert_eq!(fit(name, 10, Weight::Regular, 3), "");
    }

    #[test]
    fn a_missing_type_shows_as_geta() {
        let line = glyphs("王𠮷 a", 10, Weight::Regular);
        let shown: String = line.iter().map(|glyph| glyph.letter).collect();
        assert_eq!(shown, "王〓 a");
    }
}
