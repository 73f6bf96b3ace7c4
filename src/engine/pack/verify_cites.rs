//! Citations proved: sources dated, articles quoted as their digest says, every cite resolved.

use std::collections::BTreeSet;

use domain::canon::sha256_hex;

use super::verify::Verifier;
use super::{Article, Cite, Cited};
use crate::formula::did_you_mean;

impl Verifier<'_> {
    /// Acts are dated; articles are of declared sources, appear once, and hash to what they declare.
    pub(super) fn articles(&self) {
        for source in &self.pack.sources {
            if !source.is_own() && source.in_force.is_none() {
                let id = &source.id;
                let message = format!("出处“{id}”没有施行日期 `in_force` (source {id} is undated)");
                let help = "写明 in_force = 2025-08-01；自定的写 own = true 与 decided_by \
                            (date the act, or say that it is your own)";
                self.error("rules.source_undated", &source.place, message, help);
            }
        }
        let mut seen = BTreeSet::new();
        for article in &self.pack.articles {
            let named = format!("{}:{}", article.source, article.article);
            if self.pack.source(&article.source).is_none() {
                self.unknown_source(&article.source, article.place.clone());
            }
            if !seen.insert(named.clone()) {
                let message = format!("[[article]] {named} 写了两次 (duplicate article {named})");
                self.error("rules.duplicate", &article.place, message, "");
            }
            self.digest(article, &named);
        }
    }

    fn digest(&self, article: &Article, named: &str) {
        let right = sha256_hex(article.text.as_bytes());
        if article.sha256 != right {
            let message = format!(
                "[[article]] {named} 的原文与 sha256 不符 (the text of {named} does not hash to it)"
            );
            let help = format!(
                "请核对原文；无误则写 sha256 = \"{right}\" (compare the text, then declare this)"
            );
            self.error("rules.article_digest", &article.place, message, &help);
        }
    }

    /// Every cite names a declared source, and an article of it that is quoted.
    pub(super) fn cites(&self) {
        for Cited { cites, place } in self.pack.cited() {
            for cite in cites {
                match self.pack.source(&cite.source) {
                    None => self.unknown_source(&cite.source, place.clone()),
                    Some(source) if source.is_own() && cite.article.is_empty() => {}
                    Some(_) if cite.article.is_empty() => {
                        let id = &cite.source;
                        let message = format!("引用“{id}”没有写明条款 (cite names no article)");
                        let help = format!("写作 {id}:<条> 或 {id}:<条>(<项>) (name the article)");
                        self.error("rules.cite_article", place, message, &help);
                    }
                    Some(_) if self.pack.article(cite).is_none() => self.unquoted(cite, place),
                    Some(_) => {}
                }
            }
        }
    }

    fn unquoted(&self, cite: &Cite, place: &domain::Place) {
        let articles = self.pack.articles.iter();
        let own = articles.filter(|one| one.source == cite.source);
        let near = did_you_mean(&cite.article, own.map(|one| one.article.as_str()));
        let Cite { source, article } = cite;
        let message =
            format!("“{source}:{article}”没有引用原文 [[article]] ({source}:{article} not quoted)");
        let help = format!(
            "补上 [[article]] source = \"{source}\"、article = \"{article}\"、text、sha256；{near}"
        );
        self.error("rules.unknown_article", place, message, &help);
    }

    fn unknown_source(&self, id: &str, place: domain::Place) {
        let help = did_you_mean(id, self.pack.sources.iter().map(|one| one.id.as_str()));
        let message = format!("出处“{id}”不是已声明的 [[source]] (unknown source {id})");
        self.error("rules.unknown_source", &place, message, &help);
    }
}
