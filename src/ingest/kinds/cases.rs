//! 共享申请单 and 校核申请.

use domain::facts::{Correction, Request, RequestOutcome, SourceLine};

use super::catalogue::share_type;
use crate::cells::Cells;
use crate::layout::{corrections, requests};
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// 共享申请单
pub(crate) struct Requests;

/// States a request can be in on the platform.
const STATES: [&str; 8] = [
    "已创建",
    "待审核",
    "已退回",
    "待订阅",
    "待推送",
    "已完成",
    "失效",
    "转交",
];

/// Refuses a state that no platform knows. What was answered is told by 答复结果 alone.
fn check_state(cells: &Cells<'_>) -> Result<(), Reject> {
    if cells.raw(requests::STATE).is_empty() {
        return Ok(());
    }
    let known = |name: &str| STATES.contains(&name).then_some(());
    cells.term(requests::STATE, known, STATES.join("、"))
}

/// What was answered; an answer needs its date, and a date its answer.
fn outcome(cells: &Cells<'_>, replied: bool) -> Result<RequestOutcome, Reject> {
    use requests::{OUTCOME, REFUSAL, REPLIED};
    let folded = cells.folded(OUTCOME);
    let outcome = match &*folded {
        "" => RequestOutcome::Open,
        "同意" => RequestOutcome::Agreed,
        "不同意" if cells.raw(REFUSAL).is_empty() => RequestOutcome::RefusedWithoutReason,
        "不同意" => RequestOutcome::RefusedWithReason,
        "撤回" => RequestOutcome::Withdrawn,
        _ => {
            let what = ("不认识", "unknown term");
            let remedy = "请填写：同意、不同意、撤回，或留空";
            return Err(cells.reject(OUTCOME, "term", what, remedy));
        }
    };
    match outcome {
        RequestOutcome::Open if replied => {
            let what = ("为空，但已填答复日期", "reply date without an outcome");
            Err(cells.reject(OUTCOME, "order", what, "请补填答复结果，或删去答复日期"))
        }
        RequestOutcome::Open | RequestOutcome::Withdrawn => Ok(outcome),
        _ if !replied => {
            let what = ("为空，但已填答复结果", "outcome without a reply date");
            Err(cells.reject(REPLIED, "order", what, "请补填答复日期"))
        }
        _ => Ok(outcome),
    }
}

impl Table for Requests {
    type Row = Request;
    type Key = String;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Request>, Reject> {
        use requests::{
            CONSENTED, CONSUMER, DELIVERED, EXTENSION, ID, PROVIDER, RECEIVED, REPLIED, RESOURCE,
            SHARE_TYPE,
        };
        let id = cells.id(ID)?.into_owned();
        let received_on = cells.past_date(RECEIVED)?;
        let provider = scope.department_on(cells, PROVIDER, &[received_on])?;
        let consumer = scope.department_on(cells, CONSUMER, &[received_on])?;
        if provider == consumer {
            return Ok(Parsed::SelfCall);
        }
        let (resource, known) = scope.resource(cells, RESOURCE)?;
        scope.provides(cells, PROVIDER, &provider, known)?;
        let share_type = if cells.raw(SHARE_TYPE).is_empty() {
            known.share_type
        } else {
            share_type(cells, SHARE_TYPE)?
        };
        check_state(cells)?;
        let replied_on = cells.date_since(REPLIED, received_on, "申请时间")?;
        Ok(Parsed::Good(Request {
            id,
            resource,
            share_type,
            provider,
            consumer,
            received_on,
            extension_days: cells.count(EXTENSION, Some(0))?,
            extension_consented_on: cells.date_since(CONSENTED, received_on, "申请时间")?,
            replied_on,
            outcome: outcome(cells, replied_on.is_some())?,
            delivered_on: cells.date_since(DELIVERED, received_on, "申请时间")?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Request) -> String {
        row.id.clone()
    }

    fn place(row: &mut Request, source: SourceLine) {
        row.source = source;
    }
}

/// 校核申请
pub(crate) struct Corrections;

impl Table for Corrections {
    type Row = Correction;
    type Key = String;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Correction>, Reject> {
        use corrections::{COMPLETED, FINDING, ID, PROVIDER, RECEIVED, REQUESTER, RESOURCE};
        let id = cells.id(ID)?.into_owned();
        let received_on = cells.past_date(RECEIVED)?;
        let provider = scope.department_on(cells, PROVIDER, &[received_on])?;
        let requester = scope.department_on(cells, REQUESTER, &[received_on])?;
        if provider == requester {
            return Ok(Parsed::SelfCall);
        }
        let (resource, known) = scope.resource(cells, RESOURCE)?;
        scope.provides(cells, PROVIDER, &provider, known)?;
        let upheld = match &*cells.folded(FINDING) {
            "属实" => true,
            "" | "不属实" => false,
            _ => {
                let what = ("不认识", "unknown term");
                let remedy = "请填写：属实、不属实，或留空";
                return Err(cells.reject(FINDING, "term", what, remedy));
            }
        };
        let completed_on = cells.date_since(COMPLETED, received_on, "收到日期")?;
        if completed_on.is_none() && !cells.raw(FINDING).is_empty() {
            let what = ("为空，但已填核实结果", "finding without a date");
            return Err(cells.reject(COMPLETED, "order", what, "请补填办结日期"));
        }
        Ok(Parsed::Good(Correction {
            id,
            resource,
            provider,
            requester,
            received_on,
            completed_on,
            upheld,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Correction) -> String {
        row.id.clone()
    }

    fn place(row: &mut Correction, source: SourceLine) {
        row.source = source;
    }
}
