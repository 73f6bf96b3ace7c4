//! The frozen facts of a month and its rules as an SQL script, for an auditor's own PostgreSQL.

use std::io::Write;
use std::path::Path;

use domain::Period;

use crate::App;
use crate::error::Error;
use crate::rulebook;
use crate::run;

impl App {
    /// Writes the assessment of a month as SQL: from the frozen facts of the run that stands, or from
    /// the facts as they are when the month has not been run. `pack` names a folder or a built-in
    /// pack; without it the pack in use. Without `data` only the logic is written.
    pub fn export_sql(
        &self,
        period: Period,
        pack: Option<&Path>,
        data: bool,
        to: &mut dyn Write,
    ) -> Result<(), Error> {
        let pack = match pack {
            Some(folder) => rulebook::draft(folder)?,
            None => self.rules()?.pack.clone(),
        };
        let calendar = self.calendar()?;
        let inputs = match self.current_run(period) {
            Ok(run) => self.store().read(|conn| run::load_inputs(conn, &run))?,
            Err(Error::NotFound { .. }) => self.freeze(period, &pack)?.inputs,
            Err(other) => return Err(other),
        };
        let prepared = run::prepare(&pack, &calendar, &inputs)?;
        let mut written = Ok(());
        prepared.export_sql(data, &mut |text| {
            if written.is_ok() {
                written = to.write_all(text.as_bytes());
            }
        })?;
        written
            .and_then(|()| to.flush())
            .map_err(Error::file("SQL"))
    }
}
