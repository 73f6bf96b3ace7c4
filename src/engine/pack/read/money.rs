//! `[compensation]` and `[[constraint]]`.

use domain::facts::ClaimKind;

use super::super::cursor::Cursor;
use super::super::{
    Compensation, Component, ComponentKind, Constraint, DataSet, Deduction, Excess, Exhaustion,
    Flows, PotSelector, Unfunded, WithoutPot, YearEnd,
};

/// The highest class of payment, and the most years that a balance may be carried: beyond them a
/// typing error is likelier than a rule.
const MOST: u32 = 99;

pub(super) fn compensation(cursor: &Cursor<'_>) -> Compensation {
    let payer = cursor.word(
        "payer",
        &[("lowest_common_superior", "lowest_common_superior")],
    );
    let unfunded = cursor.word(
        "unfunded",
        &[
            ("lapse", Unfunded::Lapse),
            ("year", Unfunded::Year),
            ("carry", Unfunded::Carry),
        ],
    );
    let without_pot = cursor.word(
        "without_pot",
        &[
            ("unfunded", WithoutPot::Unfunded),
            ("superior_advances", WithoutPot::SuperiorAdvances),
        ],
    );
    let cite = cursor.cites(true);
    Compensation {
        payer: payer.unwrap_or("lowest_common_superior").to_owned(),
        exhaustion: exhaustion(cursor),
        unfunded: unfunded.unwrap_or_default(),
        without_pot: without_pot.unwrap_or_default(),
        components: each(cursor, "component", component),
        deductions: each(cursor, "deduction", deduction),
        year_end: cursor.inner("year_end").map(year_end).unwrap_or_default(),
        cite,
        place: cursor.place(),
    }
}

/// Every table of an array within `[compensation]`.
fn each<T>(
    cursor: &Cursor<'_>,
    key: &'static str,
    read: impl Fn(&mut Cursor<'_>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for mut entry in cursor.list(key) {
        entry.what = format!("[[compensation.{key}]]");
        all.extend(read(&mut entry));
        entry.finish();
    }
    all
}

fn exhaustion(cursor: &Cursor<'_>) -> Exhaustion {
    const AT_YEAR_END: &str = "pro_rata_at_year_end";
    let words = ["priority_classes", "first_come", AT_YEAR_END].map(|word| (word, word));
    let word = cursor.word("exhaustion", &words);
    let advance = cursor.text("advance");
    if word != Some(AT_YEAR_END) && advance.is_some() {
        let message = "`advance` 只用于 pro_rata_at_year_end (advance has no meaning here)";
        cursor.error("advance", "rules.unknown_key", message.to_owned(), "");
    }
    match (word, advance) {
        (Some(AT_YEAR_END), Some(advance)) => Exhaustion::ProRataAtYearEnd { advance },
        (Some(AT_YEAR_END), None) => {
            let message = "按年终比例清算须写明年内预拨比例 `advance` (no share to be advanced)";
            let help = "写参数的标识，如 advance = \"advance_share\" (id of a parameter)";
            cursor.error("exhaustion", "rules.missing_key", message.to_owned(), help);
            Exhaustion::default()
        }
        (Some("first_come"), _) => Exhaustion::FirstCome,
        _ => Exhaustion::PriorityClasses,
    }
}

fn year_end(mut cursor: Cursor<'_>) -> YearEnd {
    cursor.what = "[compensation.year_end]".into();
    let carries = cursor.word("available", &[("lapse", false), ("carry", true)]);
    let years = cursor.whole("carry_years", MOST);
    let carry_years = match (carries, years) {
        (Some(true), years) => years.unwrap_or(1),
        (_, Some(years)) if years > 0 => {
            let message = "`carry_years` 只用于 available = \"carry\" (nothing is carried)";
            cursor.error("carry_years", "rules.unknown_key", message.to_owned(), "");
            0
        }
        _ => 0,
    };
    let year_end = YearEnd {
        carry_years,
        cite: cursor.cites(false),
    };
    cursor.finish();
    year_end
}

fn component(cursor: &mut Cursor<'_>) -> Option<Component> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[compensation.component]] {id}");
    }
    let kind = component_kind(cursor, id.as_deref());
    Some(Component {
        title: cursor.text("title").unwrap_or_default(),
        priority: cursor.whole("priority", MOST),
        flows: flows(cursor),
        pots: pots(cursor),
        min_grade: cursor.text("min_grade"),
        despite_veto: cursor
            .word("veto", &[("excludes", false), ("ignored", true)])
            .unwrap_or(false),
        cite: cursor.cites(false),
        place: cursor.place(),
        kind: kind?,
        id: id?,
    })
}

