//! From sqlparser's tree to the typed tree: names resolved, types, units and missing values checked.
//! All faults of a formula are reported at once.

mod branch;
mod leaf;

use sqlparser::ast::{Expr, InTarget, Spanned, UnaryOperator};
use sqlparser::tokenizer::Span;

use super::names::Names;
use super::syntax::{fault_at, parse};
use super::tree::{Aggregate, Function, Kind, Node, Ty};
use super::{FormulaFault, operators};

/// A checked formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The tree; over the columns of a row, or over the aggregates.
    pub root: Node,
    /// Aggregates, in the order of the text; none in a row formula.
    pub aggregates: Vec<Aggregate>,
}

impl Compiled {
    /// Calls `visit` on every node of the formula, and of a condition on its rows.
    pub fn walk<'a>(&'a self, condition: Option<&'a Node>, visit: &mut impl FnMut(&'a Node)) {
        let aggregated = self.aggregates.iter();
        let inner = aggregated.flat_map(|one| one.arguments.iter().chain(&one.filter));
        for node in condition.into_iter().chain(inner).chain([&self.root]) {
            node.walk(visit);
        }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Columns of a row.
    Row,
    /// Aggregates of a subject.
    Subject,
}

pub(super) struct Checker<'a> {
    pub(super) names: Names<'a>,
    pub(super) level: Level,
    /// Columns that a test has shown to be present.
    pub(super) present: Vec<usize>,
    pub(super) aggregates: Vec<Aggregate>,
    /// Whether a subject may have no row at all.
    pub(super) may_be_empty: bool,
    pub(super) faults: Vec<FormulaFault>,
}

/// Compiles a formula over the columns of a row.
pub fn compile_row(text: &str, names: Names<'_>) -> Result<Compiled, Vec<FormulaFault>> {
    compile(text, names, Level::Row, None, false)
}

/// Compiles a formula over aggregates of the rows that match `condition`.
pub fn compile_subject(
    text: &str,
    names: Names<'_>,
    condition: Option<&Node>,
    may_be_empty: bool,
) -> Result<Compiled, Vec<FormulaFault>> {
    compile(text, names, Level::Subject, condition, may_be_empty)
}

fn compile(
    text: &str,
    names: Names<'_>,
    level: Level,
    condition: Option<&Node>,
    may_be_empty: bool,
) -> Result<Compiled, Vec<FormulaFault>> {
    let expr = parse(text).map_err(|fault| vec![fault])?;
    let mut checker = Checker {
        names,
        level,
        present: condition.map_or_else(Vec::new, |node| shown_present(node, true)),
        aggregates: Vec::new(),
        may_be_empty,
        faults: Vec::new(),
    };
    let root = checker.value(&expr);
    match root {
        Some(root) if checker.faults.is_empty() => Ok(Compiled {
            root,
            aggregates: checker.aggregates,
        }),
        _ => Err(checker.faults),
    }
}

/// Columns that are present wherever the condition is true (or false).
pub(super) fn shown_present(node: &Node, truth: bool) -> Vec<usize> {
    match (&node.kind, truth) {
        (Kind::IsKnown(inner), true) => match inner.kind {
            Kind::Column { index, .. } => vec![index],
            _ => Vec::new(),
        },
        (Kind::Not(inner), truth) => shown_present(inner, !truth),
        (Kind::And(left, right), true) | (Kind::Or(left, right), false) => {
            let mut both = shown_present(left, truth);
            both.extend(shown_present(right, truth));
            both
        }
        _ => Vec::new(),
    }
}

