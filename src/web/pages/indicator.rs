//! Why an indicator has its score: the number, the formula with values, the rows of evidence with
//! file and line, the article.

use std::cmp::Reverse;

use app::explain::{Article, Exact, Explanation, Node, NodeKind};
use askama::Template;
use domain::{Period, Rounding};

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, Link};
use crate::failure::Failure;
use crate::lang::Lang;
use crate::pages::department::above;
use crate::pages::html;

#[derive(Template)]
#[template(path = "indicator.html")]
struct Page {
    chrome: Chrome,
    explanation: Explanation,
    steps: Vec<Step>,
    articles: Vec<Article>,
    tables: Vec<EvidenceTable>,
    rows: usize,
    lost: usize,
    turn: Turn,
    /// Where a liaison contests the indicator.
    appeal: Option<String>,
}

/// Rows of evidence on one page.
const ROWS_SHOWN: usize = 200;
/// Points as pages show them: two to four decimals.
fn points(number: &Exact) -> String {
    shortened(&number.shown(4, Rounding::HalfUp).to_string())
}

/// Points in a column: four decimals, so that the points stand below one another.
fn aligned(number: &Exact) -> String {
    number.shown(4, Rounding::HalfUp).to_string()
}

/// The decimal text without zeros after the second decimal.
fn shortened(text: &str) -> String {
    let kept = text.find('.').map_or(text.len(), |dot| dot + 3);
    let (head, tail) = text.split_at_checked(kept).unwrap_or((text, ""));
    format!("{head}{}", tail.trim_end_matches('0'))
}

/// One step from the parts to the number.
struct Step {
    depth: usize,
    label: String,
    amount: String,
    formula: String,
    filled: String,
    prose: String,
}

/// Rows of evidence with the same columns.
struct EvidenceTable {
    table: String,
    columns: Vec<String>,
    rows: Vec<EvidenceRow>,
}

/// One row of evidence.
struct EvidenceRow {
    fact: String,
    place: String,
    cells: Vec<String>,
    potential: String,
    amount: String,
    lost: String,
    is_lost: bool,
}

/// Pages of the list of evidence.
struct Turn {
    page: usize,
    pages: usize,
    before: Option<String>,
    after: Option<String>,
}

/// The explanation of the department in the path, or of one of its indicators. What is not
/// assessed in the month is not found.
pub async fn fetch(
    ask: &Ask,
    period: Period,
    indicator: Option<String>,
) -> Result<Explanation, Failure> {
    let (user, id) = (ask.user()?, ask.department()?);
    let known = {
        let (user, id) = (user.clone(), id.clone());
        let found = ask.portal.run(move |app| {
            app.sheet(&user, period, &id)?;
            app.bulletin(Some(&user), period)
        });
        found.await?
    };
    let assessed = |name: &String| known.indicators.iter().any(|head| head.id == *name);
    if !indicator.as_ref().is_none_or(assessed) {
        return Err(Failure::not_found());
    }
    ask.portal
        .run(move |app| app.explain(&user, period, &id, indicator.as_deref()))
        .await
}

/// The page.
pub async fn show(ask: &Ask) -> Answer {
    let (user, id) = (ask.user()?, ask.department()?);
    let (indicator, page) = (ask.name("indicator")?, ask.page()?);
    let period = match ask.query_period("period")? {
        Some(period) => period,
        None => latest(ask).await?,
    };
    let explanation = fetch(ask, period, Some(indicator.clone())).await?;
    let mut way = above(ask, &user, Some(period));
    way.push(Link {
        label: explanation.department.clone(),
        href: format!("/departments/{id}?period={period}"),
    });
    let rows = ordered_rows(&explanation.root);
    let lost = rows.iter().filter(|node| is_lost(node)).count();
    let pages = rows.len().div_ceil(ROWS_SHOWN).max(1);
    if page > pages {
        return Err(Failure::not_found());
    }
    let shown = rows.iter().skip((page - 1) * ROWS_SHOWN).take(ROWS_SHOWN);
    let name = crate::chrome::encode(&indicator);
    let at =
        |page: usize| format!("/departments/{id}/indicators/{name}?period={period}&page={page}");
    let turn = Turn {
        page,
        pages,
        before: (page > 1).then(|| at(page - 1)),
        after: (page < pages).then(|| at(page + 1)),
    };
    let title = label(&explanation.root, ask.lang).to_owned();
    html(&Page {
        chrome: Chrome::new(ask, title, way),
        steps: steps(&explanation.root, ask.lang),
        articles: articles(&explanation.root),
        tables: tables(shown.copied()),
        rows: rows.len(),
        lost,
        turn,
        appeal: user
            .department
            .is_some()
            .then(|| format!("/departments/{id}/appeals?indicator={name}")),
        explanation,
    })
}

