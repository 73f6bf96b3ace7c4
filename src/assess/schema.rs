//! The fact tables that formulas may read: names, types, units.

use engine::{Column, Schema, TableSchema, Type, Unit};

/// Decimals of the importance of a resource.
pub const IMPORTANCE_SCALE: u8 = 4;

/// Importance when the pack declares none: one.
pub(crate) const IMPORTANCE_ONE: i64 = 10_000;

const IMPORTANCE: Type = Type::Number {
    unit: Unit::None,
    scale: IMPORTANCE_SCALE,
};

/// A plain number without decimals, such as a grade or a rating.
const NUMBER: Type = Type::Number {
    unit: Unit::None,
    scale: 0,
};

/// Name, type, whether rows may lack it, what it is.
type Entry = (&'static str, Type, bool, &'static str);

const USAGE: &[Entry] = &[
    ("day", Type::Date, false, "使用日期 day of use"),
    (
        "consumer",
        Type::Text,
        false,
        "需求部门 consuming department",
    ),
    ("resource", Type::Text, false, "信息资源代码 catalogue code"),
    (
        "succeeded",
        Type::COUNT,
        false,
        "成功次数 calls that succeeded",
    ),
    ("failed", Type::COUNT, false, "失败次数 calls that failed"),
    ("calls", Type::COUNT, false, "总次数 all calls"),
    (
        "records",
        Type::COUNT,
        false,
        "数据量（条） records delivered",
    ),
    (
        "bytes",
        Type::COUNT,
        false,
        "数据量（字节） bytes delivered",
    ),
    (
        "horizontal",
        Type::Bool,
        false,
        "同一行政区划 within one jurisdiction",
    ),
    (
        "vertical",
        Type::Bool,
        false,
        "上下级之间 between superior and subordinate",
    ),
    ("cross_region", Type::Bool, false, "跨地区 between regions"),
    (
        "payer",
        Type::Text,
        false,
        "承担补偿的行政区划 lowest common superior; empty for none",
    ),
    ("share_type", Type::Text, false, "共享属性 share type"),
    ("grade", NUMBER, false, "数据级别 data grade 1–4"),
    (
        "class",
        Type::Text,
        false,
        "资源类别 basic, theme or department",
    ),
    ("update_cycle", Type::Text, false, "更新周期 update cycle"),
    (
        "importance",
        IMPORTANCE,
        false,
        "重要程度 importance of the resource",
    ),
];

const RESOURCES: &[Entry] = &[
    ("code", Type::Text, false, "信息资源代码 catalogue code"),
    (
        "class",
        Type::Text,
        false,
        "资源类别 basic, theme or department",
    ),
    ("format", Type::Text, false, "资源格式 api, table or file"),
    ("share_type", Type::Text, false, "共享属性 share type"),
    ("update_cycle", Type::Text, false, "更新周期 update cycle"),
    ("grade", NUMBER, false, "数据级别 data grade 1–4"),
    (
        "item_count",
        Type::COUNT,
        false,
        "信息项数 information items",
    ),
    (
        "mounted",
        Type::Bool,
        false,
        "已挂接 an online address is registered",
    ),
    (
        "published_on",
        Type::Date,
        false,
        "发布日期 day of publication",
    ),
    (
        "checked",
        Type::Bool,
        false,
        "本期已抽查 inspected in the period",
    ),
    (
        "updated_on",
        Type::Date,
        true,
        "最近更新日期 last renewal seen",
    ),
    (
        "records_checked",
        Type::COUNT,
        false,
        "抽查记录数 records sampled",
    ),
    (
        "records_passed",
        Type::COUNT,
        false,
        "合格记录数 records that passed",
    ),
    ("importance", IMPORTANCE, false, "重要程度 importance"),
];

const REQUESTS: &[Entry] = &[
    ("id", Type::Text, false, "申请流水号 serial number"),
    ("resource", Type::Text, false, "信息资源代码 catalogue code"),
    (
        "consumer",
        Type::Text,
        false,
        "需求部门 consuming department",
    ),
    (
        "share_type",
        Type::Text,
        false,
        "受理时的共享属性 share type at receipt",
    ),
    (
        "outcome",
        Type::Text,
        false,
        "期末办理结果 outcome as at the period's end",
    ),
    ("received_on", Type::Date, false, "受理日期 day of receipt"),
    ("replied_on", Type::Date, true, "答复日期 day of the answer"),
    (
        "agreed_on",
        Type::Date,
        false,
        "同意共享之日，提供期限由此起算；未同意的为受理日期 day of consent, else of receipt",
    ),
    ("delivered_on", Type::Date, true, "提供日期 day of delivery"),
    (
        "extension_consented_on",
        Type::Date,
        true,
        "同意延期日期 day of consent to an extension",
    ),
    (
        "extension_days",
        Type::DAYS,
        false,
        "延期工作日 working days of extension",
    ),
    (
        "importance",
        IMPORTANCE,
        false,
        "重要程度 importance of the resource",
    ),
];