impl Checker<'_> {
    pub(super) fn fault(&mut self, span: Span, code: &'static str, message: String, help: &str) {
        self.faults
            .push(fault_at(span, code, message).with_help(help));
    }

    /// An expression that must have a value.
    pub(super) fn value(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.any(expr)?;
        if node.optional {
            let name = match &node.kind {
                Kind::Column { name, .. } => name.clone(),
                _ => expr.to_string(),
            };
            self.fault(
                expr.span(),
                "rules.optional",
                format!("“{name}”可能没有值 ({name} may be missing)"),
                &format!(
                    "请写 default({name}, 缺省值)，或先以 {name} IS NOT NULL 判断 \
                     (give a default or test it first)"
                ),
            );
            return None;
        }
        Some(node)
    }

    /// A condition.
    pub(super) fn condition(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.value(expr)?;
        self.expect_bool(expr, node)
    }

    fn expect_bool(&mut self, expr: &Expr, node: Node) -> Option<Node> {
        if node.ty == Ty::Bool {
            return Some(node);
        }
        self.mismatch(expr.span(), "是非 bool", node.ty);
        None
    }

    pub(super) fn mismatch(&mut self, span: Span, wanted: &str, found: Ty) {
        let found = operators::describe(found);
        self.fault(
            span,
            "rules.type",
            format!("此处应为{wanted}，却是{found} (expected {wanted}, found {found})"),
            "",
        );
    }

    /// Runs `body` knowing that more columns are present.
    pub(super) fn knowing<T>(
        &mut self,
        columns: Vec<usize>,
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.present.len();
        self.present.extend(columns);
        let result = body(self);
        self.present.truncate(before);
        result
    }

    /// An expression, which may be missing.
    pub(super) fn any(&mut self, expr: &Expr) -> Option<Node> {
        match expr {
            Expr::Nested(inner) => self.any(inner),
            Expr::Identifier(ident) => self.identifier(ident),
            Expr::CompoundIdentifier(parts) => self.compound(expr, parts),
            Expr::Value(value) => self.literal(expr, &value.value),
            Expr::TypedString(typed) => self.date_literal(expr, typed),
            Expr::BinaryOp { .. } => self.binary(expr),
            Expr::UnaryOp { op, expr: inner } => self.unary(expr, *op, inner),
            Expr::IsNull(inner) => {
                let known = self.known(inner)?;
                Some(operators::not(known))
            }
            Expr::IsNotNull(inner) => self.known(inner),
            Expr::Between {
                expr: inner,
                negated,
                low,
                high,
            } => self.between(expr, inner, *negated, low, high),
            Expr::In {
                expr: inner,
                target: InTarget::List(list),
                negated,
                ..
            } => self.in_list(expr, inner, list, *negated),
            Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => self.case(expr, operand.as_deref(), conditions, else_result.as_deref()),
            Expr::Function(function) => self.call(expr, function),
            Expr::Floor { expr: inner, .. } => self.whole_number(inner, domain::Rounding::Floor),
            Expr::Ceil { expr: inner, .. } => self.whole_number(inner, domain::Rounding::Ceil),
            other => {
                self.fault(
                    other.span(),
                    "rules.formula_syntax",
                    format!("公式中不能使用“{other}” (not part of the formula language)"),
                    "",
                );
                None
            }
        }
    }

    fn unary(&mut self, expr: &Expr, op: UnaryOperator, inner: &Expr) -> Option<Node> {
        match op {
            UnaryOperator::Not => self.condition(inner).map(operators::not),
            UnaryOperator::Plus => self.number(inner),
            UnaryOperator::Minus => {
                let node = self.number(inner)?;
                let ty = node.ty;
                let kind = match node.kind {
                    Kind::Number(value) => Kind::Number(value.checked_neg()?),
                    _ => Kind::Negate(Box::new(node)),
                };
                Some(Node {
                    kind,
                    ty,
                    optional: false,
                })
            }
            _ => {
                self.fault(
                    expr.span(),
                    "rules.formula_syntax",
                    format!("公式中不能使用运算符 {op} (operator not in the language)"),
                    "",
                );
                None
            }
        }
    }

    /// An expression that must be a number.
    pub(super) fn number(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.value(expr)?;
        if matches!(node.ty, Ty::Number { .. }) {
            return Some(node);
        }
        self.mismatch(expr.span(), "数 number", node.ty);
        None
    }

    /// The node, or its refusal reported.
    pub(super) fn accept(
        &mut self,
        span: Span,
        result: Result<Node, operators::Refusal>,
    ) -> Option<Node> {
        match result {
            Ok(node) => Some(node),
            Err(refusal) => {
                self.fault(span, refusal.code, refusal.message, refusal.help);
                None
            }
        }
    }

    /// Registers an aggregate; equal ones are one.
    pub(super) fn aggregate_node(&mut self, aggregate: Aggregate) -> Node {
        let (ty, optional) = (aggregate.ty, aggregate.optional);
        let found = self.aggregates.iter().position(|known| *known == aggregate);
        let index = found.unwrap_or_else(|| {
            self.aggregates.push(aggregate);
            self.aggregates.len() - 1
        });
        Node {
            kind: Kind::Aggregate(index),
            ty,
            optional,
        }
    }

    /// Whether an aggregate of this function may lack rows.
    pub(super) const fn may_lack_rows(&self, function: Function, filtered: bool) -> bool {
        match function {
            Function::Sum | Function::Count | Function::CountDistinct => false,
            Function::Average | Function::Minimum | Function::Maximum => {
                filtered || self.may_be_empty
            }
        }
    }
}
