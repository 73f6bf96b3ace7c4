//! Claims and appropriations.

use chrono::{Days, NaiveDate};
use domain::{DepartmentGroup, Fen, Period};
use ingest::FileKind;
use ingest::layout::{appropriations, claims};

use crate::error::CityError;
use crate::places::{PROVINCE, PROVINCE_NAME};
use crate::roster::{Roster, superiors};
use crate::scene::Scene;
use crate::sheet::{Fate, Row, Sheet};
use crate::stream::{Stream, Wheel};

/// The claims about a month, decided in it or in the next.
pub(crate) fn claims(scene: &Scene<'_>, period: Period) -> Result<Sheet, CityError> {
    let mut stream = scene.stream("claims", period);
    let mut sheet = Sheet::new(FileKind::Claims);
    let cast = scene.unit.cast;
    let wheel = Wheel::new(scene.unit.home.iter().map(|place| {
        if [cast.merged, cast.twins.0, cast.twins.1].contains(place) {
            0
        } else {
            scene.roster.weight(scene.unit, *place)
        }
    }));
    for number in 1..=scene.scale.claims {
        let place = scene.unit.home.get(wheel.draw(&mut stream)).copied();
        if let Some(place) = place {
            claim(scene, &mut sheet, period, (number, place), &mut stream)?;
        }
    }
    let mut plain = sheet
        .plain(claims::DEPARTMENT, &scene.special())
        .into_iter();
    if let Some((line, row)) = plain.next() {
        let text = format!("与第 {line} 行完全相同");
        sheet.plant(row, Fate::Duplicate, "duplicate_identical", text);
    }
    if let Some((_, row)) = plain.next() {
        let id = scene.serial("SB", period, scene.scale.claims + 1);
        let row = row.with(claims::ID, id).with(claims::DECLARED, "十二万元");
        sheet.plant(row, Fate::Reject, "bad_value", "申报金额不是数字");
    }
    Ok(sheet)
}

fn claim(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    period: Period,
    (number, place): (u32, usize),
    stream: &mut Stream,
) -> Result<(), CityError> {
    let Some(member) = scene.roster.members.get(place) else {
        return Ok(());
    };
    let reasons = [
        ("成本", "新建共享接口的开发与测试费用"),
        ("成本", "共享数据清洗治理的人工费用"),
        ("成本", "扩容服务器与带宽的费用"),
        ("损失", "数据查询服务改为无偿共享后减少的收入"),
        ("损失", "共享后停用自建系统的剩余折旧"),
    ];
    let (kind, reason) = stream.pick(&reasons).copied().unwrap_or(("成本", ""));
    // From about 3,000 to 240,000 yuan, small ones more often.
    let fen = 300_000 + stream.below(4900) * stream.below(4900) + stream.below(100);
    let declared = Fen::new(i64::try_from(fen).unwrap_or(0));
    let region = member.dept.jurisdiction.as_str();
    let beneficiary = beneficiary(scene, region, member.dept.group, stream);
    let next = stream.chance(450);
    let decided_on = scene.day(if next { period.next() } else { period }, stream)?;
    // A claim of each month is refused; some are undecided, some reduced.
    let (accepted, reason) = match stream.below(100) {
        _ if number == 3 => (
            Some(Fen::ZERO),
            format!("{reason}；属正常履职支出，不予核定"),
        ),
        _ if number == 4 => (None, reason.to_owned()),
        0..14 => (None, reason.to_owned()),
        14..40 => {
            let kept = declared.get() / 100 * i64::try_from(stream.between(40, 95)).unwrap_or(50);
            (Some(Fen::new(kept)), format!("{reason}；票据不全部分核减"))
        }
        _ => (Some(declared), reason.to_owned()),
    };
    let accepted = accepted.filter(|_| decided_on <= scene.known_on);
    let row = Row::new(FileKind::Claims)
        .with(claims::ID, scene.serial("SB", period, number))
        .with(claims::DEPARTMENT, scene.id(place))
        .with(claims::PERIOD, period)
        .with(claims::KIND, kind)
        .with(claims::BENEFICIARY, beneficiary)
        .with(claims::DECLARED, declared.to_plain())
        .with(
            claims::ACCEPTED,
            accepted.map_or_else(String::new, Fen::to_plain),
        )
        .with(claims::DECIDED, scene.cell(accepted.map(|_| decided_on)))
        .with(claims::REASON, reason);
    sheet.push(row);
    if number == 3 && accepted.is_some() {
        sheet.note("claim_refused", "申报不予核定，核定金额为零");
    }
    if number == 4 {
        sheet.note("claim_undecided", "申报尚未核定");
    }
    Ok(())
}

/// For whose sake a claim arose: the department's own jurisdiction, one above, or one below.
fn beneficiary(
    scene: &Scene<'_>,
    region: &str,
    group: DepartmentGroup,
    stream: &mut Stream,
) -> String {
    let districts = scene.unit.city.districts;
    if group == DepartmentGroup::Municipal
        && stream.chance(250)
        && let Some((code, _)) = stream.pick(districts)
    {
        return (*code).to_owned();
    }
    let above = superiors(region);
    let step = Wheel::new([60, 25, 15].into_iter().take(above.len())).draw(stream);
    above
        .get(step)
        .map_or_else(|| region.to_owned(), |code| (*code).to_owned())
}

/// The appropriations of a budget year: of the province, of each city, and of two of its districts.
pub(crate) fn appropriations(roster: &Roster, year: i32) -> Sheet {
    let mut sheet = Sheet::new(FileKind::Appropriations);
    let cities = i64::try_from(roster.units.len()).unwrap_or(1);
    let mut rows = vec![(PROVINCE, PROVINCE_NAME, 600 * cities, "2300299")];
    for unit in &roster.units {
        rows.push((unit.city.code, unit.city.name, 1200, "2019999"));
        let districts = unit.city.districts.iter().take(2);
        rows.extend(
            districts
                .zip([80, 60])
                .map(|(d, amount)| (d.0, d.1, amount, "2019999")),
        );
    }
    // In force from the fifth of January, when the first budget papers of a year go out.
    let effective = NaiveDate::from_ymd_opt(year, 1, 1).map(|day| day + Days::new(4));
    for ((payer, name, ten_thousands, line), number) in rows.into_iter().zip(1..) {
        let amount = Fen::from_yuan(ten_thousands * 10_000).unwrap_or(Fen::ZERO);
        let mark = match name {
            PROVINCE_NAME => "豫",
            _ => name.trim_end_matches('市'),
        };
        let row = Row::new(FileKind::Appropriations)
            .with(
                appropriations::DOCUMENT,
                format!("{mark}财预〔{year}〕{number}号"),
            )
            .with(appropriations::PAYER, payer)
            .with(appropriations::YEAR, year)
            .with(appropriations::LINE, line)
            .with(appropriations::PROGRAMME, "政务数据共享补偿资金")
            .with(appropriations::AMOUNT, amount.to_plain())
            .with(
                appropriations::EFFECTIVE,
                effective.map_or_else(String::new, |d| d.to_string()),
            );
        sheet.push(row);
    }
    sheet
}
