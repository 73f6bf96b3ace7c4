//! The `[[weights]]` block to paste into a rule pack: what was judged or measured, by which method,
//! and the result, which the loader computes again.

use std::fmt::Write as _;

use super::{Findings, Judged, Measured, Scaling, shown};

/// Decimals of the recorded consistency ratio.
const RATIO_DECIMALS: u8 = 4;

/// What the block is called and the year it is for.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// Id of the weights.
    pub id: &'a str,
    /// The year for which they are frozen.
    pub year: i32,
}

impl Judged {
    /// The block.
    pub fn to_toml(&self, heading: Heading<'_>) -> String {
        let mut text = head(heading, "ahp");
        line(&mut text, "solver", &quoted(self.found.solver.name()));
        names(&mut text, &self.criteria);
        let rows = self
            .matrix
            .iter()
            .map(|row| row.iter().map(ToString::to_string).collect());
        grid(&mut text, "matrix", rows);
        result(&mut text, self.decimals, &self.weights);
        let ratio = shown(&self.found.consistency.ratio, RATIO_DECIMALS);
        line(&mut text, "cr", &quoted(&ratio));
        if let (Some(reason), false) = (
            &self.override_reason,
            self.found.consistency.is_acceptable(),
        ) {
            line(&mut text, "override", &quoted(reason));
        }
        text + &foot(heading)
    }
}

impl Measured {
    /// The block.
    pub fn to_toml(&self, heading: Heading<'_>) -> String {
        let (method, shift) = match &self.findings {
            Findings::Entropy(_, Scaling::Shares) => ("entropy", None),
            Findings::Entropy(_, Scaling::MinMax { shift }) => ("entropy", Some(shift)),
            Findings::Critic(_) => ("critic", None),
        };
        let mut text = head(heading, method);
        names(&mut text, &self.criteria);
        let costs: Vec<String> = self
            .costs
            .iter()
            .zip(ids(&self.criteria))
            .filter(|(cost, _)| **cost)
            .map(|(_, id)| id)
            .collect();
        if !costs.is_empty() {
            line(&mut text, "cost", &list(&costs));
        }
        if let Some(shift) = shift {
            line(&mut text, "shift", &quoted(&shift.to_string()));
        }
        grid(&mut text, "data", self.cells.iter().cloned());
        result(&mut text, self.decimals, &self.weights);
        text + &foot(heading)
    }
}

fn head(heading: Heading<'_>, method: &str) -> String {
    let mut text = "[[weights]]\n".to_owned();
    line(&mut text, "id", &quoted(heading.id));
    line(&mut text, "method", &quoted(method));
    text
}

fn foot(heading: Heading<'_>) -> String {
    let Heading { year, .. } = heading;
    format!(
        "effective = {{ from = {year}-01-01, to = {}-01-01 }}\ncite = \"ours\"\n",
        year.saturating_add(1)
    )
}

/// Criteria by id; where a name is no id, numbered ids, and the names as titles.
fn names(text: &mut String, criteria: &[String]) {
    let ids = ids(criteria);
    line(text, "criteria", &list(&ids));
    if ids != criteria {
        line(text, "titles", &list(criteria));
    }
}

fn ids(criteria: &[String]) -> Vec<String> {
    if criteria.iter().all(|name| is_id(name)) {
        return criteria.to_vec();
    }
    (1..=criteria.len())
        .map(|index| format!("c{index}"))
        .collect()
}

fn is_id(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 64
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn result(text: &mut String, decimals: u8, weights: &[String]) {
    line(text, "decimals", &decimals.to_string());
    line(text, "result", &list(weights));
}

fn grid(text: &mut String, key: &str, rows: impl Iterator<Item = Vec<String>>) {
    let rows = rows.fold(String::new(), |text, row| {
        text + &format!("    {},\n", list(&row))
    });
    line(text, key, &format!("[\n{rows}]"));
}

fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{key} = {value}");
}

fn list(items: &[String]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| self::quoted(item)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
