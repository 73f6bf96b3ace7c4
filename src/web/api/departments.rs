//! Departments: sheets, explanations, statements.

use app::explain::Node;
use app::ledger::Statement;
use app::model::DepartmentSheet;
use serde::Serialize;

use crate::api::json;
use crate::ask::{Answer, Ask};
use crate::failure::Failure;
use crate::inputs;

#[derive(Serialize)]
struct LineView {
    id: String,
    name: String,
    group: String,
}

/// The departments of a month.
pub async fn list(ask: &Ask) -> Answer {
    let (user, period) = (ask.user()?, ask.period()?);
    let lines = ask
        .portal
        .run(move |app| app.departments(&user, period))
        .await?;
    let view = |line: app::DepartmentLine| LineView {
        id: line.id.to_string(),
        name: line.name,
        group: line.group,
    };
    json(&lines.into_iter().map(view).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct SheetView {
    id: String,
    department: String,
    group: String,
    period: String,
    total: String,
    grade: String,
    rank: u32,
    of: u32,
    change_total: Option<String>,
    change_rank: Option<i32>,
    axes: Vec<AxisView>,
    indicators: Vec<IndicatorView>,
    raise: Vec<RaiseView>,
    awards: Vec<AwardView>,
}

#[derive(Serialize)]
struct AxisView {
    title: String,
    points: String,
    score: Option<String>,
    group_average: Option<String>,
}

#[derive(Serialize)]
struct IndicatorView {
    title: String,
    points_max: String,
    score: Option<String>,
    status: String,
    cases: u64,
    reasons: Vec<String>,
    cite: String,
}

#[derive(Serialize)]
struct RaiseView {
    action: String,
    gain: String,
}

#[derive(Serialize)]
struct AwardView {
    payer: String,
    component: String,
    amount_fen: i64,
    unfunded_fen: i64,
}

impl From<DepartmentSheet> for SheetView {
    fn from(sheet: DepartmentSheet) -> Self {
        let axis = |axis: app::model::SheetAxis| AxisView {
            title: axis.title,
            points: axis.points,
            score: axis.score,
            group_average: axis.group_average,
        };
        let indicator = |line: app::model::SheetIndicator| IndicatorView {
            title: line.title,
            points_max: line.points_max,
            score: line.score,
            status: line.status,
            cases: line.cases,
            reasons: line.reasons,
            cite: line.cite,
        };
        let award = |award: app::model::SheetAward| AwardView {
            payer: award.payer,
            component: award.component,
            amount_fen: award.amount_fen.get(),
            unfunded_fen: award.unfunded_fen.get(),
        };
        let raise = |line: app::model::RaiseLine| RaiseView {
            action: line.action,
            gain: line.gain,
        };
        Self {
            id: sheet.id,
            department: sheet.department,
            group: sheet.group,
            period: sheet.period.to_string(),
            total: sheet.total,
            grade: sheet.grade,
            rank: sheet.rank,
            of: sheet.of,
            change_total: sheet.change_total,
            change_rank: sheet.change_rank,
            axes: sheet.axes.into_iter().map(axis).collect(),
            indicators: sheet.indicators.into_iter().map(indicator).collect(),
            raise: sheet.raise.into_iter().map(raise).collect(),
            awards: sheet.awards.into_iter().map(award).collect(),
        }
    }
}

/// The sheet of a department.
pub async fn sheet(ask: &Ask) -> Answer {
    let (user, period, id) = (ask.user()?, ask.period()?, ask.department()?);
    let sheet = ask
        .portal
        .run(move |app| app.sheet(&user, period, &id))
        .await?;
    json(&SheetView::from(sheet))
}

/// A node of an explanation. The amounts of its parts add up to its own, exactly: `amount` is a
/// decimal or a fraction, never rounded.
#[derive(Serialize)]
struct NodeView<'a> {
    kind: String,
    label: &'a str,
    label_en: &'a str,
    amount: String,
    formula: &'a str,
    filled: &'a str,
    prose: &'a str,
    articles: Vec<String>,
    evidence: Option<EvidenceView<'a>>,
    parts: Vec<NodeView<'a>>,
}

#[derive(Serialize)]
struct EvidenceView<'a> {
    table: &'a str,
    fact: &'a str,
    file: &'a str,
    line: u32,
    potential: String,
    columns: Vec<(&'a str, &'a str)>,
}

