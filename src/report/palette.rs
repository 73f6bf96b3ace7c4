//! Colours. Neighbours differ in lightness as well as in hue, so that charts survive
//! colour-blindness and a grey printer.

/// A colour with opacity in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red, green, blue.
    pub rgb: (u8, u8, u8),
    /// Opacity, 0–100.
    pub opacity: u8,
}

impl Colour {
    /// A solid colour.
    pub(crate) const fn solid(red: u8, green: u8, blue: u8) -> Self {
        Self {
            rgb: (red, green, blue),
            opacity: 100,
        }
    }

    /// The same colour, see-through.
    pub(crate) const fn with_opacity(self, opacity: u8) -> Self {
        Self { opacity, ..self }
    }

    /// Perceived lightness, 0 (black) to 255 (white), by ITU-R BT.601 weights.
    pub(crate) fn luma(self) -> u32 {
        let (red, green, blue) = self.rgb;
        (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000
    }

    /// The text colour that reads on it.
    pub(crate) fn text_on(self) -> Self {
        if self.luma() < 140 { WHITE } else { INK }
    }
}

/// Text.
pub(crate) const INK: Colour = Colour::solid(0x1f, 0x29, 0x33);
/// Secondary text.
pub(crate) const MUTED: Colour = Colour::solid(0x5b, 0x67, 0x74);
/// Hairlines and grids.
pub(crate) const RULE: Colour = Colour::solid(0xd5, 0xdb, 0xe1);
/// Zebra bands and empty cells.
pub(crate) const BAND: Colour = Colour::solid(0xf3, 0xf5, 0xf7);
/// Paper.
pub(crate) const WHITE: Colour = Colour::solid(0xff, 0xff, 0xff);
/// Warnings: islands, failing grades.
pub(crate) const ALERT: Colour = Colour::solid(0xb4, 0x3c, 0x1e);

/// Ordered classes, strongest first.
pub(crate) const SEQUENCE: [Colour; 5] = [
    Colour::solid(0x12, 0x3a, 0x5c),
    Colour::solid(0x2f, 0x6c, 0x9e),
    Colour::solid(0x6f, 0xa3, 0xc8),
    Colour::solid(0xae, 0xcb, 0xe0),
    Colour::solid(0xe3, 0xed, 0xf5),
];

/// Unordered kinds: dark blue, vermilion, amber, sky, plum, olive (after Okabe and Ito, moved apart
/// in lightness).
pub(crate) const KINDS: [Colour; 6] = [
    Colour::solid(0x0f, 0x3d, 0x66),
    Colour::solid(0xc7, 0x5b, 0x12),
    Colour::solid(0xf0, 0xc4, 0x4c),
    Colour::solid(0x56, 0xa3, 0xd9),
    Colour::solid(0x7a, 0x2f, 0x5f),
    Colour::solid(0x8f, 0xa8, 0x3a),
];

/// The colour of the kind at a place; wraps round.
pub(crate) fn kind(place: usize) -> Colour {
    KINDS.get(place % KINDS.len()).copied().unwrap_or(INK)
}

/// The colour of the ordered class at a place; the last one serves all after it.
pub(crate) fn class(place: usize) -> Colour {
    SEQUENCE
        .get(place.min(SEQUENCE.len() - 1))
        .copied()
        .unwrap_or(INK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_differ_in_grey_print() {
        for pair in SEQUENCE.windows(2) {
            assert!(pair[1].luma() >= pair[0].luma() + 25, "{pair:?}");
        }
        for pair in KINDS.windows(2) {
            assert!(pair[0].luma().abs_diff(pair[1].luma()) >= 30, "{pair:?}");
        }
    }

    #[test]
    fn text_reads_on_every_class() {
        for colour in SEQUENCE.into_iter().chain(KINDS) {
            let contrast = colour.luma().abs_diff(colour.text_on().luma());
            assert!(contrast >= 90, "{colour:?}");
        }
    }
}
