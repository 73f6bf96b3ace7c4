//! Decision tables as functions.

use sqlparser::ast::{Expr, Spanned};

use super::{Checker, FUNCTIONS, did_you_mean, plain};
use crate::formula::slips;
use crate::formula::tree::{Kind, Node, Ty};
use crate::pack::{InputType, TableOutput};

impl Checker<'_> {
    pub(super) fn table_call(
        &mut self,
        expr: &Expr,
        name: &str,
        arguments: &[&Expr],
    ) -> Option<Node> {
        let tables = self.names.tables;
        let found = tables
            .iter()
            .enumerate()
            .find(|(_, table)| table.id == name);
        let Some((table, signature)) = found else {
            let known = tables.iter().map(|table| table.id.as_str());
            let known = known.chain(FUNCTIONS.iter().map(|(name, _)| *name));
            let help = slips::function(&name.to_ascii_lowercase(), arguments)
                .unwrap_or_else(|| did_you_mean(name, known));
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
        let date = dated.then_some(&InputType::Date);
        let pairs = arguments.iter().zip(signature.inputs.iter().chain(date));
        let inputs: Vec<Option<Node>> = pairs
            .map(|(argument, wanted)| self.table_input(argument, *wanted))
            .collect();
        let mut inputs = inputs.into_iter().collect::<Option<Vec<Node>>>()?;
        if signature.by.is_some() && !dated {
            inputs.push(self.version_date(signature, expr.span())?);
        }
        let ty = match signature.output {
            TableOutput::Number { unit, scale } => Ty::scaled(unit, scale),
            TableOutput::Text => Ty::Text,
        };
        Some(plain(Kind::Table { table, inputs }, ty))
    }

    fn table_input(&mut self, argument: &Expr, wanted: InputType) -> Option<Node> {
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
        Some(node)
    }
}
