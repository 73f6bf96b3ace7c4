//! Decision tables as SQL tables: a row a row, or a row for each combination of its intervals, with
//! the cells in typed columns whose names begin with `_`, so that they never meet those of the facts.

use chrono::NaiveDate;

use super::{SqlError, cites, text};
use crate::exact::Exact;
use crate::pack::{
    Bound, CellTest, Collect, HitPolicy, InputType, Interval, Output, Pack, Table, TableOutput,
};

/// How the cells of one input are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// Each is one value.
    Single,
    /// Texts; anything where the list is null.
    Texts {
        /// Whether some rows mean all texts but the listed ones.
        negated: bool,
    },
    /// A truth value, or anything where it is null.
    Bool,
    /// Bounds; an absent one is null.
    Interval {
        /// Whether all lower bounds belong, or none does; `None` when they differ.
        low: Option<bool>,
        /// The same of the upper bounds.
        high: Option<bool>,
    },
}

/// One input of a table with its columns.
pub(super) struct Input<'a> {
    table: &'a Table,
    at: usize,
    pub(super) cells: Cells,
}

/// The inputs of a table.
pub(super) fn inputs(table: &Table) -> impl Iterator<Item = Input<'_>> {
    (0..table.inputs.len()).map(move |at| Input {
        table,
        at,
        cells: cells(table, at),
    })
}

fn tests(table: &Table, at: usize) -> impl Iterator<Item = &CellTest> {
    table.rows.iter().filter_map(move |row| row.when.get(at))
}

fn intervals(table: &Table, at: usize) -> impl Iterator<Item = Interval> {
    let lists = tests(table, at).filter_map(|test| match test {
        CellTest::Intervals(list) => Some(list.iter().copied()),
        _ => None,
    });
    lists.flatten()
}

/// Whether the interval is one point.
fn is_point(interval: &Interval) -> bool {
    match (interval.low, interval.high) {
        (Some(low), Some(high)) => low == high && low.included,
        _ => false,
    }
}

fn cells(table: &Table, at: usize) -> Cells {
    let single = |test: &CellTest| match test {
        CellTest::Texts { listed, negated } => listed.len() == 1 && !negated,
        CellTest::Intervals(list) => list.iter().all(is_point),
        CellTest::Bool(_) => true,
        CellTest::Any => false,
    };
    if tests(table, at).all(single) {
        return Cells::Single;
    }
    let uniform = |bound: fn(&Interval) -> Option<Bound>| {
        let mut found = intervals(table, at).filter_map(|one| bound(&one));
        let first = found.next().is_none_or(|bound| bound.included);
        found.all(|bound| bound.included == first).then_some(first)
    };
    match table.inputs.get(at).map(|input| input.ty) {
        Some(InputType::Text) => Cells::Texts {
            negated: tests(table, at)
                .any(|test| matches!(test, CellTest::Texts { negated: true, .. })),
        },
        Some(InputType::Bool) => Cells::Bool,
        _ => Cells::Interval {
            low: uniform(|one| one.low),
            high: uniform(|one| one.high),
        },
    }
}