async fn latest(ask: &Ask) -> Result<Period, Failure> {
    let user = ask.visitor.user.clone();
    let lines = ask
        .portal
        .run(move |app| app.periods(user.as_ref()))
        .await?;
    lines
        .first()
        .map(|line| line.period)
        .ok_or_else(Failure::not_found)
}

fn label(node: &Node, lang: Lang) -> &str {
    match lang {
        Lang::En if !node.label_en.is_empty() => &node.label_en,
        _ => &node.label,
    }
}

/// All nodes but rows, from the number down.
fn steps(root: &Node, lang: Lang) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut open = vec![(root, 0)];
    while let Some((node, depth)) = open.pop() {
        let prose = match lang {
            Lang::En if !node.prose_en.is_empty() => &node.prose_en,
            _ => &node.prose,
        };
        steps.push(Step {
            depth: depth.min(6),
            label: label(node, lang).to_owned(),
            amount: points(&node.amount),
            formula: node.formula.clone(),
            filled: node.filled.clone(),
            prose: prose.clone(),
        });
        let parts = node
            .parts
            .iter()
            .rev()
            .filter(|part| part.kind != NodeKind::Row);
        open.extend(parts.map(|part| (part, depth + 1)));
    }
    steps
}

/// The articles of all nodes, each once, in the order met.
fn articles(root: &Node) -> Vec<Article> {
    let mut found: Vec<Article> = Vec::new();
    for article in root.walk().into_iter().flat_map(|node| &node.articles) {
        if !found.contains(article) {
            found.push(article.clone());
        }
    }
    found
}

fn is_lost(node: &Node) -> bool {
    node.evidence
        .as_ref()
        .is_some_and(|row| node.amount < row.potential)
}

/// The rows, those that lost most first, otherwise in their order.
fn ordered_rows(root: &Node) -> Vec<&Node> {
    let lost = |node: &&Node| {
        let row = node.evidence.as_ref();
        Reverse(row.map(|row| &row.potential - &node.amount))
    };
    let mut rows = root.walk();
    rows.retain(|node| node.kind == NodeKind::Row);
    rows.sort_by_cached_key(lost);
    rows
}

/// Rows in tables: neighbours with the same columns share one.
fn tables<'a>(rows: impl Iterator<Item = &'a Node>) -> Vec<EvidenceTable> {
    let mut tables: Vec<EvidenceTable> = Vec::new();
    for node in rows {
        let Some(row) = &node.evidence else { continue };
        let columns: Vec<String> = row.columns.iter().map(|(name, _)| name.clone()).collect();
        let fits = |table: &EvidenceTable| table.table == row.table && table.columns == columns;
        if !tables.last().is_some_and(fits) {
            tables.push(EvidenceTable {
                table: row.table.clone(),
                columns,
                rows: Vec::new(),
            });
        }
        let lost = &row.potential - &node.amount;
        let evidence = EvidenceRow {
            fact: row.fact.clone(),
            place: format!("{}:{}", row.file, row.line),
            cells: row.columns.iter().map(|(_, value)| value.clone()).collect(),
            potential: aligned(&row.potential),
            amount: aligned(&node.amount),
            lost: aligned(&lost),
            is_lost: lost.is_positive(),
        };
        if let Some(table) = tables.last_mut() {
            table.rows.push(evidence);
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_keep_two_decimals_and_no_idle_zeros() {
        for (long, short) in [
            ("11.2000", "11.20"),
            ("0.4125", "0.4125"),
            ("-3.1250", "-3.125"),
            ("0.0000", "0.00"),
            ("7", "7"),
        ] {
            assert_eq!(shortened(long), short);
        }
    }
}
