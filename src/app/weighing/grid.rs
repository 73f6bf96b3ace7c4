//! A file as a grid of numbers under named columns, every fault with its line and field.

use std::collections::BTreeSet;
use std::path::Path;

use domain::{Diagnostic, Place};
use ingest::{Input, SheetLine};
use weights::{ComparisonFault, Number};

use crate::error::Error;

/// A header, and below it rows of numbers, which may have a name in front.
pub(super) struct Grid {
    file: String,
    criteria: Vec<String>,
    /// Columns before the first number: one where rows have names, else none.
    labels: usize,
    rows: Vec<SheetLine>,
    numbers: Vec<Vec<Number>>,
}

impl Grid {
    /// Reads a CSV file or the first sheet of a workbook; all faults of its cells at once.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        let file = path.display().to_string();
        let input = Input {
            file_name: &file,
            bytes: &bytes,
        };
        let mut lines = ingest::sheet(input)?;
        for line in &mut lines {
            while line.cells.last().is_some_and(String::is_empty) {
                line.cells.pop();
            }
        }
        Self::from_lines(file, lines)
    }

    fn from_lines(file: String, mut lines: Vec<SheetLine>) -> Result<Self, Error> {
        let header = if lines.is_empty() {
            SheetLine {
                line: 1,
                cells: Vec::new(),
            }
        } else {
            lines.remove(0)
        };
        // Rows have names when no row begins with a number.
        let named = lines.iter().all(|row| {
            let first = row.cells.first().map_or("", String::as_str);
            weights::number::parse(first).is_none()
        });
        let labels = usize::from(named);
        let criteria: Vec<String> = header.cells.iter().skip(labels).cloned().collect();
        let mut grid = Self {
            file,
            criteria,
            labels,
            rows: lines,
            numbers: Vec::new(),
        };
        let mut faults = grid.header_faults(header.line);
        if grid.rows.is_empty() {
            let message = "表头之下没有数据 (no rows below the header)".to_owned();
            faults.push(grid.fault("weights.no_rows", header.line, 0, message, ""));
        }
        grid.read_numbers(&mut faults);
        grid.or_faults(faults)
    }

    fn or_faults(self, faults: Vec<Diagnostic>) -> Result<Self, Error> {
        if faults.is_empty() {
            Ok(self)
        } else {
            Err(Error::Diagnostics(faults))
        }
    }

    fn header_faults(&self, line: u32) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        if self.criteria.is_empty() {
            let message = "第一行没有准则名 (no names in the first line)".to_owned();
            faults.push(self.fault("weights.no_header", line, 0, message, "第一行写各列的名称"));
        }
        for (column, name) in self.criteria.iter().enumerate() {
            let (code, message) = if name.is_empty() {
                (
                    "weights.no_name",
                    format!("第 {} 列没有名称 (unnamed column)", column + 1),
                )
            } else if weights::number::parse(name).is_some() {
                let message =
                    format!("“{name}”是数，不是列名；第一行应为表头 (a number, not a name)");
                ("weights.no_name", message)
            } else if !seen.insert(name) {
                (
                    "weights.duplicate",
                    format!("列名“{name}”重复 (duplicate name)"),
                )
            } else {
                continue;
            };
            let help = "请在第一行为每列写一个不同的名称 (name each column once)";
            faults.push(self.fault(code, line, column, message, help));
        }
        faults
    }

    fn read_numbers(&mut self, faults: &mut Vec<Diagnostic>) {
        let mut numbers = Vec::with_capacity(self.rows.len());
        for (index, row) in self.rows.iter().enumerate() {
            let mut parsed = Vec::new();
            for (column, text) in row.cells.iter().skip(self.labels).enumerate() {
                if let Some(number) = weights::number::parse(text) {
                    parsed.push(number);
                    continue;
                }
                let message = format!("{}“{text}”不是数 (not a number)", self.field(index, column));
                let help = "写作 3、0.25 或 1/3；不写千分位、百分号 (as in 3, 0.25 or 1/3)";
                faults.push(self.fault("weights.not_a_number", row.line, column, message, help));
            }
            numbers.push(parsed);
        }
        self.numbers = numbers;
    }

    /// A finding about a column of numbers (counted from zero) in a line.
    fn fault(
        &self,
        code: &'static str,
        line: u32,
        column: usize,
        message: String,
        help: &str,
    ) -> Diagnostic {
        let place = Place {
            file: self.file.clone(),
            line,
            column: u32::try_from(column + self.labels + 1).unwrap_or(u32::MAX),
        };
        let row = self.rows.iter().find(|row| row.line == line);
        let excerpt = row.map_or_else(String::new, |row| row.cells.join(", "));
        Diagnostic::error(code, place, message)
            .with_excerpt(excerpt, 0)
            .with_help(help)
    }

    /// «第 3 行“高频使用”列：», for a row and a column of numbers, counted from zero.
    fn field(&self, row: usize, column: usize) -> String {
        let line = self.rows.get(row).map_or(0, |row| row.line);
        match self.criteria.get(column) {
            Some(name) => format!("第 {line} 行“{name}”列："),
            None => format!("第 {line} 行第 {} 个值：", column + 1),
        }
    }

    /// Refuses rows with more or fewer values than columns.
    pub(super) fn check_widths(&self) -> Result<(), Error> {
        let wanted = self.criteria.len();
        let mut faults = Vec::new();
        for (row, numbers) in self.rows.iter().zip(&self.numbers) {
            let found = numbers.len();
            if found != wanted {
                let message = format!(
                    "第 {} 行有 {found} 个值，表头有 {wanted} 列 ({found} values, {wanted} columns)",
                    row.line
                );
                let at = found.min(wanted);
                let help = "没有数据的行请删去，不要留空 (leave no gaps)";
                faults.push(self.fault("weights.ragged", row.line, at, message, help));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Diagnostics(faults))
        }
    }

    /// Refuses rows of a matrix whose names are not those of its columns, in order.
    pub(super) fn check_labels(&self) -> Result<(), Error> {
        if self.labels == 0 {
            return Ok(());
        }
        let mut faults = Vec::new();
        for (row, column) in self.rows.iter().zip(&self.criteria) {
            let name = row.cells.first().map_or("", String::as_str);
            if name != column {
                let message = format!(
                    "第 {} 行是“{name}”，对应的列是“{column}” (row and column names differ)",
                    row.line
                );
                let help = "行与列须按同一顺序写同样的准则 (same criteria in the same order)";
                faults.push(self.fault("weights.names", row.line, 0, message, help));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Diagnostics(faults))
        }
    }

    /// The faults of a matrix with their lines and fields.
    pub(super) fn refused(&self, faults: &[ComparisonFault]) -> Error {
        let placed = faults.iter().map(|fault| {
            let row = self.rows.get(fault.row);
            let text = row.and_then(|row| row.cells.get(fault.column + self.labels));
            let value = text.map_or_else(String::new, |text| format!("“{text}”"));
            let field = self.field(fault.row, fault.column);
            let message = format!("{field}{value}{}", fault.kind);
            let line = row.map_or(1, |row| row.line);
            let remedy = fault.kind.remedy();
            self.fault("weights.matrix", line, fault.column, message, &remedy)
        });
        Error::Diagnostics(placed.collect())
    }

    /// By column, whether it is among the names; unknown names are refused.
    pub(super) fn costs(&self, names: &[String]) -> Result<Vec<bool>, Error> {
        if let Some(unknown) = names.iter().find(|name| !self.criteria.contains(name)) {
            return Err(Error::BadInput {
                what: "--cost",
                reason: format!(
                    "没有列“{unknown}”；有 {} (no such column)",
                    self.criteria.join("、")
                ),
            });
        }
        let is_cost = |criterion| names.contains(criterion);
        Ok(self.criteria.iter().map(is_cost).collect())
    }

    pub(super) fn criteria(&self) -> &[String] {
        &self.criteria
    }

    pub(super) fn into_criteria(self) -> Vec<String> {
        self.criteria
    }

    pub(super) fn numbers(&self) -> Vec<Vec<Number>> {
        self.numbers.clone()
    }

    /// The cells of the numbers, as written.
    pub(super) fn cells(&self) -> Vec<Vec<String>> {
        let rows = self.rows.iter();
        rows.map(|row| row.cells.iter().skip(self.labels).cloned().collect())
            .collect()
    }
}
