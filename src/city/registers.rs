//! The registers a data set starts with: jurisdictions, departments, the catalogue.

use chrono::NaiveDate;
use domain::{ShareType, UpdateCycle};
use ingest::FileKind;
use ingest::layout::{catalogue as at, departments, jurisdictions};

use crate::catalogue::Entry;
use crate::places;
use crate::roster::Roster;
use crate::scene::{Scene, full_width, midnight_ms};
use crate::sheet::{Fate, Row, Sheet};
use crate::stream::Stream;

/// All jurisdictions.
pub(crate) fn jurisdictions() -> Sheet {
    let mut sheet = Sheet::new(FileKind::Jurisdictions);
    for (code, name, level, parent) in places::jurisdictions() {
        let row = Row::new(FileKind::Jurisdictions)
            .with(jurisdictions::CODE, code)
            .with(jurisdictions::NAME, name)
            .with(jurisdictions::LEVEL, level.title())
            .with(jurisdictions::PARENT, parent);
        sheet.push(row);
    }
    sheet
}

/// All departments.
pub(crate) fn departments(roster: &Roster) -> Sheet {
    let mut sheet = Sheet::new(FileKind::Departments);
    for member in &roster.members {
        let dept = &member.dept;
        let (ended, successor) = (dept.valid.to, dept.successor.as_ref());
        let row = Row::new(FileKind::Departments)
            .with(departments::ID, &dept.id)
            .with(departments::NAME, &dept.name)
            .with(departments::JURISDICTION, &dept.jurisdiction)
            .with(departments::GROUP, dept.group.title())
            .with(departments::FOUNDED, dept.valid.from)
            .with(
                departments::ENDED,
                ended.map_or_else(String::new, |day| day.to_string()),
            )
            .with(
                departments::SUCCESSOR,
                successor.map_or("", |id| id.as_str()),
            );
        match member.bureau.name {
            "体育局" => {
                let text = "代码校验位不符（仅警告）";
                sheet.plant(row, Fate::Good, "wrong_check_character", text);
            }
            "气象局" => {
                let row = row.with(
                    departments::FOUNDED,
                    full_width(&dept.valid.from.to_string()),
                );
                sheet.plant(row, Fate::Good, "full_width", "成立日期为全角数字");
            }
            "园林局" => sheet.plant(row, Fate::Good, "merged_mid_year", "年中并入城市管理局"),
            _ => sheet.push(row),
        }
    }
    let mut plain = sheet.plain(departments::ENDED, &[]).into_iter();
    if let Some((line, row)) = plain.next() {
        let text = format!("与第 {line} 行完全相同");
        sheet.plant(row, Fate::Duplicate, "duplicate_identical", text);
    }
    if let Some((_, row)) = plain.next() {
        let row = row.with(departments::ID, "1.14101E+17");
        sheet.plant(
            row,
            Fate::Reject,
            "excel_eaten_id",
            "代码被 Excel 改成科学计数",
        );
    }
    sheet
}

/// The catalogue of a city, under the names and codes of before the merger.
pub(crate) fn catalogue(scene: &Scene<'_>) -> Sheet {
    let mut stream = Stream::new(scene.seed, &[scene.unit.city.code, "catalogue sheet"]);
    let mut sheet = Sheet::new(FileKind::Catalogue);
    for entry in &scene.catalogue.entries {
        sheet.push(resource(scene, entry, &mut stream));
    }
    let mut plain = sheet.plain(at::PROVIDER, &scene.special()).into_iter();
    let mut next = || plain.next().unwrap_or((1, Row::new(FileKind::Catalogue)));
    // Codes that no entry has.
    let code = |number: u32| format!("399001{}/9{number:04}", scene.unit.city.code);
    let (line, row) = next();
    let text = format!("与第 {line} 行完全相同");
    sheet.plant(row, Fate::Duplicate, "duplicate_identical", text);
    let (line, row) = next();
    let text = format!("与第 {line} 行代码相同而名称不同");
    let row = row.with(at::NAME, "另一个名称");
    sheet.plant(row, Fate::Reject, "duplicate_differing", text);
    let row = next().1.with(at::CODE, code(1)).with(at::SECRECY, "秘密");
    sheet.plant(
        row,
        Fate::Reject,
        "secret",
        "涉密资源，法律规定不在共享范围",
    );
    let row = next().1.with(at::CODE, code(2)).with(at::CYCLE, "每两日");
    sheet.plant(row, Fate::Reject, "bad_value", "更新周期不在两套用词之内");
    let row = next()
        .1
        .with(at::CODE, code(3))
        .with(at::PROVIDER, Scene::stranger());
    sheet.plant(row, Fate::Reject, "unknown_department", "提供方未登记");
    let row = next().1.with(at::CODE, "").with(at::NAME, "缺代码的资源");
    sheet.plant(row, Fate::Reject, "missing_id", "缺信息资源代码");
    let row = next().1.with(at::CODE, "3.01001E+11");
    sheet.plant(
        row,
        Fate::Reject,
        "excel_eaten_id",
        "资源代码被 Excel 改成科学计数",
    );
    let row = next().1.with(at::CODE, code(4)).with(
        at::SUMMARY,
        "=HYPERLINK(\"http://example.invalid\",\"点此\")",
    );
    sheet.plant(row, Fate::Good, "formula_text", "摘要形似公式");
    let row = next()
        .1
        .with(at::CODE, code(5))
        .with(at::ITEMS, full_width("18"));
    sheet.plant(row, Fate::Good, "full_width", "信息项数量为全角数字");
    sheet
}

