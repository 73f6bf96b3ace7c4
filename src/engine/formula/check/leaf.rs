//! The ends of a formula: columns, parameters, literals.

use sqlparser::ast::{Expr, Ident, Spanned, Value};
use sqlparser::tokenizer::Span;

use super::{Checker, Level};
use crate::exact::Exact;
use crate::formula::names::{TableSignature, did_you_mean, nearest};
use crate::formula::tree::{Form, Kind, Node, Ty};
use crate::pack::weight_parameter;
use crate::schema::{Type, Unit};

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
        if let Some(index) = self.parameter_index(name) {
            return self.parameter(index, ident.span);
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

    fn parameter_index(&self, name: &str) -> Option<usize> {
        let mut parameters = self.names.parameters.iter();
        parameters.position(|(id, ..)| id == name)
    }

    /// The value of the period, or over rows the one that their date picks.
    fn parameter(&mut self, index: usize, span: Span) -> Option<Node> {
        let (id, unit, scale) = self.names.parameters.get(index)?;
        let mut dated = self.names.tables.iter().enumerate();
        let dated = dated.find(|(_, one)| one.is_parameter && one.id == *id);
        let kind = match dated {
            Some((table, signature)) if self.level == Level::Row => Kind::Table {
                table,
                inputs: vec![self.version_date(signature, span)?],
            },
            _ => Kind::Parameter(index),
        };
        Some(Node {
            kind,
            ty: Ty::scaled(*unit, *scale),
            optional: false,
        })
    }

    /// The date that picks a version: the row's, or over aggregates the last day of the period.
    pub(in crate::formula) fn version_date(
        &mut self,
        signature: &TableSignature,
        span: Span,
    ) -> Option<Node> {
        let plain = |kind| Node {
            kind,
            ty: Ty::Date,
            optional: false,
        };
        if self.level == Level::Subject {
            return Some(plain(Kind::PeriodEnd));
        }
        let (id, by) = (&signature.id, signature.by.as_deref()?);
        let columns = &self.names.table.columns;
        let index = self.names.table.column_index(by);
        let found = index.and_then(|index| Some((index, columns.get(index)?)));
        let table = &self.names.table.name;
        match found {
            Some((index, column)) if column.ty == Type::Date => {
                let name = by.to_owned();
                let kind = Kind::Column { index, name };
                if !column.optional || self.present.contains(&kind) {
                    return Some(plain(kind));
                }
                let message =
                    format!("“{id}”按“{by}”取版本，而它可能没有值 ({by} of {id} may be missing)");
                let help = format!("先以 {by} IS NOT NULL 判断 (test it first)");
                self.fault(span, "rules.optional", message, &help);
            }
            _ => {
                let message = format!(
                    "“{id}”按日期列“{by}”取版本，事实表“{table}”没有这个日期列 \
                     ({table} has no date column {by}, which picks the version of {id})"
                );
                let dates = columns.iter().filter(|column| column.ty == Type::Date);
                let help = did_you_mean(by, dates.map(|column| column.name.as_str()));
                self.fault(span, "rules.by_column", message, &help);
            }
        }
        None
    }

    pub(super) fn compound(&mut self, expr: &Expr, parts: &[Ident]) -> Option<Node> {
        if let [space, name] = parts
            && space.value == "param"
        {
            let found = self.parameter_index(&name.value);
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
            return self.parameter(found?, name.span);
        }
        if let [space, weighting, criterion] = parts
            && space.value == "weight"
            && let id = weight_parameter(&weighting.value, &criterion.value)
            && let Some(found) = self.parameter_index(&id)
        {
            return self.parameter(found, criterion.span);
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
