//! 违规与安全事件, 社会监督反馈 and 保障核查.

use domain::facts::{Feedback, Incident, Safeguard, SafeguardKind, SourceLine};
use domain::{DepartmentId, Period};

use crate::cells::Cells;
use crate::layout::{feedback, incidents, safeguards};
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// 违规与安全事件
pub(crate) struct Incidents;

/// A violation code of 条例 arts. 39 (P), 40 (D), 41 (A), or LEAK, in capitals.
fn violation(code: &str) -> Option<String> {
    let code = code.to_ascii_uppercase();
    let number = |rest: &str| match rest.as_bytes() {
        [digit] if digit.is_ascii_digit() => digit - b'0',
        _ => 0,
    };
    let known = if let Some(rest) = code.strip_prefix('P') {
        (1..=9).contains(&number(rest))
    } else if let Some(rest) = code.strip_prefix('D') {
        (1..=7).contains(&number(rest))
    } else if let Some(rest) = code.strip_prefix('A') {
        (1..=3).contains(&number(rest))
    } else {
        code == "LEAK"
    };
    known.then_some(code)
}

impl Table for Incidents {
    type Row = Incident;
    type Key = String;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Incident>, Reject> {
        use incidents::{CODE, CONFIRMED, DEPARTMENT, ID, OCCURRED, SUMMARY};
        let id = cells.id(ID)?.into_owned();
        let occurred_on = cells.past_date(OCCURRED)?;
        let confirmed_on = cells.past_date(CONFIRMED)?;
        if confirmed_on < occurred_on {
            let what = ("早于发生日期", "dates out of order");
            return Err(cells.reject(CONFIRMED, "order", what, "请核对两个日期"));
        }
        Ok(Parsed::Good(Incident {
            id,
            department: scope.department_on(cells, DEPARTMENT, &[occurred_on, confirmed_on])?,
            code: cells.term(CODE, violation, "P1–P9、D1–D7、A1–A3、LEAK")?,
            occurred_on,
            confirmed_on,
            summary: cells.text(SUMMARY)?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Incident) -> String {
        row.id.clone()
    }

    fn place(row: &mut Incident, source: SourceLine) {
        row.source = source;
    }
}

/// 社会监督反馈
pub(crate) struct FeedbackRows;

impl Table for FeedbackRows {
    type Row = Feedback;
    type Key = String;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Feedback>, Reject> {
        use feedback::{ANSWERED, CHANNEL, DEPARTMENT, ID, RATING, RECEIVED};
        let id = cells.id(ID)?.into_owned();
        let received_on = cells.past_date(RECEIVED)?;
        let rating: u8 = cells.count(RATING, None)?;
        if !(1..=5).contains(&rating) {
            let what = ("不在 1 至 5 之间", "rating out of range");
            return Err(cells.reject(RATING, "range", what, "请填写 1、2、3、4 或 5"));
        }
        Ok(Parsed::Good(Feedback {
            id,
            department: scope.department_on(cells, DEPARTMENT, &[received_on])?,
            received_on,
            channel: cells.filled_text(CHANNEL)?,
            rating,
            answered_on: cells.date_since(ANSWERED, received_on, "收到日期")?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Feedback) -> String {
        row.id.clone()
    }

    fn place(row: &mut Feedback, source: SourceLine) {
        row.source = source;
    }
}

/// 保障核查
pub(crate) struct Safeguards;

impl Table for Safeguards {
    type Row = Safeguard;
    type Key = (DepartmentId, Period, SafeguardKind);

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Safeguard>, Reject> {
        use safeguards::{DEPARTMENT, KIND, MET, PERIOD, REQUIRED};
        let period = cells.period(PERIOD)?;
        let required = cells.count(REQUIRED, None)?;
        let met = cells.count(MET, None)?;
        if met > required {
            let what = ("多于应达标项数", "more met than required");
            return Err(cells.reject(MET, "range", what, "请核对两个数"));
        }
        Ok(Parsed::Good(Safeguard {
            department: scope.department_in(cells, DEPARTMENT, period)?,
            period,
            kind: cells.term(KIND, SafeguardKind::from_name, "设施、数据、人员")?,
            required,
            met,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Safeguard) -> Self::Key {
        (row.department.clone(), row.period, row.kind)
    }

    fn place(row: &mut Safeguard, source: SourceLine) {
        row.source = source;
    }
}

#[cfg(test)]
mod tests {
    use super::violation;

    #[test]
    fn violations_are_those_of_the_law() {
        for code in ["P1", "p9", "D7", "A3", "leak"] {
            assert_eq!(violation(code), Some(code.to_uppercase()));
        }
        for code in ["P0", "P10", "D8", "A4", "P", "X1", "LEAKS", ""] {
            assert_eq!(violation(code), None, "{code}");
        }
    }
}
