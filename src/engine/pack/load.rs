//! Loading: TOML to parts, parts checked against each other and against the fact tables, all
//! findings at once.

use std::cell::RefCell;

use domain::{Diagnostic, Place, Severity};
use toml_edit::Document;

use super::compile::{CompileFault, compile};
use super::cursor::{Cursor, Findings};
use super::source::{Lines, SourceText};
use super::{Loaded, Pack, PackFiles, read, verify, verify_series, verify_tables};
use crate::schema::Schema;

/// Most characters of all files of a pack: far above any real one, far below what would stall.
const MAX_SIZE: usize = 8 << 20;

/// Reads a pack. `schema` is what its formulas may see.
pub fn load(files: &PackFiles, schema: &Schema) -> Loaded {
    let findings: Findings = RefCell::new(Vec::new());
    let pack = read_all(files, schema, &findings);
    let mut diagnostics = findings.into_inner();
    diagnostics.sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
    diagnostics.dedup();
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Loaded {
        pack: pack.filter(|_| !failed),
        diagnostics,
    }
}

fn read_all(files: &PackFiles, schema: &Schema, findings: &Findings) -> Option<Pack> {
    let documents: Vec<(String, &str, Lines)> = rule_files(files)
        .map(|(path, text)| (display_name(files, path), text.as_str(), Lines::of(text)))
        .collect();
    let whole = Place {
        file: files.root_name.clone(),
        ..Place::default()
    };
    if documents.is_empty() {
        let message = "文件夹中没有规则文件 *.toml (no rule file in the folder)";
        let error = Diagnostic::error("rules.no_files", whole, message)
            .with_help("规则包至少要有 pack.toml (a pack has at least pack.toml)");
        findings.borrow_mut().push(error);
        return None;
    }
    let size: usize = documents.iter().map(|(_, text, _)| text.len()).sum();
    if size > MAX_SIZE {
        let message = format!("规则包共 {size} 字节，超过 {MAX_SIZE} (the pack is too large)");
        findings
            .borrow_mut()
            .push(Diagnostic::error("rules.too_large", whole, message));
        return None;
    }
    let sources: Vec<SourceText<'_>> = documents
        .iter()
        .map(|(name, text, lines)| SourceText { name, text, lines })
        .collect();
    let parsed: Vec<Document<&str>> = sources
        .iter()
        .filter_map(|source| parse(*source, findings))
        .collect();
    if parsed.len() < sources.len() {
        return None; // half a pack would only give false findings
    }
    let roots: Vec<Cursor<'_>> = sources
        .iter()
        .zip(&parsed)
        .map(|(source, document)| {
            Cursor::new(*source, findings, document.as_table(), None, source.name)
        })
        .collect();
    let pack = read::pack(&roots);
    for root in roots {
        root.finish();
    }
    let mut pack = pack?;
    pack.digest = files.law_digest();
    let broken = findings.borrow().iter().any(Diagnostic::is_error);
    verify::verify(&pack, &sources, findings, broken);
    let compiled = compile(&pack, schema).map_err(|faults| {
        // With parts missing, names in formulas seem unknown that are only misspelt elsewhere.
        let kept = faults
            .into_iter()
            .filter(|fault| !broken || !is_about_names(fault));
        findings
            .borrow_mut()
            .extend(kept.map(|fault| placed(&fault, &sources)));
    });
    let compiled = compiled.as_ref().ok();
    verify_tables::verify_tables(&pack, compiled, &sources, findings);
    if !broken {
        verify_series::verify_series(&pack, compiled, &sources, findings);
    }
    Some(pack)
}

fn is_about_names(fault: &CompileFault) -> bool {
    ["rules.unknown_function", "rules.unknown_parameter"].contains(&fault.fault.code)
}

/// The rule files of a pack: TOML directly in the folder.
pub(crate) fn rule_files(files: &PackFiles) -> impl Iterator<Item = (&String, &String)> {
    files.files.iter().filter(|(path, _)| {
        !path.contains('/')
            && std::path::Path::new(path)
                .extension()
                .is_some_and(|extension| extension == "toml")
    })
}

pub(crate) fn display_name(files: &PackFiles, path: &str) -> String {
    if files.root_name.is_empty() {
        path.to_owned()
    } else {
        format!("{}/{path}", files.root_name)
    }
}

/// A parsed file, or its syntax error reported.
pub(crate) fn parse<'a>(source: SourceText<'a>, findings: &Findings) -> Option<Document<&'a str>> {
    match Document::parse(source.text) {
        Ok(document) => Some(document),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let message = format!("TOML 语法有误：{} (TOML syntax error)", error.message());
            let finding = source.error("rules.toml", span, message);
            findings.borrow_mut().push(finding);
            None
        }
    }
}

/// A formula fault as a diagnostic with its line.
pub(crate) fn placed(fault: &CompileFault, sources: &[SourceText<'_>]) -> Diagnostic {
    let inner = &fault.fault;
    let column = if inner.line <= 1 {
        fault
            .place
            .column
            .saturating_add(inner.column.saturating_sub(1))
    } else {
        inner.column
    };
    let place = Place {
        file: fault.place.file.clone(),
        line: fault
            .place
            .line
            .saturating_add(inner.line.saturating_sub(1)),
        column,
    };
    let source = sources.iter().find(|source| source.name == place.file);
    let message = inner.message.clone();
    let diagnostic = match source {
        Some(source) => source.error_at(inner.code, place, inner.width, message),
        None => Diagnostic::error(inner.code, place, message),
    };
    Diagnostic {
        severity: Severity::Error,
        ..diagnostic.with_help(inner.help.clone())
    }
}
