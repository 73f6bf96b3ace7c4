//! Findings about input: what is wrong, where, and what to do. Data, never thrown.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Suspicious, but the input is used.
    Warning,
    /// The input is not used.
    Error,
}

/// Where a finding is. Lines and columns count from one; zero means the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// File name as the user gave it.
    pub file: String,
    /// Line in the file.
    pub line: u32,
    /// Character in the line (rules) or column of the sheet (data).
    pub column: u32,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Diagnostic {
    /// Where it is.
    pub place: Place,
    /// How bad it is.
    pub severity: Severity,
    /// Stable code, for example `rules.unknown_column`.
    pub code: &'static str,
    /// What is wrong: a Chinese sentence, then English in brackets.
    pub message: String,
    /// The line concerned, or the part of it that matters; empty when there is none.
    pub excerpt: String,
    /// Width in characters of the part to underline from `place.column`; zero for none.
    pub width: u32,
    /// What to do; empty when there is nothing to say.
    pub help: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            severity: Severity::Error,
            code,
            message: message.into(),
            excerpt: String::new(),
            width: 0,
            help: String::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, message)
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same with the line it is about, underlined over `width` characters.
    #[must_use]
    pub fn with_excerpt(mut self, excerpt: impl Into<String>, width: u32) -> Self {
        self.excerpt = excerpt.into();
        self.width = width;
        self
    }

    /// Whether the input is unusable.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Columns a terminal gives to the text: two for East Asian wide characters.
fn display_width(text: &str) -> usize {
    text.chars()
        .map(|c| if u32::from(c) >= 0x1100 { 2 } else { 1 })
        .sum()
}

impl fmt::Display for Diagnostic {
    /// The form of a compiler: message, place, the line, an underline, advice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Error => "错误 error",
            Severity::Warning => "警告 warning",
            Severity::Note => "说明 note",
        };
        writeln!(f, "{kind}[{}]: {}", self.code, self.message)?;
        let Place { file, line, column } = &self.place;
        if *line > 0 {
            writeln!(f, "  --> {file}:{line}:{column}")?;
        } else if !file.is_empty() {
            writeln!(f, "  --> {file}")?;
        }
        if !self.excerpt.is_empty() {
            writeln!(f, "   | {}", self.excerpt)?;
            if self.width > 0 {
                let skip = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
                let take = usize::try_from(self.width).unwrap_or(0);
                let before: String = self.excerpt.chars().take(skip).collect();
                let under: String = self.excerpt.chars().skip(skip).take(take).collect();
                let carets = display_width(&under).max(1);
                writeln!(
                    f,
                    "   | {}{}",
                    " ".repeat(display_width(&before)),
                    "^".repeat(carets)
                )?;
            }
        }
        if !self.help.is_empty() {
            writeln!(f, "   = 建议 help: {}", self.help)?;
        }
        Ok(())
    }
}
