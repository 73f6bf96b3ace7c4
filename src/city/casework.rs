//! What comes in besides requests: corrections, citizens' feedback, incidents.

use chrono::Days;
use domain::{Period, ShareType};
use ingest::FileKind;
use ingest::layout::{corrections, feedback, incidents};

use crate::error::CityError;
use crate::requests::consumer_of;
use crate::scene::{Scene, full_width};
use crate::sheet::{Fate, Row, Sheet};
use crate::stream::{Stream, Wheel};

/// The correction cases received in a month.
pub(crate) fn corrections(scene: &Scene<'_>, period: Period) -> Result<Sheet, CityError> {
    let mut stream = scene.stream("corrections", period);
    let mut sheet = Sheet::new(FileKind::Corrections);
    let cast = scene.unit.cast;
    let wheel = Wheel::new(scene.catalogue.entries.iter().map(|entry| {
        let asked = ![cast.tiny, cast.idle, cast.twins.1].contains(&entry.provider);
        u64::from(asked && entry.mounted && entry.share_type != ShareType::None)
    }));
    let mut number = 0;
    for _ in 0..scene.scale.corrections {
        let place = wheel.draw(&mut stream);
        let received_on = scene.day(period, &mut stream)?;
        let Some(entry) = scene.catalogue.get(place) else {
            continue;
        };
        let provider = scene.provider(entry, received_on);
        let Some(requester) = consumer_of(scene, provider, &mut stream) else {
            continue;
        };
        let habits = scene
            .roster
            .members
            .get(provider)
            .map(|member| member.habits);
        let punctual = habits.is_none_or(|habits| stream.chance(habits.punctual));
        let days = stream.between(2, 10) + if punctual { 0 } else { 8 };
        let days = u32::try_from(days).unwrap_or(10);
        let completed = scene.calendar.add_workdays(received_on, days)?;
        let known = completed <= scene.known_on;
        let finding = if stream.chance(650) {
            "属实"
        } else {
            "不属实"
        };
        let twin = scene.catalogue.mirrored(place);
        for entry in [Some(place), twin]
            .into_iter()
            .flatten()
            .filter_map(|p| scene.catalogue.get(p))
        {
            number += 1;
            let row = Row::new(FileKind::Corrections)
                .with(corrections::ID, scene.serial("JH", period, number))
                .with(corrections::RESOURCE, &entry.code)
                .with(
                    corrections::PROVIDER,
                    scene.id(scene.provider(entry, received_on)),
                )
                .with(corrections::REQUESTER, scene.id(requester))
                .with(corrections::RECEIVED, received_on.format("%Y/%-m/%-d"))
                .with(corrections::COMPLETED, scene.cell(Some(completed)))
                .with(corrections::FINDING, if known { finding } else { "" });
            sheet.push(row);
        }
    }
    plant_corrections(scene, &mut sheet, period, number);
    Ok(sheet)
}

fn plant_corrections(scene: &Scene<'_>, sheet: &mut Sheet, period: Period, last: u32) {
    let id = |number: u32| scene.serial("JH", period, last + number);
    let mut plain = sheet
        .plain(corrections::PROVIDER, &scene.special())
        .into_iter();
    if let Some((line, row)) = plain.next() {
        let text = format!("与第 {line} 行完全相同");
        sheet.plant(row, Fate::Duplicate, "duplicate_identical", text);
    }
    if let Some((_, row)) = plain.next() {
        let row = row
            .with(corrections::ID, id(1))
            .with(corrections::REQUESTER, "");
        sheet.plant(row, Fate::Reject, "missing_id", "缺申请部门代码");
    }
    // The old code is still on the form after the merger.
    let merged = scene.unit.cast.merged;
    let own = scene
        .catalogue
        .of(merged)
        .first()
        .and_then(|place| scene.catalogue.get(*place));
    if let (Some(entry), true) = (own, period.last_day() > scene.roster.merge_on)
        && let Some((_, row)) = plain.next()
    {
        let row = row
            .with(corrections::ID, id(2))
            .with(corrections::RESOURCE, &entry.code)
            .with(corrections::PROVIDER, scene.id(merged))
            .with(corrections::RECEIVED, period.last_day())
            .with(corrections::COMPLETED, "")
            .with(corrections::FINDING, "");
        let text = "部门已合并，合并日之后收到的校核仍填原代码";
        sheet.plant(row, Fate::Reject, "old_code_after_merge", text);
    }
}

