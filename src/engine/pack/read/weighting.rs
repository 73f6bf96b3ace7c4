//! `[[weights]]`: read, and computed again from what they claim to come from.

use chrono::{Datelike as _, NaiveDate};
use domain::DateRange;
use toml_edit::{Item, Value};
use weights::number::{DECIMALS_MAX, largest_remainder, parse, shown, weight_text};
use weights::{Comparison, Number, Observations, Scaling, Solver};

use super::super::cursor::Cursor;
use super::super::{Weighting, WeightingMethod};
use crate::exact::Exact;
use crate::formula::did_you_mean;

#[derive(Clone, Copy)]
enum MethodWord {
    Ahp,
    Entropy,
    Critic,
}

const METHODS: [(&str, MethodWord); 3] = [
    ("ahp", MethodWord::Ahp),
    ("entropy", MethodWord::Entropy),
    ("critic", MethodWord::Critic),
];

/// What a method gives, for comparison with what is recorded.
struct Recomputed {
    weights: Vec<Number>,
    /// CR of an AHP.
    ratio: Option<Number>,
}

pub(super) fn weighting(cursor: &mut Cursor<'_>) -> Option<Weighting> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[weights]] {id}");
    }
    let title = cursor.text("title").unwrap_or_default();
    let criteria = criteria(cursor);
    let titles = cursor.texts("titles").unwrap_or_default();
    let decimals = decimals(cursor);
    let method = method(cursor, criteria.as_deref());
    let result = cursor.texts("result");
    if result.is_none() && !cursor.has("result") {
        missing(cursor, "result");
    }
    let cr = cursor.number("cr");
    let override_reason = cursor
        .has("override")
        .then(|| cursor.required_text("override"))
        .flatten();
    let cite = cursor.cites(true);
    let effective = years(cursor);
    let (criteria, result, decimals, method) = (criteria?, result?, decimals?, method?);
    if !titles.is_empty() && titles.len() != criteria.len() {
        let message = format!(
            "{} 的 titles 与 criteria 数目不同 (one title a criterion)",
            cursor.what
        );
        cursor.error("titles", "rules.weights", message, "");
    }
    let recomputed = recompute(cursor, &criteria, &method)?;
    check_ratio(cursor, &recomputed, cr, override_reason.is_some());
    let result = check_result(cursor, &criteria, &result, decimals, &recomputed.weights)?;
    Some(Weighting {
        id: id?,
        title,
        method,
        criteria,
        titles,
        decimals,
        result,
        cr,
        override_reason,
        cite,
        effective: effective?,
        place: cursor.place(),
    })
}

fn missing(cursor: &Cursor<'_>, key: &'static str) {
    let message = format!("{} 缺少 `{key}` (missing key {key})", cursor.what);
    let help = "hengxiang weights … --toml 打印完整的一段 (prints a whole block)";
    cursor.error(key, "rules.missing_key", message, help);
}

/// Ids of the criteria: names a formula can spell, each once.
fn criteria(cursor: &Cursor<'_>) -> Option<Vec<String>> {
    let Some(criteria) = cursor.texts("criteria") else {
        if !cursor.has("criteria") {
            missing(cursor, "criteria");
        }
        return None;
    };
    let plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    for (index, name) in criteria.iter().enumerate() {
        let message = if !plain(name) {
            format!("准则“{name}”不能作标识：用小写字母、数字、下划线 (not an id)")
        } else if criteria.iter().take(index).any(|other| other == name) {
            format!("准则“{name}”重复 (duplicate criterion)")
        } else {
            continue;
        };
        let help = "中文名写在 titles 中 (put Chinese names into titles)";
        cursor.error("criteria", "rules.bad_id", message, help);
        return None;
    }
    Some(criteria)
}

fn decimals(cursor: &Cursor<'_>) -> Option<u8> {
    if !cursor.has("decimals") {
        missing(cursor, "decimals");
    }
    let decimals = cursor.whole("decimals", DECIMALS_MAX.into())?;
    u8::try_from(decimals).ok()
}

