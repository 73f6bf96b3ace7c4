//! Looking decision tables up: a sub-select by hit policy. More than one row under `unique`, or rows
//! that disagree under `any`, fail by themselves: a sub-select that gives two rows is an error.

use super::SqlError;
use super::expression::{Binding, Sql};
use super::node::Writer;
use super::tables::{self, Cells, Input};
use super::width::{SAFE_BITS, is_fraction, magnitude};
use crate::formula::tree::Node;
use crate::pack::{CellTest, Collect, HitPolicy, Interval, Output, Table, TableOutput};

impl Writer<'_> {
    /// The call of a table in a formula.
    pub(super) fn look_up(&self, signature: usize, inputs: &[Node]) -> Result<Sql, SqlError> {
        let active = self.constants.tables.get(signature);
        let Some(active) = active.and_then(Option::as_ref) else {
            return Err(self.refused("没有有效版本的表 a table without a version in force"));
        };
        let mut given = Vec::with_capacity(inputs.len());
        for input in inputs {
            given.push((self.node(input)?, is_fraction(input.ty)));
        }
        let found = self.look_up_in(&active.table, &given)?;
        // Where every combination of inputs has its row, nothing but an input can fail.
        let fallible = !active.lookup.is_total() || given.iter().any(|(input, _)| input.fallible);
        Ok(Sql { fallible, ..found })
    }

    /// The row of a table that inputs hit; the flag of an input says that it is a fraction.
    pub(super) fn look_up_in(&self, table: &Table, given: &[(Sql, bool)]) -> Result<Sql, SqlError> {
        let bounded = tables::inputs(table).any(|input| input.domain().is_some());
        let plain = |(input, fraction): &(Sql, bool)| {
            input.binding == Binding::Atom && !input.fallible && !fraction
        };
        let plain = !bounded && given.iter().all(plain);
        let mut named = Vec::new();
        let mut tests = Vec::new();
        let mut domains = Vec::new();
        for (number, (kept, (input, fraction))) in (1..).zip(tables::inputs(table).zip(given)) {
            let alias = format!("_{number}");
            let value = Value {
                text: if plain {
                    input.operand()
                } else {
                    alias.clone()
                },
                fraction: *fraction,
            };
            tests.push(value.cell(&kept)?);
            if let Some(domain) = kept.domain() {
                domains.push(value.within(&kept, domain)?);
            }
            named.push(format!("{} AS {alias}", input.argument()));
        }
        let name = tables::table_name(self.pack, table)?;
        let select = self.select(table, &format!("FROM {name} WHERE {}", tests.join(" AND ")));
        let refuse = || {
            let reason = format!("表 {} 没有适用的行 no row matches", table.id);
            self.refuse(&reason, &output_type(table))
        };
        let counts = table.hit == HitPolicy::Collect(Collect::Count);
        let mut found = match &table.otherwise {
            _ if counts => select,
            Some(value) => format!("COALESCE({select}, {})", tables::output(value)),
            None => format!("COALESCE({select}, {})", refuse()),
        };
        if !domains.is_empty() {
            let within = domains.join(" AND ");
            found = format!("CASE WHEN {within} THEN {found} ELSE {} END", refuse());
        }
        // Each input is computed once, whatever the rows ask of it.
        if !plain {
            found = format!(
                "(SELECT {found} FROM (SELECT {} OFFSET 0) AS given)",
                named.join(", ")
            );
        }
        Ok(Sql::atom(found).that_can_fail())
    }

    fn select(&self, table: &Table, from: &str) -> String {
        match table.hit {
            HitPolicy::Unique => format!("(SELECT _value {from})"),
            HitPolicy::Any => format!("(SELECT DISTINCT _value {from})"),
            HitPolicy::First | HitPolicy::RuleOrder => {
                format!("(SELECT _value {from} ORDER BY _row LIMIT 1)")
            }
            HitPolicy::Priority => {
                format!("(SELECT _value {from} ORDER BY _priority, _row LIMIT 1)")
            }
            HitPolicy::Collect(Collect::Min) => format!("(SELECT MIN(_value) {from})"),
            HitPolicy::Collect(Collect::Max) => format!("(SELECT MAX(_value) {from})"),
            HitPolicy::Collect(Collect::Count) => {
                format!("(SELECT CAST(COUNT(*) AS numeric(19, 0)) {from})")
            }
            HitPolicy::Collect(Collect::Sum) => {
                let sum = format!("(SELECT SUM(_value) {from})");
                let scale = scale(table);
                if widest_sum(table) <= SAFE_BITS {
                    return sum;
                }
                format!("number_within({sum}, {scale}, 128, {})", self.key)
            }
        }
    }
}

