//! Dates and whole numbers of days.

use super::{Refusal, describe, negated, node, unit_clash};
use crate::formula::tree::{Form, Kind, Node, Ty};
use crate::schema::Unit;

/// A number of whole days.
pub(in crate::formula) fn whole_days(days: Node) -> Result<Node, Refusal> {
    let Ty::Number {
        unit,
        form,
        literal,
    } = days.ty
    else {
        return Err(Refusal {
            code: "rules.type",
            message: format!(
                "天数应为数，却是{} (days must be a number)",
                describe(days.ty)
            ),
            help: "",
        });
    };
    if !literal && unit != Unit::Days {
        return Err(unit_clash("当作天数", Unit::Days, unit));
    }
    if form != Form::Scaled(0) {
        return Err(Refusal {
            code: "rules.type",
            message: "天数应为整数 (days must be a whole number)".into(),
            help: "写 floor(x) 或 ceil(x) (write floor(x) or ceil(x))",
        });
    }
    Ok(days)
}

pub(super) fn add_days(date: Node, days: Node, subtract: bool) -> Result<Node, Refusal> {
    let days = whole_days(days)?;
    let days = if subtract { negated(days) } else { days };
    let kind = Kind::AddDays(Box::new(date), Box::new(days));
    Ok(node(kind, Ty::Date))
}
