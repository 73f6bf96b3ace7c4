//! The world a page template sees: its own files, the given fonts and one fixed date.

use std::collections::BTreeMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::error::ReportError;
use crate::fonts::Fonts;
use crate::pdf::Template;

/// Everything on the typesetter's desk.
pub(crate) struct Desk<'a> {
    library: LazyHash<Library>,
    fonts: &'a Fonts,
    main: FileId,
    sources: BTreeMap<&'static str, Source>,
    today: Option<Datetime>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(
        template: Template,
        inputs: Dict,
        fonts: &'a Fonts,
        today: Option<Datetime>,
    ) -> Result<Self, ReportError> {
        let mut sources = BTreeMap::new();
        for (name, text) in template.files {
            let source = Source::new(file_id(template, name)?, (*text).to_owned());
            sources.insert(*name, source);
        }
        Ok(Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            fonts,
            main: file_id(template, template.main)?,
            sources,
            today,
        })
    }

    /// «file:line» of a byte in a template file.
    pub(crate) fn place(&self, id: FileId, byte: usize) -> String {
        let name = id.get().vpath().get_without_slash();
        let line = self
            .source(id)
            .ok()
            .and_then(|source| source.lines().byte_to_line(byte));
        match line {
            Some(line) => format!("{name}:{}", line + 1),
            None => name.to_owned(),
        }
    }
}

fn file_id(template: Template, name: &str) -> Result<FileId, ReportError> {
    let path = VirtualPath::new(name).map_err(|fault| ReportError::Template {
        template: template.main.to_owned(),
        reason: fault.to_string(),
    })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let path = id.get().vpath();
        self.sources
            .get(path.get_without_slash())
            .filter(|_| matches!(id.get().root(), VirtualRoot::Project))
            .cloned()
            .ok_or_else(|| FileError::NotFound(path.get_without_slash().into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        Ok(Bytes::from_string(self.source(id)?.text().to_owned()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.face(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
