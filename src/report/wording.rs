//! Words shared by all formats: signed changes, months, dates, amounts.

use chrono::{Datelike, NaiveDate};
use domain::{Fen, Period};

use crate::geometry::{mark, px};
use crate::model::{Network, PackLine};

/// «2026年3月».
pub(crate) fn month(period: Period) -> String {
    format!("{}年{}月", period.year(), period.month())
}

/// «2026年4月8日», as GB/T 9704 writes a date.
pub(crate) fn date(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// «根据《甲法》和《考核规则》», or only the rules when they name no act.
pub(crate) fn under(pack: &PackLine) -> String {
    let quoted = |title: &String| format!("《{title}》");
    let acts: Vec<String> = pack.basis.iter().map(quoted).collect();
    let joint = if acts.is_empty() { "" } else { "和" };
    format!("根据{}{joint}《{}》", acts.join("、"), pack.title)
}

/// «↑3», «↓2», «持平», or «—» when there is no month to compare.
pub(crate) fn places(change: Option<i32>) -> String {
    match change {
        None => "—".to_owned(),
        Some(0) => "持平".to_owned(),
        Some(won) if won > 0 => format!("↑{won}"),
        Some(lost) => format!("↓{}", lost.unsigned_abs()),
    }
}

/// An amount in 万元 with two decimals, half away from zero, for chart labels only.
pub(crate) fn ten_thousand_yuan(amount: Fen) -> String {
    let sign = if amount.get() < 0 { "-" } else { "" };
    // One hundredth of 万元 is 100 yuan, that is 10 000 fen.
    let hundredths = (amount.get().unsigned_abs() + 5_000) / 10_000;
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The share of points won, in thousandths within 0–1000, to draw a bar; `None` when either is not
/// a number.
pub(crate) fn share(score: &str, points: &str) -> Option<i64> {
    let points = mark(points).filter(|points| *points > 0.0)?;
    Some(i64::from(px(mark(score)? / points * 1000.0)).clamp(0, 1000))
}

/// The sharing network in a paragraph.
pub(crate) fn network(network: &Network) -> String {
    let islands = match network.islands.as_slice() {
        [] => "没有部门既不提供也不使用共享数据。".to_owned(),
        islands => format!(
            "{}个部门既未提供也未使用共享数据，为信息孤岛：{}。",
            islands.len(),
            islands.join("、")
        ),
    };
    format!(
        "本月{}个部门之间有{}条共享关系，网络密度{}，互惠度{}。{islands}",
        network.nodes.len(),
        network.edges.len(),
        network.density,
        network.reciprocity
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_signed_words() {
        assert_eq!(
            [None, Some(0), Some(3), Some(-2)].map(places),
            ["—", "持平", "↑3", "↓2"]
        );
    }

    #[test]
    fn a_share_stays_within_its_bar() {
        for (score, points, share_found) in [
            ("15", "30", Some(500)),
            ("31", "30", Some(1000)),
            ("-2", "30", Some(0)),
            ("1", "0", None),
            ("否决", "30", None),
        ] {
            assert_eq!(share(score, points), share_found);
        }
    }

    #[test]
    fn amounts_shrink_to_ten_thousands() {
        for (fen, text) in [
            (0, "0.00"),
            (123_456_789, "123.46"),
            (-5_000, "-0.01"),
            (4_999, "0.00"),
        ] {
            assert_eq!(ten_thousand_yuan(Fen::new(fen)), text);
        }
    }
}
