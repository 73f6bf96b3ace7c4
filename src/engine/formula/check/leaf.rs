//! The ends of a formula: columns, parameters, literals.

use sqlparser::ast::{Expr, Ident, Spanned, Value};

use super::{Checker, Level};
use crate::exact::Exact;
use crate::formula::names::{did_you_mean, nearest};
use crate::formula::tree::{Form, Kind, Node, Ty};
use crate::pack::weight_parameter;
use crate::schema::Unit;

impl Checker<'_> {
    pub(super) fn known(&mut self, inner: &Expr) -> Option<Node> {
        let node = self.any(inner)?;
        if !node.kind.is_source() {
            self.fault(
                inner.span(),
                "rules.null_test",
                format!(
                    "只能判断列、汇总、组内比较或上期的值有无，“{inner}”不是 \
                     (IS NULL tests what is found, not what is computed)"
                ),
                "判断它所用的列 (test the columns it is made of)",
            );
            return None;
        }
        Some(Node {
            kind: Kind::IsKnown(Box::new(node)),
            ty: Ty::Bool,
            optional: false,
        })
    }

    pub(super) fn identifier(&mut self, ident: &Ident) -> Option<Node> {
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
            let kind = Kind::Column {
                index,
                name: name.to_owned(),
            };
            return Some(self.source(kind, column.ty.into(), column.optional));
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

    pub(super) fn parameter(&self, name: &str) -> Option<Node> {
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

    pub(super) fn compound(&mut self, expr: &Expr, parts: &[Ident]) -> Option<Node> {
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
        if let [space, weighting, criterion] = parts
            && space.value == "weight"
            && let id = weight_parameter(&weighting.value, &criterion.value)
            && let Some(found) = self.parameter(&id)
        {
            return Some(found);
        }
        let weights = self.names.parameters.iter().map(|(id, ..)| id.as_str());
        let near = nearest(&expr.to_string(), weights.filter(|id| id.contains('.')));
        let help = near.map_or_else(
            || "带点的名称只有 param.<参数>、weight.<权重>.<准则> (param.<id>, weight.<id>.<criterion>)".to_owned(),
            |near| format!("您是否想写 `{near}`？ (did you mean `{near}`?)"),
        );
        self.fault(
            expr.span(),
            "rules.unknown_column",
            format!("不认识“{expr}” (unknown name {expr})"),
            &help,
        );
        None
    }

    pub(super) fn literal(&mut self, expr: &Expr, value: &Value) -> Option<Node> {
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
}
