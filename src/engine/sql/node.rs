//! Nodes of a formula as SQL expressions that give the same value, or fail, on the same rows.
//!
//! Three traps are kept out. NULL: a value that may be missing stands only under `COALESCE`,
//! `IS NULL` or behind a test, as the checker demands. Order: PostgreSQL may evaluate the sides of
//! AND and OR in any order, so where a side can fail the test becomes a CASE, which it may not
//! reorder. Folding: a failure that stands in a branch never taken must not be raised when the
//! query is planned, so every failure names the row.

use chrono::NaiveDate;
use domain::Rounding;

use super::expression::{Binding, Sql, literal, rounded};
use super::width::{SAFE_BITS, Widths, digits, is_fraction};
use super::{Dialect, SqlError, text};
use crate::eval::Constants;
use crate::formula::tree::{Aggregate, Arithmetic, Comparison, Kind, Node, Peer, Ty};
use crate::pack::Pack;

/// Writes the formulas of one rule.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    /// Id of the rule, for faults.
    pub(super) rule: &'a str,
    pub(super) pack: &'a Pack,
    pub(super) constants: &'a Constants,
    pub(super) dialect: Dialect,
    /// Column that names the row or subject in a failure.
    pub(super) key: &'a str,
    /// Aggregates that the formula refers to; columns `a1`, `a2`, … hold them.
    pub(super) aggregates: &'a [Aggregate],
    /// Comparisons with the peer group; columns `p1`, `p2`, … hold them.
    pub(super) peers: &'a [Peer],
}

