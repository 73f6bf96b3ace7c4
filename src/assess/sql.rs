//! A whole assessment as one SQL script: facts, rules, and the queries from importance to rank. What
//! it computes shares nothing with this program but the facts and the text of the rules.

mod rules;

use domain::canon::{encode, sha256_hex};
use engine::Schema;
use engine::sql::{Derived, Dialect, Exporter, SqlError, text};

use crate::error::AssessError;
use crate::frame::{FactTable, holdings};
use crate::month::Prepared;
use crate::schema::IMPORTANCE_SCALE;

/// The column that importance fills.
const IMPORTANCE: &str = "importance";

/// How points, axes, totals, grades and ranks follow from the values of indicators.
const SCORING: &str = include_str!("sql/scoring.sql");

/// Writes the script that assesses a period on PostgreSQL, in the current schema of whoever runs it.
/// Without `data` the tables of facts stay empty, to be filled by hand before the rest runs.
pub(crate) fn export(
    prepared: &Prepared<'_>,
    data: bool,
    to: &mut dyn FnMut(&str),
) -> Result<(), AssessError> {
    let script = Script {
        prepared,
        schema: crate::schema::schema(),
        exporter: Exporter::new(&prepared.plan, Dialect::PostgreSql),
    };
    to(&script.header(data));
    // Tables made a moment ago have no statistics; compiling queries for them takes far longer than
    // running them.
    to("\nBEGIN;\nSET LOCAL jit = off;\n\n");
    to(script.exporter.functions());
    to("\n-- 二、事实 Facts\n\n");
    script.facts(data, to)?;
    to("\n-- 三、工作日历 Working days\n\n");
    to(&script.exporter.calendar(prepared.calendar));
    to("\n-- 四、规则 Rules\n\n");
    to(&rules::tables(prepared.pack, &prepared.plan));
    to("\n");
    to(&script.exporter.tables()?);
    to("\n-- 五、重要程度与期限 Importance and deadlines\n\n");
    script.extended(to)?;
    to("\n-- 六、指标值 Values of indicators\n\n");
    to(&script.values()?);
    to("\n");
    to(SCORING);
    to("\nCOMMIT;\n");
    Ok(())
}

struct Script<'a> {
    prepared: &'a Prepared<'a>,
    schema: Schema,
    exporter: Exporter<'a>,
}

