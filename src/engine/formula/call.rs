//! Calls: functions, verbs, decision tables.

mod days;
mod table;
mod verbs;

use sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Spanned, Value,
};

use super::check::Checker;
use super::names::did_you_mean;
use super::tree::{Form, Kind, Node, Ty, Verb};
use super::{operators, slips};

/// Functions of the language and how each is written.
const FUNCTIONS: [(&str, &str); 23] = [
    ("sum", "SUM(x) FILTER (WHERE c)"),
    ("count", "COUNT(*) FILTER (WHERE c)"),
    ("avg", "AVG(x) FILTER (WHERE c)"),
    ("min", "MIN(x) FILTER (WHERE c)"),
    ("max", "MAX(x) FILTER (WHERE c)"),
    ("least", "LEAST(a, b, …)"),
    ("greatest", "GREATEST(a, b, …)"),
    ("abs", "ABS(x)"),
    ("round", "round(x, 2)"),
    ("floor", "floor(x)"),
    ("ceil", "ceil(x)"),
    ("ceiling", "ceil(x)"),
    ("ratio", "ratio(a, b)"),
    ("default", "default(x, 0)"),
    ("band", "band(x, 表)"),
    ("workdays", "workdays(起, 止)"),
    ("add_workdays", "add_workdays(日期, 天数)"),
    ("is_workday", "is_workday(日期)"),
    ("relative_to_best", "relative_to_best(x)"),
    ("share_of_total", "share_of_total(x)"),
    ("rank", "rank(x)"),
    ("percentile", "percentile(x)"),
    ("carry", "carry('指标标识')"),
];

/// How a function of the language is written; `None` for other names.
fn usage(name: &str) -> Option<&'static str> {
    let mut all = FUNCTIONS.iter();
    all.find(|(known, _)| *known == name)
        .map(|(_, usage)| *usage)
}

/// Whether a name is taken by the language, so that no table may have it.
pub fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    usage(&name).is_some()
}

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
                "写在里面的汇总之后，如 SUM(x) FILTER (WHERE c) (put it after the aggregate)",
            );
            return None;
        }
        let arguments = if slips::function(&name, &[]).is_some() {
            plain_arguments(function).unwrap_or_default() // whatever it is given, it is not ours
        } else {
            self.arguments(expr, function)?
        };
        match (name.as_str(), arguments.as_slice()) {
            ("least" | "greatest", [_, ..]) => self.extreme(expr, &name, &arguments),
            ("abs", [one]) => {
                let inner = self.number(one)?;
                let ty = inner.ty;
                Some(plain(Kind::Absolute(Box::new(inner)), ty))
            }
            ("floor", [one]) => self.whole_number(one, domain::Rounding::Floor),
            ("ceil" | "ceiling", [one]) => self.whole_number(one, domain::Rounding::Ceil),
            ("round", [value]) => self.round(value, None),
            ("round", [value, scale]) => self.round(value, Some(scale)),
            ("ratio", [above, below]) => {
                let above = self.number(above);
                let below = self.number(below);
                let quotient = operators::quotient(above?, below?, true);
                self.accept(expr.span(), quotient)
            }
            ("default", [value, fallback]) => self.default_value(expr, value, fallback),
            ("workdays", [from, to]) => self.workdays(from, to),
            ("add_workdays", [date, days]) => self.add_workdays(date, days),
            ("is_workday", [date]) => self.is_workday(date),
            ("carry", [indicator]) => self.carry(expr, indicator),
            ("band", [value, Expr::Identifier(table)]) => {
                self.table_call(expr, &table.value, &[value])
            }
            (name, arguments) => match (Verb::from_name(name), arguments, usage(name)) {
                (Some(verb), [one], _) => self.peer(expr, verb, one),
                (_, _, Some(usage)) => {
                    let count = arguments.len();
                    self.fault(
                        expr.span(),
                        "rules.arguments",
                        format!("{written} 的参数不对：{count} 个 (wrong arguments)"),
                        &format!("写作 {usage} (write {usage})"),
                    );
                    None
                }
                _ => self.table_call(expr, &written, arguments),
            },
        }
    }

    /// The plain arguments of a call.
    pub(super) fn arguments<'e>(
        &mut self,
        expr: &Expr,
        function: &'e Function,
    ) -> Option<Vec<&'e Expr>> {
        if let Some(plain) = plain_arguments(function) {
            return Some(plain);
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
        let unordered = values.iter().map(|value| value.ty);
        if let Some(ty) = unordered
            .into_iter()
            .find(|ty| matches!(ty, Ty::Text | Ty::Bool))
        {
            self.mismatch(expr.span(), "数或日期 number or date", ty);
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

    fn round(&mut self, value: &Expr, scale: Option<&Expr>) -> Option<Node> {
        let node = self.dividend(value);
        let decimals = match scale {
            None => Some(0),
            Some(Expr::Value(literal)) => match &literal.value {
                Value::Number(text, _) => text.parse::<u8>().ok(),
                _ => None,
            },
            Some(_) => None,
        };
        let Some(decimals) = decimals.filter(|decimals| i128::from(*decimals) <= MAX_ROUND) else {
            self.fault(
                scale.map_or_else(|| value.span(), Spanned::span),
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
}

/// The arguments of a call without any ornament.
fn plain_arguments(function: &Function) -> Option<Vec<&Expr>> {
    let odd = function.over.is_some()
        || !function.within_group.is_empty()
        || function.null_treatment.is_some()
        || !matches!(function.parameters, FunctionArguments::None);
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    if odd || !list.clauses.is_empty() {
        return None;
    }
    list.args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Some(value),
            _ => None,
        })
        .collect()
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
