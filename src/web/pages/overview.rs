//! The office's view of a month: where the run stands, who scored what, and what is left to decide.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::PeriodLine;
use app::model::{AxisRow, Bulletin};
use app::rulebook::shelf::RulesInUse;
use app::{Right, User};
use askama::Template;

use crate::ask::{Answer, Ask};
use crate::chrome::Chrome;
use crate::figures::{self, RankView as _};
use crate::pages::home::DownloadView;
use crate::pages::{Chart, MonthChoice, Months, charts_of, html};
use crate::words::Words;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    chrome: Chrome,
    month: Option<Month>,
    rules: RulesInUse,
}

struct Month {
    months: Vec<MonthChoice>,
    line: PeriodLine,
    state: State,
    decisions: Vec<Decision>,
    bulletin: Arc<Bulletin>,
    departments: BTreeMap<String, String>,
    charts: Vec<Chart>,
    downloads: Vec<DownloadView>,
    sheets: Vec<DownloadView>,
}

impl Month {
    /// The page of a department, by its name.
    fn page_of(&self, department: &str) -> Option<String> {
        let id = self.departments.get(department)?;
        Some(format!("/departments/{id}?period={}", self.line.period))
    }

    /// The cells of a department in the table of axes.
    fn cells(&self, row: &AxisRow) -> Vec<Cell> {
        let heads = self.bulletin.axes.iter();
        let cell = |(head, score): (&app::model::AxisHead, &Option<String>)| Cell {
            shade: score
                .as_deref()
                .map_or(0, |score| figures::shade(score, &head.points)),
            text: score.clone().unwrap_or_else(|| "—".to_owned()),
        };
        heads.zip(&row.cells).map(cell).collect()
    }
}

/// One cell of the table of axes.
struct Cell {
    /// 0 for none, else 1–5.
    shade: u8,
    text: String,
}

/// A state as a chip: the class carries the colour, the text the meaning.
pub struct State {
    /// Stable code, also the style class.
    pub code: &'static str,
    /// Words.
    pub label: &'static str,
}

impl State {
    /// The chip of a month's state.
    pub fn of(line: &PeriodLine, t: &Words) -> Self {
        let label = match line.state {
            "calculated" => t.state_calculated,
            "submitted" => t.state_submitted,
            "approved" => t.state_approved,
            "rejected" => t.state_rejected,
            "voided" => t.state_voided,
            "published" => t.state_published,
            _ => line.state_title,
        };
        Self {
            code: line.state,
            label,
        }
    }
}

/// A decision that the visitor may take now.
pub struct Decision {
    /// Address of the form.
    pub action: String,
    /// Verb on the button.
    pub label: &'static str,
    /// What it does.
    pub effect: &'static str,
    /// Whether a reason is asked for.
    pub needs_reason: bool,
}

/// The decisions open to the visitor in the state of the month.
fn decisions(line: &PeriodLine, user: &User, t: &'static Words) -> Vec<Decision> {
    let all = [
        (
            "calculated",
            Right::Submit,
            "submit",
            t.submit,
            t.submit_effect,
        ),
        (
            "submitted",
            Right::Approve,
            "approve",
            t.approve,
            t.approve_effect,
        ),
        (
            "submitted",
            Right::Approve,
            "reject",
            t.reject,
            t.reject_effect,
        ),
        (
            "approved",
            Right::Publish,
            "publish",
            t.publish,
            t.publish_effect,
        ),
    ];
    let open = all
        .into_iter()
        .filter(|(state, right, ..)| *state == line.state && user.may(*right));
    open.map(|(_, _, verb, label, effect)| Decision {
        action: format!("/periods/{}/runs/{}/{verb}", line.period, line.run),
        label,
        effect,
        needs_reason: verb == "reject",
    })
    .collect()
}

/// The page of the newest month, or of the one asked for.
pub async fn show(ask: &Ask) -> Answer {
    let (t, user) = (ask.words(), ask.user()?);
    let chrome = Chrome::new(ask, t.nav_overview, Vec::new());
    let rules = ask.portal.run(|app| Ok(app.rules_in_use())).await?;
    let Some(months) = Months::of(ask).await? else {
        return html(&Page {
            chrome,
            month: None,
            rules,
        });
    };
    let (viewer, period) = (user.clone(), months.chosen.period);
    let (bulletin, departments, files) = ask
        .portal
        .run(move |app| {
            Ok((
                app.bulletin(Some(&viewer), period)?,
                app.departments(&viewer, period)?,
                app.downloads(Some(&viewer), period)?,
            ))
        })
        .await?;
    let listed = departments
        .into_iter()
        .map(|line| (line.name, line.id.to_string()));
    let downloads = files.iter().map(|file| DownloadView::of(period, file));
    let (sheets, downloads): (Vec<_>, Vec<_>) =
        downloads.partition(|file| file.name.starts_with("departments/"));
    let month = Month {
        months: months.choices(),
        state: State::of(&months.chosen, t),
        decisions: decisions(&months.chosen, &user, t),
        bulletin,
        departments: listed.collect(),
        charts: charts_of(period, &files),
        downloads: downloads
            .into_iter()
            .filter(|file| !file.is_drawing())
            .collect(),
        sheets,
        line: months.chosen,
    };
    html(&Page {
        chrome,
        month: Some(month),
        rules,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use app::Role;
    use domain::{Fen, RunId};

    use super::*;
    use crate::lang::Lang;

    #[test]
    fn each_state_offers_each_role_its_own_decisions() {
        let verbs = |state, role| {
            let line = PeriodLine {
                period: "2026-03".parse().unwrap(),
                run: RunId::new("2026-03-abc"),
                state,
                state_title: "",
                published: false,
                departments: 1,
                awarded_fen: Fen::ZERO,
                unfunded_fen: Fen::ZERO,
            };
            let user = User {
                login: "x".into(),
                display_name: "x".into(),
                role,
                department: None,
            };
            let open = decisions(&line, &user, Words::of(Lang::Zh));
            let verb = |decision: &Decision| decision.action.rsplit('/').next().unwrap().to_owned();
            open.iter().map(verb).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(verbs("calculated", Role::Assessor), "submit");
        assert_eq!(verbs("calculated", Role::Finance), "");
        assert_eq!(verbs("submitted", Role::Finance), "approve reject");
        assert_eq!(verbs("submitted", Role::Assessor), "");
        assert_eq!(verbs("approved", Role::Assessor), "publish");
        for state in ["calculated", "submitted", "approved", "published"] {
            assert_eq!(verbs(state, Role::Auditor), "", "{state}");
        }
    }
}
