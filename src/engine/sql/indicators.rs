//! Indicators: cases counted and aggregated by department, the value of each as an exact fraction.

use super::expression::Sql;
use super::node::Writer;
use super::{Dialect, SqlError, cites, text};
use crate::exact::Exact;
use crate::formula::tree::{Aggregate, Function, Kind, Node, Ty, Verb};
use crate::formula::{Compiled, Names, show};
use crate::pack::{BandMethod, CompiledRule, Indicator, IndicatorKind, JudgedIn};

impl Writer<'_> {
    /// The value of an indicator for every department: a SELECT of `department`, `cases`, `status`
    /// (`known`, `no_cases`, `below_minimum`), `value` (a fraction), `hit` (of a veto) and `band`
    /// (points by the band table).
    pub(super) fn indicator(
        &self,
        rule: &CompiledRule,
        indicator: &Indicator,
        table: &str,
    ) -> Result<String, SqlError> {
        let condition = rule.condition.as_ref();
        let counted = self.counted(&rule.value.aggregates, condition, table)?;
        let counted = self.compared(&rule.value, indicator.least_cases(), counted)?;
        let values = self.values(rule, indicator)?;
        let least = indicator.least_cases();
        Ok(format!(
            "SELECT department, cases,\n       \
             CASE WHEN cases >= {least} THEN 'known' WHEN cases = 0 THEN 'no_cases' \
             ELSE 'below_minimum' END AS status,\n       {values}\n\
             FROM (\n{counted}\n) AS counted"
        ))
    }

    /// Every department with the number of its rows that satisfy a condition, `cases`, and the
    /// aggregates over them, `a1`, `a2`, …. Materialised, so that an aggregate that fails does so even
    /// where the formula turns out not to need it, as ours does.
    pub(super) fn counted(
        &self,
        aggregates: &[Aggregate],
        condition: Option<&Node>,
        table: &str,
    ) -> Result<String, SqlError> {
        let row = Self {
            key: "row_no",
            aggregates: &[],
            peers: &[],
            ..*self
        };
        let mut grouped = vec!["department".to_owned(), "COUNT(*) AS cases".to_owned()];
        let mut columns = vec!["COALESCE(g.cases, 0) AS cases".to_owned()];
        for (number, aggregate) in (1..).zip(aggregates) {
            grouped.push(format!("{} AS a{number}", row.aggregate(aggregate)?.text));
            columns.push(match nothing(aggregate) {
                Some(nothing) => format!("COALESCE(g.a{number}, {nothing}) AS a{number}"),
                None => format!("g.a{number}"),
            });
        }
        let condition = match condition {
            None => String::new(),
            Some(condition) => format!("\n    WHERE {}", row.node(condition)?.text),
        };
        let columns = columns.join(", ");
        let grouped = grouped.join(",\n           ");
        Ok(format!(
            "  SELECT d.department, d.peer_group, {columns}\n  FROM departments AS d LEFT JOIN (\n    \
             WITH g AS MATERIALIZED (\n    SELECT {grouped}\n    FROM {table}{condition}\n    \
             GROUP BY department) SELECT * FROM g\n  ) AS g ON g.department = d.department"
        ))
    }

    /// The same with comparisons within the peer group, `p1`, `p2`, …, among the departments that have
    /// at least `least` cases, and with values of the period before, `c1`, `c2`, ….
    pub(super) fn compared(
        &self,
        compiled: &Compiled,
        least: u64,
        counted: String,
    ) -> Result<String, SqlError> {
        if compiled.peers.is_empty() && compiled.carries.is_empty() {
            return Ok(counted);
        }
        if self.dialect == Dialect::DuckDb {
            return Err(self.refused("组内比较、上期值 comparisons and carried values on DuckDB"));
        }
        let mut own = vec!["carried.*".to_owned()];
        let mut keyed = vec!["own.*".to_owned()];
        let mut columns = vec!["keyed.*".to_owned()];
        let group = "OVER (PARTITION BY peer_group)";
        for (number, peer) in (1..).zip(&compiled.peers) {
            let argument = self.fraction(&peer.argument)?.text;
            let (o, k) = (format!("own{number}"), format!("key{number}"));
            own.push(format!(
                "CASE WHEN cases >= {least} THEN {argument} END AS {o}"
            ));
            // Equal fractions have equal keys, greater ones greater keys.
            keyed.push(format!(
                "{o}[1] * div(common_multiple({o}[2]) {group}, {o}[2]) AS {k}"
            ));
            let within = format!("OVER (PARTITION BY peer_group ORDER BY {k})");
            let key = self.key;
            let share = |basis: &str| {
                let basis = format!("({basis}({o}) {group})");
                let share = format!("fraction_128(fraction_quotient({o}, {basis}), {key})");
                format!("CASE WHEN {basis}[1] > 0 THEN {share} END")
            };
            let value = match peer.verb {
                Verb::RelativeToBest => share("fraction_max"),
                Verb::ShareOfTotal => share("fraction_total"),
                Verb::Rank => format!(
                    "CASE WHEN {k} IS NOT NULL THEN CAST(COUNT({k}) {group} - COUNT({k}) {within} + 1 \
                     AS numeric(19, 0)) END"
                ),
                Verb::Percentile => format!(
                    "CASE WHEN {k} IS NOT NULL THEN fraction(COUNT({k}) {within}, COUNT({k}) {group}) END"
                ),
            };
            columns.push(format!("{value} AS p{number}"));
        }
        let mut carried = vec!["counted.*".to_owned()];
        for (number, carry) in (1..).zip(&compiled.carries) {
            let id = text::quoted(&carry.id);
            carried.push(format!(
                "(SELECT b.value FROM period_before AS b WHERE b.department = counted.department \
                 AND b.indicator = {id}) AS c{number}"
            ));
        }
        let (carried, own) = (carried.join(",\n    "), own.join(",\n    "));
        let (keyed, columns) = (keyed.join(", "), columns.join(",\n         "));
        Ok(format!(
            "  SELECT {columns}\n  FROM (SELECT {keyed} FROM (SELECT {own}\n  FROM (SELECT {carried}\n  \
             FROM (\n{}\n  ) AS counted) AS carried) AS own) AS keyed",
            text::indented(&format!("  {}", counted.trim_start()), 2)
        ))
    }

    fn values(&self, rule: &CompiledRule, indicator: &Indicator) -> Result<String, SqlError> {
        let least = indicator.least_cases();
        let known = |value: &str| format!("CASE WHEN cases >= {least} THEN {value} END");
        let root = &rule.value.root;
        if root.ty == Ty::Bool {
            let hit = known(&self.node(root)?.text);
            return Ok(format!(
                "CAST(NULL AS numeric[]) AS value, {hit} AS hit, CAST(NULL AS numeric[]) AS band"
            ));
        }
        let value = self.fraction(root)?;
        let named = text::quoted(&indicator.id);
        let within = |function: &str| format!("{function}({}, {named}, {})", value.text, self.key);
        let checked = match &indicator.kind {
            IndicatorKind::Ratio => within("ratio_within_one"),
            IndicatorKind::Deduct { .. }
            | IndicatorKind::Bonus { .. }
            | IndicatorKind::Relative
            | IndicatorKind::Banded {
                method: BandMethod::Marginal,
                ..
            } => within("not_negative"),
            IndicatorKind::Judged(given) => {
                let most = match given {
                    JudgedIn::Ratio => Exact::whole(1),
                    JudgedIn::Points => indicator.points,
                };
                let most = text::decimal(most);
                format!(
                    "judged_within({}, {most}, {named}, {})",
                    value.text, self.key
                )
            }
            IndicatorKind::Banded { .. } | IndicatorKind::Veto(_) => value.text.clone(),
        };
        let band = self.band(rule, indicator, &value)?;
        let band = band.map_or_else(|| "CAST(NULL AS numeric[])".to_owned(), |band| known(&band));
        let value = known(&checked);
        Ok(format!(
            "{value} AS value,\n       CAST(NULL AS boolean) AS hit, {band} AS band"
        ))
    }

    /// An aggregate over the rows of a group.
    pub(super) fn aggregate(&self, aggregate: &Aggregate) -> Result<Sql, SqlError> {
        let arguments = aggregate.arguments.iter().map(|one| self.node(one));
        let arguments: Vec<Sql> = arguments.collect::<Result<_, _>>()?;
        let filter = match &aggregate.filter {
            None => String::new(),
            Some(filter) => format!(" FILTER (WHERE {})", self.node(filter)?.text),
        };
        let typed = |(sql, node): (&Sql, &Node)| match node.kind {
            // A bare literal has no type yet, by which it could be told from others.
            Kind::Text(_) => format!("CAST({} AS text)", sql.text),
            _ => sql.argument(),
        };
        let list: Vec<String> = arguments
            .iter()
            .zip(&aggregate.arguments)
            .map(typed)
            .collect();
        let list = list.join(", ");
        let text = match (aggregate.function, arguments.len()) {
            (Function::Count, _) => format!("CAST(COUNT(*){filter} AS numeric(19, 0))"),
            (Function::CountDistinct, 1) => {
                format!("CAST(COUNT(DISTINCT {list}){filter} AS numeric(19, 0))")
            }
            (Function::CountDistinct, _) => {
                format!("CAST(COUNT(DISTINCT ({list})){filter} AS numeric(19, 0))")
            }
            (Function::Sum, _) => {
                let sum = format!("COALESCE(SUM({list}){filter}, 0)");
                self.fitting_sum(aggregate, sum)
            }
            (Function::Average, _) => {
                // No row gives no mean, not a zero denominator.
                let sum = self.fitting_sum(aggregate, format!("SUM({list}){filter}"));
                let scale = aggregate.arguments.first().and_then(|one| one.ty.scale());
                let count = format!("NULLIF(COUNT(*){filter}, 0)");
                self.pair(&Sql::atom(sum), &count, scale.unwrap_or(0))
            }
            (Function::Minimum, _) => format!("MIN({list}){filter}"),
            (Function::Maximum, _) => format!("MAX({list}){filter}"),
        };
        Ok(Sql::atom(text))
    }

    fn fitting_sum(&self, aggregate: &Aggregate, sum: String) -> String {
        let argument = aggregate.arguments.first();
        if argument.is_none_or(|one| self.widths().sum_is_safe(one)) {
            return sum;
        }
        let scale = argument.and_then(|one| one.ty.scale()).unwrap_or(0);
        format!("number_within({sum}, {scale}, 128, MIN({}))", self.key)
    }

    /// What an indicator says, in comment lines.
    pub(super) fn remark(indicator: &Indicator, rule: &CompiledRule, names: Names<'_>) -> String {
        let shown = show(&rule.value.root, Some(&rule.value), names, &|_| None);
        let mut lines = vec![format!(
            "指标 {} {}（{}）· {}",
            indicator.id,
            indicator.title,
            indicator.kind.name(),
            cites(&indicator.cite)
        )];
        if let Some(condition) = &indicator.condition {
            lines.push(format!("where {}", condition.text));
        }
        lines.push(format!("value {shown}"));
        let lines = lines
            .iter()
            .map(|line| format!("-- {}", text::comment(line)));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What an aggregate gives for a department without a row; `None` where that is no value.
fn nothing(aggregate: &Aggregate) -> Option<&'static str> {
    match aggregate.function {
        Function::Sum | Function::Count | Function::CountDistinct => Some("0"),
        Function::Average | Function::Minimum | Function::Maximum => None,
    }
}
