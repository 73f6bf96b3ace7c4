//! 共享使用日报.

use chrono::NaiveDate;
use domain::facts::{SourceLine, UsageDay};
use domain::{DepartmentId, ResourceCode};

use crate::cells::Cells;
use crate::layout::usage;
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// 共享使用日报
pub(crate) struct Usage;

impl Table for Usage {
    type Row = UsageDay;
    type Key = (NaiveDate, DepartmentId, ResourceCode, DepartmentId);

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<UsageDay>, Reject> {
        use usage::{BYTES, CONSUMER, DAY, FAILED, PROVIDER, RECORDS, RESOURCE, SUCCEEDED};
        let day = cells.past_date(DAY)?;
        let succeeded = cells.count(SUCCEEDED, None)?;
        let failed = cells.count(FAILED, None)?;
        let records = cells.count(RECORDS, Some(0))?;
        let bytes = cells.count(BYTES, Some(0))?;
        let provider = match scope.attribute(cells, PROVIDER, day)? {
            Ok(provider) => provider,
            Err(nobody) => return Ok(Parsed::Unattributed(nobody)),
        };
        let consumer = match scope.attribute(cells, CONSUMER, day)? {
            Ok(consumer) => consumer,
            Err(nobody) => return Ok(Parsed::Unattributed(nobody)),
        };
        if provider == consumer {
            return Ok(Parsed::SelfCall);
        }
        let (resource, known) = scope.resource(cells, RESOURCE)?;
        scope.provides(cells, PROVIDER, &provider, known)?;
        Ok(Parsed::Good(UsageDay {
            day,
            provider,
            resource,
            consumer,
            succeeded,
            failed,
            records,
            bytes,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &UsageDay) -> Self::Key {
        let UsageDay {
            day,
            provider,
            resource,
            consumer,
            ..
        } = row;
        (*day, provider.clone(), resource.clone(), consumer.clone())
    }

    fn place(row: &mut UsageDay, source: SourceLine) {
        row.source = source;
    }
}
