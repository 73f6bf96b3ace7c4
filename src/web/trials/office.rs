//! A small city with a published month and a month to decide on, made once for all tests.

use std::sync::LazyLock;

use app::clock::Clock;
use app::generate::{Order, Preset, generate};
use app::{App, Role};
use domain::{DepartmentId, Period, RunId};
use tempfile::TempDir;

/// The month that is published.
pub const PUBLISHED: &str = "2026-02";
/// The month that is still to decide on; only `forms::a_run_is_reviewed` touches it.
pub const OPEN: &str = "2026-03";
/// A name that must never reach a page as it is.
pub const HOSTILE: &str = "<script>alert('名')</script>";
/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery";

/// The city and what tests need to know of it.
pub struct Office {
    pub app: App,
    /// The department of the liaison.
    pub own: DepartmentId,
    /// Another one.
    pub other: DepartmentId,
    /// The published run.
    pub run: RunId,
    /// An indicator of the pack.
    pub indicator: String,
    /// A file that anybody may download.
    pub file: String,
    /// An import.
    pub batch: i64,
    _folder: TempDir,
}

/// The office of all tests.
pub static OFFICE: LazyLock<Office> = LazyLock::new(open);

fn open() -> Office {
    let folder = TempDir::new().unwrap();
    let (data, input) = (folder.path().join("data"), folder.path().join("input"));
    let clock = Clock::Fixed("2026-04-08T02:00:00Z".parse().unwrap());
    let order = Order {
        preset: Preset::City,
        seed: 7,
        months: 2,
        until: OPEN.parse().unwrap(),
        small: true,
    };
    generate(order, &input, &mut |_| {}).unwrap();
    App::init(&data, clock).unwrap();
    let app = App::open(&data, clock).unwrap();
    app.import(&[input], true, "tests", &mut |_| {}).unwrap();
    let person = |login, role, department: Option<&DepartmentId>| {
        app.add_user(login, HOSTILE, role, department, PASSWORD)
            .unwrap()
    };
    let assessor = person("assessor", Role::Assessor, None);
    let finance = person("finance", Role::Finance, None);
    person("auditor", Role::Auditor, None);
    let published: Period = PUBLISHED.parse().unwrap();
    app.run(published, "tests", &mut |_| {}).unwrap();
    let run = app.current_run(published).unwrap();
    app.submit(&assessor, published, &run).unwrap();
    app.approve(&finance, published, &run).unwrap();
    app.publish(&assessor, published, &run).unwrap();
    app.run(OPEN.parse().unwrap(), "tests", &mut |_| {})
        .unwrap();
    let departments = app.departments(&assessor, published).unwrap();
    let (own, other) = (departments[0].id.clone(), departments[1].id.clone());
    person("liaison", Role::Department, Some(&own));
    let bulletin = app.bulletin(Some(&assessor), published).unwrap();
    Office {
        indicator: bulletin.indicators[0].id.clone(),
        file: app.downloads(None, published).unwrap()[0].name.clone(),
        batch: app.imports(&assessor).unwrap()[0].batch_id,
        app,
        own,
        other,
        run,
        _folder: folder,
    }
}