const DEMANDS: &[Entry] = &[
    ("id", Type::Text, false, "申请流水号 serial number"),
    ("resource", Type::Text, false, "信息资源代码 catalogue code"),
    (
        "provider",
        Type::Text,
        false,
        "提供部门 providing department",
    ),
    (
        "delivered_on",
        Type::Date,
        false,
        "提供日期 day of delivery",
    ),
    ("used", Type::Bool, false, "本期已使用 used in the period"),
    (
        "importance",
        IMPORTANCE,
        false,
        "重要程度 importance of the resource",
    ),
];

const CORRECTIONS: &[Entry] = &[
    ("id", Type::Text, false, "校核编号 serial number"),
    ("resource", Type::Text, false, "信息资源代码 catalogue code"),
    (
        "requester",
        Type::Text,
        false,
        "提出部门 requesting department",
    ),
    ("received_on", Type::Date, false, "受理日期 day of receipt"),
    (
        "completed_on",
        Type::Date,
        true,
        "办结日期 day of the feedback",
    ),
    (
        "upheld",
        Type::Bool,
        false,
        "确有错误 the data proved wrong",
    ),
    (
        "importance",
        IMPORTANCE,
        false,
        "重要程度 importance of the resource",
    ),
];

const INCIDENTS: &[Entry] = &[
    ("id", Type::Text, false, "事件编号 serial number"),
    ("code", Type::Text, false, "违规代码 violation code"),
    ("occurred_on", Type::Date, false, "发生日期 day it happened"),
    (
        "confirmed_on",
        Type::Date,
        false,
        "认定日期 day it was confirmed",
    ),
    (
        "in_period",
        Type::Bool,
        false,
        "本期认定 confirmed in the period, not earlier in the year",
    ),
];

const FEEDBACK: &[Entry] = &[
    ("id", Type::Text, false, "反馈编号 serial number"),
    ("channel", Type::Text, false, "渠道 channel"),
    ("received_on", Type::Date, false, "受理日期 day of receipt"),
    (
        "answered_on",
        Type::Date,
        true,
        "答复日期 day of the answer",
    ),
    (
        "rating",
        Type::COUNT,
        false,
        "满意度（1–5 星） stars of satisfaction, 1–5",
    ),
];

const SAFEGUARDS: &[Entry] = &[
    (
        "kind",
        Type::Text,
        false,
        "保障类别 facility, data or people",
    ),
    (
        "required",
        Type::COUNT,
        false,
        "应达标项 requirements that apply",
    ),
    ("met", Type::COUNT, false, "已达标项 requirements met"),
];

/// A reported number: four decimals.
const REPORTED: Type = Type::Number {
    unit: Unit::None,
    scale: domain::Decimal4::SCALE,
};

const JUDGEMENTS: &[Entry] = &[
    ("indicator", Type::Text, false, "指标编号 indicator judged"),
    (
        "value",
        REPORTED,
        false,
        "评定值 points, or a part of them, as the indicator declares",
    ),
    ("reason", Type::Text, false, "评定理由 why"),
    ("assessor", Type::Text, false, "评定人 who judged"),
    (
        "signed_on",
        Type::Date,
        false,
        "签署日期 day of the signature",
    ),
];

const MEASURES: &[Entry] = &[
    ("measure", Type::Text, false, "计量项 id of the measure"),
    (
        "achieved",
        REPORTED,
        false,
        "达成数 what was achieved, or how often it happened",
    ),
    (
        "population",
        REPORTED,
        false,
        "总数 out of how much; zero for a plain count",
    ),
];

const TABLES: [(&str, &[Entry]); 10] = [
    ("usage", USAGE),
    ("resources", RESOURCES),
    ("requests", REQUESTS),
    ("demands", DEMANDS),
    ("corrections", CORRECTIONS),
    ("incidents", INCIDENTS),
    ("feedback", FEEDBACK),
    ("safeguards", SAFEGUARDS),
    ("judgements", JUDGEMENTS),
    ("measures", MEASURES),
];

/// The tables and columns that the formulas of a pack may read.
pub fn schema() -> Schema {
    let column = |(name, ty, optional, doc): &Entry| Column {
        name: (*name).to_owned(),
        ty: *ty,
        optional: *optional,
        doc: (*doc).to_owned(),
    };
    let table = |(name, entries): &(&str, &[Entry])| {
        TableSchema::new(*name, entries.iter().map(column).collect())
    };
    Schema {
        tables: TABLES.iter().map(table).collect(),
    }
}