fn scale(table: &Table) -> u8 {
    match table.output {
        TableOutput::Number { scale, .. } => scale,
        TableOutput::Text => 0,
    }
}

fn output_type(table: &Table) -> String {
    match table.output {
        TableOutput::Number { scale, .. } => format!("numeric(38, {scale})"),
        TableOutput::Text => "text".to_owned(),
    }
}

/// Bits of the sum of all rows of a table, without their signs.
pub(super) fn widest_sum(table: &Table) -> u32 {
    let rows = table.rows.iter().map(|row| match &row.value {
        Output::Number(number) => number.rescaled(scale(table)).map(|one| one.mantissa),
        Output::Text(_) => Some(0),
    });
    let sum = rows
        .into_iter()
        .try_fold(0_i128, |sum, value| sum.checked_add(value?.checked_abs()?));
    sum.map_or(u32::MAX, magnitude)
}

/// What a cell is compared with.
struct Value {
    text: String,
    /// Whether it is a fraction, compared as numerator with bound × denominator.
    fraction: bool,
}

impl Value {
    fn left(&self) -> String {
        if self.fraction {
            format!("{}[1]", self.text)
        } else {
            self.text.clone()
        }
    }

    fn bound(&self, bound: &str) -> String {
        if self.fraction {
            format!("{bound} * {}[2]", self.text)
        } else {
            bound.to_owned()
        }
    }

    /// The condition that the cell of a row is for the value.
    fn cell(&self, input: &Input<'_>) -> Result<String, SqlError> {
        let left = self.left();
        Ok(match input.cells {
            Cells::Single => format!("{} = {left}", self.bound(&input.column("")?)),
            Cells::Texts { negated } => {
                let column = input.column("")?;
                let listed = format!("{left} = ANY ({column})");
                if negated {
                    let negated = input.column("_negated")?;
                    format!("({column} IS NULL OR ({listed}) <> {negated})")
                } else {
                    format!("({column} IS NULL OR {listed})")
                }
            }
            Cells::Bool => {
                let column = input.column("")?;
                format!("({column} IS NULL OR {column} = {left})")
            }
            Cells::Interval { low, high } => {
                let end = |suffix: &str, sign: char, uniform: Option<bool>| {
                    let column = input.column(suffix)?;
                    let bound = self.bound(&column);
                    Ok(match uniform {
                        Some(true) => format!("({column} IS NULL OR {bound} {sign}= {left})"),
                        Some(false) => format!("({column} IS NULL OR {bound} {sign} {left})"),
                        None => {
                            let included = input.column(&format!("{suffix}_included"))?;
                            format!(
                                "({column} IS NULL OR {bound} {sign} {left} \
                                 OR {included} AND {bound} = {left})"
                            )
                        }
                    })
                };
                let (lower, upper) = (end("_from", '<', low)?, end("_to", '>', high)?);
                format!("{lower} AND {upper}")
            }
        })
    }

    /// The condition that the value belongs to the domain of its input.
    fn within(&self, input: &Input<'_>, domain: &CellTest) -> Result<String, SqlError> {
        let left = self.left();
        Ok(match domain {
            CellTest::Any => "true".to_owned(),
            CellTest::Bool(flag) => format!("{left} = {flag}"),
            CellTest::Texts { listed, negated } => {
                let texts: Vec<String> = listed
                    .iter()
                    .map(|text| super::text::quoted(text))
                    .collect();
                let sign = if *negated { "NOT IN" } else { "IN" };
                format!("{left} {sign} ({})", texts.join(", "))
            }
            CellTest::Intervals(list) => {
                let each = list.iter().map(|one| self.interval(input, *one));
                let each: Vec<String> = each.collect::<Result<_, _>>()?;
                format!("({})", each.join(" OR "))
            }
        })
    }

    fn interval(&self, input: &Input<'_>, interval: Interval) -> Result<String, SqlError> {
        let left = self.left();
        let mut tests = Vec::new();
        for (bound, sign) in [(interval.low, '>'), (interval.high, '<')] {
            if let Some(bound) = bound {
                let equal = if bound.included { "=" } else { "" };
                let point = self.bound(&input.point(bound.value)?);
                tests.push(format!("{left} {sign}{equal} {point}"));
            }
        }
        Ok(if tests.is_empty() {
            "true".to_owned()
        } else {
            tests.join(" AND ")
        })
    }
}
