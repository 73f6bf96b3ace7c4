//! Verbs beyond SQL: comparison with the peer group, and values of the period before.

use sqlparser::ast::{Expr, Spanned, Value};

use super::{Checker, did_you_mean};
use crate::formula::check::{Level, position};
use crate::formula::names::Carried;
use crate::formula::tree::{Carry, Form, Kind, Node, Peer, TOTAL, Ty, Verb};
use crate::schema::Unit;

/// An exact fraction.
const fn fraction(unit: Unit, literal: bool) -> Ty {
    Ty::Number {
        unit,
        form: Form::Fraction,
        literal,
    }
}

impl Checker<'_> {
    /// Whether a verb may stand here: beside the aggregates, not among the columns of a row.
    fn beside_aggregates(&mut self, expr: &Expr, name: &str) -> bool {
        if self.level == Level::Subject {
            return true;
        }
        self.fault(
            expr.span(),
            "rules.verb_in_row",
            format!(
                "{name} 针对部门，不能用在逐行的公式或汇总之内 (a verb among the columns of a row)"
            ),
            &format!("先汇总再比较，例如 {name}(SUM(x)) (aggregate first)"),
        );
        false
    }

    pub(super) fn peer(&mut self, expr: &Expr, verb: Verb, argument: &Expr) -> Option<Node> {
        let name = verb.name();
        if !self.beside_aggregates(expr, name) {
            return None;
        }
        if let Some(outer) = self.comparing.or((!self.may_compare).then_some("weight")) {
            self.fault(
                expr.span(),
                "rules.verb_nested",
                format!("{name} 不能用在 {outer} 之内 ({name} inside {outer})"),
                "组内比较每次一层 (compare once, over aggregates)",
            );
            return None;
        }
        self.comparing = Some(name);
        // It is worked out for every subject, whatever a CASE around it has tested.
        let argument_node = self.knowing_at_first(|checker| checker.number(argument));
        self.comparing = None;
        let node = argument_node?;
        let ty = match verb {
            Verb::Rank => Ty::scaled(Unit::Count, 0),
            _ => fraction(Unit::Ratio, false),
        };
        if verb == Verb::ShareOfTotal && node.ty.scale().is_none() {
            self.fault(
                argument.span(),
                "rules.aggregate",
                format!("{name} 求和，分数须先取整 (a total needs a decimal, not a fraction)"),
                "写 round(x, 位数) (round first)",
            );
            return None;
        }
        let optional = matches!(verb, Verb::RelativeToBest | Verb::ShareOfTotal);
        let peer = Peer {
            verb,
            argument: node,
            ty,
            optional,
        };
        let index = position(&mut self.peers, peer);
        Some(self.source(Kind::Peer(index), ty, optional))
    }

    pub(super) fn carry(&mut self, expr: &Expr, argument: &Expr) -> Option<Node> {
        if !self.beside_aggregates(expr, "carry") {
            return None;
        }
        let written = match argument {
            Expr::Value(value) => match &value.value {
                Value::SingleQuotedString(text) => Some(text.as_str()),
                _ => None,
            },
            _ => None,
        };
        let Some(id) = written else {
            self.fault(
                argument.span(),
                "rules.carry",
                "carry 要指标的标识，加单引号 (carry takes the quoted id of an indicator)".into(),
                "写 carry('指标标识') 或 carry('total') (write carry('id') or carry('total'))",
            );
            return None;
        };
        let ty = match self.names.carried.iter().find(|(known, _)| known == id) {
            _ if id == TOTAL => fraction(Unit::Points, false),
            Some((_, Carried::Number(unit))) => fraction(*unit, false),
            Some((_, Carried::Open)) => fraction(Unit::None, true),
            Some((_, Carried::Never(reason))) => {
                self.fault(
                    argument.span(),
                    "rules.carry",
                    format!("指标“{id}”不能取上期的值：{reason} ({id} cannot be carried)"),
                    "",
                );
                return None;
            }
            None => {
                let known = self.names.carried.iter().map(|(id, _)| id.as_str());
                let help = did_you_mean(id, known.chain([TOTAL]));
                self.fault(
                    argument.span(),
                    "rules.unknown_indicator",
                    format!("没有指标“{id}” (unknown indicator {id})"),
                    &help,
                );
                return None;
            }
        };
        let carry = Carry {
            id: id.to_owned(),
            ty,
        };
        let index = position(&mut self.carries, carry);
        Some(self.source(Kind::Carry(index), ty, true))
    }
}
