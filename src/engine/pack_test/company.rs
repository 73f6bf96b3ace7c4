//! What a case says of subjects beside their rows: peer groups, and the period before.

use std::collections::BTreeMap;

use super::{complain, number, subject_of};
use crate::exact::Exact;
use crate::pack::Cursor;

/// `groups = { "乙局" = "district" }`.
pub(super) fn read_groups(case: &Cursor<'_>, subjects: &[String]) -> BTreeMap<usize, String> {
    let mut groups = BTreeMap::new();
    let Some(table) = case.inner("groups") else {
        return groups;
    };
    for (name, item) in table.entries() {
        let subject = subject_of(&table, name, item, subjects);
        match (subject, item.as_str()) {
            (Some(subject), Some(group)) => {
                groups.insert(subject, group.to_owned());
            }
            (_, None) => {
                let message = format!("“{name}”的分组应为文本 (a group is a text)");
                complain(&table, item, "tests.groups", message, "");
            }
            (None, _) => {}
        }
    }
    groups
}

/// `prior."乙局" = { total = "80", reply_on_time = "0.5" }`.
pub(super) fn read_prior(
    case: &Cursor<'_>,
    subjects: &[String],
) -> BTreeMap<usize, BTreeMap<String, Exact>> {
    let mut prior = BTreeMap::new();
    let Some(table) = case.inner("prior") else {
        return prior;
    };
    for (name, item) in table.entries() {
        let subject = subject_of(&table, name, item, subjects);
        let Some(values) = item.as_table_like() else {
            let message = format!("“{name}”的上期应为表 {{ … }} (expected a table)");
            let help = "写作 prior.\"乙局\" = { total = \"80\" }";
            complain(&table, item, "tests.prior", message, help);
            continue;
        };
        let mut own = BTreeMap::new();
        for (id, value) in values.iter() {
            if let Some(number) = number(value) {
                own.insert(id.to_owned(), number);
            } else {
                let message = format!("上期的“{id}”应为数 (expected a number)");
                complain(
                    &table,
                    value,
                    "tests.prior",
                    message,
                    "小数加引号 (quote decimals)",
                );
            }
        }
        if let Some(subject) = subject {
            prior.insert(subject, own);
        }
    }
    prior
}
