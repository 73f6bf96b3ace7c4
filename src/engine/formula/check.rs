//! From sqlparser's tree to the typed tree: names resolved, types, units and missing values checked.
//! All faults of a formula are reported at once.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, Expr, Ident, InTarget, Spanned, UnaryOperator, Value,
};
use sqlparser::tokenizer::Span;

use super::names::{Names, did_you_mean};
use super::syntax::{fault_at, parse};
use super::tree::{Aggregate, Comparison, Form, Function, Kind, Node, Ty};
use super::{FormulaFault, operators};
use crate::exact::Exact;
use crate::schema::Unit;

/// A checked formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The tree; over the columns of a row, or over the aggregates.
    pub root: Node,
    /// Aggregates, in the order of the text; none in a row formula.
    pub aggregates: Vec<Aggregate>,
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

    fn known(&mut self, inner: &Expr) -> Option<Node> {
        let node = self.any(inner)?;
        if !matches!(node.kind, Kind::Column { .. } | Kind::Aggregate(_)) {
            self.fault(
                inner.span(),
                "rules.null_test",
                format!("只能判断列是否有值，“{inner}”不是列 (IS NULL tests columns only)"),
                "",
            );
            return None;
        }
        Some(Node {
            kind: Kind::IsKnown(Box::new(node)),
            ty: Ty::Bool,
            optional: false,
        })
    }

    fn identifier(&mut self, ident: &Ident) -> Option<Node> {
        let name = ident.value.as_str();
        let plain = |kind, ty| {
            Some(Node {
                kind,
                ty,
                optional: false,
            })
        };
        match name {
            "period_start" => return plain(Kind::PeriodStart, Ty::Date),
            "period_end" => return plain(Kind::PeriodEnd, Ty::Date),
            _ => {}
        }
        let column = self.names.table.column_index(name);
        if let Some((index, column)) =
            column.and_then(|index| Some((index, self.names.table.columns.get(index)?)))
        {
            if self.level == Level::Subject {
                self.fault(
                    ident.span,
                    "rules.not_aggregated",
                    format!("列“{name}”应在 SUM、COUNT 等汇总之内 (column outside an aggregate)"),
                    &format!("例如 SUM({name}) (for example SUM({name}))"),
                );
                return None;
            }
            return Some(Node {
                kind: Kind::Column {
                    index,
                    name: name.to_owned(),
                },
                ty: column.ty.into(),
                optional: column.optional && !self.present.contains(&index),
            });
        }
        if let Some(node) = self.parameter(name) {
            return Some(node);
        }
        let columns = self
            .names
            .table
            .columns
            .iter()
            .map(|column| column.name.as_str());
        let parameters = self.names.parameters.iter().map(|(id, ..)| id.as_str());
        let help = did_you_mean(name, columns.chain(parameters));
        let table = &self.names.table.name;
        self.fault(
            ident.span,
            "rules.unknown_column",
            format!(
                "事实表“{table}”没有列“{name}”，也没有这个参数 (unknown column or parameter {name})"
            ),
            &help,
        );
        None
    }

    fn parameter(&self, name: &str) -> Option<Node> {
        let index = self
            .names
            .parameters
            .iter()
            .position(|(id, ..)| id == name)?;
        let (_, unit, scale) = self.names.parameters.get(index)?;
        Some(Node {
            kind: Kind::Parameter(index),
            ty: Ty::scaled(*unit, *scale),
            optional: false,
        })
    }

    fn compound(&mut self, expr: &Expr, parts: &[Ident]) -> Option<Node> {
        if let [space, name] = parts
            && space.value == "param"
        {
            let found = self.parameter(&name.value);
            if found.is_none() {
                let help = did_you_mean(
                    &name.value,
                    self.names.parameters.iter().map(|(id, ..)| id.as_str()),
                );
                self.fault(
                    name.span,
                    "rules.unknown_parameter",
                    format!("没有参数“{}” (unknown parameter)", name.value),
                    &help,
                );
            }
            return found;
        }
        self.fault(
            expr.span(),
            "rules.unknown_column",
            format!("不认识“{expr}” (unknown name {expr})"),
            "带点的名称只有 param.<参数> (only param.<id> has a dot)",
        );
        None
    }

    fn literal(&mut self, expr: &Expr, value: &Value) -> Option<Node> {
        let (kind, ty) = match value {
            Value::Boolean(flag) => (Kind::Bool(*flag), Ty::Bool),
            Value::SingleQuotedString(text) => (Kind::Text(text.clone()), Ty::Text),
            Value::Number(text, _) => {
                let Ok(number) = text.parse::<Exact>() else {
                    self.fault(
                        expr.span(),
                        "rules.number",
                        format!("“{text}”不是十进制数 (not a plain decimal number)"),
                        "写作 0.5 或 12 (write 0.5 or 12)",
                    );
                    return None;
                };
                let ty = Ty::Number {
                    unit: Unit::None,
                    form: Form::Scaled(number.scale),
                    literal: true,
                };
                (Kind::Number(number.mantissa), ty)
            }
            other => {
                self.fault(
                    expr.span(),
                    "rules.null",
                    format!("公式中没有“{other}”这样的值 ({other} is not a value here)"),
                    "缺失的值用 IS NULL 判断或 default 补足 (use IS NULL or default)",
                );
                return None;
            }
        };
        Some(Node {
            kind,
            ty,
            optional: false,
        })
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

    /// Folds the left spine in a loop, so that a long sum is not a deep recursion.
    fn binary(&mut self, expr: &Expr) -> Option<Node> {
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
                help: "",
            }),
            other => Err(operators::Refusal {
                code: "rules.formula_syntax",
                message: format!("公式中不能使用运算符 {other} (operator not in the language)"),
                help: "",
            }),
        };
        self.accept(whole.span(), result)
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

    fn between(
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
        let above = operators::compare(Comparison::GreaterOrEqual, value.clone(), low);
        let above = self.accept(expr.span(), above)?;
        let below = operators::compare(Comparison::LessOrEqual, value, high);
        let below = self.accept(expr.span(), below)?;
        let both = operators::logical(true, above, below);
        Some(if negated { operators::not(both) } else { both })
    }

    fn in_list(&mut self, expr: &Expr, inner: &Expr, list: &[Expr], negated: bool) -> Option<Node> {
        let value = self.value(inner)?;
        let mut any: Option<Node> = None;
        for item in list {
            let item_node = self.value(item)?;
            let same = operators::compare(Comparison::Equal, value.clone(), item_node);
            let same = self.accept(item.span(), same)?;
            any = Some(match any {
                None => same,
                Some(before) => operators::either(before, same),
            });
        }
        let Some(any) = any else {
            self.fault(
                expr.span(),
                "rules.formula_syntax",
                "IN 的列表是空的 (empty IN list)".into(),
                "",
            );
            return None;
        };
        Some(if negated { operators::not(any) } else { any })
    }

    fn case(
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
        let before = self.present.len();
        let mut branches = Vec::with_capacity(conditions.len());
        let mut failed = false;
        for when in conditions {
            let condition = match &operand {
                None => self.condition(&when.condition),
                Some(operand) => self.value(&when.condition).and_then(|node| {
                    let same = operators::compare(Comparison::Equal, operand.clone(), node);
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
