//! From sqlparser's tree to the typed tree: names resolved, types, units and missing values checked.
//! All faults of a formula are reported at once.

mod branch;
mod leaf;

use sqlparser::ast::{Expr, InTarget, Spanned, UnaryOperator};
use sqlparser::tokenizer::Span;

use super::names::Names;
use super::syntax::{fault_at, parse};
use super::tree::{Aggregate, Carry, Function, Kind, Node, Peer, Ty};
use super::{FormulaFault, operators, slips};

/// Most nodes of a formula: what the text says once may stand in several places of the tree.
pub const MAX_NODES: usize = 4_000;

/// A checked formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The tree; over the columns of a row, or over the aggregates.
    pub root: Node,
    /// Aggregates, in the order of the text; none in a row formula.
    pub aggregates: Vec<Aggregate>,
    /// Comparisons within the peer group, in the order of the text; none in a row formula.
    pub peers: Vec<Peer>,
    /// Values of the period before, in the order of the text; none in a row formula.
    pub carries: Vec<Carry>,
}

impl Compiled {
    /// Calls `visit` on every node: those of the aggregates and comparisons first, as they are
    /// worked out first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        for aggregate in &self.aggregates {
            for node in aggregate.filter.iter().chain(&aggregate.arguments) {
                node.walk(visit);
            }
        }
        for peer in &self.peers {
            peer.argument.walk(visit);
        }
        self.root.walk(visit);
    }

    /// The same for a condition on its rows before it.
    pub fn walk_after<'a>(&'a self, condition: Option<&'a Node>, visit: &mut impl FnMut(&'a Node)) {
        if let Some(node) = condition {
            node.walk(visit);
        }
        self.walk(visit);
    }
}

/// The place of an item in a list, at whose end it is put when it is new.
pub(super) fn position<T: PartialEq>(all: &mut Vec<T>, item: T) -> usize {
    let found = all.iter().position(|known| *known == item);
    found.unwrap_or_else(|| {
        all.push(item);
        all.len() - 1
    })
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
    /// What a test has shown to be present: kinds for which [`Kind::is_source`] holds.
    pub(super) present: Vec<Kind>,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) peers: Vec<Peer>,
    pub(super) carries: Vec<Carry>,
    /// How much of that the condition of the rows shows, whatever the formula tests.
    present_at_first: usize,
    /// Name of the comparison whose argument is being read.
    pub(super) comparing: Option<&'static str>,
    /// Whether each lane is a subject, so that it may be compared with its peers.
    pub(super) may_compare: bool,
    /// Whether a subject may have no row at all.
    pub(super) may_be_empty: bool,
    /// Nodes made by copying.
    copied: usize,
    pub(super) faults: Vec<FormulaFault>,
}

/// What a formula over aggregates may rely on.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'n> {
    /// The condition that its rows satisfy.
    pub condition: Option<&'n Node>,
    /// Whether there may be no row.
    pub may_be_empty: bool,
    /// Whether a result is of all rows of a subject, so that subjects may be compared.
    pub of_subject: bool,
}

/// Compiles a formula over the columns of a row.
pub fn compile_row(text: &str, names: Names<'_>) -> Result<Compiled, Vec<FormulaFault>> {
    let rows = Rows {
        condition: None,
        may_be_empty: false,
        of_subject: false,
    };
    compile(text, names, Level::Row, rows)
}

/// Compiles a formula over aggregates of rows.
pub fn compile_subject(
    text: &str,
    names: Names<'_>,
    rows: Rows<'_>,
) -> Result<Compiled, Vec<FormulaFault>> {
    compile(text, names, Level::Subject, rows)
}

fn compile(
    text: &str,
    names: Names<'_>,
    level: Level,
    rows: Rows<'_>,
) -> Result<Compiled, Vec<FormulaFault>> {
    let expr = parse(text)?;
    let present = rows
        .condition
        .map_or_else(Vec::new, |node| shown_present(node, true));
    let mut checker = Checker {
        names,
        level,
        present_at_first: present.len(),
        present,
        aggregates: Vec::new(),
        peers: Vec::new(),
        carries: Vec::new(),
        comparing: None,
        may_compare: rows.of_subject,
        may_be_empty: rows.may_be_empty,
        copied: 0,
        faults: Vec::new(),
    };
    let root = checker.value(&expr);
    match root {
        Some(root) if checker.faults.is_empty() => Ok(Compiled {
            root,
            aggregates: checker.aggregates,
            peers: checker.peers,
            carries: checker.carries,
        }),
        _ => Err(checker.faults),
    }
}

/// What is present wherever the condition is true (or false).
pub(super) fn shown_present(node: &Node, truth: bool) -> Vec<Kind> {
    match (&node.kind, truth) {
        (Kind::IsKnown(inner), true) => vec![inner.kind.clone()],
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
                     (give a default, or test it first)"
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

    /// Runs `body` knowing that more is present.
    pub(super) fn knowing<T>(
        &mut self,
        sources: Vec<Kind>,
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.present.len();
        self.present.extend(sources);
        let result = body(self);
        self.present.truncate(before);
        result
    }

    /// Runs `body` knowing only what the condition of the rows shows.
    pub(super) fn knowing_at_first<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let later = self.present.split_off(self.present_at_first);
        let result = body(self);
        self.present.truncate(self.present_at_first);
        self.present.extend(later);
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
                    slips::expression(other),
                );
                None
            }
        }
    }

    /// A copy of a node, which the tree needs once more; a fault when the tree grows too large.
    pub(super) fn copy(&mut self, span: Span, node: &Node) -> Option<Node> {
        node.walk(&mut |_| self.copied += 1);
        if self.copied <= MAX_NODES {
            return Some(node.clone());
        }
        if self
            .faults
            .last()
            .is_none_or(|last| last.code != "rules.formula_size")
        {
            self.fault(
                span,
                "rules.formula_size",
                format!("公式展开后超过 {MAX_NODES} 项 (the formula unfolds to too many parts)"),
                "请把 CASE、IN、BETWEEN 的左边拆成表或另一个指标 (use a table for the left side)",
            );
        }
        None
    }

    fn unary(&mut self, expr: &Expr, op: UnaryOperator, inner: &Expr) -> Option<Node> {
        match op {
            UnaryOperator::Not => self.condition(inner).map(operators::not),
            UnaryOperator::Plus => self.number(inner),
            UnaryOperator::Minus => self.number(inner).map(operators::negated),
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
        let index = position(&mut self.aggregates, aggregate);
        self.source(Kind::Aggregate(index), ty, optional)
    }

    /// A node of something found, which may be missing unless a test has shown it.
    pub(super) fn source(&self, kind: Kind, ty: Ty, optional: bool) -> Node {
        let optional = optional && !self.present.contains(&kind);
        Node { kind, ty, optional }
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
