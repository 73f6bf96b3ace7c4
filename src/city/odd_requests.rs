//! Requests that are there on purpose: around holidays, overdue, extended, and rows gone wrong.

use chrono::{Datelike, NaiveDate, Weekday};
use domain::{Period, ShareType};
use ingest::FileKind;
use ingest::layout::requests as at;

use crate::demand::Demand;
use crate::error::CityError;
use crate::requests::{Answer, Case, draw};
use crate::scene::{Scene, full_width};
use crate::sheet::{Fate, Row, Sheet};
use crate::stream::Stream;

/// A request of a kind that every month has.
struct Odd {
    answer: Answer,
    /// Working days of extension, and whether the authority consented.
    extension: Option<(u32, bool)>,
    reply_days: u32,
    code: &'static str,
    text: &'static str,
}

const OVERDUE: Odd = Odd {
    answer: Answer::Never,
    extension: None,
    reply_days: 0,
    code: "open_overdue",
    text: "月初收到，至导出日仍未答复",
};

const ODD: [Odd; 5] = [
    OVERDUE,
    OVERDUE,
    Odd {
        answer: Answer::Agreed,
        extension: Some((5, true)),
        reply_days: 14,
        code: "extension_with_consent",
        text: "延期 5 个工作日并经同意，第 14 个工作日答复，不超期",
    },
    Odd {
        answer: Answer::Agreed,
        extension: Some((5, false)),
        reply_days: 14,
        code: "extension_without_consent",
        text: "延期无批准日期，不算数，第 14 个工作日答复为超期",
    },
    Odd {
        answer: Answer::RefusedWithoutReason,
        extension: None,
        reply_days: 6,
        code: "refusal_without_reason",
        text: "不同意而未说明理由",
    },
];

/// Requests around long holidays: one answered on the last working day of its term, which a count
/// of Mondays to Fridays calls late or early, and one answered a working day later.
pub(crate) fn holiday_cases(
    scene: &Scene<'_>,
    demand: &Demand<'_>,
    period: Period,
    cases: &mut Vec<Case>,
    stream: &mut Stream,
) -> Result<(), CityError> {
    let mut days = Vec::new();
    for day in period
        .first_day()
        .iter_days()
        .take_while(|day| *day <= period.last_day())
    {
        let limit = scene.calendar.add_workdays(day, 10)?;
        let naive = naive_workdays(day, 10);
        if scene.calendar.is_workday(day)? && limit > naive {
            days.push((day, limit, naive));
        }
    }
    for (day, limit, naive) in days.into_iter().rev().take(5) {
        for late in [0, 1] {
            if scene.calendar.add_workdays(day, 10 + late)? > scene.known_on {
                continue; // the reply is not known yet, so there is nothing to judge
            }
            let Some(mut case) = conditional(scene, demand, period, stream)? else {
                continue;
            };
            case.received_on = day;
            case.reply_days = 10 + late;
            case.answer = Answer::Agreed;
            case.sin = Some(if late == 0 {
                let text = format!(
                    "{day} 收到，按工作日 {limit} 到期，当日答复；不计调休会误判（{naive}）"
                );
                ("holiday_on_time", text)
            } else {
                let text = format!("{day} 收到，按工作日 {limit} 到期，次一工作日才答复");
                ("holiday_late", text)
            });
            cases.push(case);
        }
    }
    Ok(())
}

/// A drawn request for a conditional resource of a plain provider.
fn conditional(
    scene: &Scene<'_>,
    demand: &Demand<'_>,
    period: Period,
    stream: &mut Stream,
) -> Result<Option<Case>, CityError> {
    let cast = scene.unit.cast;
    for _ in 0..200 {
        let ask = demand.draw(stream);
        let plain = scene.catalogue.get(ask.place).is_some_and(|entry| {
            entry.share_type == ShareType::Conditional
                && ![cast.twins.0, cast.merged, cast.successor].contains(&entry.provider)
        });
        if plain && let Some(case) = draw(scene, ask, period, stream)? {
            return Ok(Some(Case {
                extension: None,
                ..case
            }));
        }
    }
    Ok(None)
}

/// The tenth of Mondays to Fridays, blind to holidays.
fn naive_workdays(start: NaiveDate, count: u32) -> NaiveDate {
    let weekday = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    start
        .iter_days()
        .skip(1)
        .filter(weekday)
        .nth(usize::try_from(count.saturating_sub(1)).unwrap_or(0))
        .unwrap_or(start)
}

/// Open overdue requests, extensions with and without consent, a refusal without reasons.
pub(crate) fn odd_cases(
    scene: &Scene<'_>,
    demand: &Demand<'_>,
    period: Period,
    cases: &mut Vec<Case>,
    stream: &mut Stream,
) -> Result<(), CityError> {
    let early = scene.calendar.add_workdays(period.first_day(), 1)?;
    for odd in &ODD {
        if let Some(case) = conditional(scene, demand, period, stream)? {
            cases.push(Case {
                received_on: early,
                extension: odd.extension,
                reply_days: odd.reply_days,
                answer: odd.answer,
                sin: Some((odd.code, odd.text.to_owned())),
                ..case
            });
        }
    }
    Ok(())
}

/// Rows that went wrong, appended at the end.
pub(crate) fn plant(scene: &Scene<'_>, sheet: &mut Sheet, period: Period, last: u32) {
    let id = |number: u32| scene.serial("SQ", period, last + number);
    let mut plain = sheet.plain(at::PROVIDER, &scene.special()).into_iter();
    let mut next = || plain.next().unwrap_or((1, Row::new(FileKind::Requests)));
    let (line, row) = next();
    let text = format!("与第 {line} 行完全相同");
    sheet.plant(row, Fate::Duplicate, "duplicate_identical", text);
    let (line, row) = next();
    // Longer than any extension that is drawn, so that the row does differ.
    let row = row.with(at::EXTENSION, 11).with(at::STATE, "转交");
    let text = format!("与第 {line} 行流水号相同而内容不同");
    sheet.plant(row, Fate::Reject, "duplicate_differing", text);
    let row = next().1.with(at::ID, "");
    sheet.plant(row, Fate::Reject, "missing_id", "缺申请流水号");
    let row = next()
        .1
        .with(at::ID, id(1))
        .with(at::CONSUMER, "1.14101E+17");
    sheet.plant(
        row,
        Fate::Reject,
        "excel_eaten_id",
        "部门代码被 Excel 改成科学计数",
    );
    let row = next()
        .1
        .with(at::ID, id(2))
        .with(at::CONSUMER, Scene::stranger());
    sheet.plant(row, Fate::Reject, "unknown_department", "申请部门未登记");
    let row = next()
        .1
        .with(at::ID, id(3))
        .with(at::PURPOSE, "=cmd|'/C calc'!A0");
    sheet.plant(row, Fate::Good, "formula_text", "申请事由形似公式");
    let received = full_width(&period.first_day().to_string());
    let row = next().1.with(at::ID, id(4)).with(at::RECEIVED, received);
    sheet.plant(row, Fate::Good, "full_width", "申请时间为全角数字");
}
