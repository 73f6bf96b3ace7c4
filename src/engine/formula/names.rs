//! The names a formula may use, and the nearest one when it uses another.

use crate::pack::{InputType, TableOutput};
use crate::schema::{TableSchema, Unit};
use domain::Rounding;

/// A decision table as a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSignature {
    /// Name.
    pub id: String,
    /// Inputs.
    pub inputs: Vec<InputType>,
    /// Output.
    pub output: TableOutput,
    /// The date column that picks the version for a row: a last input that need not be written.
    pub by: Option<String>,
    /// Whether it stands for a parameter, whose value that date picks.
    pub is_parameter: bool,
}

/// What `carry` gives for an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// A number of this unit.
    Number(Unit),
    /// A number whose unit is not known yet: it goes with any.
    Open,
    /// Nothing, and why.
    Never(&'static str),
}

/// What is in scope.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The fact table, with the columns that deadlines add.
    pub table: &'a TableSchema,
    /// Parameters: id, unit, scale.
    pub parameters: &'a [(String, Unit, u8)],
    /// Decision tables.
    pub tables: &'a [TableSignature],
    /// Indicators whose values of the period before may be used.
    pub carried: &'a [(String, Carried)],
    /// Mode of `round`.
    pub rounding: Rounding,
}

/// The candidate nearest to a name, if near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().take(80).collect();
    let limit = (name.len() / 3).max(1) + 1;
    candidates
        .into_iter()
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, ignoring case.
fn distance(name: &[char], other: &str) -> usize {
    let other: Vec<char> = other.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in name.iter().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (b, cell) in other.iter().zip(row.iter_mut().skip(1)) {
            let substituted = corner + usize::from(!a.eq_ignore_ascii_case(b));
            corner = *cell;
            left = substituted.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Advice naming the nearest candidate, or listing the candidates when there are few.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(name, candidates.iter().copied()) {
        return format!("您是否想写 `{near}`？ (did you mean `{near}`?)");
    }
    if candidates.is_empty() {
        return "此处没有可用的名称 (no name is available here)".into();
    }
    let shown: Vec<&str> = candidates.iter().copied().take(12).collect();
    let more = if candidates.len() > shown.len() {
        " …"
    } else {
        ""
    };
    let list = shown.join(", ");
    format!("可用的名称：{list}{more} (available: {list}{more})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_far_ones_are_not() {
        let names = ["reply_days", "reply_limit", "share_type"];
        assert_eq!(nearest("reply_dys", names), Some("reply_days"));
        assert_eq!(nearest("Share_Typ", names), Some("share_type"));
        assert_eq!(nearest("zzzzzz", names), None);
    }
}
