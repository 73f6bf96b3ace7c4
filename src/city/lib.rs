//! The model city: a deterministic data set with the sins of life, in the layouts of [`ingest`].
//!
//! [`generate`] hands finished files to a sink, one after the other, so that only one is in memory.
//! The same plan yields the same bytes on every machine: whole numbers, streams of an own generator,
//! no clock. What is wrong on purpose is listed beside the data, with file and line.

mod bureaus;
mod casework;
mod catalogue;
mod credit_code;
mod demand;
mod error;
mod manifest;
mod money;
mod odd_requests;
mod output;
mod places;
mod plan;
mod registers;
mod requests;
mod roster;
mod scene;
mod sheet;
mod stream;
mod upkeep;
mod usage;
mod xroad;

#[cfg(test)]
mod whole;

use domain::Period;
use ingest::FileKind;

pub use error::CityError;
pub use output::Sink;
pub use plan::{Expected, Plan, Preset, Scale, Sin, Written, WrittenFile};

use catalogue::Catalogue;
use output::{Content, Output};
use roster::{Roster, Unit};
use scene::Scene;
use sheet::Encoding;
use usage::Subscription;

/// Generates the data set of a plan.
///
/// `sink` receives each file's relative path (with `/`) and bytes; `progress` a line of text for
/// each city and month begun.
pub fn generate(
    plan: &Plan<'_>,
    sink: &mut Sink<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Written, CityError> {
    let periods = plan.periods()?;
    let roster = Roster::new(plan.preset, plan.seed, &periods);
    let mut output = Output::new(sink, progress);
    let name = |number: &str, kind: FileKind| format!("{number}-{}.csv", kind.title());
    output.csv(
        name("01", FileKind::Jurisdictions),
        registers::jurisdictions(),
        Encoding::Utf8,
    )?;
    output.csv(
        name("02", FileKind::Departments),
        registers::departments(&roster),
        Encoding::Utf8,
    )?;
    let mut years: Vec<i32> = periods.iter().map(|period| period.year()).collect();
    years.dedup();
    for year in years {
        let kind = FileKind::Appropriations;
        let name = format!("04-{}-{year}.csv", kind.title());
        output.csv(name, money::appropriations(&roster, year), Encoding::Utf8)?;
    }
    for unit in &roster.units {
        write_city(plan, &periods, &roster, unit, &mut output)?;
    }
    describe(plan, &roster, &mut output)?;
    Ok(output.finish())
}

/// Writes the files of one city.
fn write_city(
    plan: &Plan<'_>,
    periods: &[Period],
    roster: &Roster,
    unit: &Unit,
    output: &mut Output<'_, '_>,
) -> Result<(), CityError> {
    let first = periods.first().copied().unwrap_or(plan.until);
    let catalogue = Catalogue::new(plan.seed, plan.scale(), roster, unit, first);
    let scene = Scene {
        seed: plan.seed,
        scale: plan.scale(),
        calendar: plan.calendar,
        known_on: plan.known_on(),
        roster,
        unit,
        catalogue: &catalogue,
    };
    let folder = &unit.folder;
    let name = |number: &str, kind: FileKind| format!("{folder}{number}-{}.csv", kind.title());
    let exchange = xroad::Exchange::new(&scene);
    let path = format!("{folder}03-{}.xlsx", FileKind::Catalogue.title());
    output.xlsx(path, registers::catalogue(&scene))?;
    let members = exchange.members(&scene);
    output.csv(name("05", FileKind::Members), members, Encoding::Utf8)?;
    let services = exchange.services(&scene);
    output.csv(name("06", FileKind::Services), services, Encoding::Utf8)?;
    let subscriptions = usage::subscriptions(&scene);
    for period in periods {
        output.stage(unit.city.name, *period);
        write_month(&scene, &subscriptions, *period, output)?;
    }
    let day = xroad::day_of(plan.until.first_day());
    let file = exchange.day(&scene, day);
    let name = format!("{folder}{}/xroad-{day}.json.gz", plan.until);
    let bytes = file.gz(&name)?;
    let content = Content {
        kind: Some(FileKind::XRoad),
        rows: file.rows(),
        expected: file.expected,
        sins: file.sins,
    };
    output.file(name, bytes, content)
}

/// Writes the files of a month of a city.
fn write_month(
    scene: &Scene<'_>,
    subscriptions: &[Subscription],
    period: Period,
    output: &mut Output<'_, '_>,
) -> Result<(), CityError> {
    let sheets = [
        (usage::sheet(scene, subscriptions, period)?, Encoding::Utf8),
        (upkeep::checks(scene, period), Encoding::Utf8),
        (
            requests::sheet(scene, subscriptions, period)?,
            Encoding::Gbk,
        ),
        (casework::corrections(scene, period)?, Encoding::Gbk),
        (casework::incidents(scene, period)?, Encoding::Utf8Bom),
        (casework::feedback(scene, period)?, Encoding::Utf8),
        (upkeep::safeguards(scene, period), Encoding::Utf8),
        (money::claims(scene, period)?, Encoding::Utf8Bom),
    ];
    for (sheet, encoding) in sheets {
        output.csv(scene.path(sheet.kind, period), sheet, encoding)?;
    }
    Ok(())
}

/// Writes the description beside the data.
fn describe(
    plan: &Plan<'_>,
    roster: &Roster,
    output: &mut Output<'_, '_>,
) -> Result<(), CityError> {
    let names = roster.units.iter().map(|unit| {
        let name = |place: usize| {
            let member = roster.members.get(place);
            member.map_or("", |member| member.dept.name.as_str())
        };
        let (one, other) = unit.cast.twins;
        format!("{}与{}", name(one), name(other))
    });
    let twins: Vec<String> = names.collect();
    let page = manifest::page(plan, output.written(), &twins.join("，"));
    let list = manifest::list(plan, output.written());
    for (name, bytes) in [(manifest::PAGE, page), (manifest::LIST, list)] {
        let content = Content {
            kind: None,
            rows: 0,
            expected: Expected::default(),
            sins: Vec::new(),
        };
        output.file(name.to_owned(), bytes, content)?;
    }
    Ok(())
}
