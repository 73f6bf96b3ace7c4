//! Typed trees back to text, optionally with values in place of aggregates.

use super::check::Compiled;
use super::names::Names;
use super::tree::{Aggregate, Arithmetic, Function, Kind, Node, Peer};
use crate::exact::Exact;

/// Text to put in place of a node; `None` leaves the node as written.
pub type Substitution<'a> = &'a dyn Fn(&Node) -> Option<String>;

/// The text of a tree; `whole` is the formula it is of, for a formula over aggregates.
pub fn show(
    node: &Node,
    whole: Option<&Compiled>,
    names: Names<'_>,
    put: Substitution<'_>,
) -> String {
    if let Some(text) = put(node) {
        return text;
    }
    let inner = |node: &Node| show(node, whole, names, put);
    let operand = |node: &Node| {
        let text = inner(node);
        if is_compound(node) && put(node).is_none() {
            format!("({text})")
        } else {
            text
        }
    };
    match &node.kind {
        Kind::Bool(flag) => flag.to_string(),
        Kind::Text(text) => quoted(text),
        Kind::Date(days) => chrono::NaiveDate::from_num_days_from_ce_opt(*days)
            .map_or_else(|| days.to_string(), |day| format!("DATE '{day}'")),
        Kind::Number(mantissa) => Exact {
            mantissa: *mantissa,
            scale: node.ty.scale().unwrap_or(0),
        }
        .trimmed()
        .to_string(),
        Kind::Column { name, .. } => name.clone(),
        Kind::PeriodStart => "period_start".into(),
        Kind::PeriodEnd => "period_end".into(),
        Kind::Parameter(index) => names
            .parameters
            .get(*index)
            .map_or_else(|| "?".into(), |(id, ..)| id.clone()),
        Kind::Negate(one) => format!("-{}", operand(one)),
        Kind::Absolute(one) => format!("ABS({})", inner(one)),
        Kind::Arithmetic(op, left, right) => {
            let sign = match op {
                Arithmetic::Add => "+",
                Arithmetic::Subtract => "-",
                Arithmetic::Multiply => "*",
            };
            format!("{} {sign} {}", operand(left), operand(right))
        }
        Kind::Quotient(left, right) => format!("ratio({}, {})", inner(left), inner(right)),
        Kind::Round(one, _) => {
            let scale = node.ty.scale().unwrap_or(0);
            match &one.kind {
                Kind::Quotient(left, right) => {
                    format!("ROUND({} / {}, {scale})", operand(left), operand(right))
                }
                _ => format!("ROUND({}, {scale})", inner(one)),
            }
        }
        Kind::Widen(one) => inner(one),
        Kind::Extreme { greatest, values } => {
            let name = if *greatest { "GREATEST" } else { "LEAST" };
            format!("{name}({})", list(values, &inner))
        }
        Kind::Compare(op, left, right) => {
            format!("{} {} {}", operand(left), op.sign(), operand(right))
        }
        Kind::SameText(left, right) => format!("{} = {}", operand(left), operand(right)),
        Kind::OneOf(one, texts) => match texts.as_slice() {
            [text] => format!("{} = {}", operand(one), quoted(text)),
            texts => {
                let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                format!("{} IN ({})", operand(one), texts.join(", "))
            }
        },
        Kind::And(left, right) => format!("{} AND {}", operand(left), operand(right)),
        Kind::Or(left, right) => format!("{} OR {}", operand(left), operand(right)),
        Kind::Not(one) => match &one.kind {
            Kind::IsKnown(column) => format!("{} IS NULL", operand(column)),
            _ => format!("NOT {}", operand(one)),
        },
        Kind::IsKnown(one) => format!("{} IS NOT NULL", operand(one)),
        Kind::Default(one, fallback) => format!("default({}, {})", inner(one), inner(fallback)),
        Kind::Case {
            branches,
            otherwise,
        } => {
            let whens: Vec<String> = branches
                .iter()
                .map(|(when, then)| format!("WHEN {} THEN {}", inner(when), inner(then)))
                .collect();
            format!("CASE {} ELSE {} END", whens.join(" "), inner(otherwise))
        }
        Kind::Days(left, right) => format!("{} - {}", operand(left), operand(right)),
        Kind::AddDays(date, days) => match &days.kind {
            Kind::Number(count) if *count < 0 => {
                format!("{} - {}", operand(date), count.unsigned_abs())
            }
            Kind::Negate(days) => format!("{} - {}", operand(date), operand(days)),
            _ => format!("{} + {}", operand(date), operand(days)),
        },
        Kind::Workdays(left, right) => format!("workdays({}, {})", inner(left), inner(right)),
        Kind::AddWorkdays(date, days) => {
            format!("add_workdays({}, {})", inner(date), inner(days))
        }
        Kind::IsWorkday(date) => format!("is_workday({})", inner(date)),
        Kind::Table { table, inputs } => {
            let id = names.tables.get(*table).map_or("?", |table| &table.id);
            format!("{id}({})", list(inputs, &inner))
        }
        Kind::Aggregate(index) => whole
            .and_then(|whole| whole.aggregates.get(*index))
            .map_or_else(|| "?".into(), |one| show_aggregate(one, names)),
        Kind::Peer(index) => whole
            .and_then(|whole| whole.peers.get(*index))
            .map_or_else(|| "?".into(), |one| show_peer(one, whole, names, put)),
        Kind::Carry(index) => whole
            .and_then(|whole| whole.carries.get(*index))
            .map_or_else(|| "?".into(), |one| format!("carry({})", quoted(&one.id))),
    }
}

