//! `[[source]]` and `[[article]]`.

use super::super::cursor::Cursor;
use super::super::{Article, Source};

pub(super) fn source(cursor: &mut Cursor<'_>) -> Option<Source> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[source]] {id}");
    }
    let title = cursor.required_text("title");
    let own = cursor.flag("own").unwrap_or(false);
    let decided_by = if own {
        cursor.required_text("decided_by").unwrap_or_default()
    } else {
        String::new()
    };
    Some(Source {
        number: cursor.text("number").unwrap_or_default(),
        in_force: cursor.date("in_force"),
        url: cursor.text("url").unwrap_or_default(),
        decided_by: own.then_some(decided_by),
        place: cursor.place(),
        id: id?,
        title: title?,
    })
}

pub(super) fn article(cursor: &mut Cursor<'_>) -> Option<Article> {
    let source = cursor.required_text("source");
    let article = cursor.required_text("article");
    if let (Some(source), Some(article)) = (&source, &article) {
        cursor.what = format!("[[article]] {source}:{article}");
    }
    let text = cursor.required_text("text");
    let sha256 = cursor.text("sha256").unwrap_or_default();
    Some(Article {
        // A checkout with other line ends quotes the same text.
        text: text?.replace("\r\n", "\n"),
        sha256,
        place: cursor.place(),
        source: source?,
        article: article?,
    })
}
