//! Daily usage: a power law of demand over pairs of a resource and its caller.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use domain::{Period, ShareType};
use ingest::FileKind;
use ingest::layout::usage as at;

use crate::error::CityError;
use crate::scene::{Scene, full_width};
use crate::sheet::{Fate, Row, Sheet};
use crate::stream::{Stream, Wheel};

/// A caller of a resource.
pub(crate) struct Subscription {
    /// Place of the resource.
    pub(crate) entry: usize,
    /// Place of the caller.
    pub(crate) caller: usize,
    /// Share of the month's calls.
    weight: u64,
}

/// What two departments that call each other, and one that floods another, add to a day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Flood,
    Reciprocal,
}

/// Who calls what in a city, the same in every month.
pub(crate) fn subscriptions(scene: &Scene<'_>) -> Vec<Subscription> {
    let mut stream = Stream::new(scene.seed, &[scene.unit.city.code, "subscriptions"]);
    let cast = scene.unit.cast;
    let wheel = Wheel::new(scene.catalogue.entries.iter().map(|entry| {
        let called = entry.mounted
            && entry.share_type != ShareType::None
            && entry.provider != cast.twins.1
            && entry.provider != cast.flooded
            && ![cast.pair.0, cast.pair.1].contains(&entry.provider);
        match entry.class {
            _ if !called => 0,
            1 => 12,
            2 => 4,
            _ => 2,
        }
    }));
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let wanted = usize::try_from(scene.scale.subscriptions).unwrap_or(0);
    // Enough draws for any catalogue that has so many pairs at all.
    for _ in 0..wanted * 20 {
        if found.len() == wanted {
            break;
        }
        let place = wheel.draw(&mut stream);
        let (Some(entry), Some(caller)) =
            (scene.catalogue.get(place), stream.pick(&scene.unit.callers))
        else {
            continue;
        };
        let own = entry.provider == *caller
            || (entry.provider == cast.merged && *caller == cast.successor);
        if own || !seen.insert((place, *caller)) {
            continue;
        }
        found.push(Subscription {
            entry: place,
            caller: *caller,
            weight: 10_000_000 / (found.len() as u64 + 6),
        });
    }
    found
}

/// The month's usage.
pub(crate) fn sheet(
    scene: &Scene<'_>,
    subscriptions: &[Subscription],
    period: Period,
) -> Result<Sheet, CityError> {
    let mut stream = scene.stream("usage", period);
    let mut sheet = Sheet::new(FileKind::Usage);
    let days: Vec<NaiveDate> = period
        .first_day()
        .iter_days()
        .take_while(|day| *day <= period.last_day())
        .collect();
    let mut factors = Vec::new();
    for day in &days {
        let workday = scene.calendar.is_workday(*day)?;
        factors.push(if workday { 100_u64 } else { 25 });
    }
    // The month's calls are shared by weight of the caller times factor of the day.
    let total = subscriptions.iter().map(|s| s.weight).sum::<u64>() * factors.iter().sum::<u64>();
    for (day, factor) in days.iter().zip(&factors) {
        for subscription in subscriptions {
            let calls = calls_of(scene, subscription, *factor, total, &mut stream);
            if calls > 0 {
                write_day(scene, &mut sheet, subscription, *day, calls, &mut stream);
            }
        }
        schemes(scene, &mut sheet, *day, *factor, &mut stream);
    }
    plant(scene, &mut sheet, period);
    Ok(sheet)
}

/// Calls of a subscription in a day: its share, give or take two fifths, rounded at random so that
/// rare callers are right on average.
fn calls_of(
    scene: &Scene<'_>,
    subscription: &Subscription,
    factor: u64,
    total: u64,
    stream: &mut Stream,
) -> u64 {
    let jitter = stream.between(60, 140);
    let share = u128::from(scene.scale.calls)
        * u128::from(subscription.weight)
        * u128::from(factor * jitter);
    let whole = u128::from(total.max(1)) * 100;
    u64::try_from((share + u128::from(stream.next()) % whole) / whole).unwrap_or(0)
}

/// Writes the day of a subscription, and the same for the second twin.
fn write_day(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    subscription: &Subscription,
    day: NaiveDate,
    calls: u64,
    stream: &mut Stream,
) {
    let Some(entry) = scene.catalogue.get(subscription.entry) else {
        return;
    };
    let member = scene.roster.members.get(entry.provider);
    let reliable = member.map_or(1000, |member| member.habits.reliable);
    let failed = (calls * (1000 - reliable) + stream.below(1000)) / 1000;
    let counts = [calls - failed, failed, 1 + stream.below(5)];
    let twin = scene.catalogue.mirrored(subscription.entry);
    for place in [Some(subscription.entry), twin].into_iter().flatten() {
        push(scene, sheet, place, subscription.caller, day, counts);
    }
}

