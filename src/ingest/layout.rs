//! The file layouts, as data: which columns each kind of file has, under which header, and
//! whether a file without the column is unusable. Readers and generators use this one table.

pub use crate::kind::FileKind;

/// One column of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Header text.
    pub name: &'static str,
    /// Whether a file without it is unusable.
    pub required: bool,
    /// What a cell holds.
    pub doc: &'static str,
}

/// Declares a layout: a module with the index of each column as a constant, and `COLUMNS`.
macro_rules! layout {
    ($(#[$meta:meta])* $module:ident { $($index:ident = $need:ident $name:literal, $doc:literal;)+ }) => {
        $(#[$meta])*
        pub mod $module {
            use super::Column;

            #[allow(
                non_camel_case_types,
                clippy::upper_case_acronyms,
                reason = "named as the constants whose places it counts"
            )]
            #[derive(Clone, Copy)]
            enum Place { $($index,)+ }

            $(
                #[doc = concat!("Index of ", $name, ": ", $doc, ".")]
                pub const $index: usize = Place::$index as usize;
            )+

            /// The columns in the order of the template.
            pub const COLUMNS: &[Column] = &[$(layout!(@column $need $name, $doc)),+];
        }
    };
    (@column required $name:literal, $doc:literal) => {
        Column { name: $name, required: true, doc: $doc }
    };
    (@column optional $name:literal, $doc:literal) => {
        Column { name: $name, required: false, doc: $doc }
    };
}

layout! {
    /// 行政区划
    jurisdictions {
        CODE = required "行政区划代码", "six digits of GB/T 2260";
        NAME = required "行政区划名称", "name as published";
        LEVEL = required "级别", "国家, 省级, 市级 or 县级";
        PARENT = optional "上级代码", "code of the next higher jurisdiction; empty at the root";
        FROM = optional "生效日期", "first day on which this is so; empty for since ever";
        TO = optional "失效日期", "first day on which it no longer is; empty while it is";
    }
}

layout! {
    /// 部门
    departments {
        ID = required "统一社会信用代码", "18 characters of GB 32100";
        NAME = required "部门名称", "name as published";
        JURISDICTION = required "行政区划代码", "jurisdiction served";
        GROUP = required "考核分组", "省直, 市直, 区县 or 公共企事业单位";
        FOUNDED = required "成立日期", "first day of existence";
        ENDED = optional "终止日期", "first day of no longer existing";
        SUCCESSOR = optional "承继部门代码", "department that took over";
    }
}

layout! {
    /// 信息资源目录: the 国脉 template, then two extensions
    catalogue {
        CLASS = optional "信息资源分类1", "基础信息资源, 主题信息资源 or 部门信息资源";
        CLASS_2 = optional "信息资源分类2", "second level of the class";
        CLASS_3 = optional "信息资源分类3", "third level of the class";
        CLASS_4 = optional "信息资源分类4", "fourth level of the class";
        NAME = required "信息资源名称", "name";
        FORMAT = required "信息资源格式", "接口, 库表 or 文件";
        PROVIDER_NAME = optional "信息资源提供方", "name of the provider, for people";
        PROVIDER = required "提供方代码", "USCC of the provider";
        CODE = required "信息资源代码", "catalogue code «分类码/顺序码»";
        SHARE_TYPE = required "共享类型", "无条件共享, 有条件共享 or 不予共享, or 1 to 3";
        CONDITION = optional "共享条件", "condition, or legal basis of 不予共享";
        MODE = optional "共享方式", "how it is delivered";
        PUBLISHED = required "发布日期", "day of publication";
        OPEN = optional "是否向社会开放", "是 or 否";
        OPEN_TYPE = optional "开放类型", "how it is open to the public";
        MANAGEMENT = optional "管理方式", "how it is managed";
        SYSTEM = optional "所属系统名称", "system it comes from";
        OWNERSHIP = optional "权属关系", "who owns it";
        SUMMARY = optional "信息资源摘要", "what it is about";
        ADDRESS = optional "在线资源链接地址", "online address; not empty means mounted";
        CYCLE = required "更新周期", "update cycle, in either vocabulary";
        RELATED = optional "关联资源代码", "codes of related resources";
        ORIGIN = optional "信息资源生成方式", "how it comes about";
        SECRECY = optional "涉密属性", "非涉密 or empty; anything secret is refused";
        GRADE = optional "数据级别", "1级 to 4级; 1 when empty";
        ITEMS = optional "信息项数量", "number of information items; 1 when empty";
    }
}

