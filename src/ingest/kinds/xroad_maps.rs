//! X-Road 成员对照 and 服务对照. X-Road identifiers are case-sensitive and kept as written.

use domain::facts::SourceLine;

use crate::cells::Cells;
use crate::context::{MemberEntry, ServiceEntry};
use crate::layout::{members, services};
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// A subsystem, or nothing for the whole member.
fn subsystem(cells: &Cells<'_>, column: usize) -> Result<Option<String>, Reject> {
    if cells.raw(column).is_empty() {
        return Ok(None);
    }
    Ok(Some(cells.id(column)?.into_owned()))
}

/// X-Road 成员对照
pub(crate) struct Members;

impl Table for Members {
    type Row = MemberEntry;
    type Key = [String; 4];

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<MemberEntry>, Reject> {
        use members::{CLASS, CODE, DEPARTMENT, INSTANCE, SUBSYSTEM};
        Ok(Parsed::Good(MemberEntry {
            instance: cells.id(INSTANCE)?.into_owned(),
            class: cells.id(CLASS)?.into_owned(),
            code: cells.id(CODE)?.into_owned(),
            subsystem: subsystem(cells, SUBSYSTEM)?,
            department: scope.department(cells, DEPARTMENT)?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &MemberEntry) -> Self::Key {
        let row = row.clone();
        let subsystem = row.subsystem.unwrap_or_default();
        [row.instance, row.class, row.code, subsystem]
    }

    fn place(row: &mut MemberEntry, source: SourceLine) {
        row.source = source;
    }
}

/// X-Road 服务对照
pub(crate) struct Services;

impl Table for Services {
    type Row = ServiceEntry;
    type Key = [String; 5];

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<ServiceEntry>, Reject> {
        use services::{CLASS, CODE, INSTANCE, RESOURCE, SERVICE, SUBSYSTEM};
        Ok(Parsed::Good(ServiceEntry {
            instance: cells.id(INSTANCE)?.into_owned(),
            class: cells.id(CLASS)?.into_owned(),
            code: cells.id(CODE)?.into_owned(),
            subsystem: subsystem(cells, SUBSYSTEM)?,
            service: cells.id(SERVICE)?.into_owned(),
            resource: scope.resource(cells, RESOURCE)?.0,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &ServiceEntry) -> Self::Key {
        let row = row.clone();
        let subsystem = row.subsystem.unwrap_or_default();
        [row.instance, row.class, row.code, subsystem, row.service]
    }

    fn place(row: &mut ServiceEntry, source: SourceLine) {
        row.source = source;
    }
}
