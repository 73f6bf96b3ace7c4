//! 损失申报 and 补偿资金指标.

use domain::Fen;
use domain::facts::{Appropriation, Claim, ClaimKind, SourceLine};

use crate::cells::Cells;
use crate::layout::{appropriations, claims};
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// 损失申报
pub(crate) struct Claims;

/// An amount of more than nothing.
fn positive(cells: &Cells<'_>, column: usize) -> Result<Fen, Reject> {
    let amount = cells.amount(column)?;
    if amount > Fen::ZERO {
        return Ok(amount);
    }
    let what = ("应大于零", "amount must be positive");
    Err(cells.reject(column, "range", what, "请填写大于零的金额，单位为元"))
}

impl Table for Claims {
    type Row = Claim;
    type Key = String;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Claim>, Reject> {
        use claims::{
            ACCEPTED, BENEFICIARY, DECIDED, DECLARED, DEPARTMENT, ID, KIND, PERIOD, REASON,
        };
        let id = cells.id(ID)?.into_owned();
        let period = cells.period(PERIOD)?;
        let declared_fen = positive(cells, DECLARED)?;
        let accepted_fen = if cells.raw(ACCEPTED).is_empty() {
            None
        } else {
            Some(cells.amount(ACCEPTED)?)
        };
        if accepted_fen.is_some_and(|fen| fen < Fen::ZERO || fen > declared_fen) {
            let what = (
                "应在零与申报金额之间",
                "accepted amount is not between zero and the amount declared",
            );
            return Err(cells.reject(ACCEPTED, "range", what, "请核对核定金额"));
        }
        let decided_on = cells.date_since(DECIDED, period.first_day(), "所属周期")?;
        if accepted_fen.is_some() != decided_on.is_some() {
            let what = (
                "与核定金额应同时填写或同时留空",
                "a decision needs both its amount and its date",
            );
            let remedy = "请补填核定金额或核定日期；不予核定的填 0";
            return Err(cells.reject(DECIDED, "order", what, remedy));
        }
        Ok(Parsed::Good(Claim {
            id,
            department: scope.department_in(cells, DEPARTMENT, period)?,
            period,
            kind: cells.term(KIND, ClaimKind::from_name, "成本、损失")?,
            beneficiary: scope.jurisdiction(cells, BENEFICIARY)?,
            declared_fen,
            accepted_fen,
            decided_on,
            reason: cells.text(REASON)?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Claim) -> String {
        row.id.clone()
    }

    fn place(row: &mut Claim, source: SourceLine) {
        row.source = source;
    }
}

/// 补偿资金指标
pub(crate) struct Appropriations;

impl Table for Appropriations {
    type Row = Appropriation;
    type Key = String;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Appropriation>, Reject> {
        use appropriations::{AMOUNT, DOCUMENT, EFFECTIVE, LINE, PAYER, PROGRAMME, YEAR};
        let document = cells.filled_text(DOCUMENT)?;
        let year = |text: &str| {
            let digits = text.strip_suffix('年').unwrap_or(text);
            let year: u16 = digits.parse().ok()?;
            (1949..2200).contains(&year).then_some(i32::from(year))
        };
        Ok(Parsed::Good(Appropriation {
            document,
            payer: scope.jurisdiction(cells, PAYER)?,
            budget_year: cells.term(YEAR, year, "四位年份，如 2026")?,
            budget_line: cells.id(LINE)?.into_owned(),
            programme: cells.filled_text(PROGRAMME)?,
            amount_fen: positive(cells, AMOUNT)?,
            // Next year's funds may be announced ahead.
            effective_on: cells.date(EFFECTIVE)?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Appropriation) -> String {
        row.document.clone()
    }

    fn place(row: &mut Appropriation, source: SourceLine) {
        row.source = source;
    }
}