/// Whole years: a weight that changes within the year would let the order of departments change
/// by it.
fn years(cursor: &Cursor<'_>) -> Option<DateRange> {
    let Some(inner) = cursor.inner("effective") else {
        missing(cursor, "effective");
        return None;
    };
    let range = inner.range(NaiveDate::MIN);
    let starts_year = |day: NaiveDate| day.ordinal() == 1;
    if !inner.has("from") || !starts_year(range.from) || !range.to.is_none_or(starts_year) {
        let message = format!(
            "{} 须整年有效：权重全年冻结 (weights are frozen for whole years)",
            cursor.what
        );
        let help = "写作 effective = { from = 2026-01-01, to = 2027-01-01 }";
        cursor.error("effective", "rules.weights_year", message, help);
    }
    inner.finish();
    Some(range)
}

fn method(cursor: &Cursor<'_>, criteria: Option<&[String]>) -> Option<WeightingMethod> {
    if !cursor.has("method") {
        missing(cursor, "method");
    }
    let word = cursor.word("method", &METHODS)?;
    if let MethodWord::Ahp = word {
        if !cursor.has("solver") {
            missing(cursor, "solver");
        }
        let solver = cursor.word("solver", &Solver::ALL.map(|solver| (solver.name(), solver)));
        let matrix = grid(cursor, "matrix");
        return Some(WeightingMethod::Ahp {
            solver: solver?,
            matrix: matrix?,
        });
    }
    let data = grid(cursor, "data");
    let costs = costs(cursor, criteria.unwrap_or_default());
    let shift = cursor.text("shift");
    match word {
        MethodWord::Entropy => {
            let shift = match shift {
                None => None,
                Some(text) => Some(number(cursor, "shift", &text)?),
            };
            Some(WeightingMethod::Entropy {
                data: data?,
                costs: costs?,
                shift,
            })
        }
        MethodWord::Critic | MethodWord::Ahp => Some(WeightingMethod::Critic {
            data: data?,
            costs: costs?,
        }),
    }
}

fn costs(cursor: &Cursor<'_>, criteria: &[String]) -> Option<Vec<bool>> {
    let names = cursor.texts("cost").unwrap_or_default();
    if let Some(unknown) = names.iter().find(|name| !criteria.contains(name)) {
        let message = format!("没有准则“{unknown}” (unknown criterion {unknown})");
        let help = did_you_mean(unknown, criteria.iter().map(String::as_str));
        cursor.error("cost", "rules.unknown_reference", message, &help);
        return None;
    }
    let costs = criteria.iter().map(|name| names.contains(name));
    Some(costs.collect())
}

fn number(cursor: &Cursor<'_>, key: &'static str, text: &str) -> Option<Number> {
    let found = parse(text);
    if found.is_none() {
        let message = format!("{} 的 `{key}` 中“{text}”不是数 (not a number)", cursor.what);
        let help = "写作 \"3\"、\"0.25\" 或 \"1/3\" (as in \"3\", \"0.25\" or \"1/3\")";
        cursor.error(key, "rules.wrong_type", message, help);
    }
    found
}

/// Rows of quoted numbers.
fn grid(cursor: &Cursor<'_>, key: &'static str) -> Option<Vec<Vec<Number>>> {
    if !cursor.has(key) {
        missing(cursor, key);
    }
    let texts: Option<Vec<Vec<&str>>> = cursor.item(key).map(|item| {
        let rows = item.as_array().into_iter().flatten();
        rows.map(|row| {
            let cells = row.as_array()?.iter();
            cells.map(Value::as_str).collect::<Option<Vec<_>>>()
        })
        .collect::<Option<Vec<_>>>()
    })?;
    if texts.is_none() || !cursor.item(key).is_some_and(Item::is_array) {
        let message = format!(
            "{} 的 `{key}` 应为加引号的数的行列 (rows of quoted numbers)",
            cursor.what
        );
        let help = "写作 [[\"1\", \"3\"], [\"1/3\", \"1\"]]";
        cursor.error(key, "rules.wrong_type", message, help);
        return None;
    }
    let rows = texts?.into_iter().map(|row| {
        let cells = row.into_iter().map(|text| number(cursor, key, text));
        cells.collect::<Option<Vec<_>>>()
    });
    rows.collect()
}

