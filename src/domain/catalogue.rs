//! The catalogue 政务信息资源目录: resources, how they are shared, how often they are renewed.

use chrono::NaiveDate;

use crate::facts::SourceLine;
use crate::ids::{DepartmentId, ResourceCode};
use crate::period::Period;

/// Share type 共享属性 (条例 art. 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareType {
    /// 无条件共享
    Unconditional,
    /// 有条件共享
    Conditional,
    /// 不予共享
    None,
}

impl ShareType {
    /// The type by any of the names that exports use, the digits 1–3 included.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "无条件共享" | "无条件" | "1" | "unconditional" => Self::Unconditional,
            "有条件共享" | "有条件" | "受限共享" | "2" | "conditional" => {
                Self::Conditional
            }
            "不予共享" | "不共享" | "3" | "none" | "disallowed" => Self::None,
            _ => return None,
        })
    }

    /// Stable English name, used in rules and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unconditional => "unconditional",
            Self::Conditional => "conditional",
            Self::None => "none",
        }
    }

    /// Chinese name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unconditional => "无条件共享",
            Self::Conditional => "有条件共享",
            Self::None => "不予共享",
        }
    }
}

/// Update cycle 更新周期. Exports mix two vocabularies in one field; both are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateCycle {
    /// 实时
    RealTime,
    /// 每日
    Daily,
    /// 每周
    Weekly,
    /// 每旬
    TenDays,
    /// 每月
    Monthly,
    /// 每季度
    Quarterly,
    /// 每半年
    HalfYearly,
    /// 每年
    Yearly,
    /// 不定期、按需
    OnDemand,
}

impl UpdateCycle {
    const NAMES: [(Self, &'static str, &'static str, &'static [&'static str]); 9] = [
        (Self::RealTime, "real_time", "实时", &["realtime"]),
        (Self::Daily, "daily", "每日", &["day", "每天"]),
        (Self::Weekly, "weekly", "每周", &["week"]),
        (Self::TenDays, "ten_days", "每旬", &["旬"]),
        (Self::Monthly, "monthly", "每月", &["month"]),
        (Self::Quarterly, "quarterly", "每季度", &["quarter", "季度"]),
        (
            Self::HalfYearly,
            "half_yearly",
            "每半年",
            &["halfyear", "半年"],
        ),
        (Self::Yearly, "yearly", "每年", &["year"]),
        (
            Self::OnDemand,
            "on_demand",
            "按需",
            &["ondemand", "不定期", "不定时", "其他"],
        ),
    ];

    /// The cycle by any name of either vocabulary.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::NAMES
            .iter()
            .find(|(_, english, chinese, others)| {
                *english == name || *chinese == name || others.contains(&name)
            })
            .map(|(cycle, ..)| *cycle)
    }

    /// Stable English name, used in rules and the database.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// Chinese name.
    pub fn title(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.2)
    }
}

/// One catalogue entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Catalogue code.
    pub code: ResourceCode,
    /// Name.
    pub name: String,
    /// Providing department 提供部门.
    pub provider: DepartmentId,
    /// Class of the code: 基础 `basic`, 主题 `theme`, 部门 `department`.
    pub class: String,
    /// 接口 `api`, 库表 `table`, 文件 `file`.
    pub format: String,
    /// Share type.
    pub share_type: ShareType,
    /// Condition or, for 不予共享, the legal basis; empty when none is stated.
    pub share_condition: String,
    /// Update cycle.
    pub update_cycle: UpdateCycle,
    /// Data grade 1–4 (一般数据分级).
    pub grade: u8,
    /// Number of information items 信息项.
    pub item_count: u32,
    /// Whether an online address is registered 挂接.
    pub mounted: bool,
    /// Day of publication.
    pub published_on: NaiveDate,
    /// Where the entry was read.
    pub source: SourceLine,
}

/// The month's inspection of a resource: last update seen and the quality sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceCheck {
    /// The resource inspected.
    pub resource: ResourceCode,
    /// The month of the inspection.
    pub period: Period,
    /// Last day on which the content was renewed; unknown when the platform saw none.
    pub updated_on: Option<NaiveDate>,
    /// Records sampled.
    pub records_checked: u32,
    /// Records that met the quality rules.
    pub records_passed: u32,
    /// Where the row was read.
    pub source: SourceLine,
}
