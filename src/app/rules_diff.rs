//! What a change of the rules changes, and for whom: the differences of two packs as written, and
//! the results of a past month under each.

use std::path::Path;

use assess::Comparison;
use domain::Period;
pub use engine::pack::{Difference, Edit, KeyEdit};

use crate::App;
use crate::error::Error;
use crate::rulebook;
use crate::run;

/// What differs between two packs.
pub struct RulesDiff {
    /// Element by element.
    pub differences: Vec<Difference>,
    /// The month under the older and under the newer pack, when one was asked for.
    pub effect: Option<Comparison>,
}

/// The differences of two packs, each a folder or the name of a built-in pack.
pub fn differences(old: &str, new: &str) -> Result<Vec<Difference>, Error> {
    let files = |named: &str| rulebook::files(Path::new(named));
    engine::pack::differences(&files(old)?, &files(new)?).map_err(Error::Diagnostics)
}

impl App {
    /// The differences, and their effect on the frozen facts of a past month. Nothing is written.
    pub fn rules_diff(&self, old: &str, new: &str, period: Period) -> Result<RulesDiff, Error> {
        let (before, after) = (self.draft(Some(old))?, self.draft(Some(new))?);
        let calendar = self.calendar()?;
        let (inputs, _) = self.recorded_month(period)?;
        let decide = |pack| {
            let prepared = run::prepare(pack, &calendar, &inputs)?;
            run::decide(&prepared.month()?, inputs.means())
        };
        let (before, after) = (decide(&before)?, decide(&after)?);
        Ok(RulesDiff {
            differences: differences(old, new)?,
            effect: Some(Comparison::of(
                (&before.assessment, &before.awards),
                (&after.assessment, &after.awards),
            )),
        })
    }
}