/// The text of a comparison within the group.
pub fn show_peer(
    peer: &Peer,
    whole: Option<&Compiled>,
    names: Names<'_>,
    put: Substitution<'_>,
) -> String {
    let argument = show(&peer.argument, whole, names, put);
    format!("{}({argument})", peer.verb.name())
}

/// The text of an aggregate.
pub fn show_aggregate(aggregate: &Aggregate, names: Names<'_>) -> String {
    let plain = |node: &Node| show(node, None, names, &|_| None);
    let arguments = list(&aggregate.arguments, &plain);
    let call = match aggregate.function {
        Function::Sum => format!("SUM({arguments})"),
        Function::Count => "COUNT(*)".into(),
        Function::CountDistinct if aggregate.arguments.len() > 1 => {
            format!("COUNT(DISTINCT ({arguments}))")
        }
        Function::CountDistinct => format!("COUNT(DISTINCT {arguments})"),
        Function::Average => format!("AVG({arguments})"),
        Function::Minimum => format!("MIN({arguments})"),
        Function::Maximum => format!("MAX({arguments})"),
    };
    match &aggregate.filter {
        None => call,
        Some(filter) => format!("{call} FILTER (WHERE {})", plain(filter)),
    }
}

fn list(nodes: &[Node], show: &dyn Fn(&Node) -> String) -> String {
    let shown: Vec<String> = nodes.iter().map(show).collect();
    shown.join(", ")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether the node is an operator that needs brackets inside another.
fn is_compound(node: &Node) -> bool {
    match &node.kind {
        Kind::Widen(inner) => is_compound(inner),
        Kind::Number(value) => *value < 0,
        Kind::Negate(_)
        | Kind::Arithmetic(..)
        | Kind::Compare(..)
        | Kind::SameText(..)
        | Kind::OneOf(..)
        | Kind::And(..)
        | Kind::Or(..)
        | Kind::Not(_)
        | Kind::IsKnown(_)
        | Kind::Days(..)
        | Kind::AddDays(..) => true,
        Kind::Bool(_)
        | Kind::Text(_)
        | Kind::Date(_)
        | Kind::Column { .. }
        | Kind::PeriodStart
        | Kind::PeriodEnd
        | Kind::Parameter(_)
        | Kind::Absolute(_)
        | Kind::Quotient(..)
        | Kind::Round(..)
        | Kind::Extreme { .. }
        | Kind::Default(..)
        | Kind::Case { .. }
        | Kind::Workdays(..)
        | Kind::AddWorkdays(..)
        | Kind::IsWorkday(_)
        | Kind::Table { .. }
        | Kind::Aggregate(_)
        | Kind::Peer(_)
        | Kind::Carry(_) => false,
    }
}
