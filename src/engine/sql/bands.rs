//! Points by a band table: those of the row that a value falls into, or slice by slice.

use super::expression::Sql;
use super::node::Writer;
use super::tables::{self, Cells};
use super::{Dialect, SqlError};
use crate::pack::{BandMethod, CompiledRule, Indicator, IndicatorKind, Table, TableOutput};
use crate::table::slices;

impl Writer<'_> {
    /// What the band table gives for a value, as a fraction; `None` for indicators without one.
    pub(super) fn band(
        &self,
        rule: &CompiledRule,
        indicator: &Indicator,
        value: &Sql,
    ) -> Result<Option<String>, SqlError> {
        let IndicatorKind::Banded { method, .. } = &indicator.kind else {
            return Ok(None);
        };
        let active = rule.band.and_then(|band| self.constants.tables.get(band));
        let active = active.and_then(Option::as_ref);
        let active = active.ok_or_else(|| self.refused("没有有效版本的分档表 no band table"))?;
        Ok(Some(match method {
            BandMethod::Step => {
                let found = self.look_up_in(&active.table, &[(value.clone(), true)])?;
                let scale = match active.table.output {
                    TableOutput::Number { scale, .. } => scale,
                    TableOutput::Text => 0,
                };
                self.pair(&found, "1", scale)
            }
            BandMethod::Marginal if self.dialect == Dialect::DuckDb => {
                return Err(self.refused("分段累计 marginal bands on DuckDB"));
            }
            BandMethod::Marginal => self.marginal(&active.table, value)?,
        }))
    }

    /// The part of the value from zero up that lies in each row's interval × the row's number,
    /// summed. What no row covers earns what the table gives otherwise, or is refused.
    fn marginal(&self, table: &Table, value: &Sql) -> Result<String, SqlError> {
        let input = tables::inputs(table).next();
        let input = input.filter(|input| matches!(input.cells, Cells::Interval { .. }));
        let input =
            input.ok_or_else(|| self.refused("没有区间的分段表 bands without intervals"))?;
        if slices(table).iter().any(|slice| slice.rows.len() > 1) {
            return Err(self.refused("重叠的分段 overlapping slices"));
        }
        let name = tables::table_name(self.pack, table)?;
        let (from, to) = (input.column("_from")?, input.column("_to")?);
        let uncovered = match &table.otherwise {
            Some(rate) => format!(
                "fraction_sum(points, fraction_product(fraction_difference(_1, length), \
                 fraction({}, 1)))",
                tables::output(rate)
            ),
            None => self.refuse("没有适用的分段 no slice matches", "numeric[]"),
        };
        Ok(format!(
            "(SELECT fraction_128(CASE WHEN fraction_order(length, _1) < 0 THEN {uncovered} \
             ELSE points END, {key})\n        FROM (SELECT {value} AS _1 OFFSET 0) AS given, LATERAL (\n          \
             SELECT fraction_total(length) AS length, \
             fraction_total(fraction_product(length, fraction(_value, 1))) AS points\n          \
             FROM (SELECT _value, fraction_difference(\
             fraction_least(_1, COALESCE(fraction({to}, 1), _1)), \
             fraction(GREATEST(COALESCE({from}, 0), 0), 1)) AS length\n                \
             FROM {name}) AS cut WHERE length[1] > 0) AS covered)",
            key = self.key,
            value = value.text,
        ))
    }
}