impl Writer<'_> {
    pub(super) const fn widths(&self) -> Widths<'_> {
        Widths {
            constants: self.constants,
            aggregates: self.aggregates,
            peers: self.peers,
        }
    }

    pub(super) fn refused(&self, what: impl Into<String>) -> SqlError {
        SqlError::NotExported {
            rule: self.rule.to_owned(),
            what: what.into(),
        }
    }

    /// A call that fails and names rule, reason and row.
    pub(super) fn refuse(&self, what: &str, as_type: &str) -> String {
        let what = text::quoted(&format!("{}: {what}", self.rule));
        format!("CAST(refuse({what}, {}) AS {as_type})", self.key)
    }

    /// A node of any type; fractions as pairs of numerator and denominator.
    pub(super) fn node(&self, node: &Node) -> Result<Sql, SqlError> {
        if is_fraction(node.ty) {
            return self.fraction(node);
        }
        let sql = self.plain(node)?;
        Ok(match (self.dialect, node.ty.scale()) {
            (Dialect::DuckDb, Some(scale)) => of_scale(&sql, scale),
            _ => sql,
        })
    }

    /// A node that is no fraction.
    fn plain(&self, node: &Node) -> Result<Sql, SqlError> {
        Ok(match &node.kind {
            Kind::Bool(flag) => Sql::atom(flag.to_string()),
            Kind::Text(literal) => Sql::atom(text::quoted(literal)),
            Kind::Date(day) => Sql::atom(self.day(*day)?),
            Kind::Number(value) => literal(*value, node.ty),
            Kind::PeriodStart => Sql::atom(format!("{} /* period_start */", self.period_start()?)),
            Kind::PeriodEnd => Sql::atom(format!("{} /* period_end */", self.period_end()?)),
            Kind::Parameter(index) => self.parameter(*index, node.ty)?,
            Kind::Column { name, .. } => Sql::atom(text::name(self.rule, name)?),
            Kind::Aggregate(index) => Sql::atom(format!("a{}", index + 1)),
            Kind::Peer(index) => Sql::atom(format!("p{}", index + 1)),
            Kind::Carry(index) => Sql::atom(format!("c{}", index + 1)),
            Kind::Negate(one) => {
                let one = self.node(one)?;
                let integer = one.integer;
                Sql {
                    integer,
                    ..Sql::made(Binding::Arithmetic, format!("-{}", one.operand()), &[&one])
                }
            }
            Kind::Absolute(one) => {
                let one = self.node(one)?;
                let integer = one.integer;
                Sql {
                    integer,
                    ..Sql::closed(format!("abs({})", one.text), &[&one])
                }
            }
            Kind::Arithmetic(op, left, right) => self.arithmetic(*op, node, left, right)?,
            Kind::Round(one, mode) => self.round(node, one, *mode)?,
            Kind::Widen(one) => self.fitting(node, self.node(one)?),
            Kind::Extreme { greatest, values } => {
                let name = if *greatest { "GREATEST" } else { "LEAST" };
                self.call(name, values)?
            }
            Kind::Compare(op, left, right) => self.compare(*op, left, right)?,
            Kind::SameText(left, right) => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                let text = format!("{} = {}", left.operand(), right.operand());
                Sql::made(Binding::Test, text, &[&left, &right])
            }
            Kind::OneOf(one, texts) => self.one_of(one, texts, false)?,
            Kind::And(left, right) => self.logical(left, right, true)?,
            Kind::Or(left, right) => self.logical(left, right, false)?,
            Kind::Not(one) => self.not(one)?,
            Kind::IsKnown(one) => {
                let one = self.node(one)?;
                Sql::made(
                    Binding::Test,
                    format!("{} IS NOT NULL", one.operand()),
                    &[&one],
                )
            }
            Kind::Default(one, fallback) => {
                let (one, fallback) = (self.node(one)?, self.node(fallback)?);
                let integer = one.integer && fallback.integer;
                let text = format!("COALESCE({}, {})", one.text, fallback.text);
                Sql {
                    integer,
                    ..Sql::closed(text, &[&one, &fallback])
                }
            }
            Kind::Case {
                branches,
                otherwise,
            } => self.case(branches, otherwise, &|writer, node| writer.node(node))?,
            Kind::Days(left, right) => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                let text = format!("{} - {}", left.operand(), right.operand());
                Sql {
                    integer: true,
                    ..Sql::made(Binding::Arithmetic, text, &[&left, &right])
                }
            }
            Kind::Workdays(from, to) => self.on_day("workdays", &[from, to])?,
            Kind::AddDays(date, days) => self.on_day("add_days", &[date, days])?,
            Kind::AddWorkdays(date, days) => self.on_day("add_workdays", &[date, days])?,
            Kind::IsWorkday(date) => self.on_day("is_workday", &[date])?,
            Kind::Table { table, inputs } => self.look_up(*table, inputs)?,
            Kind::Quotient(..) => return Err(self.refused("商 a quotient outside a fraction")),
        })
    }

    /// The first day of the period.
    pub(super) fn period_start(&self) -> Result<String, SqlError> {
        self.day(self.constants.period_start)
    }

    /// The last day of the period.
    pub(super) fn period_end(&self) -> Result<String, SqlError> {
        self.day(self.constants.period_end)
    }

    fn day(&self, days: i32) -> Result<String, SqlError> {
        NaiveDate::from_num_days_from_ce_opt(days)
            .map(text::date)
            .ok_or_else(|| self.refused(format!("日期 date {days}")))
    }

    fn parameter(&self, index: usize, ty: Ty) -> Result<Sql, SqlError> {
        let value = self.constants.parameters.get(index).copied().flatten();
        let (Some(value), Some(parameter)) = (value, self.pack.parameters.get(index)) else {
            return Err(self.refused("没有有效值的参数 a parameter without a value in force"));
        };
        let number = literal(value, ty);
        let cites = super::cites(&parameter.cite);
        let note = text::comment(&format!("{} · {cites}", parameter.id));
        Ok(Sql {
            text: format!("{} /* {note} */", number.text),
            ..number
        })
    }

    /// A function over days; it fails where a date or a working day cannot be had.
    fn on_day(&self, function: &str, arguments: &[&Node]) -> Result<Sql, SqlError> {
        let arguments = arguments.iter().map(|one| Ok(self.node(one)?.text));
        let arguments: Vec<String> = arguments.collect::<Result<_, SqlError>>()?;
        Ok(Sql::atom(format!("{function}({})", arguments.join(", "))).that_can_fail())
    }

    fn call(&self, name: &str, values: &[Node]) -> Result<Sql, SqlError> {
        let values = values.iter().map(|value| self.node(value));
        let values: Vec<Sql> = values.collect::<Result<_, _>>()?;
        let texts: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
        let parts: Vec<&Sql> = values.iter().collect();
        Ok(Sql {
            integer: values.iter().all(|value| value.integer),
            ..Sql::closed(format!("{name}({})", texts.join(", ")), &parts)
        })
    }

    fn arithmetic(
        &self,
        op: Arithmetic,
        node: &Node,
        left: &Node,
        right: &Node,
    ) -> Result<Sql, SqlError> {
        let (left, right) = (self.node(left)?, self.node(right)?);
        let sign = match op {
            Arithmetic::Add => '+',
            Arithmetic::Subtract => '-',
            Arithmetic::Multiply => '*',
        };
        // One side of exact type makes the other one so.
        let first = if left.integer && right.integer {
            left.argument()
        } else {
            left.operand()
        };
        let text = format!("{first} {sign} {}", right.operand());
        Ok(self.fitting(node, Sql::made(Binding::Arithmetic, text, &[&left, &right])))
    }

    /// A scaled number that is checked to fit 128 bits, where that is not certain.
    pub(super) fn fitting(&self, node: &Node, sql: Sql) -> Sql {
        if self.widths().unchecked(node).above <= SAFE_BITS {
            return sql;
        }
        let scale = node.ty.scale().unwrap_or(0);
        let text = format!("number_within({}, {scale}, 128, {})", sql.text, self.key);
        Sql::atom(text).that_can_fail()
    }

    /// Rounding. A quotient is rounded from a decimal long enough that it lies on the same side of
    /// every midpoint as the exact quotient: `n/d` is either a midpoint of `s` decimals, and then
    /// ends within `s + 1`, or further from it than `1/(2·10^s·d)`.
    fn round(&self, node: &Node, one: &Node, mode: Rounding) -> Result<Sql, SqlError> {
        let scale = node.ty.scale().unwrap_or(0);
        if !is_fraction(one.ty) {
            let one = self.node(one)?;
            return Ok(Sql::closed(rounded(&one.text, scale, mode), &[&one]));
        }
        let fits = self.widths().unchecked(node).above <= SAFE_BITS;
        if let Kind::Quotient(above, below) = &one.kind
            && fits
            && self.dialect == Dialect::PostgreSql
            && let (Some(from), Some(_)) = (above.ty.scale(), below.ty.scale())
        {
            let decimals = u32::from(scale) + digits(self.widths().of(below).above) + 1;
            let decimals = decimals.max(u32::from(from));
            let dividend = self.node(above)?.text;
            let divisor = self.divisor(below)?;
            let quotient = format!("CAST({dividend} AS numeric(1000, {decimals})) / {divisor}");
            return Ok(Sql::atom(rounded(&quotient, scale, mode)).that_can_fail());
        }
        let one = self.fraction(one)?;
        let mode = mode.name();
        let text = if fits {
            format!("fraction_round({}, {scale}, '{mode}')", one.text)
        } else {
            format!(
                "fraction_round_128({}, {scale}, '{mode}', {})",
                one.text, self.key
            )
        };
        Ok(Sql {
            fallible: one.fallible || !fits,
            ..Sql::atom(text)
        })
    }

    /// A whole formula rounded to `scale` decimals by the mode of scores, within 64 bits.
    pub(super) fn rounded_root(&self, root: &Node, scale: u8) -> Result<String, SqlError> {
        let mode = self.pack.rounding.score.mode;
        let value = self.node(root)?.text;
        let rounded = match root.ty.scale() {
            Some(own) if own <= scale => value,
            Some(_) => rounded(&value, scale, mode),
            None => format!("fraction_round({value}, {scale}, '{}')", mode.name()),
        };
        Ok(format!(
            "number_within({rounded}, {scale}, 64, {})",
            self.key
        ))
    }

    /// A divisor. One without columns would fail when the query is planned, so it is tested first.
    fn divisor(&self, node: &Node) -> Result<String, SqlError> {
        let sql = self.node(node)?;
        let known = match node.kind {
            Kind::Number(value) => value,
            Kind::Parameter(index) => {
                let value = self.constants.parameters.get(index).copied().flatten();
                value.unwrap_or(0)
            }
            _ => 0,
        };
        if is_constant(node) && known == 0 {
            let refuse = self.refuse("分母为零 zero denominator", "numeric");
            let text = &sql.text;
            return Ok(format!(
                "(CASE WHEN {text} = 0 THEN {refuse} ELSE {text} END)"
            ));
        }
        Ok(sql.operand())
    }

    fn compare(&self, op: Comparison, left: &Node, right: &Node) -> Result<Sql, SqlError> {
        let sign = op.sign();
        if is_fraction(left.ty) || is_fraction(right.ty) {
            let (left, right) = (self.fraction(left)?, self.fraction(right)?);
            let text = format!("fraction_order({}, {}) {sign} 0", left.text, right.text);
            return Ok(Sql::made(Binding::Test, text, &[&left, &right]));
        }
        let (left, right) = (self.node(left)?, self.node(right)?);
        let side = |side: &Sql| side.within(Binding::Arithmetic);
        let text = format!("{} {sign} {}", side(&left), side(&right));
        Ok(Sql::made(Binding::Test, text, &[&left, &right]))
    }

    fn one_of(&self, one: &Node, texts: &[String], negated: bool) -> Result<Sql, SqlError> {
        let one = self.node(one)?;
        let text = match texts {
            [only] => {
                let sign = if negated { "<>" } else { "=" };
                format!("{} {sign} {}", one.operand(), text::quoted(only))
            }
            texts => {
                let sign = if negated { "NOT IN" } else { "IN" };
                let list: Vec<String> = texts.iter().map(|text| text::quoted(text)).collect();
                format!("{} {sign} ({})", one.operand(), list.join(", "))
            }
        };
        Ok(Sql::made(Binding::Test, text, &[&one]))
    }

    /// AND or OR; in order, where a side can fail.
    fn logical(&self, left: &Node, right: &Node, is_and: bool) -> Result<Sql, SqlError> {
        let (left, right) = (self.node(left)?, self.node(right)?);
        if left.fallible || right.fallible {
            let (l, r) = (&left.text, &right.text);
            let text = if is_and {
                format!("CASE WHEN {l} THEN {r} ELSE false END")
            } else {
                format!("CASE WHEN {l} THEN true ELSE {r} END")
            };
            return Ok(Sql::made(Binding::Logic, text, &[&left, &right]));
        }
        let word = if is_and { "AND" } else { "OR" };
        let side = |side: &Sql| side.within(Binding::Test);
        let text = format!("{} {word} {}", side(&left), side(&right));
        Ok(Sql::made(Binding::Logic, text, &[&left, &right]))
    }

    fn not(&self, one: &Node) -> Result<Sql, SqlError> {
        match &one.kind {
            Kind::IsKnown(column) => {
                let column = self.node(column)?;
                let text = format!("{} IS NULL", column.operand());
                Ok(Sql::made(Binding::Test, text, &[&column]))
            }
            Kind::OneOf(inner, texts) => self.one_of(inner, texts, true),
            _ => {
                let one = self.node(one)?;
                Ok(Sql::made(
                    Binding::Logic,
                    format!("NOT {}", one.operand()),
                    &[&one],
                ))
            }
        }
    }

    /// CASE, with its results written by `result`.
    pub(super) fn case(
        &self,
        branches: &[(Node, Node)],
        otherwise: &Node,
        result: &dyn Fn(&Self, &Node) -> Result<Sql, SqlError>,
    ) -> Result<Sql, SqlError> {
        let mut text = "CASE".to_owned();
        let mut fallible = false;
        let mut integer = true;
        for (condition, value) in branches {
            let (condition, value) = (self.node(condition)?, result(self, value)?);
            fallible |= condition.fallible || value.fallible;
            integer &= value.integer;
            text.push_str(&format!(" WHEN {} THEN {}", condition.text, value.text));
        }
        let value = result(self, otherwise)?;
        text.push_str(&format!(" ELSE {} END", value.text));
        Ok(Sql {
            text,
            binding: Binding::Logic,
            integer: integer && value.integer,
            fallible: fallible || value.fallible,
        })
    }
}

/// A number as a decimal of just this scale. DuckDB gives up decimals where it unites numbers of
/// different scales that do not all fit 38 digits, and says nothing.
fn of_scale(number: &Sql, scale: u8) -> Sql {
    let text = format!("CAST({} AS numeric(38, {scale}))", number.text);
    Sql {
        integer: false,
        ..Sql::closed(text, &[number])
    }
}

/// Whether the node reads no row.
pub(super) fn is_constant(node: &Node) -> bool {
    let mut constant = true;
    node.walk(&mut |node| {
        constant &= !node.kind.is_source();
    });
    constant
}