/// The kind as written, or as the keys tell it: a pool has `pool`, claims have `rate`.
fn component_kind(cursor: &Cursor<'_>, id: Option<&str>) -> Option<ComponentKind> {
    let written = cursor.word(
        "kind",
        &[
            ("claims", "claims"),
            ("pool", "pool"),
            ("shapley", "shapley"),
        ],
    );
    let kind = written.unwrap_or(if cursor.has("pool") { "pool" } else { "claims" });
    match kind {
        "claims" => {
            let rate = cursor.required_text("rate");
            let of = claim_kind(cursor, id);
            Some(ComponentKind::Claims {
                of: of?,
                rate: rate?,
            })
        }
        "pool" => {
            let pool = cursor.required_text("pool");
            let weight = cursor.required_formula("weight");
            Some(ComponentKind::Pool {
                from: cursor.text("from").unwrap_or_else(|| "usage".into()),
                condition: cursor.formula("where"),
                floor_ratio: cursor.text("floor_ratio"),
                cap_ratio: cursor.text("cap_ratio"),
                pool: pool?,
                weight: weight?,
            })
        }
        _ => {
            let pool = cursor.required_text("pool");
            let cost = cursor.required_formula("cost");
            let data_set = cursor.word(
                "data_set",
                &[("resource", DataSet::Resource), ("family", DataSet::Family)],
            );
            Some(ComponentKind::Shapley {
                pool: pool?,
                cost: cost?,
                data_set: data_set.unwrap_or_default(),
            })
        }
    }
}

/// What claims are paid: `claims = "cost"`, or what the id says.
fn claim_kind(cursor: &Cursor<'_>, id: Option<&str>) -> Option<ClaimKind> {
    let kinds = [ClaimKind::Cost, ClaimKind::Loss].map(|kind| (kind.name(), kind));
    if cursor.has("claims") {
        return cursor.word("claims", &kinds);
    }
    let _ = cursor.item("claims");
    let named = kinds.iter().find(|(name, _)| id == Some(name));
    if named.is_none() && id.is_some() {
        let message = format!(
            "{} 没有写明补偿哪类申报 `claims` (no kind of claims)",
            cursor.what
        );
        let help = "写 claims = \"cost\" 或 claims = \"loss\" (cost or loss)";
        cursor.error("claims", "rules.missing_key", message, help);
    }
    named.map(|(_, kind)| *kind)
}

fn flows(cursor: &Cursor<'_>) -> Flows {
    let Some(names) = cursor.texts("flows") else {
        return Flows::ALL;
    };
    let known: Vec<&str> = Flows::ALL.names().collect();
    let unknown = names.iter().find(|name| !known.contains(&name.as_str()));
    if let Some(name) = unknown {
        let message = format!("{} 的 `flows` 不认识“{name}” (unknown flow)", cursor.what);
        cursor.error(
            "flows",
            "rules.unknown_word",
            message,
            &crate::formula::did_you_mean(name, known),
        );
    } else if names.is_empty() {
        let message = format!("{} 的 `flows` 是空的 (flows is empty)", cursor.what);
        cursor.error("flows", "rules.empty", message, "");
    }
    let has = |name: &str| names.iter().any(|one| one == name);
    Flows {
        horizontal: has("horizontal"),
        vertical: has("vertical"),
        cross_region: has("cross_region"),
    }
}

fn pots(cursor: &Cursor<'_>) -> Vec<PotSelector> {
    let mut all = Vec::new();
    for entry in cursor.list("pots") {
        let selector = PotSelector {
            budget_line: entry.text("budget_line"),
            programme: entry.text("programme"),
        };
        if selector.budget_line.is_none() && selector.programme.is_none() {
            let message = format!(
                "{} 既没有 `budget_line` 也没有 `programme` (selects nothing in particular)",
                entry.what
            );
            let help = "不限资金池的，不写 pots (leave pots out to draw from all)";
            entry.error("pots", "rules.missing_key", message, help);
        }
        all.push(selector);
        entry.finish();
    }
    all
}

fn deduction(cursor: &mut Cursor<'_>) -> Option<Deduction> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[compensation.deduction]] {id}");
    }
    let title = cursor.required_text("title");
    let from = cursor.required_text("from");
    let amount = cursor.required_formula("amount");
    let excess = cursor.word(
        "excess",
        &[("clawback", Excess::Clawback), ("waive", Excess::Waive)],
    );
    Some(Deduction {
        condition: cursor.formula("where"),
        components: cursor.texts("components").unwrap_or_default(),
        excess: excess.unwrap_or_default(),
        cite: cursor.cites(true),
        place: cursor.place(),
        title: title?,
        from: from?,
        amount: amount?,
        id: id?,
    })
}

pub(super) fn constraint(cursor: &mut Cursor<'_>) -> Option<Constraint> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[constraint]] {id}");
    }
    let title = cursor.required_text("title");
    let when_grade = cursor.texts("when_grade").unwrap_or_default();
    if when_grade.is_empty() {
        let message = format!("{} 没有写明等次 `when_grade` (no grade)", cursor.what);
        cursor.error("when_grade", "rules.missing_key", message, "");
    }
    let advice = cursor.required_text("advice");
    Some(Constraint {
        title: title?,
        when_grade,
        share: cursor.text("share"),
        advice: advice?,
        cite: cursor.cites(true),
        place: cursor.place(),
        id: id?,
    })
}
