//! Deadlines: the rule by day of receipt, the due date by the calendar, and the six columns that a
//! deadline adds to its fact table.

use super::node::Writer;
use super::{SqlError, cites, text};
use crate::pack::{CompiledDeadline, Deadline, DeadlineRule};
use crate::schema::TableSchema;

/// The columns of a deadline, as common table expressions.
pub(super) struct DeadlineSql {
    /// The expressions, each followed by a comma but the last.
    pub(super) ctes: String,
    /// Name of the last, which has `row_no` and the columns.
    pub(super) name: String,
    /// Each column, and how the fact table takes it: absent terms are neither open nor due.
    pub(super) columns: Vec<String>,
}

/// Names of the columns that a deadline reads.
struct Read {
    start: String,
    done: String,
    extension: String,
    consent: Option<String>,
}

impl Writer<'_> {
    /// A deadline over the rows of `base`, whose columns are those of `table`.
    pub(super) fn deadline(
        &self,
        compiled: &CompiledDeadline,
        deadline: &Deadline,
        (base, table): (&str, &TableSchema),
    ) -> Result<DeadlineSql, SqlError> {
        let column = |at: usize| {
            let column = table.columns.get(at).map(|column| column.name.as_str());
            text::name(self.rule, column.unwrap_or_default())
        };
        let extension = compiled.extension.map(column).transpose()?;
        let read = Read {
            start: column(compiled.start)?,
            done: column(compiled.done)?,
            extension: extension.unwrap_or_else(|| "0".into()),
            consent: compiled.consent.map(column).transpose()?,
        };
        let id = |suffix: &str| text::name(self.rule, &format!("{}_{suffix}", deadline.id));
        let (case, term) = (id("case")?, id("term")?);
        let (plain, extended, name) = (id("plain")?, id("extended")?, id("columns")?);
        let ctes = [
            self.case_of(compiled, deadline, &read, (&case, base))?,
            format!(
                "{term} AS (\n  SELECT *,\n{}\n  FROM {case}\n)",
                self.term(deadline)
            ),
            format!(
                "{plain} AS (\n  SELECT *, due_on(started_on, workdays) AS plain_due_on\n  \
                 FROM {term} WHERE workdays IS NOT NULL\n)"
            ),
            self.extended(&read, (&extended, &plain))?,
            self.results(&id, (&name, &extended))?,
        ];
        let title = text::comment(&format!(
            "期限 {} {} · {}",
            deadline.id,
            deadline.title,
            cites(&deadline.cite)
        ));
        let (due_on, days, limit) = (id("due_on")?, id("days")?, id("limit")?);
        let mut columns = vec![due_on, days, limit];
        for flag in ["on_time", "open", "due"] {
            let flag = id(flag)?;
            columns.push(format!("COALESCE({flag}, false) AS {flag}"));
        }
        Ok(DeadlineSql {
            ctes: format!("-- {title}\n{}", ctes.join(",\n")),
            name,
            columns,
        })
    }

    /// The dates of each case, and which rules are for it.
    fn case_of(
        &self,
        compiled: &CompiledDeadline,
        deadline: &Deadline,
        read: &Read,
        (name, base): (&str, &str),
    ) -> Result<String, SqlError> {
        let mut columns = vec![
            format!("{} AS started_on", read.start),
            format!("{} AS done_on", read.done),
            format!("{} AS extension", read.extension),
        ];
        if let Some(consent) = &read.consent {
            columns.push(format!("{consent} AS consented_on"));
        }
        let mut tests = String::new();
        for (number, (rule, when)) in (1..).zip(deadline.rules.iter().zip(&compiled.rules)) {
            let from = text::date(rule.effective.from);
            let mut test = format!("{} >= {from}", read.start);
            if let Some(to) = rule.effective.to {
                test.push_str(&format!(" AND {} < {}", read.start, text::date(to)));
            }
            if let Some(when) = when {
                let when = self.node(&when.root)?;
                test = if when.fallible {
                    format!("CASE WHEN {test} THEN {} ELSE false END", when.text)
                } else {
                    format!("{test} AND {}", when.operand())
                };
            }
            let note = note(rule);
            tests.push_str(&format!(",\n    -- {note}\n    ({test}) AS rule_{number}"));
        }
        let columns = columns.join(", ");
        Ok(format!(
            "{name} AS (\n  SELECT row_no, {columns}{tests}\n  FROM {base}\n)"
        ))
    }

    /// The term by the one rule that is for the case.
    fn term(&self, deadline: &Deadline) -> String {
        let count = deadline.rules.len();
        let each = |value: &dyn Fn(&DeadlineRule) -> u32| {
            let mut text = String::new();
            for (number, rule) in (1..).zip(&deadline.rules) {
                text.push_str(&format!(" WHEN rule_{number} THEN {}", value(rule)));
            }
            text
        };
        let several = if count > 1 {
            let hits = (1..=count).map(|number| format!("CAST(rule_{number} AS integer)"));
            let hits: Vec<String> = hits.collect();
            let refuse = self.refuse("多于一条规则适用 more than one rule applies", "integer");
            format!(
                "\n           WHEN {} > 1 THEN {refuse}\n          ",
                hits.join(" + ")
            )
        } else {
            String::new()
        };
        let otherwise = if deadline.otherwise_none {
            String::new()
        } else {
            let refuse = self.refuse("没有适用的规则 no rule applies", "integer");
            format!("\n           ELSE {refuse}")
        };
        let workdays = each(&|rule| rule.workdays);
        let extension_max = each(&|rule| rule.extension_max);
        format!(
            "    CASE{several}{workdays}{otherwise} END AS workdays,\n    \
             CASE{extension_max} END AS extension_max"
        )
    }

    /// An extension counts only if it was consented to while the case was still in time.
    fn extended(&self, read: &Read, (name, from): (&str, &str)) -> Result<String, SqlError> {
        let counted = "LEAST(GREATEST(extension, 0), extension_max)";
        let extended = if read.consent.is_some() {
            let period_end = self.period_end()?;
            format!(
                "CASE WHEN consented_on <= COALESCE(plain_due_on, {period_end})\n             \
                 THEN {counted} ELSE 0 END"
            )
        } else {
            counted.to_owned()
        };
        Ok(format!(
            "{name} AS (\n  SELECT *, due_on(started_on, workdays + extended) AS extended_due_on\n  \
             FROM (SELECT *, {extended} AS extended FROM {from}) AS counted\n)"
        ))
    }

    /// The columns. A due date that is null lies after the period.
    fn results(
        &self,
        id: &dyn Fn(&str) -> Result<String, SqlError>,
        (name, from): (&str, &str),
    ) -> Result<String, SqlError> {
        let (start, end) = (self.period_start()?, self.period_end()?);
        let columns = [
            ("due_on", "extended_due_on".to_owned()),
            (
                "days",
                format!(
                    "workdays(started_on, CASE WHEN done_on <= {end} THEN done_on ELSE {end} END)"
                ),
            ),
            ("limit", "workdays + extended".to_owned()),
            (
                "on_time",
                format!("done_on <= COALESCE(extended_due_on, {end})"),
            ),
            ("open", format!("COALESCE(done_on > {end}, true)")),
            ("due", format!("extended_due_on BETWEEN {start} AND {end}")),
        ];
        let mut shown = Vec::with_capacity(columns.len());
        for (suffix, value) in columns {
            shown.push(format!("    {value} AS {}", id(suffix)?));
        }
        Ok(format!(
            "{name} AS (\n  SELECT row_no,\n{}\n  FROM {from}\n)",
            shown.join(",\n")
        ))
    }
}

/// What a rule says, in one line.
fn note(rule: &DeadlineRule) -> String {
    text::comment(&format!(
        "{} 个工作日 working days · {}",
        rule.workdays,
        cites(&rule.cite)
    ))
}
