//! Names that nothing uses, and names that mean two things.

use std::collections::BTreeSet;

use super::uses::Uses;
use super::{Conventions, Linter};

/// Names that formulas have already.
const BUILT_IN: [&str; 2] = ["period_start", "period_end"];

impl Linter<'_> {
    /// Numbers of a pack that decide nothing are errors; acts and articles that nobody cites are
    /// only more than needed.
    pub(super) fn unused(&self, uses: &Uses, conventions: Conventions<'_>) {
        let pack = self.pack;
        let unused = |of: &str, id: &str| format!("[[{of}]] {id} 没有被用到 ({id} is never used)");
        let help = "删去，或在公式、补偿中使用 (remove it, or use it)";
        for one in &pack.parameters {
            let mut known = conventions.parameters.iter();
            // A recorded weighting stands as a whole, whichever of its criteria formulas read.
            let is_weight = one.id.starts_with("weight.");
            let is_used = uses.parameter(&one.id) || known.any(|(id, _)| *id == one.id);
            if !is_weight && !is_used {
                self.error(
                    "rules.unused",
                    &one.place,
                    unused("parameter", &one.id),
                    help,
                );
            }
        }
        for one in pack.tables.iter().filter(|one| !uses.table(&one.id)) {
            self.error("rules.unused", &one.place, unused("table", &one.id), help);
        }
        let cited = pack.cited();
        let cites = || cited.iter().flat_map(|one| one.cites);
        let sources: BTreeSet<&str> = cites().map(|cite| cite.source.as_str()).collect();
        let articles = cites().filter_map(|cite| pack.article(cite));
        let articles: BTreeSet<(&str, &str)> = articles
            .map(|one| (one.source.as_str(), one.article.as_str()))
            .collect();
        for one in &pack.sources {
            if !sources.contains(one.id.as_str()) {
                self.warning("rules.unused", &one.place, unused("source", &one.id), "");
            }
        }
        for one in &pack.articles {
            let key = (one.source.as_str(), one.article.as_str());
            if !articles.contains(&key) {
                let id = format!("{}:{}", one.source, one.article);
                self.warning("rules.unused", &one.place, unused("article", &id), "");
            }
        }
    }

    pub(super) fn shadowed(&self) {
        let pack = self.pack;
        let help = "请换一个标识 (choose another id)";
        for one in &pack.parameters {
            let id = one.id.as_str();
            let tables = self.compiled.schema.tables.iter();
            let column = tables.filter(|table| table.column(id).is_some());
            let mut what: Vec<String> = column
                .map(|table| format!("事实表“{}”的列 (a column)", table.name))
                .collect();
            if BUILT_IN.contains(&id) {
                what.push("公式自带的名称 (a built-in name)".to_owned());
            }
            if pack.tables.iter().any(|table| table.id == id) {
                what.push("决策表 (a table)".to_owned());
            }
            if let Some(other) = what.first() {
                let message = format!("参数“{id}”与{other}同名，公式里会认错 (shadowed name {id})");
                self.error("rules.shadowed", &one.place, message, help);
            }
        }
    }
}
