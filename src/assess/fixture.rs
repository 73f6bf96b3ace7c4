//! Small packs and facts for tests, built by hand.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

pub(crate) mod generated;
pub(crate) mod shipped;

use chrono::NaiveDate;
use domain::catalogue::{Resource, ShareType, UpdateCycle};
use domain::facts::{Batch, SourceLine, UsageDay};
use domain::jurisdiction::{Jurisdiction, Level};
use domain::{
    DateRange, Department, DepartmentGroup, Facts, Fen, JurisdictionTree, Period, Place, Registry,
    Rounding,
};
use engine::Pack;
use engine::pack::{
    Axis, Cite, Formula, Grade, Header, Indicator, IndicatorKind, NotApplicable, RankMethod,
    Ranking, RoundTo, RoundingRules,
};

use crate::awards::{Pot, PotLine};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

pub(crate) fn always() -> DateRange {
    DateRange {
        from: day("2025-01-01"),
        to: None,
    }
}

fn ours() -> Vec<Cite> {
    vec![Cite {
        source: "ours".into(),
        article: String::new(),
    }]
}

pub(crate) fn indicator(
    id: &str,
    axis: &str,
    points: &str,
    kind: IndicatorKind,
    not_applicable: NotApplicable,
) -> Indicator {
    let formula = Formula {
        text: "SUM(importance)".into(),
        place: Place::default(),
    };
    Indicator {
        id: id.into(),
        title: id.into(),
        title_en: id.into(),
        doc: String::new(),
        axis: axis.into(),
        points: points.parse().unwrap(),
        kind,
        from: "usage".into(),
        condition: None,
        value: formula,
        min_cases: 1,
        not_applicable,
        round: None,
        cite: ours(),
        effective: always(),
        place: Place::default(),
    }
}

/// A pack of the indicators, with axes summed from them and the usual grades; rounds to two
/// decimals at the levels named.
pub(crate) fn pack(indicators: Vec<Indicator>, at: &[&str]) -> Pack {
    let mut axes: Vec<Axis> = Vec::new();
    let mut maximum = engine::Exact::whole(0);
    for indicator in indicators.iter().filter(|i| i.kind.is_scored()) {
        maximum = maximum.checked_add(indicator.points).unwrap();
        if let Some(axis) = axes.iter_mut().find(|axis| axis.id == indicator.axis) {
            axis.points = axis.points.checked_add(indicator.points).unwrap();
        } else {
            axes.push(Axis {
                id: indicator.axis.clone(),
                title: indicator.axis.clone(),
                title_en: indicator.axis.clone(),
                points: indicator.points,
                weight: engine::Exact::whole(1),
                cite: ours(),
                effective: always(),
                place: Place::default(),
            });
        }
    }
    let grade = |(id, from): &(&str, &str)| Grade {
        id: (*id).into(),
        title: (*id).into(),
        from: from.parse().unwrap(),
        cite: ours(),
        place: Place::default(),
    };
    let score = RoundTo {
        scale: 2,
        mode: Rounding::HalfUp,
    };
    let level = |level| at.contains(&level).then_some(score);
    let grades = [
        ("excellent", "90"),
        ("good", "80"),
        ("qualified", "60"),
        ("unqualified", "0"),
    ];
    Pack {
        header: Header {
            id: "test".into(),
            version: "1.0.0".into(),
            title: "test".into(),
            authority: String::new(),
            basis: Vec::new(),
            calendar: "cn".into(),
            timezone: "Asia/Shanghai".into(),
            currency: "CNY".into(),
            effective: always(),
            place: Place::default(),
        },
        rounding: RoundingRules {
            score,
            indicator: level("indicator"),
            axis: level("axis"),
            total: level("total"),
            money: RoundTo {
                scale: 0,
                mode: Rounding::Down,
            },
        },
        maximum,
        sources: Vec::new(),
        articles: Vec::new(),
        parameters: Vec::new(),
        ends: Vec::new(),
        weightings: Vec::new(),
        deadlines: Vec::new(),
        tables: Vec::new(),
        importance: None,
        axes,
        indicators,
        grades: grades.iter().map(grade).collect(),
        grades_on_rounded: true,
        ranking: Ranking {
            method: RankMethod::Competition,
            on_rounded: true,
            within_group: true,
        },
        compensation: None,
        constraints: Vec::new(),
        digest: "0".into(),
    }
}

pub(crate) fn department(id: &str, jurisdiction: &str) -> Department {
    Department {
        id: id.into(),
        name: id.into(),
        jurisdiction: jurisdiction.into(),
        group: DepartmentGroup::Municipal,
        valid: DateRange {
            from: day("2000-01-01"),
            to: None,
        },
        successor: None,
    }
}

pub(crate) fn jurisdictions() -> Vec<Jurisdiction> {
    let node = |(code, level, parent): (&str, Level, Option<&str>)| Jurisdiction {
        code: code.into(),
        name: code.into(),
        level,
        parent: parent.map(Into::into),
        valid: Jurisdiction::always(),
    };
    [
        ("410000", Level::Province, None),
        ("410100", Level::City, Some("410000")),
        ("410105", Level::District, Some("410100")),
        ("410200", Level::City, Some("410000")),
    ]
    .map(node)
    .to_vec()
}

pub(crate) fn resource(code: &str, provider: &str) -> Resource {
    Resource {
        code: code.into(),
        name: format!("资源 {code}"),
        provider: provider.into(),
        class: "department".into(),
        format: "api".into(),
        share_type: ShareType::Unconditional,
        share_condition: String::new(),
        update_cycle: UpdateCycle::Quarterly,
        grade: 1,
        item_count: 10,
        mounted: true,
        published_on: day("2025-01-01"),
        source: SourceLine { batch: 0, line: 1 },
    }
}

pub(crate) fn usage(
    provider: &str,
    resource: &str,
    consumer: &str,
    on: &str,
    succeeded: u64,
    line: u32,
) -> UsageDay {
    UsageDay {
        day: day(on),
        provider: provider.into(),
        resource: resource.into(),
        consumer: consumer.into(),
        succeeded,
        failed: 0,
        records: succeeded,
        bytes: succeeded,
        source: SourceLine { batch: 0, line },
    }
}

/// Departments A, B (city 410100), C (district 410105), D (city 410200), one resource each.
pub(crate) fn facts() -> Facts {
    let departments = [
        ("A", "410100"),
        ("B", "410100"),
        ("C", "410105"),
        ("D", "410200"),
    ];
    let mut facts = Facts {
        batches: vec![Batch {
            sha256: "0".into(),
            file_name: "数据.csv".into(),
        }],
        jurisdictions: jurisdictions(),
        departments: departments
            .iter()
            .map(|(id, code)| department(id, code))
            .collect(),
        resources: departments
            .iter()
            .map(|(id, _)| resource(&format!("R-{id}"), id))
            .collect(),
        ..Facts::default()
    };
    facts.normalise();
    facts
}

pub(crate) fn registry(facts: &Facts) -> Registry {
    let tree = JurisdictionTree::new(facts.jurisdictions.clone());
    Registry::new(tree, facts.departments.clone()).unwrap()
}

/// Pots of the province and of its first city for 2026.
pub(crate) fn pots(authority: i64, available: i64) -> Vec<Pot> {
    ["410000", "410100"]
        .map(|payer| Pot {
            line: PotLine {
                payer: payer.into(),
                budget_year: 2026,
                budget_line: "2010301".into(),
                programme: "共享补偿".into(),
            },
            authority_fen: Fen::new(authority),
            available_fen: Fen::new(available),
        })
        .to_vec()
}
