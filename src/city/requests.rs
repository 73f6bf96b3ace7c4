//! Sharing requests, and how they are answered by working days.

use chrono::NaiveDate;
use domain::{Period, ShareType};
use ingest::FileKind;
use ingest::layout::requests as at;

use crate::catalogue::Entry;
use crate::demand::{Ask, Demand};
use crate::error::CityError;
use crate::odd_requests::{holiday_cases, odd_cases, plant};
use crate::scene::{Scene, moment};
use crate::sheet::{Row, Sheet};
use crate::stream::Stream;
use crate::usage::Subscription;

/// How a request is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Agreed,
    RefusedWithReason,
    RefusedWithoutReason,
    Withdrawn,
    Never,
}

/// One request before it becomes a row.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) place: usize,
    pub(crate) consumer: usize,
    pub(crate) received_on: NaiveDate,
    /// Working days of extension, and whether the authority consented.
    pub(crate) extension: Option<(u32, bool)>,
    /// Working days to the answer.
    pub(crate) reply_days: u32,
    pub(crate) answer: Answer,
    /// Working days from the answer to the data.
    pub(crate) delivery_days: u32,
    pub(crate) sin: Option<(&'static str, String)>,
}

const PURPOSES: [&str; 6] = [
    "办理政务服务事项时核验申请材料",
    "开展行业监管与信用评价",
    "“一件事一次办”减材料",
    "惠民资金发放对象比对",
    "基层治理网格信息更新",
    "统计分析与辅助决策",
];

/// The requests received in a month, as known on the day of the export.
pub(crate) fn sheet(
    scene: &Scene<'_>,
    subscriptions: &[Subscription],
    period: Period,
) -> Result<Sheet, CityError> {
    let mut stream = scene.stream("requests", period);
    let mut sheet = Sheet::new(FileKind::Requests);
    let cast = scene.unit.cast;
    let demand = Demand::new(scene, subscriptions);
    let mut cases = Vec::new();
    for _ in 0..scene.scale.requests {
        let ask = demand.draw(&mut stream);
        cases.extend(draw(scene, ask, period, &mut stream)?);
    }
    let tiny = scene.catalogue.of(cast.tiny).first().map(|place| Ask {
        place: *place,
        consumer: None,
    });
    if let Some(mut case) = tiny
        .map(|ask| draw(scene, ask, period, &mut stream))
        .transpose()?
        .flatten()
    {
        case.reply_days = 1;
        case.answer = Answer::Agreed;
        case.extension = None;
        case.sin = Some(("tiny_denominator", "该部门全月只有这一件申请".to_owned()));
        cases.push(case);
    }
    holiday_cases(scene, &demand, period, &mut cases, &mut stream)?;
    odd_cases(scene, &demand, period, &mut cases, &mut stream)?;
    cases.sort_by_key(|case| case.received_on);
    let mut number = 0;
    for (index, case) in cases.into_iter().enumerate() {
        let mirrored = scene.catalogue.mirrored(case.place);
        for place in [Some(case.place), mirrored].into_iter().flatten() {
            number += 1;
            let sin = case.sin.clone();
            let case = Case {
                place,
                ..case.clone()
            };
            let id = scene.serial("SQ", period, number);
            // Twins agree to the second, so each case has a stream of its own.
            let mut clock = scene.stream(&format!("request {index}"), period);
            sheet.push(row(scene, &case, &id, &mut clock)?);
            if let Some((code, text)) = sin {
                sheet.note(code, text);
            }
        }
    }
    plant(scene, &mut sheet, period, number);
    Ok(sheet)
}

/// The term of an answer in working days.
fn term(entry: &Entry, received_on: NaiveDate) -> u32 {
    let new_rule = NaiveDate::from_ymd_opt(2025, 8, 1).is_some_and(|from| received_on >= from);
    if new_rule && entry.share_type == ShareType::Unconditional {
        1
    } else {
        10
    }
}

