//! The rules of a period as SQL, for an independent engine to compute again: typed formulas as
//! expressions over `numeric`, decision tables and the working-day calendar as tables, deadlines and
//! indicators as queries over exported facts. Text in, text out; nothing here runs SQL.
//!
//! Where the columnar evaluation gives a value, the SQL gives the same to the last digit; where it
//! gives a fault (zero denominator, overflow of 128 bits, no row of a table, an unpublished year) the
//! SQL fails. What cannot be exported is a [`SqlError`] that names the rule; nothing is left out.

mod bands;
mod calendar;
mod deadlines;
mod expression;
mod facts;
mod fractions;
mod indicators;
mod lookup;
mod node;
mod tables;
pub mod text;
mod width;

use std::collections::BTreeSet;

use domain::WorkdayCalendar;

use crate::eval::Constants;
use crate::frame::Frame;
use crate::pack::Cite;
use crate::plan::Plan;
use node::Writer;

/// What keeps a pack from being written as SQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// PostgreSQL would cut the name and perhaps make it equal to another.
    #[error(
        "规则“{rule}”：名称“{name}”超过 63 字节，请缩短标识 (name too long for SQL, shorten the id)"
    )]
    NameTooLong {
        /// Id of the rule.
        rule: String,
        /// The name.
        name: String,
    },
    /// A part without an equivalent.
    #[error("规则“{rule}”不能导出为 SQL：{what} (cannot be exported)")]
    NotExported {
        /// Id of the rule.
        rule: String,
        /// The part.
        what: String,
    },
}

/// For which engine the text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL 13 or newer; numbers of any length.
    PostgreSql,
    /// DuckDB; numbers of 38 digits, so that wide sums and products fail there. What compares with
    /// the group or adds up slices is not written for it.
    DuckDb,
}

/// A column of a fact table that a query provides instead of the facts.
#[derive(Clone, Copy, Debug)]
pub struct Derived<'a> {
    /// Name of the column.
    pub column: &'a str,
    /// Its value.
    pub value: &'a str,
    /// The join that provides it; the fact table is `f`.
    pub join: &'a str,
}

/// Writes the rules of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Exporter<'a> {
    plan: &'a Plan,
    dialect: Dialect,
}

impl<'a> Exporter<'a> {
    /// An exporter of the rules in force in the plan's period.
    pub const fn new(plan: &'a Plan, dialect: Dialect) -> Self {
        Self { plan, dialect }
    }