impl Input<'_> {
    fn ty(&self) -> InputType {
        let input = self.table.inputs.get(self.at);
        input.map_or(InputType::Number, |input| input.ty)
    }

    /// Which values it may have.
    pub(super) fn domain(&self) -> Option<&CellTest> {
        let input = self.table.inputs.get(self.at)?;
        input.is_bounded().then_some(&input.domain)
    }

    /// Name of one of its columns.
    pub(super) fn column(&self, suffix: &str) -> Result<String, SqlError> {
        let input = self.table.inputs.get(self.at);
        let id = input.map_or("", |input| input.id.as_str());
        text::name(&self.table.id, &format!("_{id}{suffix}"))
    }

    fn definitions(&self) -> Result<Vec<String>, SqlError> {
        let ty = match self.ty() {
            InputType::Text => "text".to_owned(),
            InputType::Bool => "boolean".to_owned(),
            InputType::Date => "date".to_owned(),
            InputType::Number => {
                let bounds = intervals(self.table, self.at).flat_map(|one| [one.low, one.high]);
                let scale = bounds.flatten().map(|bound| bound.value.scale).max();
                format!("numeric(38, {})", scale.unwrap_or(0))
            }
        };
        let column = |suffix, ty: &str| Ok(format!("{} {ty}", self.column(suffix)?));
        Ok(match self.cells {
            Cells::Single => vec![column("", &format!("{ty} NOT NULL"))?],
            Cells::Texts { negated } => {
                let mut all = vec![column("", "text[]")?];
                if negated {
                    all.push(column("_negated", "boolean")?);
                }
                all
            }
            Cells::Bool => vec![column("", "boolean")?],
            Cells::Interval { low, high } => {
                let mut all = vec![column("_from", &ty)?];
                if low.is_none() {
                    all.push(column("_from_included", "boolean")?);
                }
                all.push(column("_to", &ty)?);
                if high.is_none() {
                    all.push(column("_to_included", "boolean")?);
                }
                all
            }
        })
    }

    /// The cell of a row in the order of the columns; several where it has several intervals, which
    /// never meet, so that at most one of them matches.
    fn values(&self, test: &CellTest) -> Result<Vec<Vec<String>>, SqlError> {
        let list = |texts: &[String]| {
            let texts: Vec<String> = texts.iter().map(|text| text::quoted(text)).collect();
            texts.join(", ")
        };
        Ok(match (self.cells, test) {
            (Cells::Single, CellTest::Texts { listed, .. }) => vec![vec![list(listed)]],
            (Cells::Texts { negated: column }, CellTest::Texts { listed, negated }) => {
                let mut cell = vec![format!("ARRAY[{}]", list(listed))];
                if column {
                    cell.push(negated.to_string());
                }
                vec![cell]
            }
            (Cells::Texts { negated }, CellTest::Any) => {
                let columns = if negated { 2 } else { 1 };
                vec![vec!["NULL".into(); columns]]
            }
            (Cells::Bool, CellTest::Any) => vec![vec!["NULL".into()]],
            (Cells::Single | Cells::Bool, CellTest::Bool(flag)) => vec![vec![flag.to_string()]],
            (Cells::Single, CellTest::Intervals(list)) => {
                let points = list.iter().filter_map(|one| one.low);
                points
                    .map(|low| Ok(vec![self.point(low.value)?]))
                    .collect::<Result<_, SqlError>>()?
            }
            (Cells::Interval { low, high }, test) => {
                let all = [Interval {
                    low: None,
                    high: None,
                }];
                let list = match test {
                    CellTest::Intervals(list) => list.as_slice(),
                    _ => &all,
                };
                let cell = |one: &Interval| {
                    let mut cell = self.end(one.low, low)?;
                    cell.extend(self.end(one.high, high)?);
                    Ok(cell)
                };
                list.iter().map(cell).collect::<Result<_, SqlError>>()?
            }
            _ => return Err(self.refused("与输入类型不符的单元格 a cell of another type")),
        })
    }

    /// An end of an interval, with whether it belongs where rows differ in that.
    fn end(&self, bound: Option<Bound>, uniform: Option<bool>) -> Result<Vec<String>, SqlError> {
        let Some(bound) = bound else {
            let columns = if uniform.is_none() { 2 } else { 1 };
            return Ok(vec!["NULL".into(); columns]);
        };
        let mut all = vec![self.point(bound.value)?];
        if uniform.is_none() {
            all.push(bound.included.to_string());
        }
        Ok(all)
    }

    /// A bound as a literal.
    pub(super) fn point(&self, value: Exact) -> Result<String, SqlError> {
        if self.ty() != InputType::Date {
            return Ok(text::decimal(value));
        }
        let days = i32::try_from(value.mantissa).ok();
        let day = days.and_then(NaiveDate::from_num_days_from_ce_opt);
        day.map(text::date)
            .ok_or_else(|| self.refused("超出范围的日期 a date out of range"))
    }

    pub(super) fn refused(&self, what: &str) -> SqlError {
        SqlError::NotExported {
            rule: self.table.id.clone(),
            what: what.to_owned(),
        }
    }
}

