//! Words that only people read.

use super::Material;

/// Kind of an indicator in words.
pub(super) fn kind_title(kind: &str) -> &'static str {
    match kind {
        "ratio" => "比率",
        "banded" => "分段",
        "deduct" => "扣分",
        "bonus" => "加分",
        "veto" => "一票否决",
        "relative" => "组内比较",
        "judged" => "评议",
        _ => "其他",
    }
}

/// «条例第二十一条；本规则包自定» for `["tiaoli:21", "ours"]`.
pub(super) fn cites_text(cites: &[String]) -> String {
    cites
        .iter()
        .map(|cite| article_text(cite))
        .collect::<Vec<_>>()
        .join("；")
}

/// One citation in words.
pub fn article_text(cite: &str) -> String {
    let (source, article) = cite.split_once(':').unwrap_or((cite, ""));
    let act = match source {
        "tiaoli" => "条例",
        "ours" => return "本规则包自定".to_owned(),
        other => other,
    };
    match article.parse::<u32>() {
        Ok(number) => format!("{act}第{}条", chinese_number(number)),
        Err(_) => format!("{act}{article}"),
    }
}

/// Numbers below a hundred as articles write them: 二十一.
pub(super) fn chinese_number(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| {
        usize::try_from(n)
            .ok()
            .and_then(|n| DIGITS.get(n))
            .copied()
            .unwrap_or("")
    };
    match number {
        0 => "零".to_owned(),
        1..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number - 10)),
        20..=99 => format!("{}十{}", digit(number / 10), digit(number % 10)),
        _ => number.to_string(),
    }
}

/// The name as the office uses it: without the place in front.
pub fn short_name(name: &str, place: &str) -> String {
    let rest = name
        .strip_prefix(place)
        .filter(|rest| rest.chars().count() >= 3);
    rest.unwrap_or(name).to_owned()
}

/// Remarks of the bulletin: what the detectors saw, what the advice is, what is open.
pub(super) fn notes(material: &Material<'_>) -> Vec<String> {
    let mut notes = vec![if material.approved {
        "本期补偿已经财政审批，列示金额为应付金额。".to_owned()
    } else {
        "本期补偿为应补偿额（建议），经财政审批后生效；政务数据共享依法无偿，补偿由上级财政在预算内安排，不向需求部门收取。".to_owned()
    }];
    notes.extend(material.assessment.notes.iter().map(|note| {
        let name = note.department.as_ref().map(|id| material.name(id));
        // The Chinese sentence alone: the bulletin is a Chinese document.
        let sentence = chinese_part(&note.message);
        name.map_or_else(|| sentence.clone(), |name| format!("{name}：{sentence}"))
    }));
    notes.extend(material.awards.advice.iter().map(|advice| {
        let name = material.name(&advice.department);
        format!("{name}：{}。", chinese_part(&advice.reason))
    }));
    notes.extend(material.awards.deductions.iter().map(|deduction| {
        let name = material.name(&deduction.department);
        format!("{name}：{}。", chinese_part(&deduction.reason))
    }));
    notes
}

/// The sentence before the English in brackets.
pub(super) fn chinese_part(message: &str) -> String {
    let cut = message
        .rfind(" (")
        .filter(|at| message.ends_with(')') && message.get(*at..).is_some_and(str::is_ascii));
    cut.and_then(|at| message.get(..at))
        .unwrap_or(message)
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_read_like_law() {
        assert_eq!(article_text("tiaoli:38"), "条例第三十八条");
        assert_eq!(article_text("tiaoli:10"), "条例第十条");
        assert_eq!(
            cites_text(&["tiaoli:21".into(), "ours".into()]),
            "条例第二十一条；本规则包自定"
        );
        assert_eq!(chinese_part("需求单一 (one consumer)"), "需求单一");
        assert_eq!(chinese_part("甲 (乙)"), "甲 (乙)");
    }
}