layout! {
    /// X-Road 成员对照
    members {
        INSTANCE = required "xRoadInstance", "X-Road instance";
        CLASS = required "memberClass", "member class";
        CODE = required "memberCode", "member code";
        SUBSYSTEM = optional "subsystemCode", "subsystem; empty for all of the member";
        DEPARTMENT = required "部门代码", "USCC of the department";
    }
}

layout! {
    /// X-Road 服务对照
    services {
        INSTANCE = required "xRoadInstance", "X-Road instance";
        CLASS = required "memberClass", "member class";
        CODE = required "memberCode", "member code";
        SUBSYSTEM = optional "subsystemCode", "subsystem; empty for all of the member";
        SERVICE = required "serviceCode", "service code";
        RESOURCE = required "信息资源代码", "catalogue code of the resource served";
    }
}

layout! {
    /// 资源更新与质量抽检
    checks {
        RESOURCE = required "信息资源代码", "resource inspected";
        PERIOD = required "考核周期", "month of the inspection, 2026-03";
        UPDATED = optional "最近更新日期", "last day of renewal; empty when none was seen";
        CHECKED = required "抽检记录数", "records sampled";
        PASSED = required "抽检合格数", "records that met the rules";
    }
}

layout! {
    /// 共享使用日报
    usage {
        DAY = required "日期", "business date";
        PROVIDER = required "提供方代码", "USCC of the provider";
        RESOURCE = required "信息资源代码", "resource used";
        CONSUMER = required "调用方代码", "USCC of the consumer";
        SUCCEEDED = required "成功次数", "calls that succeeded";
        FAILED = required "失败次数", "calls that failed";
        RECORDS = optional "数据条数", "records delivered; 0 when empty";
        BYTES = optional "流量字节", "bytes delivered; 0 when empty";
    }
}

layout! {
    /// 共享申请单
    requests {
        ID = required "申请流水号", "serial number";
        RESOURCE = required "信息资源代码", "resource asked for";
        RESOURCE_NAME = optional "资源名称", "its name, for people";
        SHARE_TYPE = required "共享类型", "share type at receipt";
        PROVIDER = required "提供方代码", "USCC of who must answer";
        CONSUMER = required "申请部门代码", "USCC of who asks";
        PURPOSE = optional "申请事由", "purpose";
        RECEIVED = required "申请时间", "time of receipt";
        EXTENSION = optional "延期工作日", "working days of extension; 0 when empty";
        CONSENTED = optional "延期批准日期", "day of the consent to the extension";
        REPLIED = optional "答复日期", "day of the answer";
        OUTCOME = optional "答复结果", "同意, 不同意, 撤回 or empty";
        REFUSAL = optional "不同意理由", "reasons of a refusal";
        DELIVERED = optional "数据提供日期", "day on which the data was shared";
        STATE = optional "申请状态", "state on the platform";
    }
}

layout! {
    /// 校核申请
    corrections {
        ID = required "校核流水号", "serial number";
        RESOURCE = required "信息资源代码", "resource concerned";
        PROVIDER = required "提供方代码", "USCC of who must verify";
        REQUESTER = required "申请部门代码", "USCC of who asked";
        RECEIVED = required "收到日期", "day of receipt";
        COMPLETED = optional "办结日期", "day of the answer";
        FINDING = optional "核实结果", "属实, 不属实 or empty";
    }
}

layout! {
    /// 违规与安全事件
    incidents {
        ID = required "事件编号", "serial number";
        DEPARTMENT = required "责任部门代码", "USCC of who is responsible";
        CODE = required "违规代码", "P1 to P9, D1 to D7, A1 to A3 or LEAK";
        OCCURRED = required "发生日期", "day it happened";
        CONFIRMED = required "认定日期", "day it was confirmed";
        SUMMARY = optional "情况说明", "what happened";
    }
}