/// Name of a version of a table, or of all versions with the date that picks one as an input.
pub(super) fn table_name(pack: &Pack, table: &Table) -> Result<String, SqlError> {
    let same = |one: &&Table| one.id == table.id && one.effective == table.effective;
    let versions = pack.tables.iter().filter(|one| one.id == table.id).count();
    let own = pack.tables.iter().find(same);
    let name = if own.is_none_or(|own| own.inputs.len() != table.inputs.len()) {
        format!("table_{}_by_date", table.id)
    } else if versions > 1 {
        let from = table.effective.from.format("%Y%m%d");
        format!("table_{}_{from}", table.id)
    } else {
        format!("table_{}", table.id)
    };
    text::name(&table.id, &name)
}

/// Place of an output among the priorities of its table, from one.
fn priority(table: &Table, value: &Output) -> usize {
    let found = table.priorities.iter().position(|one| one == value);
    found.unwrap_or(table.priorities.len()) + 1
}

/// The statements that make a version of a table.
pub(super) fn create(pack: &Pack, table: &Table) -> Result<String, SqlError> {
    let name = table_name(pack, table)?;
    let inputs: Vec<Input<'_>> = inputs(table).collect();
    let ranked = table.hit == HitPolicy::Priority;
    let mut columns = vec!["_row integer NOT NULL".to_owned()];
    for input in &inputs {
        columns.extend(input.definitions()?);
    }
    if ranked {
        columns.push("_priority integer NOT NULL".to_owned());
    }
    columns.push(match table.output {
        TableOutput::Text => "_value text NOT NULL".to_owned(),
        TableOutput::Number { scale, .. } => format!("_value numeric(38, {scale}) NOT NULL"),
    });
    let mut lines = Vec::new();
    for (number, row) in (1..).zip(&table.rows) {
        let mut cells = vec![vec![number.to_string()]];
        for (input, test) in inputs.iter().zip(&row.when) {
            let values = input.values(test)?;
            let longer = |cell: &Vec<String>| {
                let with = |value: &Vec<String>| [cell.as_slice(), value.as_slice()].concat();
                values.iter().map(with).collect::<Vec<_>>()
            };
            cells = cells.iter().flat_map(longer).collect();
        }
        for mut cell in cells {
            if ranked {
                cell.push(priority(table, &row.value).to_string());
            }
            cell.push(output(&row.value));
            lines.push((format!("    ({})", cell.join(", ")), cites(&row.cite)));
        }
    }
    let title = text::comment(&format!(
        "表 {} {} · hit = {} · {}",
        table.id,
        table.title,
        policy(table.hit),
        cites(&table.cite)
    ));
    let columns = columns.join(", ");
    let mut script = format!("-- {title}\nCREATE TABLE {name} ({columns});\n");
    for (at, (line, note)) in lines.iter().enumerate() {
        if at == 0 {
            script.push_str(&format!("INSERT INTO {name} VALUES\n"));
        }
        let end = if at + 1 == lines.len() { ';' } else { ',' };
        script.push_str(&format!("{line}{end}"));
        if !note.is_empty() {
            script.push_str(&format!(" -- {}", text::comment(note)));
        }
        script.push('\n');
    }
    Ok(script)
}

/// What a row gives, as a literal.
pub(super) fn output(output: &Output) -> String {
    match output {
        Output::Number(number) => text::decimal(*number),
        Output::Text(value) => text::quoted(value),
    }
}

const fn policy(hit: HitPolicy) -> &'static str {
    match hit {
        HitPolicy::Unique => "unique",
        HitPolicy::Any => "any",
        HitPolicy::First => "first",
        HitPolicy::Priority => "priority",
        HitPolicy::RuleOrder => "rule_order",
        HitPolicy::Collect(Collect::Sum) => "collect(sum)",
        HitPolicy::Collect(Collect::Min) => "collect(min)",
        HitPolicy::Collect(Collect::Max) => "collect(max)",
        HitPolicy::Collect(Collect::Count) => "collect(count)",
    }
}