/// Appends a row: counts are calls that succeeded, that failed, and records in each answer.
fn push(
    scene: &Scene<'_>,
    sheet: &mut Sheet,
    place: usize,
    caller: usize,
    day: NaiveDate,
    counts: [u64; 3],
) {
    let Some(entry) = scene.catalogue.get(place) else {
        return;
    };
    let merged = entry.provider == scene.unit.cast.merged;
    // In the month of the merger the platform still logs under the old code.
    let old_code = Period::containing(day) == Period::containing(scene.roster.merge_on);
    let provider = if merged && old_code {
        entry.provider
    } else {
        scene.provider(entry, day)
    };
    let [succeeded, failed, each] = counts;
    let records = succeeded * each;
    let row = Row::new(FileKind::Usage)
        .with(at::DAY, day)
        .with(at::PROVIDER, scene.id(provider))
        .with(at::RESOURCE, &entry.code)
        .with(at::CONSUMER, scene.id(caller))
        .with(at::SUCCEEDED, succeeded)
        .with(at::FAILED, failed)
        .with(at::RECORDS, records)
        .with(at::BYTES, records * entry.items * 24);
    if merged && old_code && day >= scene.roster.merge_on {
        let text = "部门已合并，合并日之后的行仍用原代码";
        sheet.plant(row, Fate::Unattributed, "old_code_after_merge", text);
    } else {
        sheet.push(row);
    }
}

/// The flood and the reciprocal pair.
fn schemes(scene: &Scene<'_>, sheet: &mut Sheet, day: NaiveDate, factor: u64, stream: &mut Stream) {
    let cast = scene.unit.cast;
    let calls = u64::from(scene.scale.calls);
    let month = Period::containing(day);
    let in_flood =
        day >= month.first_day() + Days::new(9) && day < month.first_day() + Days::new(14);
    let flows = [
        (Scheme::Flood, cast.flooded, cast.flooder, calls / 200),
        (
            Scheme::Reciprocal,
            cast.pair.0,
            cast.pair.1,
            calls / 8000 * factor / 100,
        ),
        (
            Scheme::Reciprocal,
            cast.pair.1,
            cast.pair.0,
            calls / 8000 * factor / 100,
        ),
    ];
    for (scheme, provider, caller, size) in flows {
        let place = scene.catalogue.of(provider).iter().copied().find(|place| {
            let entry = scene.catalogue.get(*place);
            entry.is_some_and(|entry| entry.share_type != ShareType::None)
        });
        let Some(place) = place else {
            continue;
        };
        if scheme == Scheme::Flood && !in_flood {
            continue;
        }
        let succeeded = size + stream.below(size / 50 + 1) + 1;
        push(scene, sheet, place, caller, day, [succeeded, 0, 1]);
        match scheme {
            Scheme::Flood => sheet.note("flood", "单一调用方在数日内集中刷量"),
            Scheme::Reciprocal if day == month.first_day() => {
                sheet.note("reciprocal_pair", "两部门逐日对等互调，全月如此");
            }
            Scheme::Reciprocal => {}
        }
    }
}

/// Rows that went wrong, appended as late entries.
fn plant(scene: &Scene<'_>, sheet: &mut Sheet, period: Period) {
    let cast = scene.unit.cast;
    let mut plain = sheet.plain(at::PROVIDER, &scene.special()).into_iter();
    for (line, row) in plain.by_ref().take(3) {
        let text = format!("与第 {line} 行完全相同");
        sheet.plant(row, Fate::Duplicate, "duplicate_identical", text);
    }
    if let Some((line, row)) = plain.next() {
        let row = row.with(at::SUCCEEDED, 987_654_321);
        let text = format!("与第 {line} 行主键相同而次数不同");
        sheet.plant(row, Fate::Reject, "duplicate_differing", text);
    }
    if let Some((_, row)) = plain.next() {
        let row = row.with(at::CONSUMER, Scene::stranger());
        sheet.plant(
            row,
            Fate::Unattributed,
            "unknown_department",
            "调用方未登记，不能归属",
        );
    }
    if let Some((_, row)) = plain.next() {
        let row = row.with(at::RESOURCE, "");
        sheet.plant(row, Fate::Reject, "missing_id", "缺信息资源代码");
    }
    for (number, provider) in (0..).zip(scene.unit.home.iter().take(3)) {
        let own = scene.catalogue.of(*provider).first();
        if let Some(entry) = own.and_then(|place| scene.catalogue.get(*place)) {
            let row = Row::new(FileKind::Usage)
                .with(at::DAY, period.first_day() + Days::new(number))
                .with(at::PROVIDER, scene.id(*provider))
                .with(at::RESOURCE, &entry.code)
                .with(at::CONSUMER, scene.id(*provider))
                .with(at::SUCCEEDED, 500)
                .with(at::FAILED, 0);
            sheet.plant(row, Fate::SelfCall, "self_call", "部门调用自己的资源");
        }
    }
    // Typed by hand, between two who share nothing else.
    let last = scene.catalogue.of(cast.flooded).last();
    if let Some(entry) = last.and_then(|place| scene.catalogue.get(*place)) {
        let row = Row::new(FileKind::Usage)
            .with(at::DAY, full_width(&period.last_day().to_string()))
            .with(at::PROVIDER, scene.id(cast.flooded).to_lowercase())
            .with(at::RESOURCE, &entry.code)
            .with(at::CONSUMER, scene.id(cast.leaky).to_lowercase())
            .with(at::SUCCEEDED, full_width("12"))
            .with(at::FAILED, full_width("0"));
        sheet.plant(
            row,
            Fate::Good,
            "full_width",
            "日期与次数为全角数字，代码为小写",
        );
    }
}
