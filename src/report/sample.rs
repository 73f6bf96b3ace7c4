//! A made-up bulletin of any number of departments, the same on every call: for tests, benchmarks
//! and for looking at the templates while changing them. Nothing here is anybody's real score.

mod money;
mod names;
mod network;
mod sheets;

use chrono::{Days, NaiveDate};
use domain::{Fen, Period};

use crate::model::{
    AxisHead, AxisRow, Bulletin, CompensationRow, GroupRanking, IncidentRow, IndicatorHead,
    IndicatorRow, KeyFigure, PackLine, RankRow, TrendSeries,
};

pub(crate) const AXES: [(&str, &str, i64); 6] = [
    ("timeliness", "及时性", 30),
    ("quality", "数据质量", 25),
    ("supply", "供给与重要性", 20),
    ("use", "共享应用", 10),
    ("security", "安全合规", 10),
    ("safeguard", "保障与监督", 5),
];

/// One made-up department with its scores in hundredths of a point.
pub(crate) struct Sampled {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) group: &'static str,
    /// By indicator: points and score; `None` is 不适用.
    pub(crate) scores: Vec<(i64, Option<i64>)>,
    pub(crate) rank: u32,
    pub(crate) of: u32,
}

impl Sampled {
    pub(crate) fn total(&self) -> i64 {
        self.scores.iter().filter_map(|(_, score)| *score).sum()
    }
}

/// A deterministic sequence (SplitMix64), so that samples need no seed file.
pub(crate) struct Sequence(u64);

impl Sequence {
    pub(crate) fn new(seed: usize) -> Self {
        Self(u64::try_from(seed).unwrap_or(0) ^ 0x5eed)
    }

    /// The next number below `limit`.
    pub(crate) fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        i64::try_from(mixed % limit).unwrap_or(0)
    }
}

/// The bulletin of March 2026 for that many departments.
pub fn bulletin(departments: usize) -> Bulletin {
    let period = march();
    let sampled = sampled(departments);
    let issued_on = period.last_day() + Days::new(8);
    let compensation = money::compensation(&sampled);
    Bulletin {
        period,
        title: "郑州市政务数据共享考核通报（2026年3月）".to_owned(),
        issuer: "郑州市行政审批和政务信息管理局".to_owned(),
        document_number: "郑数考〔2026〕3号".to_owned(),
        issued_on,
        red_head: true,
        run_id: "2026-03-3f9a0c17b2de".to_owned(),
        pack: PackLine {
            id: "tiaoli-809".to_owned(),
            version: "1.0.0".to_owned(),
            title: "政务数据共享条例考核规则".to_owned(),
            basis: vec!["政务数据共享条例".to_owned()],
        },
        digests: vec![
            ("事实摘要".to_owned(), digest(1)),
            ("规则包摘要".to_owned(), digest(2)),
        ],
        jurisdiction_name: "郑州市".to_owned(),
        summary: summary(departments),
        groups: groups(&sampled, &compensation),
        axes: axes(),
        axis_table: axis_table(&sampled),
        indicators: indicators(),
        indicator_table: indicator_table(&sampled),
        trend: trend(&sampled, period),
        pots: money::pots(&compensation),
        compensation,
        incidents: incidents(&sampled),
        network: network::network(&sampled),
        corrections: money::corrections(&sampled, period),
        unattributed: vec![
            ("调用方代码未登记".to_owned(), 128),
            ("X-Road 成员未对照".to_owned(), 41),
        ],
        notes: vec![
            "3月有2家部门因样本不足未评“校核办结及时率”，其分值按规则包重新分配。".to_owned(),
            "对得分有异议的部门，可自通报印发之日起10个工作日内提出复核申请。".to_owned(),
        ],
        sheets: sheets::sheets(&sampled, period),
    }
}

fn march() -> Period {
    Period::containing(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default())
}

fn digest(seed: usize) -> String {
    let mut sequence = Sequence::new(seed);
    let halves: [String; 8] =
        std::array::from_fn(|_| format!("{:08x}", sequence.below(0x1_0000_0000)));
    halves.concat()
}

/// Hundredths as decimal text.
pub(crate) fn decimal(hundredths: i64) -> String {
    Fen::new(hundredths).to_plain()
}