/// The citizens' feedback of a month.
pub(crate) fn feedback(scene: &Scene<'_>, period: Period) -> Result<Sheet, CityError> {
    const CHANNELS: [&str; 4] = ["12345热线", "政务服务好差评", "网上留言", "现场评价"];
    let mut stream = scene.stream("feedback", period);
    let mut sheet = Sheet::new(FileKind::Feedback);
    let cast = scene.unit.cast;
    let wheel = Wheel::new(scene.unit.home.iter().map(|place| {
        if *place == cast.twins.1 || *place == cast.merged {
            0
        } else {
            scene.roster.weight(scene.unit, *place)
        }
    }));
    let mut number = 0;
    for _ in 0..scene.scale.feedback {
        let Some(place) = scene.unit.home.get(wheel.draw(&mut stream)).copied() else {
            continue;
        };
        let received_on = scene.day(period, &mut stream)?;
        let habits = scene.roster.members.get(place).map(|member| member.habits);
        let content = habits.is_none_or(|habits| stream.chance(habits.liked));
        let rating = if content {
            stream.between(4, 5)
        } else {
            stream.between(1, 3)
        };
        let answered_on = received_on + Days::new(stream.between(0, 9));
        let answered = stream.chance(930).then_some(answered_on);
        let channel = stream.word(&CHANNELS);
        let twin = (place == cast.twins.0).then_some(cast.twins.1);
        for place in [Some(place), twin].into_iter().flatten() {
            number += 1;
            let row = Row::new(FileKind::Feedback)
                .with(feedback::ID, scene.serial("FK", period, number))
                .with(feedback::DEPARTMENT, scene.id(place))
                .with(feedback::RECEIVED, received_on)
                .with(feedback::CHANNEL, &channel)
                .with(feedback::RATING, rating)
                .with(feedback::ANSWERED, scene.cell(answered));
            sheet.push(row);
        }
    }
    let mut plain = sheet
        .plain(feedback::DEPARTMENT, &scene.special())
        .into_iter();
    if let Some((_, row)) = plain.next() {
        let id = scene.serial("FK", period, number + 1);
        let row = row
            .with(feedback::ID, id)
            .with(feedback::RATING, full_width("5"));
        sheet.plant(row, Fate::Good, "full_width", "满意度为全角数字");
    }
    if let Some((_, row)) = plain.next() {
        let id = scene.serial("FK", period, number + 2);
        let row = row.with(feedback::ID, id).with(feedback::RATING, 6);
        sheet.plant(row, Fate::Reject, "bad_value", "满意度 6 超出 1 至 5");
    }
    if let Some((_, row)) = plain.next() {
        let id = scene.serial("FK", period, number + 3);
        let row = row
            .with(feedback::ID, id)
            .with(feedback::DEPARTMENT, "1.14101E+17");
        sheet.plant(
            row,
            Fate::Reject,
            "excel_eaten_id",
            "部门代码被 Excel 改成科学计数",
        );
    }
    Ok(sheet)
}

/// The incidents confirmed in a month.
pub(crate) fn incidents(scene: &Scene<'_>, period: Period) -> Result<Sheet, CityError> {
    const KINDS: [(&str, &str); 7] = [
        ("P1", "未按要求编制或者更新目录"),
        ("P2", "擅自增设条件影响共享"),
        ("P4", "未按时答复共享申请且无正当理由"),
        ("P6", "收到校核申请后未按时核实、更正"),
        ("P7", "擅自终止已提供的共享服务"),
        ("D1", "重复收集可以通过共享获取的数据"),
        ("D2", "超出约定范围使用共享数据"),
    ];
    let mut stream = scene.stream("incidents", period);
    let mut sheet = Sheet::new(FileKind::Incidents);
    let plain: Vec<usize> = scene
        .unit
        .home
        .iter()
        .copied()
        .filter(|place| !scene.special().contains(&scene.id(*place)))
        .collect();
    let mut number = 0;
    for _ in 0..stream.between(3, 5) {
        let (Some(place), Some((code, text))) = (stream.pick(&plain), stream.pick(&KINDS)) else {
            continue;
        };
        number += 1;
        sheet.push(incident(
            scene,
            period,
            number,
            *place,
            (code, text),
            &mut stream,
        )?);
    }
    if period == Period::containing(scene.roster.merge_on) {
        number += 1;
        let what = ("LEAK", "共享数据在需求部门系统中泄露，已处置");
        let row = incident(
            scene,
            period,
            number,
            scene.unit.cast.leaky,
            what,
            &mut stream,
        )?;
        sheet.push(row);
        sheet.note("leak", "全年唯一的泄露事件，触发一票否决");
    }
    if let Some(place) = plain.first() {
        let what = ("D1", "+86-371-0000 来电反映重复收集");
        let row = incident(scene, period, number + 1, *place, what, &mut stream)?;
        sheet.plant(
            row,
            Fate::Good,
            "formula_text",
            "情况说明以 + 开头，形似公式",
        );
        let row = incident(
            scene,
            period,
            number + 2,
            *place,
            ("P10", "代码有误"),
            &mut stream,
        )?;
        sheet.plant(row, Fate::Reject, "bad_value", "违规代码 P10 不存在");
    }
    Ok(sheet)
}

fn incident(
    scene: &Scene<'_>,
    period: Period,
    number: u32,
    place: usize,
    (code, text): (&str, &str),
    stream: &mut Stream,
) -> Result<Row, CityError> {
    let confirmed_on = scene.day(period, stream)?;
    let occurred_on = confirmed_on - Days::new(stream.between(0, 12));
    Ok(Row::new(FileKind::Incidents)
        .with(incidents::ID, scene.serial("SJ", period, number))
        .with(incidents::DEPARTMENT, scene.id(place))
        .with(incidents::CODE, code)
        .with(incidents::OCCURRED, occurred_on)
        .with(incidents::CONFIRMED, confirmed_on)
        .with(incidents::SUMMARY, text))
}