impl<'a> From<&'a Node> for NodeView<'a> {
    /// As deep as the tree: total, axis, indicator, row.
    fn from(node: &'a Node) -> Self {
        let evidence = node.evidence.as_ref().map(|row| EvidenceView {
            table: &row.table,
            fact: &row.fact,
            file: &row.file,
            line: row.line,
            potential: row.potential.to_string(),
            columns: row
                .columns
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
        });
        Self {
            kind: format!("{:?}", node.kind).to_lowercase(),
            label: &node.label,
            label_en: &node.label_en,
            amount: node.amount.to_string(),
            formula: &node.formula,
            filled: &node.filled,
            prose: &node.prose,
            articles: node
                .articles
                .iter()
                .map(|article| format!("{}{}", article.act, article.article))
                .collect(),
            evidence,
            parts: node.parts.iter().map(NodeView::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct ExplanationView<'a> {
    department: &'a str,
    period: &'a str,
    pack: &'a str,
    root: NodeView<'a>,
}

/// Why a department, or one of its indicators (`?indicator=`), has its score.
pub async fn explanation(ask: &Ask) -> Answer {
    let period = ask.period()?;
    let indicator = match ask.query.get("indicator") {
        None => None,
        Some(text) => Some(
            inputs::name(text)
                .ok_or_else(Failure::not_found)?
                .to_owned(),
        ),
    };
    let explanation = crate::pages::indicator::fetch(ask, period, indicator).await?;
    json(&ExplanationView {
        department: &explanation.department,
        period: &explanation.period,
        pack: &explanation.pack,
        root: NodeView::from(&explanation.root),
    })
}

#[derive(Serialize)]
struct StatementView {
    department: String,
    from: String,
    to: String,
    owed_fen: i64,
    accounts: Vec<AccountView>,
}

/// Debits are above zero, credits below.
#[derive(Serialize)]
struct AccountView {
    account: String,
    title: &'static str,
    opening_fen: i64,
    lines: Vec<EntryView>,
    closing_fen: i64,
}

#[derive(Serialize)]
struct EntryView {
    seq: u64,
    period: String,
    effective_on: String,
    for_period: String,
    kind: &'static str,
    component: Option<&'static str>,
    pot: Option<String>,
    document: String,
    memo: String,
    amount_fen: i64,
    balance_fen: i64,
}

impl From<&Statement> for StatementView {
    fn from(statement: &Statement) -> Self {
        let entry = |line: &app::ledger::StatementLine| EntryView {
            seq: line.seq,
            period: line.period.to_string(),
            effective_on: line.effective_on.to_string(),
            for_period: line.for_period.to_string(),
            kind: line.kind.code(),
            component: line.component.map(app::ledger::Component::code),
            pot: line.line.as_ref().map(ToString::to_string),
            document: line.document.clone(),
            memo: line.memo.to_string(),
            amount_fen: line.amount_fen.get(),
            balance_fen: line.balance_fen.get(),
        };
        let account = |own: &app::ledger::AccountStatement| AccountView {
            account: own.account.to_string(),
            title: own.account.title(),
            opening_fen: own.opening_fen.get(),
            lines: own.lines.iter().map(entry).collect(),
            closing_fen: own.closing_fen.get(),
        };
        Self {
            department: statement.department.to_string(),
            from: statement.from.to_string(),
            to: statement.to.to_string(),
            owed_fen: statement.owed_fen().get(),
            accounts: statement.accounts.iter().map(account).collect(),
        }
    }
}

/// The statement of a department's accounts, `?from=&to=`.
pub async fn statement(ask: &Ask) -> Answer {
    let statement = crate::pages::statement::fetch(ask).await?;
    json(&StatementView::from(&statement))
}
