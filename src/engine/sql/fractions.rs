//! Exact fractions: pairs of numerator and denominator in lowest terms, by the functions of the
//! script. Nothing is divided until a formula rounds.

use super::expression::Sql;
use super::node::Writer;
use super::width::is_fraction;
use super::{Dialect, SqlError};
use crate::formula::tree::{Arithmetic, Kind, Node};

impl Writer<'_> {
    /// A number node as a fraction.
    pub(super) fn fraction(&self, node: &Node) -> Result<Sql, SqlError> {
        if !is_fraction(node.ty) {
            let one = self.node(node)?;
            let text = self.pair(&one, "1", node.ty.scale().unwrap_or(0));
            return Ok(Sql::closed(text, &[&one]));
        }
        Ok(match &node.kind {
            Kind::Aggregate(index) => Sql::atom(format!("a{}", index + 1)),
            Kind::Peer(index) => Sql::atom(format!("p{}", index + 1)),
            Kind::Carry(index) => Sql::atom(format!("c{}", index + 1)),
            Kind::Quotient(above, below) => self.quotient(node, above, below)?,
            Kind::Arithmetic(op, left, right) => {
                let (left, right) = (self.fraction(left)?, self.fraction(right)?);
                let arguments = format!("{}, {}", left.text, right.text);
                let sql = |text| Sql::closed(text, &[&left, &right]);
                match op {
                    Arithmetic::Multiply => {
                        self.fitting_fraction(node, sql(format!("fraction_product({arguments})")))
                    }
                    Arithmetic::Add => self.sum(node, "sum", &arguments, &sql),
                    Arithmetic::Subtract => self.sum(node, "difference", &arguments, &sql),
                }
            }
            Kind::Negate(one) => self.mapped("fraction_negated", one)?,
            Kind::Absolute(one) => self.mapped("fraction_absolute", one)?,
            Kind::Extreme { greatest, values } => {
                let name = if *greatest { "greatest" } else { "least" };
                let mut all = values.iter();
                let first = all.next().ok_or_else(|| self.refused(name))?;
                let mut best = self.fraction(first)?;
                for value in all {
                    let value = self.fraction(value)?;
                    let text = format!("fraction_{name}({}, {})", best.text, value.text);
                    best = Sql::closed(text, &[&best, &value]);
                }
                best
            }
            Kind::Default(one, fallback) => {
                let (one, fallback) = (self.fraction(one)?, self.fraction(fallback)?);
                let text = format!("COALESCE({}, {})", one.text, fallback.text);
                Sql::closed(text, &[&one, &fallback])
            }
            Kind::Case {
                branches,
                otherwise,
            } => self.case(branches, otherwise, &|writer, node| writer.fraction(node))?,
            _ => return Err(self.refused("未知的分数 an unknown fraction")),
        })
    }

    fn quotient(&self, node: &Node, above: &Node, below: &Node) -> Result<Sql, SqlError> {
        if above.ty.scale().is_some() && above.ty.scale() == below.ty.scale() {
            let scale = above.ty.scale().unwrap_or(0);
            let (above, below) = (self.node(above)?, self.node(below)?);
            let text = match self.dialect {
                Dialect::PostgreSql => format!("fraction({}, {})", above.text, below.text),
                Dialect::DuckDb => {
                    let (above, below) = (whole(&above, scale), whole(&below, scale));
                    format!("fraction({above}, {below})")
                }
            };
            return Ok(Sql::atom(text).that_can_fail());
        }
        let (above, below) = (self.fraction(above)?, self.fraction(below)?);
        let text = format!("fraction_quotient({}, {})", above.text, below.text);
        Ok(self.fitting_fraction(node, Sql::atom(text).that_can_fail()))
    }

    /// A scaled number over a whole one, as a fraction. DuckDB's are made of whole numbers.
    pub(super) fn pair(&self, above: &Sql, below: &str, scale: u8) -> String {
        match self.dialect {
            Dialect::PostgreSql => format!("fraction({}, {below})", above.text),
            Dialect::DuckDb if scale == 0 => format!("fraction({}, {below})", whole(above, 0)),
            Dialect::DuckDb => {
                let power = format!("1{}", "0".repeat(usize::from(scale)));
                format!("fraction({}, {below} * {power})", whole(above, scale))
            }
        }
    }

    fn mapped(&self, function: &str, one: &Node) -> Result<Sql, SqlError> {
        let one = self.fraction(one)?;
        Ok(Sql::closed(format!("{function}({})", one.text), &[&one]))
    }

    /// A sum or difference. The columns of the engine hold its parts in 128 bits as well.
    fn sum(&self, node: &Node, name: &str, arguments: &str, sql: &dyn Fn(String) -> Sql) -> Sql {
        if self.widths().unchecked(node).is_safe() {
            return sql(format!("fraction_{name}({arguments})"));
        }
        let text = format!("fraction_{name}_128({arguments}, {})", self.key);
        Sql::atom(text).that_can_fail()
    }

    /// A fraction that is checked to fit 128 bits, where that is not certain.
    fn fitting_fraction(&self, node: &Node, sql: Sql) -> Sql {
        if self.widths().unchecked(node).is_safe() {
            return sql;
        }
        let text = format!("fraction_128({}, {})", sql.text, self.key);
        Sql::atom(text).that_can_fail()
    }
}

/// A number times its power of ten, as DuckDB's widest whole number.
fn whole(number: &Sql, scale: u8) -> String {
    if scale == 0 {
        return format!("CAST({} AS hugeint)", number.text);
    }
    let power = format!("1{}", "0".repeat(usize::from(scale)));
    format!("CAST({} * {power} AS hugeint)", number.operand())
}
