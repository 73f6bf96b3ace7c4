//! Texts with places: from byte offsets to file, line, character and excerpt.

use std::ops::Range;

use domain::{Diagnostic, Place};

/// Where each line of a text begins: without it a file of many thousand rows would be counted
/// through for each of them.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(ends).collect())
    }
}

/// One file of a pack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceText<'a> {
    /// Name in messages.
    pub(crate) name: &'a str,
    /// Content.
    pub(crate) text: &'a str,
    /// Where its lines begin.
    pub(crate) lines: &'a Lines,
}

impl SourceText<'_> {
    /// The place of a byte.
    pub(crate) fn place(self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.lines.0.partition_point(|start| *start <= offset);
        let line_start = line.checked_sub(1).and_then(|at| self.lines.0.get(at));
        let before = self.text.get(line_start.copied().unwrap_or(0)..offset);
        let column = before.map_or(0, |part| part.chars().count());
        Place {
            file: self.name.to_owned(),
            line: small(line),
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
        let rest = self.lines.0.get(wanted).and_then(|at| self.text.get(*at..));
        let line = rest
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let line = line.to_owned();
        Diagnostic::error(code, place, message).with_excerpt(line, width)
    }
}

fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
