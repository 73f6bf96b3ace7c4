//! The statement of a department's accounts 对账单, on screen and as CSV.

use actix_web::HttpResponse;
use app::App;
use app::ledger::{AccountStatement, Statement, StatementLine};
use app::proofs::Cosigned;
use askama::Template;
use domain::{DepartmentId, Fen, Period};

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, Link};
use crate::failure::Failure;
use crate::pages::department::above;
use crate::pages::{attachment, html};
use crate::words::Words;

#[derive(Template)]
#[template(path = "statement.html")]
struct Page {
    chrome: Chrome,
    id: DepartmentId,
    from: Period,
    to: Period,
    owed: Fen,
    accounts: Vec<AccountView>,
    cosigned: Option<Cosigned>,
}

/// One account as a bookkeeper reads it.
struct AccountView {
    title: &'static str,
    opening: Balance,
    closing: Balance,
    lines: Vec<LineView>,
}

/// A balance: an amount above zero and its side.
struct Balance {
    side: &'static str,
    amount: String,
}

/// One line of an account.
struct LineView {
    seq: u64,
    effective_on: String,
    for_period: Period,
    what: String,
    memo: String,
    document: String,
    pot: String,
    debit: String,
    credit: String,
    balance: Balance,
}

impl Balance {
    /// Debits minus credits, fen: 借 above zero, 贷 below, 平 at zero.
    fn of(fen: Fen, t: &Words) -> Self {
        let side = match fen.cmp(&Fen::ZERO) {
            std::cmp::Ordering::Greater => t.debit_side,
            std::cmp::Ordering::Less => t.credit_side,
            std::cmp::Ordering::Equal => t.flat_side,
        };
        Self {
            side,
            amount: absolute(fen).to_string(),
        }
    }
}

fn absolute(fen: Fen) -> Fen {
    if fen < Fen::ZERO { fen.negated() } else { fen }
}

impl AccountView {
    fn of(account: &AccountStatement, t: &Words) -> Self {
        Self {
            title: account.account.title(),
            opening: Balance::of(account.opening_fen, t),
            closing: Balance::of(account.closing_fen, t),
            lines: account
                .lines
                .iter()
                .map(|line| LineView::of(line, t))
                .collect(),
        }
    }
}

impl LineView {
    fn of(line: &StatementLine, t: &Words) -> Self {
        let amount = |fen: Option<Fen>| fen.map(|fen| fen.to_string()).unwrap_or_default();
        Self {
            seq: line.seq,
            effective_on: line.effective_on.to_string(),
            for_period: line.for_period,
            what: what(line),
            memo: line.memo.to_string(),
            document: line.document.clone(),
            pot: pot(line),
            debit: amount(line.debit_fen()),
            credit: amount(line.credit_fen()),
            balance: Balance::of(line.balance_fen, t),
        }
    }
}

fn what(line: &StatementLine) -> String {
    match line.component {
        Some(component) => format!("{}·{}", line.kind.title(), component.title()),
        None => line.kind.title().to_owned(),
    }
}

fn pot(line: &StatementLine) -> String {
    let pot = line.line.as_ref();
    pot.map(|pot| format!("{} {} {}", pot.budget_year, pot.budget_line, pot.programme))
        .unwrap_or_default()
}

/// The periods asked for; without any, the year up to the newest month.
async fn range(ask: &Ask) -> Result<(Period, Period), Failure> {
    let to = match ask.query_period("to")? {
        Some(to) => to,
        None => newest(ask).await?,
    };
    let first_of_year = Period::new(to.year(), 1).unwrap_or(to);
    let from = ask.query_period("from")?.unwrap_or(first_of_year);
    if to < from {
        let message = format!("起始月 {from} 晚于结束月 {to} (from is after to)");
        return Err(Failure::bad_input(message));
    }
    Ok((from, to))
}

/// The newest month that the visitor knows of, or the month after: what is approved now is posted
/// in the open month, which has no run yet.
async fn newest(ask: &Ask) -> Result<Period, Failure> {
    let user = ask.visitor.user.clone();
    ask.portal
        .run(move |app| {
            let today = Period::containing(app.clock().today());
            let lines = app.periods(user.as_ref())?;
            Ok(lines.first().map_or(today, |line| line.period.max(today)))
        })
        .await
}