/// Hundredths as signed decimal text.
pub(crate) fn signed(hundredths: i64) -> String {
    let sign = if hundredths > 0 { "+" } else { "" };
    format!("{sign}{}", decimal(hundredths))
}

pub(crate) fn grade(hundredths: i64) -> &'static str {
    match hundredths {
        9000.. => "优秀",
        8000.. => "良好",
        6000.. => "合格",
        _ => "不合格",
    }
}

fn sampled(departments: usize) -> Vec<Sampled> {
    let mut all: Vec<Sampled> = (0..departments)
        .map(|index| {
            let (name, group) = names::department(index);
            let mut sequence = Sequence::new(index);
            let skill = 70 + sequence.below(28);
            let scores = names::INDICATORS
                .iter()
                .map(|(_, _, points, _, _)| {
                    let applicable = sequence.below(14) > 0 || *points > 900;
                    let luck = (skill + sequence.below(24) - 10).clamp(20, 100);
                    (*points, applicable.then(|| points * luck / 100))
                })
                .collect();
            Sampled {
                id: format!("11410100{index:09}X"),
                name,
                group,
                scores,
                rank: 0,
                of: 0,
            }
        })
        .collect();
    all.sort_by_key(|dept| {
        let group = names::GROUPS.iter().position(|group| *group == dept.group);
        (group, std::cmp::Reverse(dept.total()), dept.id.clone())
    });
    let totals: Vec<(&'static str, i64)> =
        all.iter().map(|dept| (dept.group, dept.total())).collect();
    for dept in &mut all {
        let peers = totals.iter().filter(|(group, _)| *group == dept.group);
        let better = peers.clone().filter(|(_, total)| *total > dept.total());
        dept.rank = u32::try_from(better.count() + 1).unwrap_or(u32::MAX);
        dept.of = u32::try_from(peers.count()).unwrap_or(u32::MAX);
    }
    all
}

fn summary(departments: usize) -> Vec<KeyFigure> {
    let figure = |label: &str, value: String, change: Option<&str>| KeyFigure {
        label: label.to_owned(),
        value,
        change: change.map(str::to_owned),
    };
    vec![
        figure("参评部门", format!("{departments} 个"), Some("+1 个")),
        figure("平均得分", "82.47 分".to_owned(), Some("+0.63 分")),
        figure("优秀部门", "9 个".to_owned(), Some("-2 个")),
        figure("共享调用", "1,986,204 次".to_owned(), Some("+4.1%")),
        figure("申请按时答复率", "96.3%".to_owned(), Some("+1.2 个百分点")),
        figure("应补偿额", "1,842,367.50 元".to_owned(), None),
    ]
}

fn groups(sampled: &[Sampled], compensation: &[CompensationRow]) -> Vec<GroupRanking> {
    names::GROUPS
        .iter()
        .filter_map(|group| {
            let rows: Vec<RankRow> = sampled
                .iter()
                .enumerate()
                .filter(|(_, dept)| dept.group == *group)
                .map(|(index, dept)| rank_row(index, dept, compensation))
                .collect();
            (!rows.is_empty()).then(|| GroupRanking {
                title: (*group).to_owned(),
                rows,
            })
        })
        .collect()
}

fn rank_row(index: usize, dept: &Sampled, compensation: &[CompensationRow]) -> RankRow {
    let mut sequence = Sequence::new(index + 500);
    let is_new = sequence.below(25) == 0;
    let amounts: Vec<Fen> = compensation
        .iter()
        .filter(|row| row.department == dept.name)
        .map(|row| row.amount_fen)
        .collect();
    RankRow {
        rank: dept.rank,
        department: dept.name.clone(),
        total: decimal(dept.total()),
        grade: grade(dept.total()).to_owned(),
        change_total: (!is_new).then(|| signed(sequence.below(600) - 280)),
        change_rank: (!is_new).then(|| i32::try_from(sequence.below(9) - 4).unwrap_or(0)),
        compensation_fen: amounts.iter().sum(),
    }
}

fn axes() -> Vec<AxisHead> {
    AXES.iter()
        .map(|(id, title, points)| AxisHead {
            id: (*id).to_owned(),
            title: (*title).to_owned(),
            points: points.to_string(),
        })
        .collect()
}

/// The score of a department on an axis; `None` when none of its indicators applies.
pub(crate) fn axis_score(dept: &Sampled, axis: &str) -> Option<i64> {
    names::INDICATORS
        .iter()
        .zip(&dept.scores)
        .filter(|((_, of, ..), _)| *of == axis)
        .filter_map(|(_, (_, score))| *score)
        .reduce(|one, other| one + other)
}

fn axis_table(sampled: &[Sampled]) -> Vec<AxisRow> {
    sampled
        .iter()
        .map(|dept| AxisRow {
            department: dept.name.clone(),
            group: dept.group.to_owned(),
            cells: AXES
                .iter()
                .map(|(_, title, _)| axis_score(dept, title).map(decimal))
                .collect(),
            total: decimal(dept.total()),
        })
        .collect()
}

fn indicators() -> Vec<IndicatorHead> {
    names::INDICATORS
        .iter()
        .enumerate()
        .map(|(index, (title, axis, points, cite, kind))| IndicatorHead {
            id: format!("i{:02}", index + 1),
            title: (*title).to_owned(),
            axis: (*axis).to_owned(),
            points: (points / 100).to_string(),
            cite: (*cite).to_owned(),
            kind: (*kind).to_owned(),
        })
        .collect()
}

fn indicator_table(sampled: &[Sampled]) -> Vec<IndicatorRow> {
    sampled
        .iter()
        .map(|dept| IndicatorRow {
            department: dept.name.clone(),
            group: dept.group.to_owned(),
            cells: dept
                .scores
                .iter()
                .map(|(_, score)| score.map(decimal))
                .collect(),
            total: decimal(dept.total()),
        })
        .collect()
}

fn trend(sampled: &[Sampled], last: Period) -> Vec<TrendSeries> {
    let mut months = vec![last];
    for _ in 0..7 {
        let earliest = months.first().copied().unwrap_or(last);
        months.insert(0, earliest.prev());
    }
    let series = |name: String, end: i64, seed: usize, gap: bool| {
        let mut sequence = Sequence::new(seed);
        let mut points: Vec<(Period, String)> = months
            .iter()
            .rev()
            .scan(end, |score, month| {
                let point = (*month, decimal(*score));
                *score -= sequence.below(380) - 140;
                Some(point)
            })
            .collect();
        points.reverse();
        if gap {
            points.remove(3);
        }
        TrendSeries { name, points }
    };
    let averages = names::GROUPS
        .iter()
        .enumerate()
        .filter_map(|(seed, group)| {
            let totals: Vec<i64> = sampled
                .iter()
                .filter(|dept| dept.group == *group)
                .map(Sampled::total)
                .collect();
            let count = i64::try_from(totals.len())
                .ok()
                .filter(|count| *count > 0)?;
            let average = totals.iter().sum::<i64>() / count;
            Some(series(format!("{group}平均"), average, seed + 900, false))
        });
    let tops = sampled
        .iter()
        .take(3)
        .enumerate()
        .map(|(seed, dept)| series(dept.name.clone(), dept.total(), seed + 950, seed == 1));
    averages.chain(tops).collect()
}

pub(crate) fn incidents(sampled: &[Sampled]) -> Vec<IncidentRow> {
    let kinds = [
        (
            "P3",
            "未按时答复共享申请",
            "条例第三十九条第三项",
            "扣 2 分",
        ),
        (
            "D2",
            "超出申请用途使用共享数据",
            "条例第四十条第二项",
            "扣 4 分",
        ),
        ("LEAK", "发生数据泄露", "条例第四十一条", "一票否决"),
    ];
    sampled
        .iter()
        .enumerate()
        .filter(|(index, _)| index % 11 == 4)
        .zip(kinds.iter().cycle())
        .map(
            |((index, dept), (code, title, article, effect))| IncidentRow {
                department: dept.name.clone(),
                code: (*code).to_owned(),
                title: (*title).to_owned(),
                article: (*article).to_owned(),
                occurred_on: march().first_day() + Days::new(index as u64 % 28),
                effect: (*effect).to_owned(),
            },
        )
        .collect()
}
