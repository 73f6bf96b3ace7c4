//! Rows for the database and the summary for people.

use assess::{Assessment, Awards};
use domain::Fen;
use ledger::Stage as BookStage;

use super::entries::entries;
use super::{Decided, PotUse, RunSummary};
use crate::App;
use crate::bulletin;
use crate::error::Error;
use crate::inputs::Frozen;

pub(super) fn score_rows(assessment: &Assessment) -> Vec<store::results::Score> {
    let rows = assessment
        .departments
        .iter()
        .map(|result| store::results::Score {
            department: result.id.clone(),
            group: result.group,
            total: result.total.shown.to_string(),
            grade: result.grade.clone(),
            rank: result.rank,
            rank_of: result.of,
            is_vetoed: !result.vetoes.is_empty(),
            standing: match result.standing {
                assess::Standing::Ranked => "ranked".to_owned(),
                assess::Standing::TooLittleAssessed => "too_little_assessed".to_owned(),
            },
        });
    rows.collect()
}

pub(super) fn indicator_rows(assessment: &Assessment) -> Vec<store::results::IndicatorScore> {
    let mut rows = Vec::new();
    for result in &assessment.departments {
        for (head, indicator) in assessment.indicators.iter().zip(&result.indicators) {
            rows.push(store::results::IndicatorScore {
                department: result.id.clone(),
                indicator: head.id.clone(),
                axis: head.axis.clone(),
                points: indicator.score.shown.to_string(),
                available: indicator.available.to_string(),
                status: indicator.status.name().to_owned(),
                cases: indicator.cases,
            });
        }
    }
    rows
}

pub(super) fn award_rows(awards: &Awards) -> Result<Vec<store::results::AwardLine>, Error> {
    let entries = entries(awards)?.into_iter();
    let rows = entries.map(
        |((department, line, component), entry)| store::results::AwardLine {
            department,
            payer: line.payer,
            budget_year: line.budget_year,
            budget_line: line.budget_line,
            programme: line.programme,
            component: component.name().to_owned(),
            amount_fen: entry.amount_fen,
            unfunded_fen: entry.unfunded_fen,
            cite: entry.cite.join("; "),
        },
    );
    Ok(rows.collect())
}

impl App {
    pub(super) fn summary(
        &self,
        frozen: &Frozen,
        decided: &Decided,
        done_before: bool,
        stages: Vec<(&'static str, u128)>,
    ) -> Result<RunSummary, Error> {
        let (assessment, awards) = (&decided.assessment, &decided.awards);
        let period = assessment.period;
        let (state, state_title) = self.state_of(period, &frozen.run)?;
        let facts = &frozen.inputs.facts;
        let pots = awards.pots.iter().map(|pot| {
            let awarded_fen: Fen = [&pot.claims_fen, &pot.rewards_fen].into_iter().sum();
            PotUse {
                payer: facts
                    .jurisdiction_name(&pot.line.payer, period.last_day())
                    .to_owned(),
                line: format!("{} {}", pot.line.budget_line, pot.line.programme),
                authority_fen: pot.authority_fen,
                awarded_fen,
                unfunded_fen: pot.unfunded_fen,
                left_fen: pot
                    .available_fen
                    .checked_sub(awarded_fen)
                    .unwrap_or_default(),
            }
        });
        Ok(RunSummary {
            period,
            run: frozen.run.clone(),
            state,
            state_title,
            done_before,
            departments: assessment
                .departments
                .iter()
                .filter(|dept| dept.rank.is_some())
                .count(),
            awarded_fen: awards.awards.iter().map(|award| &award.amount_fen).sum(),
            unfunded_fen: awards.awards.iter().map(|award| &award.unfunded_fen).sum(),
            groups: bulletin::rankings(assessment, awards),
            pots: pots.collect(),
            unbooked: self.appropriations_unbooked(period)?,
            digests: digests(&frozen.sha256, assessment, awards),
            reports_folder: self.reports_folder(&frozen.run),
            stages,
        })
    }
}

/// The digests that a reader can recompute.
pub(crate) fn digests(
    inputs_sha256: &str,
    assessment: &Assessment,
    awards: &Awards,
) -> Vec<(String, String)> {
    vec![
        ("输入摘要 inputs".to_owned(), inputs_sha256.to_owned()),
        ("规则摘要 rules".to_owned(), assessment.pack_digest.clone()),
        ("考核摘要 assessment".to_owned(), assessment.digest()),
        ("补偿摘要 awards".to_owned(), awards.digest()),
    ]
}

/// Stable code and Chinese title of where a run stands.
pub(crate) fn state_names(
    stage: Option<BookStage>,
    published: bool,
) -> (&'static str, &'static str) {
    match stage {
        _ if published => ("published", "已发布"),
        Some(stage) => (stage.code(), stage.title()),
        None => ("unfinished", "未完成"),
    }
}
