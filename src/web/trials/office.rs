//! A small city with a published month and a month to decide on, made once for all tests.

use std::sync::LazyLock;

use app::appeals::AppealEntry;
use app::claims::{ClaimEntry, ClaimKind};
use app::clock::Clock;
use app::generate::{Order, Preset, generate};
use app::ledger::OrderKind;
use app::orders::{OrderWords, Selection};
use app::papers::Upload;
use app::{App, Role, User};
use domain::{AppealId, ClaimId, DepartmentId, Fen, OrderId, Period, RunId};
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
    /// A claim of the liaison's department, undecided.
    pub claim: ClaimId,
    /// An appeal of it, open.
    pub appeal: AppealId,
    /// Digest of the one file of both.
    pub digest: String,
    /// An order that is carried out.
    pub order: OrderId,
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
    let budget = person("budget", Role::Finance, None);
    fund(&app, &budget, &finance);
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
    let liaison = person("liaison", Role::Department, Some(&own));
    let (claim, digest) = claimed(&app, &liaison, &own);
    let appeal = appealed(&app, &liaison, &own);
    let order = withheld(&app, &finance);
    let bulletin = app.bulletin(Some(&assessor), published).unwrap();
    Office {
        indicator: bulletin.indicators[0].id.clone(),
        file: app.downloads(None, published).unwrap()[0].name.clone(),
        batch: app.imports(&assessor).unwrap()[0].batch_id,
        claim,
        appeal,
        digest,
        order,
        app,
        own,
        other,
        run,
        _folder: folder,
    }
}

/// What was appropriated is proposed by one person and approved by another.
fn fund(app: &App, maker: &User, checker: &User) {
    for order in app.propose_appropriations(maker).unwrap() {
        app.approve_order(checker, &order.id, &order.digest, order.control)
            .unwrap();
    }
}

fn paper() -> [Upload; 1] {
    [Upload {
        name: "依据.txt".to_owned(),
        bytes: "加密机采购合同".into(),
    }]
}

fn claimed(app: &App, liaison: &User, own: &DepartmentId) -> (ClaimId, String) {
    let entry = ClaimEntry {
        department: own.clone(),
        period: PUBLISHED.parse().unwrap(),
        kind: ClaimKind::Cost,
        beneficiary: "410100".into(),
        amount_fen: Fen::new(1_234_500),
        explanation: HOSTILE.to_owned(),
    };
    let sheet = app.declare_claim(liaison, &entry, &paper()).unwrap();
    (sheet.id, sheet.evidence[0].file.sha256.clone())
}

fn appealed(app: &App, liaison: &User, own: &DepartmentId) -> AppealId {
    let period: Period = PUBLISHED.parse().unwrap();
    let choices = app.appeal_choices(liaison, own).unwrap();
    // One whose records lost points, so that there is something to recalculate.
    let lost = |id: &&String| {
        let explained = app.explain(liaison, period, own, Some(id)).unwrap();
        let rows = explained.root.walk();
        rows.iter().any(|node| {
            let row = node.evidence.as_ref();
            row.is_some_and(|row| row.potential != node.amount)
        })
    };
    let mut ids = choices[0].indicators.iter().map(|(id, _)| id);
    let indicator = ids.find(lost).cloned();
    assert!(indicator.is_some(), "nothing was lost");
    let entry = AppealEntry {
        department: own.clone(),
        period,
        indicator,
        rows: Vec::new(),
        accrual: None,
        contested_fen: None,
        grounds: HOSTILE.to_owned(),
    };
    app.open_appeal(liaison, &entry, &paper()).unwrap().id
}

/// One fen of the oldest accrual is deferred.
fn withheld(app: &App, finance: &User) -> OrderId {
    let selection = Selection {
        amount_fen: Some(Fen::new(1)),
        ..Selection::default()
    };
    let words = OrderWords {
        id: None,
        rule: Some(app.order_rules().unwrap()[0].id.clone()),
        document: "郑财〔2026〕1号".to_owned(),
        reason: HOSTILE.to_owned(),
    };
    let order = app
        .draft_order(OrderKind::Withhold, &selection, words)
        .unwrap();
    app.propose(finance, order).unwrap().id
}