impl Script<'_> {
    fn header(&self, data: bool) -> String {
        let pack = self.prepared.pack;
        let mut lines = vec![
            format!(
                "衡享 Hengxiang：{} 考核复算 (assessment, recomputed)",
                self.prepared.period
            ),
            format!(
                "规则包 rules：{} {}@{}",
                pack.header.title, pack.header.id, pack.header.version
            ),
            format!("摘要 digest：{}", pack.digest),
        ];
        if data {
            let known = self.prepared.facts_sha256.clone();
            let facts = known.unwrap_or_else(|| sha256_hex(&encode(self.prepared.facts)));
            lines.push(format!("事实 facts：SHA-256 {facts}"));
        } else {
            lines.push(
                "只有逻辑，没有事实：在第二节之后装入 (no facts: load them after part 2)".into(),
            );
        }
        lines.extend([
            "范围 covers：重要程度、期限、指标、维度、总分、等次、名次；不含补偿资金".into(),
            "    (importance, deadlines, indicators, axes, totals, grades, ranks; not the money)"
                .into(),
            String::new(),
            "在空数据库中运行，不需要特权 (on an empty database, without special rights):".into(),
            "    psql -v ON_ERROR_STOP=1 -f <本文件 this file>".into(),
            "结果 results：results，axis_results，indicator_results".into(),
            "    SELECT department, total, grade, rank FROM results ORDER BY peer_group, rank;"
                .into(),
            String::new(),
            "出处 sources:".into(),
        ]);
        for source in &pack.sources {
            lines.push(format!(
                "    {} {} {}",
                source.id, source.title, source.number
            ));
        }
        let lines = lines
            .iter()
            .map(|line| format!("-- {}", text::comment(line).trim_end()));
        let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
        format!("{}\n", lines.join("\n"))
    }

    /// Tables and rows of departments and facts.
    fn facts(&self, data: bool, to: &mut dyn FnMut(&str)) -> Result<(), AssessError> {
        to(
            "CREATE TABLE departments (\n  department text PRIMARY KEY, -- 部门 department\n  \
            name text NOT NULL, -- 名称 name\n  peer_group text NOT NULL -- 分组 peer group\n);\n",
        );
        let departments = &self.prepared.frame.departments;
        if data && !departments.is_empty() {
            let rows = departments.iter().map(|department| {
                let parts = [
                    department.id.as_str(),
                    &department.name,
                    department.group.name(),
                ];
                format!("({})", parts.map(text::quoted).join(", "))
            });
            let rows: Vec<String> = rows.collect();
            to(&format!(
                "INSERT INTO departments VALUES\n{};\n",
                rows.join(",\n")
            ));
        }
        self.period_before(data, to);
        for table in self.exporter.fact_tables() {
            let resources = table == FactTable::Resources.name();
            to("\n");
            to(&self.exporter.fact_table(table, &[IMPORTANCE], resources)?);
            if data {
                self.rows(table, to)?;
            }
        }
        Ok(())
    }

    /// Values of the period before, where a formula reads them.
    fn period_before(&self, data: bool, to: &mut dyn FnMut(&str)) {
        if self.prepared.plan.carried().is_empty() {
            return;
        }
        to(
            "\n-- 上期值 values of the period before\nCREATE TABLE period_before \
            (department text, indicator text, value numeric[]);\n",
        );
        let frame = &self.prepared.frame;
        for (id, values) in frame.frame.prior.iter().filter(|_| data) {
            for (department, value) in frame.departments.iter().zip(values) {
                let Some(value) = value else { continue };
                to(&format!(
                    "INSERT INTO period_before VALUES ({}, {}, ARRAY[{}, {}]);\n",
                    text::quoted(department.id.as_str()),
                    text::quoted(id),
                    value.numerator,
                    value.denominator
                ));
            }
        }
    }

    /// The rows of a fact table. Resources are all written, whoever answers for them, because
    /// importance is computed of all; those of nobody assessed have no department.
    fn rows(&self, table: &str, to: &mut dyn FnMut(&str)) -> Result<(), AssessError> {
        let frame = &self.prepared.frame;
        let owner = |subject: usize| {
            let department = frame.departments.get(subject)?;
            Some(department.id.as_str().to_owned())
        };
        let index = self.schema.table_index(table);
        let offsets = index.and_then(|index| frame.frame.tables.get(index));
        let offsets = offsets.map_or(&[][..], |table| table.offsets.as_slice());
        let subject = |row: usize| {
            let after = offsets.partition_point(|end| *end as usize <= row);
            after.checked_sub(1)
        };
        if table != FactTable::Resources.name() {
            let of_row = |row| owner(subject(row)?);
            return Ok(self.exporter.fact_rows(
                (table, &frame.frame),
                &[IMPORTANCE],
                &of_row,
                to,
            )?);
        }
        let facts = self.prepared.facts;
        let all = holdings::all_resources(facts, &self.schema, self.prepared.period)?;
        let mut owners: Vec<Option<String>> = vec![None; facts.resources.len()];
        let rows = offsets.last().map_or(0, |end| *end as usize);
        for row in 0..rows {
            let fact = frame.fact_index(FactTable::Resources, row);
            if let Some(place) = fact.and_then(|fact| owners.get_mut(fact)) {
                *place = subject(row).and_then(owner);
            }
        }
        let of_row = |row: usize| owners.get(row).cloned().flatten();
        Ok(self
            .exporter
            .fact_rows((table, &all), &[IMPORTANCE], &of_row, to)?)
    }

    /// Importance of resources, and the tables that formulas read.
    fn extended(&self, to: &mut dyn FnMut(&str)) -> Result<(), SqlError> {
        let importance = self.exporter.importance()?;
        if let (Some(value), Some(rule)) = (&importance, &self.prepared.pack.importance) {
            if rule.of != FactTable::Resources.name() {
                return Err(SqlError::NotExported {
                    rule: IMPORTANCE.into(),
                    what: format!("事实表 fact table {}", rule.of),
                });
            }
            let note = text::comment(&format!(
                "重要程度 importance = {} · {}",
                rule.value.text,
                engine::sql::cites(&rule.cite)
            ));
            to(&format!(
                "-- {note}\nCREATE TABLE importance AS\nSELECT code, {value} AS importance\n\
                 FROM fact_resources;\nCREATE UNIQUE INDEX importance_code ON importance (code);\n\n"
            ));
        }
        for table in self.exporter.fact_tables() {
            let schema = self.schema.table(table);
            let has = schema.is_some_and(|schema| schema.column(IMPORTANCE).is_some());
            let key = if table == FactTable::Resources.name() {
                "code"
            } else {
                "resource"
            };
            let one = format!("CAST(1 AS numeric(19, {IMPORTANCE_SCALE}))");
            let join = format!("JOIN importance AS i ON i.code = f.{key}");
            let (value, join) = match &importance {
                Some(_) => ("i.importance", join.as_str()),
                None => (one.as_str(), ""),
            };
            let derived = has.then_some(Derived {
                column: IMPORTANCE,
                value,
                join,
            });
            to(&self.exporter.extended(table, derived)?);
            to("\n");
        }
        Ok(())
    }

    /// Every indicator in force, one under the other.
    fn values(&self) -> Result<String, SqlError> {
        let pack = self.prepared.pack;
        let mut parts = Vec::new();
        let mut all = Vec::new();
        for index in self.prepared.plan.indicators() {
            let Some(indicator) = pack.indicators.get(index) else {
                continue;
            };
            let (query, remark) = self.exporter.indicator(index)?;
            let name = text::name(&indicator.id, &format!("value_{}", indicator.id))?;
            let query = text::indented(&query, 2);
            parts.push(format!("{remark}\n{name} AS (\n  {query}\n)"));
            let id = text::quoted(&indicator.id);
            all.push(format!("SELECT {id} AS indicator, {name}.* FROM {name}"));
        }
        Ok(format!(
            "CREATE TABLE indicator_values AS\nWITH\n{}\n{};\n",
            parts.join(",\n"),
            all.join("\nUNION ALL ")
        ))
    }
}

#[cfg(test)]
mod tests;
