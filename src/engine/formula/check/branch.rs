//! Operators and choices: what a left side or a condition shows to be present holds on its right.

use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, Spanned};

use super::{Checker, shown_present};
use crate::formula::operators;
use crate::formula::tree::{Comparison, Kind, Node, Ty};

impl Checker<'_> {
    /// Folds the left spine in a loop, so that a long sum is not a deep recursion.
    pub(super) fn binary(&mut self, expr: &Expr) -> Option<Node> {
        let mut spine = Vec::new();
        let mut left = expr;
        while let Expr::BinaryOp {
            left: inner,
            op,
            right,
        } = left
        {
            spine.push((left, op, right.as_ref()));
            left = inner;
        }
        let mut node = self.any(left);
        let mut text = left;
        for (whole, op, right) in spine.into_iter().rev() {
            node = self.operate(whole, text, node, op, right);
            text = whole;
        }
        node
    }

    fn operate(
        &mut self,
        whole: &Expr,
        left_text: &Expr,
        left: Option<Node>,
        op: &BinaryOperator,
        right: &Expr,
    ) -> Option<Node> {
        let left = left.and_then(|node| {
            if node.optional {
                self.value(left_text) // reports it
            } else {
                Some(node)
            }
        });
        if matches!(op, BinaryOperator::And | BinaryOperator::Or) {
            let left = left.and_then(|node| self.expect_bool(left_text, node));
            let is_and = *op == BinaryOperator::And;
            let shown = left
                .as_ref()
                .map_or_else(Vec::new, |node| shown_present(node, is_and));
            let right = self.knowing(shown, |checker| checker.condition(right));
            return Some(operators::logical(is_and, left?, right?));
        }
        let right_node = self.value(right);
        let (left, right_node) = (left?, right_node?);
        let result = match op {
            BinaryOperator::Plus => operators::sum(left, right_node, false),
            BinaryOperator::Minus => operators::sum(left, right_node, true),
            BinaryOperator::Multiply => operators::product(left, right_node),
            BinaryOperator::Eq => operators::compare(Comparison::Equal, left, right_node),
            BinaryOperator::NotEq => operators::compare(Comparison::NotEqual, left, right_node),
            BinaryOperator::Lt => operators::compare(Comparison::Less, left, right_node),
            BinaryOperator::LtEq => operators::compare(Comparison::LessOrEqual, left, right_node),
            BinaryOperator::Gt => operators::compare(Comparison::Greater, left, right_node),
            BinaryOperator::GtEq => {
                operators::compare(Comparison::GreaterOrEqual, left, right_node)
            }
            BinaryOperator::Divide => Err(operators::Refusal {
                code: "rules.division",
                message: "除法只能写在 round(a / b, 位数) 或 ratio(a, b) 中 \
                          (a quotient needs round(a / b, s) or ratio(a, b))"
                    .into(),
                help: "两边单位相同用 ratio(a, b)，否则写明位数 (equal units: ratio(a, b))",
            }),
            other => Err(operators::Refusal {
                code: "rules.formula_syntax",
                message: format!("公式中不能使用运算符 {other} (operator not in the language)"),
                help: "",
            }),
        };
        self.accept(whole.span(), result)
    }

    pub(super) fn between(
        &mut self,
        expr: &Expr,
        inner: &Expr,
        negated: bool,
        low: &Expr,
        high: &Expr,
    ) -> Option<Node> {
        let value = self.value(inner);
        let low = self.value(low);
        let high = self.value(high);
        let (value, low, high) = (value?, low?, high?);
        let again = self.copy(expr.span(), &value)?;
        let above = operators::compare(Comparison::GreaterOrEqual, again, low);
        let above = self.accept(expr.span(), above)?;
        let below = operators::compare(Comparison::LessOrEqual, value, high);
        let below = self.accept(expr.span(), below)?;
        let both = operators::logical(true, above, below);
        Some(if negated { operators::not(both) } else { both })
    }

    pub(super) fn in_list(
        &mut self,
        expr: &Expr,
        inner: &Expr,
        list: &[Expr],
        negated: bool,
    ) -> Option<Node> {
        let value = self.value(inner);
        let items: Vec<Option<Node>> = list.iter().map(|item| self.value(item)).collect();
        let (value, items) = (value?, items.into_iter().collect::<Option<Vec<Node>>>()?);
        if items.is_empty() {
            self.fault(
                expr.span(),
                "rules.formula_syntax",
                "IN 的列表是空的 (empty IN list)".into(),
                "",
            );
            return None;
        }
        let any = self.any_of(value, items, list)?;
        Some(if negated { operators::not(any) } else { any })
    }

    /// Whether a value is one of several; listed texts are one test.
    fn any_of(&mut self, value: Node, items: Vec<Node>, list: &[Expr]) -> Option<Node> {
        let text = |item: &Node| match &item.kind {
            Kind::Text(text) => Some(text.clone()),
            _ => None,
        };
        let texts: Option<Vec<String>> = items.iter().map(text).collect();
        if let (Ty::Text, Some(texts)) = (value.ty, texts) {
            return Some(operators::one_of(value, texts));
        }
        let mut any: Option<Node> = None;
        for (item, written) in items.into_iter().zip(list) {
            let again = self.copy(written.span(), &value)?;
            let same = operators::compare(Comparison::Equal, again, item);
            let same = self.accept(written.span(), same)?;
            any = Some(match any {
                None => same,
                Some(before) => operators::logical(false, before, same),
            });
        }
        any
    }

    pub(super) fn case(
        &mut self,
        expr: &Expr,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
    ) -> Option<Node> {
        let Some(otherwise) = otherwise else {
            self.fault(
                expr.span(),
                "rules.case_else",
                "CASE 缺少 ELSE，没有条件成立时便没有值 (CASE without ELSE)".into(),
                "请补上 ELSE (add ELSE)",
            );
            return None;
        };
        let operand = match operand {
            Some(operand) => Some(self.value(operand)?),
            None => None,
        };
        let span = expr.span();
        let before = self.present.len();
        let mut branches = Vec::with_capacity(conditions.len());
        let mut failed = false;
        for when in conditions {
            let condition = match &operand {
                None => self.condition(&when.condition),
                Some(operand) => self.value(&when.condition).and_then(|node| {
                    let again = self.copy(span, operand)?;
                    let same = operators::compare(Comparison::Equal, again, node);
                    self.accept(when.condition.span(), same)
                }),
            };
            let shown = |truth| {
                condition
                    .as_ref()
                    .map_or_else(Vec::new, |node| shown_present(node, truth))
            };
            let (here, after) = (shown(true), shown(false));
            let result = self.knowing(here, |checker| checker.value(&when.result));
            self.present.extend(after);
            match (condition, result) {
                (Some(condition), Some(result)) => branches.push((condition, result)),
                _ => failed = true,
            }
        }
        let otherwise = self.value(otherwise);
        self.present.truncate(before);
        let otherwise = otherwise?;
        if failed {
            return None;
        }
        let merged = operators::case(branches, otherwise);
        self.accept(expr.span(), merged)
    }
}
