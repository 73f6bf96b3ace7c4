//! Why a score or an award is what it is, and what the ledger says of a department.

use assess::explanation::Explanation;
use assess::{Assessment, Month};
use domain::{DepartmentId, Period};
use ledger::Statement;

use super::require_sight;
use crate::App;
use crate::error::Error;
use crate::inputs::RunInputs;
use crate::role::User;
use crate::run::{self, Stage, load};

impl App {
    /// Why a department, or one of its indicators, has its score.
    pub fn explain(
        &self,
        viewer: &User,
        period: Period,
        department: &DepartmentId,
        indicator: Option<&str>,
    ) -> Result<Explanation, Error> {
        require_sight(viewer, department)?;
        self.visible(Some(viewer), period)?;
        self.explain_unchecked(period, department, indicator)
    }

    /// The same for the operator of the command line, who can read the database anyway.
    pub fn explain_unchecked(
        &self,
        period: Period,
        department: &DepartmentId,
        indicator: Option<&str>,
    ) -> Result<Explanation, Error> {
        self.in_month(period, |month, _, assessment| {
            Ok(month.explain(assessment, department, indicator)?)
        })
    }

    /// Why a department is awarded what it is; amounts are yuan.
    pub fn explain_money(
        &self,
        viewer: &User,
        period: Period,
        department: &DepartmentId,
    ) -> Result<Explanation, Error> {
        require_sight(viewer, department)?;
        self.visible(Some(viewer), period)?;
        self.explain_money_unchecked(period, department)
    }

    /// The same for the operator of the command line.
    pub fn explain_money_unchecked(
        &self,
        period: Period,
        department: &DepartmentId,
    ) -> Result<Explanation, Error> {
        let mut explained = self.in_month(period, |month, inputs, assessment| {
            Ok(month.explain_money(assessment, inputs.means(), department)?)
        })?;
        let asked = match self.decided_run(period)? {
            Some(_) => self.clawbacks(period)?.dues,
            None => Vec::new(),
        };
        for due in asked.iter().filter(|due| due.department == *department) {
            explained.root.prose.push_str(&format!(
                "{}应追回 {} 元，已扣回或入账 {} 元。",
                due.title, due.asked_fen, due.taken_fen
            ));
            explained.root.prose_en.push_str(&format!(
                " {} yuan are asked back, {} taken.",
                due.asked_fen, due.taken_fen
            ));
        }
        Ok(explained)
    }

    /// Recomputes the standing run of a month from its frozen inputs, to ask it something.
    fn in_month<T>(
        &self,
        period: Period,
        ask: impl FnOnce(&Month<'_>, &RunInputs, &Assessment) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let run = self.current_run(period)?;
        let (inputs, assessment) = self.store().read(|conn| {
            let assessment: Assessment = load(conn, &run, Stage::Assessed)?;
            Ok::<_, Error>((run::load_inputs(conn, &run)?, assessment))
        })?;
        let rules = self.rules_of(&inputs.pack, &inputs.pack_digest)?;
        let calendar = self.calendar()?;
        let prepared = run::prepare(&rules.pack, &calendar, &inputs)?;
        ask(&prepared.month()?, &inputs, &assessment)
    }

    /// What would raise a department's score, best first, by the very formulas that scored it.
    pub fn raise_unchecked(
        &self,
        period: Period,
        department: &DepartmentId,
    ) -> Result<Vec<assess::Raise>, Error> {
        let run = self.current_run(period)?;
        let (inputs, assessment) = self.store().read(|conn| {
            let assessment: assess::Assessment = load(conn, &run, Stage::Assessed)?;
            Ok::<_, Error>((run::load_inputs(conn, &run)?, assessment))
        })?;
        let rules = self.rules_of(&inputs.pack, &inputs.pack_digest)?;
        let calendar = self.calendar()?;
        let prepared = run::prepare(&rules.pack, &calendar, &inputs)?;
        let month = prepared.month()?;
        Ok(month.raise(&assessment, department, usize::MAX)?)
    }

    /// A department of a month by code, name, or a part of the name that only one has.
    pub fn find_department(&self, period: Period, text: &str) -> Result<DepartmentId, Error> {
        let run = self.current_run(period)?;
        let assessment: assess::Assessment = self
            .store()
            .read(|conn| load(conn, &run, Stage::Assessed))?;
        let departments = assessment.departments.iter();
        let named = departments.map(|dept| (&dept.id, dept.name.as_str()));
        one_department(&named.collect::<Vec<_>>(), text)
    }

    /// A department of the newest month that was run, or else any that the registry has ever had:
    /// one that has ended still has its books.
    pub fn find_any_department(&self, text: &str) -> Result<DepartmentId, Error> {
        if let Ok(period) = self.latest_period()
            && let Ok(found) = self.find_department(period, text)
        {
            return Ok(found);
        }
        let names = self.department_names()?;
        let named: Vec<_> = names.iter().map(|(id, name)| (id, name.as_str())).collect();
        one_department(&named, text)
    }

    /// The statement of a department.
    pub fn statement(
        &self,
        viewer: &User,
        department: &DepartmentId,
        from: Period,
        to: Period,
    ) -> Result<Statement, Error> {
        require_sight(viewer, department)?;
        self.statement_unchecked(department, from, to)
    }

    /// The same for the operator of the command line.
    pub fn statement_unchecked(
        &self,
        department: &DepartmentId,
        from: Period,
        to: Period,
    ) -> Result<Statement, Error> {
        if to < from {
            let reason = format!("{from} 晚于 {to} (from is after to)");
            return Err(Error::BadInput {
                what: "期间",
                reason,
            });
        }
        self.store()
            .read(|conn| store::ledger::statement(conn, department, from, to).map_err(Error::from))
    }
}

/// The one department whose code or name is the text, or whose name alone has it as a part.
pub(crate) fn one_department(
    all: &[(&DepartmentId, &str)],
    text: &str,
) -> Result<DepartmentId, Error> {
    let exact = |(id, name): &&(&DepartmentId, &str)| id.as_str() == text || *name == text;
    if let Some((id, _)) = all.iter().find(exact) {
        return Ok((*id).clone());
    }
    let near: Vec<_> = all.iter().filter(|(_, name)| name.contains(text)).collect();
    match near.as_slice() {
        [(id, _)] => Ok((*id).clone()),
        [] => Err(Error::NotFound {
            what: "部门",
            key: text.to_owned(),
        }),
        many => {
            let names: Vec<_> = many.iter().take(8).map(|(_, name)| *name).collect();
            let reason = format!("“{text}”不止一个：{} (ambiguous)", names.join("、"));
            Err(Error::BadInput {
                what: "部门",
                reason,
            })
        }
    }
}
