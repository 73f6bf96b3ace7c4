//! Calls: aggregates, verbs, decision tables.

use chrono::Datelike as _;
use sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Spanned, TypedString, Value,
};

use super::check::Checker;
use super::names::did_you_mean;
use super::operators;
use super::tree::{Form, Kind, Node, Ty};
use crate::pack::{InputType, TableOutput};
use crate::schema::Unit;

/// Functions of the language, for suggestions.
const FUNCTIONS: [&str; 15] = [
    "sum", "count", "avg", "min", "max", "least", "greatest", "abs", "round", "floor", "ceil",
    "ratio", "default", "workdays", "band",
];

/// Most decimals `round` keeps.
const MAX_ROUND: i128 = 12;

impl Checker<'_> {
    pub(super) fn call(&mut self, expr: &Expr, function: &Function) -> Option<Node> {
        let written = function.name.to_string();
        let name = written.to_ascii_lowercase();
        if let "sum" | "count" | "avg" | "min" | "max" = name.as_str() {
            return self.aggregate(expr, &name, function);
        }
        if function.filter.is_some() {
            self.fault(
                expr.span(),
                "rules.filter",
                format!("FILTER 只用于汇总，{written} 不是汇总 (FILTER belongs to aggregates)"),
                "",
            );
            return None;
        }
        let arguments = self.arguments(expr, function)?;
        match (name.as_str(), arguments.as_slice()) {
            ("least" | "greatest", [_, ..]) => self.extreme(expr, &name, &arguments),
            ("abs", [one]) => {
                let inner = self.number(one)?;
                let ty = inner.ty;
                Some(plain(Kind::Absolute(Box::new(inner)), ty))
            }
            ("floor", [one]) => self.whole_number(one, domain::Rounding::Floor),
            ("ceil" | "ceiling", [one]) => self.whole_number(one, domain::Rounding::Ceil),
            ("round", [value, scale]) => self.round(value, scale),
            ("ratio", [above, below]) => {
                let above = self.number(above);
                let below = self.number(below);
                let quotient = operators::quotient(above?, below?, true);
                self.accept(expr.span(), quotient)
            }
            ("default", [value, fallback]) => self.default_value(expr, value, fallback),
            ("workdays", [from, to]) => {
                let from = self.date(from);
                let to = self.date(to);
                let kind = Kind::Workdays(Box::new(from?), Box::new(to?));
                Some(plain(kind, Ty::scaled(Unit::Days, 0)))
            }
            ("band", [value, Expr::Identifier(table)]) => {
                self.table_call(expr, &table.value, &[value])
            }
            (known, _) if FUNCTIONS.contains(&known) => {
                self.fault(
                    expr.span(),
                    "rules.arguments",
                    format!(
                        "{written} 的参数个数不对：{} 个 (wrong number of arguments)",
                        arguments.len()
                    ),
                    "",
                );
                None
            }
            _ => self.table_call(expr, &written, &arguments),
        }
    }

    /// The plain arguments of a call.
    pub(super) fn arguments<'e>(
        &mut self,
        expr: &Expr,
        function: &'e Function,
    ) -> Option<Vec<&'e Expr>> {
        let odd = function.over.is_some()
            || !function.within_group.is_empty()
            || function.null_treatment.is_some()
            || !matches!(function.parameters, FunctionArguments::None);
        if let FunctionArguments::List(list) = &function.args
            && !odd
            && list.clauses.is_empty()
        {
            let plain: Option<Vec<&Expr>> = list
                .args
                .iter()
                .map(|argument| match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Some(value),
                    _ => None,
                })
                .collect();
            if let Some(plain) = plain {
                return Some(plain);
            }
        }
        self.fault(
            expr.span(),
            "rules.formula_syntax",
            format!("“{expr}”的写法不在公式语言之内 (this form of call is not in the language)"),
            "",
        );
        None
    }

    /// Whether the call says DISTINCT; `None` for anything but DISTINCT or nothing.
    pub(super) fn is_distinct(function: &Function) -> Option<bool> {
        match &function.args {
            FunctionArguments::List(list) => match list.duplicate_treatment {
                None => Some(false),
                Some(DuplicateTreatment::Distinct) => Some(true),
                Some(DuplicateTreatment::All) => None,
            },
            _ => None,
        }
    }

    fn extreme(&mut self, expr: &Expr, name: &str, arguments: &[&Expr]) -> Option<Node> {
        let values: Vec<Option<Node>> = arguments.iter().map(|one| self.value(one)).collect();
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        if values
            .iter()
            .any(|value| matches!(value.ty, Ty::Text | Ty::Bool))
        {
            self.mismatch(expr.span(), "数或日期 number or date", Ty::Text);
            return None;
        }
        let unified = operators::unify(values).map(|(values, ty)| {
            let greatest = name == "greatest";
            plain(Kind::Extreme { greatest, values }, ty)
        });
        self.accept(expr.span(), unified)
    }

    pub(super) fn whole_number(&mut self, inner: &Expr, mode: domain::Rounding) -> Option<Node> {
        let value = self.dividend(inner)?;
        Some(rounded(value, 0, mode))
    }

    fn round(&mut self, value: &Expr, scale: &Expr) -> Option<Node> {
        let node = self.dividend(value);
        let decimals = match scale {
            Expr::Value(literal) => match &literal.value {
                Value::Number(text, _) => text.parse::<u8>().ok(),
                _ => None,
            },
            _ => None,
        };
        let Some(decimals) = decimals.filter(|decimals| i128::from(*decimals) <= MAX_ROUND) else {
            self.fault(
                scale.span(),
                "rules.arguments",
                format!("round 的位数应为 0 至 {MAX_ROUND} 的整数 (decimals must be a literal)"),
                "",
            );
            return None;
        };
        let mode = self.names.rounding;
        Some(rounded(node?, decimals, mode))
    }

    /// The argument of a rounding: the one place where `/` is allowed.
    fn dividend(&mut self, expr: &Expr) -> Option<Node> {
        match expr {
            Expr::Nested(inner) => self.dividend(inner),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Divide,
                right,
            } => {
                let above = self.number(left);
                let below = self.number(right);
                let quotient = operators::quotient(above?, below?, false);
                self.accept(expr.span(), quotient)
            }
            _ => self.number(expr),
        }
    }

    fn default_value(&mut self, expr: &Expr, value: &Expr, fallback: &Expr) -> Option<Node> {
        let value = self.any(value);
        let fallback = self.value(fallback);
        let (value, fallback) = (value?, fallback?);
        if !value.optional {
            return Some(value); // shown to be present already
        }
        let optional = Node {
            optional: false,
            ..value.clone()
        };
        let unified = operators::unify(vec![optional, fallback]).and_then(|(mut both, ty)| {
            let (Some(fallback), Some(first)) = (both.pop(), both.pop()) else {
                return operators::unify(Vec::new()).map(|_| value.clone());
            };
            let first = reopen(first);
            Ok(plain(
                Kind::Default(Box::new(first), Box::new(fallback)),
                ty,
            ))
        });
        self.accept(expr.span(), unified)
    }

    fn date(&mut self, expr: &Expr) -> Option<Node> {
        let node = self.value(expr)?;
        if node.ty == Ty::Date {
            return Some(node);
        }
        self.mismatch(expr.span(), "日期 date", node.ty);
        None
    }

    pub(super) fn date_literal(&mut self, expr: &Expr, typed: &TypedString) -> Option<Node> {
        let text = match &typed.value.value {
            Value::SingleQuotedString(text) => text.as_str(),
            _ => "",
        };
        let is_date = typed.data_type.to_string() == "DATE";
        let day = text.parse::<chrono::NaiveDate>().ok();
        let Some(day) = day.filter(|_| is_date && text.len() == 10) else {
            self.fault(
                expr.span(),
                "rules.date",
                format!("“{expr}”不是日期 (not a date)"),
                "写作 DATE '2025-08-01' (write DATE '2025-08-01')",
            );
            return None;
        };
        Some(plain(Kind::Date(day.num_days_from_ce()), Ty::Date))
    }

    fn table_call(&mut self, expr: &Expr, name: &str, arguments: &[&Expr]) -> Option<Node> {
        let tables = self.names.tables;
        let found = tables
            .iter()
            .enumerate()
            .find(|(_, table)| table.id == name);
        let Some((table, signature)) = found else {
            let help = did_you_mean(
                name,
                tables
                    .iter()
                    .map(|table| table.id.as_str())
                    .chain(FUNCTIONS),
            );
            self.fault(
                expr.span(),
                "rules.unknown_function",
                format!("没有名为“{name}”的函数或表 (unknown function or table {name})"),
                &help,
            );
            return None;
        };
        let dated = signature.by.is_some() && arguments.len() == signature.inputs.len() + 1;
        if signature.inputs.len() != arguments.len() && !dated {
            self.fault(
                expr.span(),
                "rules.arguments",
                format!(
                    "表“{name}”有 {} 个输入，给了 {} 个 (wrong number of inputs)",
                    signature.inputs.len(),
                    arguments.len()
                ),
                "",
            );
            return None;
        }
        let mut inputs = Vec::with_capacity(arguments.len());
        let date = dated.then_some(&InputType::Date);
        for (argument, wanted) in arguments.iter().zip(signature.inputs.iter().chain(date)) {
            let node = self.value(argument)?;
            let (fits, name) = match (wanted, node.ty) {
                (InputType::Number, ty) => (matches!(ty, Ty::Number { .. }), "数 number"),
                (InputType::Text, ty) => (ty == Ty::Text, "文本 text"),
                (InputType::Date, ty) => (ty == Ty::Date, "日期 date"),
                (InputType::Bool, ty) => (ty == Ty::Bool, "是非 bool"),
            };
            if !fits {
                self.mismatch(argument.span(), name, node.ty);
                return None;
            }
            inputs.push(node);
        }
        if signature.by.is_some() && !dated {
            inputs.push(self.version_date(signature, expr.span())?);
        }
        let ty = match signature.output {
            TableOutput::Number { unit, scale } => Ty::scaled(unit, scale),
            TableOutput::Text => Ty::Text,
        };
        Some(plain(Kind::Table { table, inputs }, ty))
    }
}

fn plain(kind: Kind, ty: Ty) -> Node {
    Node {
        kind,
        ty,
        optional: false,
    }
}

/// The number rounded to decimals; itself when it has no more than those.
fn rounded(value: Node, decimals: u8, mode: domain::Rounding) -> Node {
    let Ty::Number {
        unit,
        form,
        literal,
    } = value.ty
    else {
        return value;
    };
    if matches!(form, Form::Scaled(scale) if scale <= decimals) {
        return value;
    }
    let ty = Ty::Number {
        unit,
        form: Form::Scaled(decimals),
        literal,
    };
    plain(Kind::Round(Box::new(value), mode), ty)
}

/// Marks the column or aggregate under a widening as optional again.
fn reopen(mut node: Node) -> Node {
    if let Kind::Widen(inner) = &mut node.kind {
        inner.optional = true;
    }
    node.optional = true;
    node
}