/// The statement that the path and the query ask for.
pub async fn fetch(ask: &Ask) -> Result<Statement, Failure> {
    let (user, id) = (ask.user()?, ask.department()?);
    let (from, to) = range(ask).await?;
    ask.portal
        .run(move |app| app.statement(&user, &id, from, to))
        .await
}

/// The page.
pub async fn show(ask: &Ask) -> Answer {
    let (user, id, t) = (ask.user()?, ask.department()?, ask.words());
    let statement = fetch(ask).await?;
    let cosigned = ask.portal.run(App::cosigned).await?;
    let mut way = above(ask, &user, None);
    way.push(Link {
        label: t.department.to_owned(),
        href: format!("/departments/{id}"),
    });
    html(&Page {
        chrome: Chrome::new(ask, t.nav_ledger, way),
        id,
        from: statement.from,
        to: statement.to,
        owed: statement.owed_fen(),
        accounts: statement
            .accounts
            .iter()
            .map(|account| AccountView::of(account, t))
            .collect(),
        cosigned,
    })
}

/// The same as CSV with a byte-order mark, as spreadsheet programs expect of UTF-8.
pub async fn send_csv(ask: &Ask) -> Answer {
    let id = ask.department()?;
    let statement = fetch(ask).await?;
    let name = format!("对账单_{id}_{}_{}.csv", statement.from, statement.to);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(attachment(&name))
        .body(format!("\u{feff}{}", csv(&statement))))
}

const CSV_HEAD: [&str; 11] = [
    "科目",
    "记录号",
    "业务日期",
    "考核周期",
    "摘要",
    "说明",
    "凭证",
    "资金来源",
    "借方(元)",
    "贷方(元)",
    "余额(元，借正贷负)",
];

fn csv(statement: &Statement) -> String {
    let mut text = csv_line(&CSV_HEAD.map(str::to_owned));
    for account in &statement.accounts {
        let title = account.account.title().to_owned();
        let edge = |word: &str, fen: Fen| {
            let mut cells = vec![title.clone(); 1];
            cells.extend((0..3).map(|_| String::new()));
            cells.push(word.to_owned());
            cells.extend((0..5).map(|_| String::new()));
            cells.push(fen.to_plain());
            csv_line(&cells)
        };
        text.push_str(&edge("期初余额", account.opening_fen));
        for line in &account.lines {
            let amount = |fen: Option<Fen>| fen.map(Fen::to_plain).unwrap_or_default();
            text.push_str(&csv_line(&[
                title.clone(),
                line.seq.to_string(),
                line.effective_on.to_string(),
                line.for_period.to_string(),
                guarded(&what(line)),
                guarded(&line.memo.to_string()),
                guarded(&line.document),
                guarded(&pot(line)),
                amount(line.debit_fen()),
                amount(line.credit_fen()),
                line.balance_fen.to_plain(),
            ]));
        }
        text.push_str(&edge("期末余额", account.closing_fen));
    }
    text
}

/// A text that no spreadsheet program takes for a formula.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn csv_line(cells: &[String]) -> String {
    let quoted: Vec<String> = cells
        .iter()
        .map(|cell| {
            if cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            }
        })
        .collect();
    format!("{}\r\n", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_become_formulas_or_columns() {
        assert_eq!(guarded("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(guarded("计提"), "计提");
        let line = csv_line(&["a,b".to_owned(), "\"".to_owned(), String::new()]);
        assert_eq!(line, "\"a,b\",\"\"\"\",\r\n");
    }

    #[test]
    fn balances_name_their_side() {
        let t = Words::of(crate::lang::Lang::Zh);
        let sides = [5, -5, 0].map(|fen| Balance::of(Fen::new(fen), t).side);
        assert_eq!(sides, ["借", "贷", "平"]);
        assert_eq!(Balance::of(Fen::new(-123_456), t).amount, "1,234.56");
    }
}
