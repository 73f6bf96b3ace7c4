//! 机构承继.

use domain::DepartmentId;
use domain::facts::SourceLine;
use domain::succession::{Share, Succession, SuccessionForm};

use super::registry::department_code;
use crate::cells::Cells;
use crate::layout::successions;
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// 机构承继
pub(crate) struct Successions;

impl Table for Successions {
    type Row = Succession;
    type Key = (DepartmentId, DepartmentId);

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        _: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Succession>, Reject> {
        use successions::{DEPARTMENT, DOCUMENT, EFFECTIVE, FORM, SHARE, SUCCESSOR};
        let (department, _) = department_code(cells, DEPARTMENT)?;
        let (successor, _) = department_code(cells, SUCCESSOR)?;
        if department == successor {
            let what = ("与原部门相同", "a department cannot take over from itself");
            let remedy = "更名而代码不变的，在部门文件中更正名称即可";
            return Err(cells.reject(SUCCESSOR, "order", what, remedy));
        }
        let share = |text: &str| text.parse::<Share>().ok();
        let titles = SuccessionForm::ALL.map(SuccessionForm::title).join("、");
        Ok(Parsed::Good(Succession {
            department,
            successor,
            share: cells.term(SHARE, share, "大于零且不超过一的份额，如 1、1/3、0.25、25%")?,
            effective_on: cells.date(EFFECTIVE)?,
            form: cells.term(FORM, SuccessionForm::from_name, titles)?,
            document: cells.filled_text(DOCUMENT)?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Succession) -> (DepartmentId, DepartmentId) {
        (row.department.clone(), row.successor.clone())
    }

    fn place(row: &mut Succession, source: SourceLine) {
        row.source = source;
    }
}