/// The weights of the method; what makes it impossible is reported.
fn recompute(
    cursor: &Cursor<'_>,
    criteria: &[String],
    method: &WeightingMethod,
) -> Option<Recomputed> {
    let failed = |key: &'static str, fault: &dyn std::fmt::Display, help: &str| {
        let message = format!("{} 的 `{key}`：{fault}", cursor.what);
        cursor.error(key, "rules.weights", message, help);
    };
    let observations = |data: &[Vec<Number>], costs: &[bool]| {
        Observations::new(criteria.to_vec(), data, costs.to_vec())
            .map_err(|fault| failed("data", &fault, ""))
            .ok()
    };
    let data_fault = |fault: weights::WeightsError| failed("data", &fault, "");
    let weights = match method {
        WeightingMethod::Ahp { solver, matrix } => {
            if matrix.len() != criteria.len() {
                let message = "判断矩阵的行数与准则数不同 (one row a criterion)";
                failed("matrix", &message, "");
                return None;
            }
            let comparison = match Comparison::new(matrix.clone()) {
                Ok(comparison) => comparison,
                Err(faults) => {
                    for fault in faults {
                        let name = |index: usize| criteria.get(index).map_or("?", String::as_str);
                        let (row, column) = (name(fault.row), name(fault.column));
                        let said = format!("{row} 对 {column}：{}", fault.kind);
                        failed("matrix", &said, &fault.kind.remedy());
                    }
                    return None;
                }
            };
            let found = weights::ahp(&comparison, *solver)
                .map_err(|fault| failed("matrix", &fault, ""))
                .ok()?;
            return Some(Recomputed {
                weights: found.weights,
                ratio: Some(found.consistency.ratio),
            });
        }
        WeightingMethod::Entropy { data, costs, shift } => {
            let scaling = shift
                .clone()
                .map_or(Scaling::Shares, |shift| Scaling::MinMax { shift });
            let table = observations(data, costs)?;
            let found = weights::entropy(&table, &scaling)
                .map_err(data_fault)
                .ok()?;
            found.weights
        }
        WeightingMethod::Critic { data, costs } => {
            let table = observations(data, costs)?;
            weights::critic(&table).map_err(data_fault).ok()?.weights
        }
    };
    Some(Recomputed {
        weights,
        ratio: None,
    })
}

/// The recorded ratio must be the recomputed one, and below one tenth unless overridden.
fn check_ratio(
    cursor: &Cursor<'_>,
    recomputed: &Recomputed,
    recorded: Option<Exact>,
    overridden: bool,
) {
    let Some(ratio) = &recomputed.ratio else {
        return;
    };
    match recorded {
        None if !cursor.has("cr") => missing(cursor, "cr"),
        None => {}
        Some(recorded) => {
            let found = shown(ratio, recorded.scale);
            if found != recorded.to_string() {
                let message = format!(
                    "{} 记录 CR = {recorded}，重算为 {found} (recorded CR differs from the recomputed one)",
                    cursor.what
                );
                let help = format!("改为 cr = \"{found}\"，并核对矩阵 (check the matrix)");
                cursor.error("cr", "rules.weights_mismatch", message, &help);
            }
        }
    }
    if !overridden && *ratio >= Number::new(1.into(), 10.into()) {
        let message = format!(
            "{} 的判断不一致：CR = {} ≥ 0.1 (inconsistent judgements)",
            cursor.what,
            shown(ratio, 4)
        );
        let help = "请重新比较；仍采用的写明理由 override = \"…\" (judge again, or give a reason)";
        cursor.error("matrix", "rules.weights_inconsistent", message, help);
    }
}

/// The recorded weights, if they are the recomputed ones to the last decimal.
fn check_result(
    cursor: &Cursor<'_>,
    criteria: &[String],
    recorded: &[String],
    decimals: u8,
    weights: &[Number],
) -> Option<Vec<Exact>> {
    let found: Vec<String> = largest_remainder(weights, decimals)
        .into_iter()
        .map(|units| weight_text(units, decimals))
        .collect();
    if found == recorded {
        return found.iter().map(|text| text.parse().ok()).collect();
    }
    let differing: Vec<String> = criteria
        .iter()
        .zip(&found)
        .enumerate()
        .filter_map(|(index, (criterion, found))| {
            let recorded = recorded.get(index).map_or("—", String::as_str);
            (recorded != found).then(|| format!("{criterion} {recorded} → {found}"))
        })
        .collect();
    let message = format!(
        "{} 的结果与重算不符：{} (recorded → recomputed)",
        cursor.what,
        differing.join("，")
    );
    let help = format!("改为 result = {found:?}，或改正来源 (or correct what it comes from)");
    cursor.error("result", "rules.weights_mismatch", message, &help);
    None
}
