//! Aggregates over the rows of a subject: SUM, COUNT, COUNT(DISTINCT …), AVG, MIN, MAX, with FILTER.

use sqlparser::ast::{
    Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArguments, Spanned,
};

use super::check::{Checker, Level, shown_present};
use super::tree::{Aggregate, Form, Function, Node, Ty};
use crate::schema::Unit;

impl Checker<'_> {
    pub(super) fn aggregate(&mut self, expr: &Expr, name: &str, call: &Call) -> Option<Node> {
        if self.level == Level::Row {
            self.fault(
                expr.span(),
                "rules.aggregate_in_row",
                format!("{name} 是汇总，不能用在逐行的公式里 (an aggregate in a row formula)"),
                "",
            );
            return None;
        }
        let Some(distinct) = Self::is_distinct(call) else {
            self.fault(
                expr.span(),
                "rules.formula_syntax",
                format!("“{expr}”的写法不在公式语言之内 (not in the language)"),
                "",
            );
            return None;
        };
        if let Some(advice) = slip(name, distinct, call) {
            self.fault(
                expr.span(),
                "rules.aggregate",
                format!("“{expr}”不能汇总 (this cannot be aggregated)"),
                &advice,
            );
            return None;
        }
        self.level = Level::Row;
        let filter = match &call.filter {
            None => Some(None),
            Some(filter) => self.condition(filter).map(Some),
        };
        let shown = filter
            .iter()
            .flatten()
            .flat_map(|node| shown_present(node, true))
            .collect();
        let star = is_star(call);
        let arguments = if star {
            Some(Vec::new())
        } else {
            self.knowing(shown, |checker| checker.aggregate_arguments(expr, call))
        };
        self.level = Level::Subject;
        let (filter, arguments) = (filter?, arguments?);
        let (function, ty) = self.signature(expr, name, distinct, star, &arguments)?;
        let optional = self.may_lack_rows(function, filter.is_some());
        Some(self.aggregate_node(Aggregate {
            function,
            arguments,
            filter,
            ty,
            optional,
        }))
    }

    fn aggregate_arguments(&mut self, expr: &Expr, call: &Call) -> Option<Vec<Node>> {
        let arguments = self.arguments(expr, call)?;
        // COUNT(DISTINCT (a, b)) is PostgreSQL's way to count combinations.
        let arguments: Vec<&Expr> = match arguments.as_slice() {
            [Expr::Tuple(parts)] => parts.iter().collect(),
            _ => arguments,
        };
        let nodes: Vec<Option<Node>> = arguments.iter().map(|one| self.value(one)).collect();
        nodes.into_iter().collect()
    }

    fn signature(
        &mut self,
        expr: &Expr,
        name: &str,
        distinct: bool,
        star: bool,
        arguments: &[Node],
    ) -> Option<(Function, Ty)> {
        let count = Ty::scaled(Unit::Count, 0);
        let found = match (name, distinct, arguments) {
            ("count", false, []) if star => Some((Function::Count, count)),
            // A column that is present in every row is counted like the rows themselves.
            ("count", true, [_, ..]) => {
                let fraction = |node: &Node| {
                    matches!(
                        node.ty,
                        Ty::Number {
                            form: Form::Fraction,
                            ..
                        }
                    )
                };
                (!arguments.iter().any(fraction)).then_some((Function::CountDistinct, count))
            }
            ("sum", false, [one]) => number_of(one.ty, false).map(|ty| (Function::Sum, ty)),
            ("avg", false, [one]) => number_of(one.ty, true).map(|ty| (Function::Average, ty)),
            ("min", false, [one]) => ordered(one.ty).map(|ty| (Function::Minimum, ty)),
            ("max", false, [one]) => ordered(one.ty).map(|ty| (Function::Maximum, ty)),
            _ => None,
        };
        if found.is_none() {
            self.fault(
                expr.span(),
                "rules.aggregate",
                format!("“{expr}”不能汇总 (this cannot be aggregated)"),
                "SUM、AVG、MIN、MAX 要一个数，除法先用 round(a / b, 位数)；计数写 COUNT(*) 或 \
                 COUNT(DISTINCT 列) (one number, quotients rounded; COUNT(*) or COUNT(DISTINCT c))",
            );
        }
        found
    }
}

fn arguments_of(call: &Call) -> &[FunctionArg] {
    match &call.args {
        FunctionArguments::List(list) => &list.args,
        _ => &[],
    }
}

fn is_star(call: &Call) -> bool {
    matches!(
        arguments_of(call),
        [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]
    )
}

/// What to write instead of a call that other languages have.
fn slip(name: &str, distinct: bool, call: &Call) -> Option<String> {
    match (name, arguments_of(call)) {
        ("count", [one]) if !distinct && !is_star(call) => Some(format!(
            "写 COUNT(*) FILTER (WHERE {one} IS NOT NULL) \
             (write COUNT(*) FILTER (WHERE {one} IS NOT NULL))"
        )),
        ("min", [_, _, ..]) => Some("几个数中最小的写 LEAST(a, b) (write LEAST(a, b))".into()),
        ("max", [_, _, ..]) => {
            Some("几个数中最大的写 GREATEST(a, b) (write GREATEST(a, b))".into())
        }
        _ => None,
    }
}

/// Type of a sum or mean of a scaled number.
fn number_of(ty: Ty, fraction: bool) -> Option<Ty> {
    let Ty::Number {
        unit,
        form: Form::Scaled(scale),
        ..
    } = ty
    else {
        return None;
    };
    let form = if fraction {
        Form::Fraction
    } else {
        Form::Scaled(scale)
    };
    Some(Ty::Number {
        unit,
        form,
        literal: false,
    })
}

fn ordered(ty: Ty) -> Option<Ty> {
    if ty == Ty::Date {
        return Some(ty);
    }
    number_of(ty, false)
}
