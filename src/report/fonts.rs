//! Fonts: the four bundled faces, and the office's own from a folder. The machine's fonts are never
//! looked at, so that a report is the same bytes everywhere.

use std::collections::BTreeSet;
use std::path::Path;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::error::ReportError;

pub(crate) static SANS_REGULAR: &[u8] =
    include_bytes!("../../reports/fonts/NotoSansCJKsc-subset-Regular.otf");
pub(crate) static SANS_BOLD: &[u8] =
    include_bytes!("../../reports/fonts/NotoSansCJKsc-subset-Bold.otf");
static SERIF_REGULAR: &[u8] =
    include_bytes!("../../reports/fonts/NotoSerifCJKsc-subset-Regular.otf");
static SERIF_BOLD: &[u8] = include_bytes!("../../reports/fonts/NotoSerifCJKsc-subset-Bold.otf");

/// The faces a report may use, in order of preference within a family chain.
#[derive(Clone, Debug)]
pub struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
}

impl Fonts {
    /// The bundled faces and every `.ttf`, `.otf`, `.ttc` and `.otc` file of the folder, if given
    /// (read in the order of names). A file that is no font is passed over.
    pub fn load(folder: Option<&Path>) -> Result<Self, ReportError> {
        let mut faces = match folder {
            Some(folder) => office_faces(folder)?,
            None => Vec::new(),
        };
        for (name, bytes) in [
            ("NotoSerifCJKsc-subset-Regular.otf", SERIF_REGULAR),
            ("NotoSerifCJKsc-subset-Bold.otf", SERIF_BOLD),
            ("NotoSansCJKsc-subset-Regular.otf", SANS_REGULAR),
            ("NotoSansCJKsc-subset-Bold.otf", SANS_BOLD),
        ] {
            let face = Font::new(Bytes::new(bytes), 0).ok_or(ReportError::DamagedFont { name })?;
            faces.push(face);
        }
        let book = LazyHash::new(FontBook::from_fonts(&faces));
        Ok(Self { book, faces })
    }

    /// The characters that no face can draw, each once, in code order. Spaces and control
    /// characters need no glyph.
    pub fn missing(&self, text: &str) -> Vec<char> {
        let unknown: BTreeSet<char> = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && !letter.is_control())
            .filter(|letter| !self.covers(*letter))
            .collect();
        unknown.into_iter().collect()
    }

    /// Names of the families at hand, each once.
    pub fn families(&self) -> Vec<&str> {
        self.book.families().map(|(name, _)| name).collect()
    }

    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(crate) fn face(&self, index: usize) -> Option<Font> {
        self.faces.get(index).cloned()
    }

    fn covers(&self, letter: char) -> bool {
        self.faces
            .iter()
            .any(|face| face.info().coverage.contains(u32::from(letter)))
    }
}

fn office_faces(folder: &Path) -> Result<Vec<Font>, ReportError> {
    let fault = |source| ReportError::FontFolder {
        folder: folder.display().to_string(),
        source,
    };
    let mut paths = std::fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(fault)?;
    paths.retain(|path| path.is_file() && is_font_name(path));
    paths.sort();
    let mut faces = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).map_err(fault)?;
        faces.extend(Font::iter(Bytes::new(bytes)));
    }
    Ok(faces)
}

fn is_font_name(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            ["ttf", "otf", "ttc", "otc"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn the_bundled_faces_cover_common_text_only() {
        let fonts = Fonts::load(None).unwrap();
        assert_eq!(fonts.families(), ["Noto Sans CJK SC", "Noto Serif CJK SC"]);
        assert_eq!(
            fonts.missing("郑数考〔2026〕3号 — ￥1,234.56\n"),
            Vec::<char>::new()
        );
        assert_eq!(fonts.missing("龘𠮷a𠮷"), ['龘', '𠮷']);
    }

    #[test]
    fn a_folder_adds_fonts_and_ignores_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("office.OTF"), SANS_BOLD).unwrap();
        std::fs::write(folder.path().join("broken.ttf"), b"not a font").unwrap();
        std::fs::write(folder.path().join("notes.txt"), b"hello").unwrap();
        let fonts = Fonts::load(Some(folder.path())).unwrap();
        assert_eq!(fonts.faces.len(), 5);
        let absent = folder.path().join("absent");
        assert!(matches!(
            Fonts::load(Some(&absent)),
            Err(ReportError::FontFolder { .. })
        ));
    }
}
