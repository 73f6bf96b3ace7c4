//! 评定 and 指标计量.

use domain::facts::{Judgement, Measure, SourceLine};
use domain::{Decimal4, DepartmentId, Period};

use crate::cells::Cells;
use crate::layout::{judgements, measures};
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// 评定
pub(crate) struct Judgements;

/// Refuses what the pack does not leave to judgement in the month, and more than it gives.
fn check_indicator(
    cells: &Cells<'_>,
    scope: &Scope<'_>,
    (id, period, value): (&str, Period, Decimal4),
) -> Result<(), Reject> {
    use judgements::{INDICATOR, VALUE};
    let judging = scope.context.judging;
    let mut all = judging.indicators.iter().filter(|one| one.id == id);
    let Some(known) = all.find(|one| one.in_force.contains(period.last_day())) else {
        let what = ("不是当月规则包中的评定指标", "not judged by the pack");
        let names: Vec<&str> = judging
            .indicators
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        let remedy = if names.is_empty() {
            "所用规则包没有评定指标".to_owned()
        } else {
            format!("请填写：{}", names.join("、"))
        };
        return Err(cells.reject(INDICATOR, "unknown_indicator", what, remedy));
    };
    if value <= known.most {
        return Ok(());
    }
    let what = ("高于本指标的最高值", "more than the indicator gives");
    let remedy = format!("请填写 0 至 {} 的数", known.most);
    Err(cells.reject(VALUE, "range", what, remedy))
}

/// Refuses to touch a month whose result stands; the judgement that stood then may be there again.
fn check_open(cells: &Cells<'_>, scope: &Scope<'_>, row: &Judgement) -> Result<(), Reject> {
    let judging = scope.context.judging;
    let key = Judgements::key(row);
    let standing = judging
        .standing
        .iter()
        .find(|one| Judgements::key(one) == key);
    let same = standing.is_some_and(|one| {
        Judgement {
            source: row.source,
            ..one.clone()
        } == *row
    });
    if same || !judging.decided.contains(&row.period) {
        return Ok(());
    }
    let what = ("的考核已经审批，评定不能再改", "the month is decided");
    let remedy = "如确需更正，请在开放月份作调整入账";
    Err(cells.reject(judgements::PERIOD, "decided", what, remedy))
}

impl Table for Judgements {
    type Row = Judgement;
    type Key = (DepartmentId, Period, String);

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Judgement>, Reject> {
        use judgements::{ASSESSOR, DEPARTMENT, INDICATOR, PERIOD, REASON, SIGNED, VALUE};
        let period = cells.period(PERIOD)?;
        let department = scope.department_in(cells, DEPARTMENT, period)?;
        let indicator = cells.id(INDICATOR)?.into_owned();
        let value = cells.decimal(VALUE)?;
        check_indicator(cells, scope, (&indicator, period, value))?;
        let signed_on = cells.past_date(SIGNED)?;
        if signed_on < period.first_day() {
            let what = ("早于所评月份", "signed before the month");
            return Err(cells.reject(SIGNED, "order", what, "请核对签署日期与考核周期"));
        }
        let row = Judgement {
            department,
            period,
            indicator,
            value,
            reason: cells.filled_text(REASON)?,
            assessor: cells.filled_text(ASSESSOR)?,
            signed_on,
            source: SourceLine::default(),
        };
        check_open(cells, scope, &row)?;
        Ok(Parsed::Good(row))
    }

    fn key(row: &Judgement) -> Self::Key {
        (row.department.clone(), row.period, row.indicator.clone())
    }

    fn place(row: &mut Judgement, source: SourceLine) {
        row.source = source;
    }
}

/// 指标计量
pub(crate) struct Measures;

/// Refuses what no rule reads: a misspelt measure would count for nothing, and nobody would notice.
fn check_measure(cells: &Cells<'_>, scope: &Scope<'_>, id: &str) -> Result<(), Reject> {
    let Some(known) = scope.context.measures.filter(|known| !known.contains(id)) else {
        return Ok(());
    };
    let what = (
        "没有规则包读取这一计量项",
        "no rule pack reads this measure",
    );
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let remedy = format!("请填写规则包读取的计量项：{}", names.join("、"));
    Err(cells.reject(measures::MEASURE, "unknown_measure", what, remedy))
}

impl Table for Measures {
    type Row = Measure;
    type Key = (DepartmentId, Period, String);

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Measure>, Reject> {
        use measures::{ACHIEVED, DEPARTMENT, MEASURE, PERIOD, POPULATION};
        let period = cells.period(PERIOD)?;
        let achieved = cells.decimal(ACHIEVED)?;
        let population = if cells.raw(POPULATION).is_empty() {
            Decimal4::ZERO
        } else {
            cells.decimal(POPULATION)?
        };
        if population > Decimal4::ZERO && achieved > population {
            let what = ("多于总数", "more achieved than there is");
            let remedy = "请核对两个数；只计次数、没有总数的，总数留空";
            return Err(cells.reject(ACHIEVED, "range", what, remedy));
        }
        let measure = cells.id(MEASURE)?.into_owned();
        check_measure(cells, scope, &measure)?;
        Ok(Parsed::Good(Measure {
            department: scope.department_in(cells, DEPARTMENT, period)?,
            period,
            measure,
            achieved,
            population,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Measure) -> Self::Key {
        (row.department.clone(), row.period, row.measure.clone())
    }

    fn place(row: &mut Measure, source: SourceLine) {
        row.source = source;
    }
}