fn resource(scene: &Scene<'_>, entry: &Entry, stream: &mut Stream) -> Row {
    let member = scene.roster.members.get(entry.provider);
    let name = member.map_or("", |member| member.dept.name.as_str());
    let class = match entry.class {
        1 => "基础信息资源",
        2 => "主题信息资源",
        _ => "部门信息资源",
    };
    let condition = match entry.share_type {
        ShareType::Unconditional => "",
        ShareType::Conditional => "仅限依法履职使用，须经提供部门同意",
        ShareType::None => "《中华人民共和国统计法》等法律、行政法规规定不予共享",
    };
    let mode = match entry.format {
        "接口" => "服务接口",
        "库表" => "批量交换",
        _ => "文件下载",
    };
    let address = if entry.mounted {
        format!(
            "https://share.example.invalid/r/{}",
            entry.code.replace('/', "-")
        )
    } else {
        String::new()
    };
    let share_type = entry.share_type.title();
    Row::new(FileKind::Catalogue)
        .with(at::CLASS, class)
        .with(at::CLASS_2, name)
        .with(at::CLASS_3, entry.subject)
        .with(at::NAME, &entry.name)
        .with(at::FORMAT, entry.format)
        .with(at::PROVIDER_NAME, name)
        .with(at::PROVIDER, scene.id(entry.provider))
        .with(at::CODE, &entry.code)
        .with(at::SHARE_TYPE, share_type)
        .with(at::CONDITION, condition)
        .with(at::MODE, mode)
        .with(at::PUBLISHED, published(entry.published_on, stream))
        .with(at::OPEN, if entry.grade == 1 { "是" } else { "否" })
        .with(at::MANAGEMENT, "集中管理")
        .with(at::SYSTEM, format!("{}业务系统", entry.subject))
        .with(at::OWNERSHIP, name)
        .with(
            at::SUMMARY,
            format!("{}，共 {} 项", entry.name, entry.items),
        )
        .with(at::ADDRESS, address)
        .with(at::CYCLE, cycle(entry.cycle, stream))
        .with(at::ORIGIN, "履职过程中产生")
        .with(at::SECRECY, if stream.chance(500) { "非涉密" } else { "" })
        .with(at::GRADE, format!("{}级", entry.grade))
        .with(at::ITEMS, entry.items)
}

/// A day of publication: one in ten as milliseconds, as one of the platforms exports it.
fn published(day: NaiveDate, stream: &mut Stream) -> String {
    if stream.chance(100) {
        midnight_ms(day).to_string()
    } else {
        day.to_string()
    }
}

/// The cycle in either of the two vocabularies that exports mix.
fn cycle(cycle: UpdateCycle, stream: &mut Stream) -> &'static str {
    let english = match cycle {
        UpdateCycle::Daily => "day",
        UpdateCycle::Weekly => "week",
        UpdateCycle::Monthly => "month",
        UpdateCycle::Quarterly => "quarter",
        UpdateCycle::Yearly => "year",
        UpdateCycle::OnDemand => "ondemand",
        UpdateCycle::RealTime | UpdateCycle::TenDays | UpdateCycle::HalfYearly => cycle.title(),
    };
    if stream.chance(300) {
        english
    } else {
        cycle.title()
    }
}