layout! {
    /// 社会监督反馈
    feedback {
        ID = required "反馈编号", "serial number";
        DEPARTMENT = required "部门代码", "USCC of the department concerned";
        RECEIVED = required "收到日期", "day of receipt";
        CHANNEL = required "渠道", "channel, for example 12345";
        RATING = required "满意度", "1 to 5";
        ANSWERED = optional "答复日期", "day of the answer";
    }
}

layout! {
    /// 保障核查
    safeguards {
        DEPARTMENT = required "部门代码", "USCC of the department checked";
        PERIOD = required "考核周期", "month of the check, 2026-03";
        KIND = required "保障类别", "设施, 数据 or 人员";
        REQUIRED = required "应达标项数", "requirements that apply";
        MET = required "已达标项数", "requirements that are met";
    }
}

layout! {
    /// 评定
    judgements {
        DEPARTMENT = required "部门代码", "USCC of the department judged";
        PERIOD = required "考核周期", "month it is about, 2026-03";
        INDICATOR = required "指标编号", "id of the indicator in the rule pack";
        INDICATOR_TITLE = optional "指标名称", "its title, for people";
        VALUE = required "评定值", "points, or a part from 0 to 1, as the indicator declares";
        REASON = required "评定理由", "why";
        ASSESSOR = required "评定人", "who judged";
        SIGNED = required "签署日期", "day of the signature";
        ENTERED = optional "录入时间", "when it was entered, for people";
    }
}

layout! {
    /// 指标计量
    measures {
        DEPARTMENT = required "部门代码", "USCC of the department concerned";
        PERIOD = required "考核周期", "month it is about, 2026-03";
        MEASURE = required "计量项", "id of the measure, as the rule pack names it";
        ACHIEVED = required "达成数", "what was achieved, or how often it happened";
        POPULATION = optional "总数", "out of how much; empty for a plain count";
        SOURCE = optional "数据来源", "who counted, for people";
    }
}

layout! {
    /// 损失申报
    claims {
        ID = required "申报编号", "serial number";
        DEPARTMENT = required "申报部门代码", "USCC of who declares";
        PERIOD = required "所属周期", "month it is about, 2026-03";
        KIND = required "申报类别", "成本 or 损失";
        BENEFICIARY = required "受益行政区划代码", "jurisdiction for whose sake it arose";
        DECLARED = required "申报金额", "amount declared, yuan";
        ACCEPTED = optional "核定金额", "amount accepted, yuan; empty while undecided";
        DECIDED = optional "核定日期", "day of the decision";
        REASON = optional "事由", "why it arose, or why it was reduced";
    }
}

layout! {
    /// 机构承继: who takes over from a department that has ended
    successions {
        DEPARTMENT = required "原部门代码", "USCC of the department that ends";
        SUCCESSOR = required "承继部门代码", "USCC of the department that takes over";
        SHARE = required "承继份额", "1, 1/3, 0.25 or 25%; those of a department add up to one";
        EFFECTIVE = required "承继日期", "first day on which the successor has it";
        FORM = required "承继方式", "合并, 拆分, 更名 or 划转";
        DOCUMENT = required "决定文号", "number of the decision";
    }
}

layout! {
    /// 补偿资金指标
    appropriations {
        DOCUMENT = required "指标文号", "document number";
        PAYER = required "出资行政区划代码", "paying jurisdiction";
        YEAR = required "预算年度", "budget year";
        LINE = required "科目编码", "budget line";
        PROGRAMME = required "项目", "programme";
        AMOUNT = required "指标金额", "amount, yuan";
        EFFECTIVE = required "生效日期", "day it takes effect";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_and_names_agree() {
        assert_eq!(usage::COLUMNS[usage::CONSUMER].name, "调用方代码");
        assert_eq!(catalogue::COLUMNS[catalogue::SECRECY].name, "涉密属性");
        assert_eq!(catalogue::COLUMNS.len(), 26);
        for kind in FileKind::ALL {
            assert_eq!(FileKind::from_name(kind.name()), Some(kind));
            let mut names: Vec<_> = kind.columns().iter().map(|column| column.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), kind.columns().len(), "{kind:?}");
        }
    }
}
