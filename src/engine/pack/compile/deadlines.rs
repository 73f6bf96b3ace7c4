//! Deadlines: the columns they read, and those they add.

use super::{CompiledDeadline, Compiler};
use crate::formula::{compile_row, did_you_mean};
use crate::pack::Deadline;
use crate::schema::{Column, TableSchema, Type};

/// The columns a deadline adds.
fn deadline_columns(id: &str) -> [Column; 6] {
    let column = |suffix: &str, ty, doc: &str| Column::new(format!("{id}_{suffix}"), ty, doc);
    [
        column("due_on", Type::Date, "到期日 due date").optional(),
        column("days", Type::DAYS, "已用工作日 working days taken").optional(),
        column("limit", Type::DAYS, "期限工作日 working days allowed").optional(),
        column("on_time", Type::Bool, "按期办结 done by the due date"),
        column(
            "open",
            Type::Bool,
            "期末未办结 not done by the end of the period",
        ),
        column("due", Type::Bool, "本期到期 due within the period"),
    ]
}

impl Compiler<'_> {
    pub(super) fn deadlines(&mut self) -> Vec<CompiledDeadline> {
        let base = self.schema.clone();
        let mut compiled = Vec::new();
        for (index, deadline) in self.pack.deadlines.iter().enumerate() {
            let what = format!("[[deadline]] {}", deadline.id);
            let Some(table) = self.table(&deadline.of, &deadline.place, &what) else {
                continue;
            };
            let Some(columns) = base.tables.get(table) else {
                continue;
            };
            compiled.extend(self.deadline(index, deadline, table, columns));
            for column in deadline_columns(&deadline.id) {
                self.add_column(table, column, deadline);
            }
        }
        compiled
    }

    fn add_column(&mut self, table: usize, column: Column, deadline: &Deadline) {
        let Some(target) = self.schema.tables.get_mut(table) else {
            return;
        };
        if target.column(&column.name).is_some() {
            let message = format!(
                "期限“{}”产生的列“{}”在事实表“{}”中已有 (the column exists already)",
                deadline.id, column.name, target.name
            );
            let help = "请换一个期限标识 (choose another id)".to_owned();
            self.complain(&deadline.place, "rules.duplicate", message, help);
            return;
        }
        target.columns.push(column);
    }

    fn deadline(
        &mut self,
        index: usize,
        deadline: &Deadline,
        table: usize,
        columns: &TableSchema,
    ) -> Option<CompiledDeadline> {
        let mut column = |name: &str, fits: &dyn Fn(&Column) -> bool, wanted: &str| {
            let found = columns.column_index(name);
            let right = columns.column(name).is_some_and(fits);
            if !right {
                let help = did_you_mean(
                    name,
                    columns
                        .columns
                        .iter()
                        .filter(|one| fits(one))
                        .map(|one| one.name.as_str()),
                );
                let message = format!(
                    "期限“{}”的列“{name}”应是事实表“{}”的{wanted} (no such column)",
                    deadline.id, columns.name
                );
                self.complain(&deadline.place, "rules.unknown_column", message, help);
            }
            found.filter(|_| right)
        };
        let is_date = |column: &Column| column.ty == Type::Date;
        let is_days = |column: &Column| column.ty == Type::DAYS && !column.optional;
        let is_start = |column: &Column| is_date(column) && !column.optional;
        let start = column(&deadline.start, &is_start, "必填日期列");
        let done = column(&deadline.done, &is_date, "日期列");
        let extension = deadline
            .extension
            .as_ref()
            .map(|name| column(name, &is_days, "天数列"));
        let consent = deadline
            .extension_consent
            .as_ref()
            .map(|name| column(name, &is_date, "日期列"));
        let mut rules = Vec::new();
        for rule in &deadline.rules {
            let Some(when) = &rule.when else {
                rules.push(None);
                continue;
            };
            match compile_row(&when.text, self.names(columns)) {
                Ok(compiled) => {
                    self.expect_bool(when, compiled.root.ty);
                    rules.push(Some(compiled));
                }
                Err(faults) => self.report(when, faults),
            }
        }
        Some(CompiledDeadline {
            index,
            table,
            start: start?,
            done: done?,
            extension: extension.flatten(),
            consent: consent.flatten(),
            rules,
        })
    }
}