/// The case of what is asked for, with a day and an answer; `None` when nobody can ask for it.
pub(crate) fn draw(
    scene: &Scene<'_>,
    ask: Ask,
    period: Period,
    stream: &mut Stream,
) -> Result<Option<Case>, CityError> {
    let received_on = scene.day(period, stream)?;
    let Some(entry) = scene.catalogue.get(ask.place) else {
        return Ok(None);
    };
    let provider = scene.provider(entry, received_on);
    let any = || consumer_of(scene, provider, stream);
    let Some(consumer) = ask.consumer.or_else(any) else {
        return Ok(None);
    };
    let habits = scene
        .roster
        .members
        .get(provider)
        .map(|member| member.habits);
    let punctual = habits.is_none_or(|habits| stream.chance(habits.punctual));
    let term = term(entry, received_on);
    let extension = stream
        .chance(40)
        .then(|| (small(stream.between(2, 10)), true));
    let days = term + extension.map_or(0, |(days, _)| days);
    let reply_days = if punctual {
        small(stream.between(u64::from(days > 1), u64::from(days)))
    } else {
        days + small(stream.between(1, 8))
    };
    let answer = match stream.below(100) {
        _ if entry.share_type == ShareType::None => Answer::RefusedWithReason,
        0..84 => Answer::Agreed,
        84..94 => Answer::RefusedWithReason,
        94..96 => Answer::RefusedWithoutReason,
        _ => Answer::Withdrawn,
    };
    let slowest = if stream.chance(930) { 20 } else { 28 };
    let delivery_days = small(stream.between(1, slowest));
    Ok(Some(Case {
        place: ask.place,
        consumer,
        received_on,
        extension,
        reply_days,
        answer,
        delivery_days,
        sin: None,
    }))
}

/// A caller that is not the provider.
pub(crate) fn consumer_of(
    scene: &Scene<'_>,
    provider: usize,
    stream: &mut Stream,
) -> Option<usize> {
    (0..8)
        .filter_map(|_| stream.pick(&scene.unit.callers).copied())
        .find(|caller| *caller != provider)
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn row(scene: &Scene<'_>, case: &Case, id: &str, clock: &mut Stream) -> Result<Row, CityError> {
    let mut row = Row::new(FileKind::Requests)
        .with(at::ID, id)
        .with(at::CONSUMER, scene.id(case.consumer))
        .with(at::PURPOSE, clock.word(&PURPOSES))
        .with(at::RECEIVED, moment(case.received_on, clock));
    let Some(entry) = scene.catalogue.get(case.place) else {
        return Ok(row);
    };
    let share_type = if clock.chance(300) {
        digit(entry.share_type)
    } else {
        entry.share_type.title()
    };
    row = row
        .with(at::RESOURCE, &entry.code)
        .with(at::RESOURCE_NAME, &entry.name)
        .with(at::SHARE_TYPE, share_type)
        .with(
            at::PROVIDER,
            scene.id(scene.provider(entry, case.received_on)),
        );
    if let Some((days, consented)) = case.extension {
        let consent = scene.calendar.add_workdays(case.received_on, 1)?;
        row = row.with(at::EXTENSION, days);
        if consented {
            row = row.with(at::CONSENTED, scene.cell(Some(consent)));
        }
    }
    let answered = scene
        .calendar
        .add_workdays(case.received_on, case.reply_days)?;
    if case.answer == Answer::Never || answered > scene.known_on {
        return Ok(row.with(at::STATE, "待审核"));
    }
    row = row.with(at::REPLIED, answered);
    Ok(match case.answer {
        Answer::Agreed => {
            let delivered = scene.calendar.add_workdays(answered, case.delivery_days)?;
            let state = if delivered > scene.known_on {
                "待推送"
            } else {
                "已完成"
            };
            row.with(at::OUTCOME, "同意")
                .with(at::DELIVERED, scene.cell(Some(delivered)))
                .with(at::STATE, state)
        }
        Answer::RefusedWithReason => row
            .with(at::OUTCOME, "不同意")
            .with(at::REFUSAL, "申请用途超出使用条件，请补充依据")
            .with(at::STATE, "已退回"),
        Answer::RefusedWithoutReason => row.with(at::OUTCOME, "不同意").with(at::STATE, "已退回"),
        Answer::Withdrawn | Answer::Never => row.with(at::OUTCOME, "撤回").with(at::STATE, "失效"),
    })
}

fn digit(share_type: ShareType) -> &'static str {
    match share_type {
        ShareType::Unconditional => "1",
        ShareType::Conditional => "2",
        ShareType::None => "3",
    }
}
