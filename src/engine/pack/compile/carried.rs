//! What `carry` gives for each indicator of the pack.

use super::{Compiler, rows_of};
use crate::formula::tree::Ty;
use crate::formula::{Carried, compile_row, compile_subject};
use crate::pack::{Compensation, Indicator, IndicatorKind, Pack};
use crate::schema::Unit;

/// What the value of a kind counts, where the kind says it.
const fn of_kind(kind: &IndicatorKind) -> Carried {
    match kind {
        IndicatorKind::Ratio => Carried::Number(Unit::Ratio),
        IndicatorKind::Deduct { .. } | IndicatorKind::Bonus { .. } => Carried::Number(Unit::Points),
        IndicatorKind::Veto { .. } => Carried::Never("否决指标没有数值 (a veto has no number)"),
        _ => Carried::Open,
    }
}

impl Compiler<'_> {
    /// Every indicator with what its value is. Where only its formula says that, the formula is
    /// compiled once with the units of others still open.
    pub(super) fn carried(&mut self) -> Vec<(String, Carried)> {
        let pack = self.pack;
        self.carried = by_id(pack, |indicator| of_kind(&indicator.kind));
        let money = pack.compensation.iter().flat_map(Compensation::formulas);
        let values = pack.indicators.iter().map(|indicator| &indicator.value);
        if !values.chain(money).any(|one| one.text.contains("carry")) {
            return self.carried.clone(); // nobody asks for more
        }
        by_id(pack, |indicator| match of_kind(&indicator.kind) {
            Carried::Open => self.unit_of(indicator),
            known => known,
        })
    }

    /// The unit of an indicator's value; open when its formula does not check.
    fn unit_of(&self, indicator: &Indicator) -> Carried {
        let table = self
            .schema
            .tables
            .iter()
            .find(|table| table.name == indicator.from);
        let Some(table) = table else {
            return Carried::Open;
        };
        let names = self.names(table);
        let condition = indicator.condition.as_ref();
        let condition = condition.and_then(|one| compile_row(&one.text, names).ok());
        let mut rows = rows_of(indicator);
        rows.condition = condition.as_ref().map(|one| &one.root);
        match compile_subject(&indicator.value.text, names, rows).map(|one| one.root.ty) {
            Ok(Ty::Number { unit, .. }) => Carried::Number(unit),
            _ => Carried::Open,
        }
    }
}

/// What all versions of each indicator give.
fn by_id(pack: &Pack, of: impl Fn(&Indicator) -> Carried) -> Vec<(String, Carried)> {
    let mut all: Vec<(String, Carried)> = Vec::new();
    for indicator in &pack.indicators {
        let own = of(indicator);
        match all.iter_mut().find(|(id, _)| *id == indicator.id) {
            Some((_, known)) => *known = both(*known, own),
            None => all.push((indicator.id.clone(), own)),
        }
    }
    all
}

/// What two versions of an indicator give.
fn both(one: Carried, other: Carried) -> Carried {
    match (one, other) {
        (Carried::Open, _) | (_, Carried::Open) => Carried::Open,
        (one, other) if one == other => one,
        _ => Carried::Never("它的各版本单位不同 (its versions differ in unit)"),
    }
}