    /// The functions that the other parts call.
    pub const fn functions(&self) -> &'static str {
        match self.dialect {
            Dialect::PostgreSql => include_str!("sql/postgresql.sql"),
            Dialect::DuckDb => include_str!("sql/duckdb.sql"),
        }
    }

    /// The working-day calendar and the functions over it.
    pub fn calendar(&self, calendar: &WorkdayCalendar) -> String {
        calendar::create(calendar, self.plan.period, self.dialect)
    }

    /// Every decision table in force, in the order of the pack.
    pub fn tables(&self) -> Result<String, SqlError> {
        let pack = &self.plan.pack;
        let both = [&self.plan.constants, &self.plan.importance_constants];
        let active = both.into_iter().flat_map(|one| one.tables.iter().flatten());
        let mut names = BTreeSet::new();
        let mut texts = Vec::new();
        for active in active {
            if names.insert(tables::table_name(pack, &active.table)?) {
                texts.push(tables::create(pack, &active.table)?);
            }
        }
        Ok(texts.join("\n"))
    }

    /// The importance of a row of its table, rounded as the pack says.
    pub fn importance(&self) -> Result<Option<String>, SqlError> {
        let (Some(rule), Some((_, formula))) =
            (&self.plan.pack.importance, &self.plan.compiled.importance)
        else {
            return Ok(None);
        };
        let writer = self.writer("importance", &self.plan.importance_constants);
        let value = writer.rounded_root(&formula.root, rule.scale)?;
        Ok(Some(value))
    }

    /// Names of the fact tables that rules in force read, in schema order.
    pub fn fact_tables(&self) -> Vec<&'a str> {
        let compiled = &self.plan.compiled;
        let indicators = self.plan.indicators();
        let rules = indicators.filter_map(|index| {
            let mut all = compiled.indicators.iter();
            all.find(|rule| rule.index == index)
        });
        let deadlines = compiled.deadlines.iter().map(|one| one.table);
        let importance = compiled.importance.iter().map(|(table, _)| *table);
        let used: BTreeSet<usize> = rules
            .map(|rule| rule.table)
            .chain(deadlines)
            .chain(importance)
            .collect();
        let tables = used
            .into_iter()
            .filter_map(|index| self.plan.base.tables.get(index));
        tables.map(|table| table.name.as_str()).collect()
    }

    /// The statement that makes a fact table, without the columns that are derived.
    pub fn fact_table(
        &self,
        table: &str,
        derived: &[&str],
        may_lack_department: bool,
    ) -> Result<String, SqlError> {
        let schema = self.base(table)?;
        facts::create(
            schema,
            &|column| derived.contains(&column),
            may_lack_department,
        )
    }

    /// Writes the rows of a fact table; `owner` names the department of a row.
    pub fn fact_rows(
        &self,
        (table, frame): (&str, &Frame),
        derived: &[&str],
        owner: &dyn Fn(usize) -> Option<String>,
        to: &mut dyn FnMut(&str),
    ) -> Result<(), SqlError> {
        let schema = self.base(table)?;
        let index = self.plan.base.table_index(table);
        let rows = index.and_then(|index| frame.tables.get(index));
        let rows = rows.ok_or_else(|| unknown_table(table))?;
        facts::insert(schema, rows, &|column| derived.contains(&column), owner, to)
    }

    /// The statement that makes the table formulas read: facts that have a department, with what is
    /// derived and the columns of deadlines.
    pub fn extended(&self, table: &str, derived: Option<Derived<'_>>) -> Result<String, SqlError> {
        let schema = self.base(table)?;
        let index = self.plan.base.table_index(table);
        let name = text::name(table, table)?;
        let fact = facts::fact_table(schema)?;
        let (value, join) = derived.map_or_else(
            || (String::new(), String::new()),
            |one| {
                (
                    format!(", {} AS {}", one.value, one.column),
                    format!(" {}", one.join),
                )
            },
        );
        let base = format!(
            "SELECT f.*{value}\n  FROM {fact} AS f{join}\n  WHERE f.department IS NOT NULL"
        );
        let mut ctes = vec![format!("base AS (\n  {base}\n)")];
        let mut columns = String::new();
        let mut joins = String::new();
        for compiled in &self.plan.compiled.deadlines {
            let Some(deadline) = self.plan.pack.deadlines.get(compiled.index) else {
                continue;
            };
            if Some(compiled.table) != index {
                continue;
            }
            let writer = self.writer(&deadline.id, &self.plan.constants);
            let sql = writer.deadline(compiled, deadline, ("base", schema))?;
            ctes.push(sql.ctes);
            columns.push_str(&format!(",\n       {}", sql.columns.join(", ")));
            joins.push_str(&format!(
                "\nLEFT JOIN {0} ON {0}.row_no = base.row_no",
                sql.name
            ));
        }
        let ctes = ctes.join(",\n");
        Ok(format!(
            "CREATE TABLE {name} AS\nWITH {ctes}\nSELECT base.*{columns}\nFROM base{joins};\n"
        ))
    }

    /// The query of an indicator, by its index in the pack, and what it says in comment lines.
    pub fn indicator(&self, index: usize) -> Result<(String, String), SqlError> {
        let compiled = &self.plan.compiled;
        let mut rules = compiled.indicators.iter();
        let found = rules.find(|rule| rule.index == index);
        let (Some(rule), Some(indicator)) = (found, self.plan.pack.indicators.get(index)) else {
            return Err(SqlError::NotExported {
                rule: index.to_string(),
                what: "未知的指标 an unknown indicator".into(),
            });
        };
        let Some(table) = compiled.schema.tables.get(rule.table) else {
            return Err(unknown_table(&indicator.from));
        };
        let writer = Writer {
            key: "department",
            aggregates: &rule.value.aggregates,
            peers: &rule.value.peers,
            ..self.writer(&indicator.id, &self.plan.constants)
        };
        let names = self
            .plan
            .names(rule.table)
            .ok_or_else(|| unknown_table(&table.name))?;
        let name = text::name(&indicator.id, &table.name)?;
        Ok((
            writer.indicator(rule, indicator, &name)?,
            Writer::remark(indicator, rule, names),
        ))
    }

    fn writer<'w>(&'w self, rule: &'w str, constants: &'w Constants) -> Writer<'w> {
        Writer {
            rule,
            pack: &self.plan.pack,
            constants,
            dialect: self.dialect,
            key: "row_no",
            aggregates: &[],
            peers: &[],
        }
    }

    fn base(&self, table: &str) -> Result<&'a crate::schema::TableSchema, SqlError> {
        self.plan
            .base
            .table(table)
            .ok_or_else(|| unknown_table(table))
    }
}

fn unknown_table(table: &str) -> SqlError {
    SqlError::NotExported {
        rule: table.to_owned(),
        what: "未知的事实表 an unknown fact table".into(),
    }
}

/// Citations in one line: `tiaoli:21; ours`.
pub fn cites(cites: &[Cite]) -> String {
    let cites = cites.iter().map(|cite| {
        if cite.article.is_empty() {
            cite.source.clone()
        } else {
            format!("{}:{}", cite.source, cite.article)
        }
    });
    cites.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
