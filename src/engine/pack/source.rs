//! Texts with places: from byte offsets to file, line, character and excerpt.

use std::ops::Range;

use domain::{Diagnostic, Place};

/// One file of a pack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceText<'a> {
    /// Name in messages.
    pub(crate) name: &'a str,
    /// Content.
    pub(crate) text: &'a str,
}

impl SourceText<'_> {
    /// The place of a byte.
    pub(crate) fn place(self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before
            .get(line_start..)
            .map_or(0, |part| part.chars().count());
        Place {
            file: self.name.to_owned(),
            line: small(before.matches('\n').count() + 1),
            column: small(column + 1),
        }
    }

    /// An error about a part of the text, with the line it stands on.
    pub(crate) fn error(
        self,
        code: &'static str,
        span: Range<usize>,
        message: String,
    ) -> Diagnostic {
        let place = self.place(span.start);
        let width = self.text.get(span).map_or(0, |part| {
            part.lines().next().map_or(0, |line| line.chars().count())
        });
        self.error_at(code, place, small(width), message)
    }

    /// An error at a place, with the line it stands on.
    pub(crate) fn error_at(
        self,
        code: &'static str,
        place: Place,
        width: u32,
        message: String,
    ) -> Diagnostic {
        let wanted = usize::try_from(place.line).unwrap_or(0).saturating_sub(1);
        let line = self.text.lines().nth(wanted).unwrap_or_default().to_owned();
        Diagnostic::error(code, place, message).with_excerpt(line, width)
    }
}

fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
