//! Formulas over single rows of a table as given: importance, replacement costs.

use domain::{Place, Rounding, WorkdayCalendar};

use super::Plan;
use crate::eval::{LaneFault, Machine, Stretch};
use crate::fault::{Fault, FaultKind};
use crate::formula::Compiled;
use crate::frame::{Columns, Frame};

/// Decimals of a yuan: costs are whole fen.
const FEN_SCALE: u8 = 2;

impl Plan {
    /// The importance of every row of the importance table, at the scale the pack declares. The
    /// frame's own importance columns may hold anything yet.
    pub fn importance(&self, frame: &Frame) -> Result<Vec<i64>, Vec<Fault>> {
        let (Some(rule), Some((table, formula))) =
            (&self.pack.importance, &self.compiled.importance)
        else {
            return Ok(Vec::new());
        };
        self.row_numbers(
            frame,
            *table,
            formula,
            ("importance", &rule.place),
            (rule.scale, self.pack.rounding.score.mode),
        )
    }

    /// What it would cost a year to replace each resource, fen, in the order of the rows of
    /// `resources`: by the formula of a component that shares its pool by the Shapley value,
    /// rounded as the pack rounds money.
    pub fn replacement_costs(
        &self,
        component: &str,
        frame: &Frame,
    ) -> Result<Vec<i64>, Vec<Fault>> {
        let compensation = self.pack.compensation.as_ref();
        let components = compensation.map_or(&[][..], |one| &one.components);
        let position = components.iter().position(|one| one.id == component);
        let found = position.and_then(|position| components.get(position));
        let mut costs = self.compiled.costs.iter();
        let cost = costs.find(|cost| Some(cost.index) == position);
        let (Some(found), Some(cost)) = (found, cost) else {
            return Err(vec![Fault {
                rule: component.to_owned(),
                place: self.pack.header.place.clone(),
                subject: None,
                table: component.to_owned(),
                row: None,
                kind: FaultKind::WrongFrame {
                    table: component.to_owned(),
                },
            }]);
        };
        let mode = self.pack.rounding.money.mode;
        let named = (component, &found.place);
        self.row_numbers(frame, cost.table, &cost.value, named, (FEN_SCALE, mode))
    }

    /// A formula over the rows of a table as given, rounded to a scale; with the parameters and
    /// tables that importance is computed with.
    fn row_numbers(
        &self,
        frame: &Frame,
        table: usize,
        formula: &Compiled,
        (rule, place): (&str, &Place),
        (to_scale, mode): (u8, Rounding),
    ) -> Result<Vec<i64>, Vec<Fault>> {
        let facts = self.checked_table(frame, table)?;
        let calendar = WorkdayCalendar::new();
        let memo = crate::eval::CalendarMemo::new(&calendar);
        let machine = Machine::new(
            &self.importance_constants,
            Some(&memo),
            Columns::given(&facts.columns),
            &[],
        );
        let fault = |fault: LaneFault| {
            let subject = facts
                .offsets
                .partition_point(|end| *end as usize <= fault.lane);
            let name = self.base.tables.get(table);
            vec![Fault {
                rule: rule.to_owned(),
                place: place.clone(),
                subject: subject.checked_sub(1),
                table: name.map_or_else(String::new, |table| table.name.clone()),
                row: Some(fault.lane),
                kind: fault.kind,
            }]
        };
        let active = vec![true; facts.rows()];
        let at = Stretch {
            start: 0,
            active: &active,
        };
        let lanes = machine.eval(&formula.root, at).map_err(fault)?;
        let scale = formula.root.ty.scale();
        lanes.rounded(scale, to_scale, mode, &active).map_err(fault)
    }
}
