//! The generated city: files, an installation that imported them, the frame of its month.

use std::path::{Path, PathBuf};
use std::time::Duration;

use app::App;
use app::clock::Clock;
use app::generate::{Order, Preset, generate};
use assess::frame::{FactFrame, FactTable};
use assess::schema::IMPORTANCE_SCALE;
use chrono::{Days, NaiveTime};
use domain::{Facts, JurisdictionTree, Period, Registry, WorkdayCalendar};
use engine::{Pack, Plan};
use tempfile::TempDir;

use crate::timing::once;
use crate::{Failure, failure};

/// Seed of all cities measured.
const SEED: u64 = 809;

/// The month measured.
pub fn period() -> Result<Period, Failure> {
    Period::new(2026, 3).ok_or_else(|| "没有 2026-03 这个月 (no such month)".into())
}

/// A city generated and imported below a temporary folder.
pub struct City {
    /// The installation.
    pub app: App,
    /// How long generation took.
    pub generate: Duration,
    /// How long the import took.
    pub import: Duration,
    /// Rows below the headers of the files.
    pub file_rows: u64,
    _folder: TempDir,
}

impl City {
    /// Generates and imports one month; `small` is a fiftieth of Zhengzhou.
    pub fn new(small: bool) -> Result<Self, Failure> {
        let until = period()?;
        let folder = TempDir::new()?;
        let files = folder.path().join("files");
        let order = Order {
            preset: Preset::City,
            seed: SEED,
            months: 1,
            until,
            small,
        };
        let mut written = None;
        let generate = once(|| {
            written = Some(generate(order, &files, &mut |_| ())?);
            Ok(())
        })?;
        let written = written.unwrap_or_default();
        let paths = written.files.iter().filter(|file| file.kind.is_some());
        let paths: Vec<PathBuf> = paths.map(|file| files.join(&file.name)).collect();
        let app = install(&folder.path().join("data"), until)?;
        let import = once(|| Ok(app.import(&paths, false, "bench", &mut |_| ())?))?;
        fund(&app)?;
        Ok(Self {
            app,
            generate,
            import,
            file_rows: written.files.iter().map(|file| u64::from(file.rows)).sum(),
            _folder: folder,
        })
    }

    /// The frozen form of what was imported.
    fn facts(&self) -> Result<Facts, Failure> {
        let store = store::Store::open(&self.app.config().database_url)?;
        let month = period()?;
        Ok(store.read(|conn| store::facts::load_facts(conn, month))?)
    }

    /// The frame of the month with the shipped pack in force.
    pub fn scene(&self) -> Result<Scene, Failure> {
        let facts = self.facts()?;
        let schema = assess::schema();
        let rules = self.app.rules()?;
        let pack = &rules.pack;
        let plan = Plan::new(pack, &schema, period()?).map_err(|all| failure(&all))?;
        let tree = JurisdictionTree::new(facts.jurisdictions.clone());
        let registry = Registry::new(tree, facts.departments.clone())?;
        let frame_with = |importance: &[i64]| {
            FactFrame::new(&facts, &registry, &schema, plan.period(), importance)
        };
        // Importance is computed from the resources of a frame, and the frame's other tables need it.
        let first = frame_with(&vec![0; facts.resources.len()])?;
        let importance = importance(&plan, pack, &first, facts.resources.len())?;
        Ok(Scene {
            frame: frame_with(&importance)?.frame,
            calendar: self.app.calendar()?,
            plan,
        })
    }
}

/// What a scoring benchmark needs.
pub struct Scene {
    /// The pack in the month.
    pub plan: Plan,
    /// The facts.
    pub frame: engine::Frame,
    /// Working days.
    pub calendar: WorkdayCalendar,
}

/// Importance of the resources, in the order of the facts and at the scale of the columns.
fn importance(
    plan: &Plan,
    pack: &Pack,
    first: &FactFrame,
    resources: usize,
) -> Result<Vec<i64>, Failure> {
    let scale = pack.importance.as_ref().map_or(0, |rule| rule.scale);
    let factor = 10_i64.pow(u32::from(IMPORTANCE_SCALE.saturating_sub(scale)));
    let values = plan.importance(&first.frame).map_err(|all| failure(&all))?;
    let mut importance = vec![0; resources];
    for (row, value) in values.into_iter().enumerate() {
        let fact = first.fact_index(FactTable::Resources, row);
        if let Some(place) = fact.and_then(|fact| importance.get_mut(fact)) {
            *place = value * factor;
        }
    }
    Ok(importance)
}

/// An installation whose clock stands two weeks after the month.
/// What was appropriated is proposed by one person and approved by another.
fn fund(app: &App) -> Result<(), Failure> {
    app.add_demo_users()?;
    let (maker, checker) = (app.user("budget")?, app.user("finance")?);
    for order in app.propose_appropriations(&maker)? {
        app.approve_order(&checker, &order.id, &order.digest, order.control)?;
    }
    Ok(())
}

fn install(data: &Path, until: Period) -> Result<App, Failure> {
    let today = until.last_day() + Days::new(14);
    let clock = Clock::Fixed(today.and_time(NaiveTime::MIN).and_utc());
    App::init(data, clock)?;
    Ok(App::open(data, clock)?)
}
