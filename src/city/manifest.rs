//! The description beside the data: a page for people and the same as JSON for tests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::plan::{Expected, Plan, Preset, Written};

/// Name of the page for people.
pub(crate) const PAGE: &str = "说明-README.md";
/// Name of the list for machines.
pub(crate) const LIST: &str = "清单-manifest.json";

/// What each code of a sin means to a reader, with the trap it tries where it has a number.
pub(crate) const CODES: [(&str, &str); 28] = [
    ("bad_value", "取值不在规定范围，应拒收"),
    ("claim_refused", "不予核定的损失申报"),
    ("claim_undecided", "尚未核定的损失申报"),
    (
        "duplicate_differing",
        "主键重复而内容不同，应拒收并指明首行",
    ),
    ("duplicate_identical", "完全重复，应丢弃并计数"),
    ("excel_eaten_id", "代码被 Excel 改成科学计数，应拒收（T23）"),
    (
        "extension_with_consent",
        "延期经同意，按延长后的期限算（T16）",
    ),
    ("extension_without_consent", "延期未经同意，不算数（T16）"),
    ("flood", "刷量，得分应封顶或取对数（T5）"),
    ("formula_text", "形似公式的文字，导出时应消毒（T23）"),
    ("full_width", "全角数字或小写代码，应折叠后接受（T23、T24）"),
    ("holiday_late", "按调休后的工作日计算为超期（T14）"),
    ("holiday_on_time", "只有按调休后的工作日计算才不超期（T14）"),
    ("leak", "泄露事件，一票否决（T29）"),
    ("merged_mid_year", "年中合并的部门（T19）"),
    ("metaservice", "X-Road 自身的服务，不计（T3）"),
    ("missing_id", "缺编号，应拒收"),
    ("old_code_after_merge", "合并后仍用原代码（T19）"),
    ("open_overdue", "逾期未答复的在办申请，不得漏计（T17）"),
    ("orphan", "只有一侧记录的调用，计一次（T1）"),
    ("reciprocal_pair", "两部门对等互调（T6）"),
    (
        "refusal_without_reason",
        "不同意而不说明理由（条例第二十一条）",
    ),
    ("secret", "涉密资源，应拒收（T22）"),
    ("self_call", "自己调用自己，不计（T2）"),
    ("tiny_denominator", "分母只有一件（T8）"),
    (
        "unknown_department",
        "部门未登记：使用记录列为不能归属，其余拒收",
    ),
    ("unknown_resource", "资源不在目录，应拒收"),
    (
        "wrong_check_character",
        "统一社会信用代码校验位不符，仅警告（T24）",
    ),
];

/// The list of files and sins as JSON.
pub(crate) fn list(plan: &Plan<'_>, written: &Written) -> Vec<u8> {
    let files: Vec<_> = written
        .files
        .iter()
        .map(|file| {
            json!({
                "name": file.name,
                "kind": file.kind.map(ingest::FileKind::name),
                "rows": file.rows,
                "bytes": file.bytes,
                "expected": counts(file.expected),
            })
        })
        .collect();
    let sins: Vec<_> = written
        .sins
        .iter()
        .map(|sin| json!({"file": sin.file, "line": sin.line, "code": sin.code, "text": sin.text}))
        .collect();
    let list = json!({
        "preset": preset(plan.preset),
        "seed": plan.seed,
        "months": plan.months,
        "until": plan.until.to_string(),
        "known_on": plan.known_on().to_string(),
        "files": files,
        "sins": sins,
    });
    format!("{list:#}\n").into_bytes()
}

fn counts(expected: Expected) -> serde_json::Value {
    json!({
        "good": expected.good,
        "rejects": expected.rejects,
        "duplicates": expected.duplicates,
        "paired": expected.paired,
        "self_calls": expected.self_calls,
        "metaservices": expected.metaservices,
        "unattributed": expected.unattributed,
        "orphans": expected.orphans,
    })
}

const fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::City => "city",
        Preset::Province => "province",
    }
}

/// The page for people.
pub(crate) fn page(plan: &Plan<'_>, written: &Written, twins: &str) -> Vec<u8> {
    let known_on = plan.known_on();
    let mut page = format!(
        "# 模型城市数据说明\n\n\
         本数据由程序按种子 {} 生成，预设 `{}`，共 {} 个月，至 {}；个案截至 {known_on} 导出，\
         此后发生的事不在其中。\n行政区划代码与名称为真实的 GB/T 2260 代码；部门的统一社会信用代码、\
         资源、调用与个案全部虚构，同一种子的字节完全相同。\n\n\
         导入次序：行政区划、部门、目录、X-Road 对照，然后是各月文件。\n\n\
         ## 文件\n\n\
         | 文件 | 行数 | 应接受 | 应拒收 | 重复 | 自调用 | 不能归属 |\n|---|--:|--:|--:|--:|--:|--:|\n",
        plan.seed,
        preset(plan.preset),
        plan.months,
        plan.until,
    );
    for file in &written.files {
        let Expected {
            good,
            rejects,
            duplicates,
            self_calls,
            unattributed,
            ..
        } = file.expected;
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| {} | {} | {good} | {rejects} | {duplicates} | {self_calls} | {unattributed} |",
            file.name, file.rows
        );
    }
    page.push_str(
        "\n## 有意放入的毛病\n\n每一处的文件与行号见 `清单-manifest.json` 的 `sins`；\
         下表为类别、处数与第一处。\n\n| 代码 | 含义 | 处数 | 第一处 |\n|---|---|--:|---|\n",
    );
    let mut found: BTreeMap<&str, (u32, String)> = BTreeMap::new();
    for sin in &written.sins {
        let first = || (0, format!("{} 第 {} 行", sin.file, sin.line));
        found.entry(sin.code).or_insert_with(first).0 += 1;
    }
    for (code, meaning) in CODES {
        if let Some((count, first)) = found.get(code) {
            let _ = writeln!(page, "| `{code}` | {meaning} | {count} | {first} |");
        }
    }
    let _ = write!(
        page,
        "\n## 不在某一行上的毛病\n\n\
         - 并列（T13）：{twins}，二者的全部事实相同。\n\
         - 资源拆分（T4）：各市民政局的“婚姻登记分项信息”，一项一个资源。\n\
         - 无此义务（T30）：各市信访局没有任何共享申请与校核。\n\
         - 编码：共享申请单与校核申请为 GBK（CRLF），损失申报与违规事件为带 BOM 的 UTF-8，其余为 UTF-8；\
         目录为 XLSX，全部单元格为文本。\n\
         - 更新周期混用两套用词，共享类型混用名称与 1/2/3，时间混用文本与 13 位毫秒。\n\
         - 合并（T19）：各市园林局于当月 16 日并入城市管理局，目录仍列原代码；当月日报的后半月仍用原代码，\
         申请单已用新代码。\n"
    );
    page.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_so_that_the_page_is() {
        assert!(CODES.is_sorted_by_key(|row| row.0));
    }
}
