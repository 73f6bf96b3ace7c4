//! The kinds of files, in the order of import.

use crate::layout::{
    Column, appropriations, catalogue, checks, claims, corrections, departments, feedback,
    incidents, judgements, jurisdictions, measures, members, requests, safeguards, services,
    successions, usage,
};

/// Kind of file, recognised by its header row or, for X-Road, by its JSON keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// 行政区划
    Jurisdictions,
    /// 部门
    Departments,
    /// 信息资源目录
    Catalogue,
    /// X-Road 成员对照
    Members,
    /// X-Road 服务对照
    Services,
    /// 资源更新与质量抽检
    Checks,
    /// 共享使用日报
    Usage,
    /// X-Road 运行监控记录
    XRoad,
    /// 共享申请单
    Requests,
    /// 校核申请
    Corrections,
    /// 违规与安全事件
    Incidents,
    /// 社会监督反馈
    Feedback,
    /// 保障核查
    Safeguards,
    /// 评定
    Judgements,
    /// 指标计量
    Measures,
    /// 损失申报
    Claims,
    /// 补偿资金指标
    Appropriations,
    /// 机构承继
    Successions,
}

impl FileKind {
    /// All kinds, in the order in which files given together must be imported.
    pub const ALL: [Self; 18] = [
        Self::Jurisdictions,
        Self::Departments,
        Self::Catalogue,
        Self::Members,
        Self::Services,
        Self::Checks,
        Self::Usage,
        Self::XRoad,
        Self::Requests,
        Self::Corrections,
        Self::Incidents,
        Self::Feedback,
        Self::Safeguards,
        Self::Judgements,
        Self::Measures,
        Self::Claims,
        Self::Appropriations,
        Self::Successions,
    ];

    /// Place in the order of import: a kind refers only to kinds of a lower place.
    pub fn order(self) -> u8 {
        match self {
            Self::Jurisdictions => 0,
            Self::Departments => 1,
            Self::Catalogue => 2,
            Self::Members => 3,
            Self::Services => 4,
            _ => 5,
        }
    }

    /// Stable English name, used in the database and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jurisdictions => "jurisdictions",
            Self::Departments => "departments",
            Self::Catalogue => "catalogue",
            Self::Members => "members",
            Self::Services => "services",
            Self::Checks => "checks",
            Self::Usage => "usage",
            Self::XRoad => "xroad",
            Self::Requests => "requests",
            Self::Corrections => "corrections",
            Self::Incidents => "incidents",
            Self::Feedback => "feedback",
            Self::Safeguards => "safeguards",
            Self::Judgements => "judgements",
            Self::Measures => "measures",
            Self::Claims => "claims",
            Self::Appropriations => "appropriations",
            Self::Successions => "successions",
        }
    }

    /// The kind by its stable English name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Chinese name, used in messages and file names.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Jurisdictions => "行政区划",
            Self::Departments => "部门",
            Self::Catalogue => "目录",
            Self::Members => "X-Road成员对照",
            Self::Services => "X-Road服务对照",
            Self::Checks => "资源更新与质量抽检",
            Self::Usage => "共享使用日报",
            Self::XRoad => "X-Road运行监控记录",
            Self::Requests => "共享申请单",
            Self::Corrections => "校核申请",
            Self::Incidents => "违规与安全事件",
            Self::Feedback => "社会监督反馈",
            Self::Safeguards => "保障核查",
            Self::Judgements => "评定",
            Self::Measures => "指标计量",
            Self::Claims => "损失申报",
            Self::Appropriations => "补偿资金指标",
            Self::Successions => "机构承继",
        }
    }

    /// The columns in the order of the template; none for X-Road, which is JSON.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Jurisdictions => jurisdictions::COLUMNS,
            Self::Departments => departments::COLUMNS,
            Self::Catalogue => catalogue::COLUMNS,
            Self::Members => members::COLUMNS,
            Self::Services => services::COLUMNS,
            Self::Checks => checks::COLUMNS,
            Self::Usage => usage::COLUMNS,
            Self::XRoad => &[],
            Self::Requests => requests::COLUMNS,
            Self::Corrections => corrections::COLUMNS,
            Self::Incidents => incidents::COLUMNS,
            Self::Feedback => feedback::COLUMNS,
            Self::Safeguards => safeguards::COLUMNS,
            Self::Judgements => judgements::COLUMNS,
            Self::Measures => measures::COLUMNS,
            Self::Claims => claims::COLUMNS,
            Self::Appropriations => appropriations::COLUMNS,
            Self::Successions => successions::COLUMNS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_listed_in_the_order_of_import() {
        assert!(FileKind::ALL.is_sorted_by_key(|kind| kind.order()));
    }
}
