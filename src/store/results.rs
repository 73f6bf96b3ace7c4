//! What a run found: scores, the points of each indicator, awards. A projection of the run's
//! assessment for lists and comparisons; the assessment itself is a blob.

use diesel::prelude::*;
use domain::{DepartmentGroup, DepartmentId, Fen, JurisdictionCode, RunId};

use crate::cells;
use crate::conn::AnyConn;
use crate::each_backend;
use crate::error::StoreError;
use crate::schema::{awards, indicator_scores, scores};
use crate::upsert::ROWS_PER_STATEMENT;

/// The score of a department. Points are canonical decimal text; nothing is computed from them in
/// the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The department.
    pub department: DepartmentId,
    /// Its peer group.
    pub group: DepartmentGroup,
    /// Total as shown.
    pub total: String,
    /// Grade; `None` when it is not graded.
    pub grade: Option<String>,
    /// Place in the group, from one; `None` when it is not ranked.
    pub rank: Option<u32>,
    /// How many are ranked in the group.
    pub rank_of: u32,
    /// Whether a veto decided the grade.
    pub is_vetoed: bool,
    /// Whether and why not it is ranked, by stable English name.
    pub standing: String,
}

/// The points of a department in one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorScore {
    /// The department.
    pub department: DepartmentId,
    /// The indicator.
    pub indicator: String,
    /// Its axis.
    pub axis: String,
    /// Points as shown.
    pub points: String,
    /// Points that could be had.
    pub available: String,
    /// How it was assessed, by stable English name.
    pub status: String,
    /// Rows it was computed from.
    pub cases: u32,
}

/// An award: what a department should get, from which line, and what a cap cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardLine {
    /// The department.
    pub department: DepartmentId,
    /// Paying jurisdiction.
    pub payer: JurisdictionCode,
    /// Budget year.
    pub budget_year: i32,
    /// Budget line.
    pub budget_line: String,
    /// Programme.
    pub programme: String,
    /// `cost`, `loss` or `reward`.
    pub component: String,
    /// Amount to be paid.
    pub amount_fen: Fen,
    /// Amount that no money is there for.
    pub unfunded_fen: Fen,
    /// The rule it rests on.
    pub cite: String,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = scores, treat_none_as_default_value = false)]
struct ScoreRow {
    run_id: String,
    department_id: String,
    group_name: String,
    total: String,
    grade: Option<String>,
    rank: Option<i64>,
    rank_of: i64,
    is_vetoed: bool,
    standing: String,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = indicator_scores)]
struct IndicatorRow {
    run_id: String,
    department_id: String,
    indicator_id: String,
    axis_id: String,
    points: String,
    available: String,
    status: String,
    case_count: i64,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = awards)]
struct AwardRow {
    run_id: String,
    department_id: String,
    payer_code: String,
    budget_year: i64,
    budget_line: String,
    programme: String,
    component: String,
    amount_fen: i64,
    unfunded_fen: i64,
    cite: String,
}

/// Writes the scores of a run in place of those it had: a restarted run writes them again.
pub fn set_scores(
    conn: &mut AnyConn,
    run: &RunId,
    totals: &[Score],
    points: &[IndicatorScore],
) -> Result<(), StoreError> {
    diesel::delete(indicator_scores::table.filter(indicator_scores::run_id.eq(run.as_str())))
        .execute(conn)?;
    diesel::delete(scores::table.filter(scores::run_id.eq(run.as_str()))).execute(conn)?;
    let rows: Vec<ScoreRow> = totals
        .iter()
        .map(|score| ScoreRow {
            run_id: run.to_string(),
            department_id: score.department.to_string(),
            group_name: score.group.name().to_owned(),
            total: score.total.clone(),
            grade: score.grade.clone(),
            rank: score.rank.map(i64::from),
            rank_of: i64::from(score.rank_of),
            is_vetoed: score.is_vetoed,
            standing: score.standing.clone(),
        })
        .collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        each_backend!(conn, |c| diesel::insert_into(scores::table)
            .values(chunk)
            .execute(c))?;
    }
    let rows: Vec<IndicatorRow> = points
        .iter()
        .map(|score| IndicatorRow {
            run_id: run.to_string(),
            department_id: score.department.to_string(),
            indicator_id: score.indicator.clone(),
            axis_id: score.axis.clone(),
            points: score.points.clone(),
            available: score.available.clone(),
            status: score.status.clone(),
            case_count: i64::from(score.cases),
        })
        .collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        each_backend!(conn, |c| diesel::insert_into(indicator_scores::table)
            .values(chunk)
            .execute(c))?;
    }
    Ok(())
}

/// Writes the awards of a run in place of those it had.
pub fn set_awards(conn: &mut AnyConn, run: &RunId, lines: &[AwardLine]) -> Result<(), StoreError> {
    diesel::delete(awards::table.filter(awards::run_id.eq(run.as_str()))).execute(conn)?;
    let rows: Vec<AwardRow> = lines
        .iter()
        .map(|line| AwardRow {
            run_id: run.to_string(),
            department_id: line.department.to_string(),
            payer_code: line.payer.to_string(),
            budget_year: i64::from(line.budget_year),
            budget_line: line.budget_line.clone(),
            programme: line.programme.clone(),
            component: line.component.clone(),
            amount_fen: line.amount_fen.get(),
            unfunded_fen: line.unfunded_fen.get(),
            cite: line.cite.clone(),
        })
        .collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        each_backend!(conn, |c| diesel::insert_into(awards::table)
            .values(chunk)
            .execute(c))?;
    }
    Ok(())
}

/// The scores of a run, by group, place and department; those not ranked come last.
pub fn scores(conn: &mut AnyConn, run: &RunId) -> Result<Vec<Score>, StoreError> {
    let rows: Vec<ScoreRow> = scores::table
        .filter(scores::run_id.eq(run.as_str()))
        .select(ScoreRow::as_select())
        .load(conn)?;
    let mut scores = rows
        .into_iter()
        .map(|row| {
            Ok(Score {
                department: row.department_id.as_str().into(),
                group: cells::named(
                    "scores",
                    "group_name",
                    &row.group_name,
                    DepartmentGroup::from_name,
                )?,
                total: row.total,
                grade: row.grade,
                rank: row
                    .rank
                    .map(|rank| cells::small("scores", "rank", rank))
                    .transpose()?,
                rank_of: cells::small("scores", "rank_of", row.rank_of)?,
                is_vetoed: row.is_vetoed,
                standing: row.standing,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    // The databases disagree on where NULL sorts, so the order is made here.
    scores.sort_by(|a, b| {
        let key = |score: &Score| (score.group, score.rank.is_none(), score.rank);
        (key(a), &a.department).cmp(&(key(b), &b.department))
    });
    Ok(scores)
}

/// The points of a run, by department and indicator; of one department, or all.
pub fn indicator_scores(
    conn: &mut AnyConn,
    run: &RunId,
    department: Option<&DepartmentId>,
) -> Result<Vec<IndicatorScore>, StoreError> {
    let mut query = indicator_scores::table
        .filter(indicator_scores::run_id.eq(run.as_str()))
        .select(IndicatorRow::as_select())
        .into_boxed::<crate::conn::MultiBackend>();
    if let Some(department) = department {
        query = query.filter(indicator_scores::department_id.eq(department.as_str()));
    }
    let rows: Vec<IndicatorRow> = query
        .order((
            indicator_scores::department_id,
            indicator_scores::indicator_id,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(IndicatorScore {
                department: row.department_id.as_str().into(),
                indicator: row.indicator_id,
                axis: row.axis_id,
                points: row.points,
                available: row.available,
                status: row.status,
                cases: cells::small("indicator_scores", "case_count", row.case_count)?,
            })
        })
        .collect()
}

/// The awards of a run, by department and line; of one department, or all.
pub fn awards(
    conn: &mut AnyConn,
    run: &RunId,
    department: Option<&DepartmentId>,
) -> Result<Vec<AwardLine>, StoreError> {
    let mut query = awards::table
        .filter(awards::run_id.eq(run.as_str()))
        .select(AwardRow::as_select())
        .into_boxed::<crate::conn::MultiBackend>();
    if let Some(department) = department {
        query = query.filter(awards::department_id.eq(department.as_str()));
    }
    let rows: Vec<AwardRow> = query
        .order((
            awards::department_id,
            awards::payer_code,
            awards::budget_year,
            awards::budget_line,
            awards::programme,
            awards::component,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(AwardLine {
                department: row.department_id.as_str().into(),
                payer: row.payer_code.as_str().into(),
                budget_year: cells::small("awards", "budget_year", row.budget_year)?,
                budget_line: row.budget_line,
                programme: row.programme,
                component: row.component,
                amount_fen: Fen::new(row.amount_fen),
                unfunded_fen: Fen::new(row.unfunded_fen),
                cite: row.cite,
            })
        })
        .collect()
}
