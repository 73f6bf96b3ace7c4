//! Runs, their stages and results, publication, blobs and reports.

use domain::{DepartmentGroup, Fen, RunId};

use super::sample::{A, B, C, at, period};
use crate::reports::{self, Report};
use crate::results::{self, AwardLine, IndicatorScore, Score};
use crate::runs::{self, FinishedStage, Publication, Run, Stage};
use crate::{AnyConn, StoreError, blobs, db_test};

fn run(id: &str, month: &str, created_at: &str) -> Run {
    Run {
        id: id.into(),
        period: period(month),
        pack: "tiaoli-809@1".into(),
        pack_sha256: "1".repeat(64),
        facts_sha256: "2".repeat(64),
        prior: None,
        engine_version: "0.1.0".to_owned(),
        created_at: at(created_at),
        created_by: "assessor".to_owned(),
    }
}

fn stage(stage: Stage, digest: &str) -> FinishedStage {
    FinishedStage {
        stage,
        finished_at: at("2026-04-02T09:00:00"),
        digest: digest.to_owned(),
    }
}

fn started(conn: &mut AnyConn) -> Result<RunId, StoreError> {
    let run = run("2026-03-aa", "2026-03", "2026-04-02T08:00:00");
    runs::start(conn, &run)?;
    Ok(run.id)
}

db_test! {
    fn a_restarted_run_is_the_same_run(db) {
        db.store.write(|conn| {
            let first = run("2026-03-aa", "2026-03", "2026-04-02T08:00:00");
            assert!(runs::start(conn, &first)?);
            let mut again = first.clone();
            again.created_at = at("2026-04-03T08:00:00");
            assert!(!runs::start(conn, &again)?);
            assert_eq!(runs::get(conn, &first.id)?, first);
            let second = Run { prior: Some(first.id.clone()), ..run("2026-04-bb", "2026-04", "2026-05-02T08:00:00") };
            assert!(runs::start(conn, &second)?);
            assert_eq!(runs::list(conn, None)?, [second.clone(), first.clone()]);
            assert_eq!(runs::latest(conn, period("2026-03"))?, Some(first));
            assert_eq!(runs::latest(conn, period("2026-05"))?, None);
            assert!(matches!(
                runs::get(conn, &"nowhere".into()),
                Err(StoreError::NotFound { what: "考核运行", .. })
            ));
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn a_stage_is_finished_once_and_by_one_digest(db) {
        db.store.write(|conn| {
            let id = started(conn)?;
            assert!(runs::finish_stage(conn, &id, &stage(Stage::Assessed, "b"))?);
            assert!(runs::finish_stage(conn, &id, &stage(Stage::Frozen, "a"))?);
            assert!(!runs::finish_stage(conn, &id, &stage(Stage::Frozen, "a"))?);
            assert!(matches!(
                runs::finish_stage(conn, &id, &stage(Stage::Frozen, "other")),
                Err(StoreError::Refused { .. })
            ));
            let stages: Vec<_> = runs::stages(conn, &id)?.iter().map(|done| done.stage).collect();
            assert_eq!(stages, [Stage::Frozen, Stage::Assessed]);
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn a_period_is_published_once(db) {
        let publication = |month: &str| Publication {
            period: period(month),
            run: "2026-03-aa".into(),
            published_at: at("2026-04-05T00:00:00"),
            published_by: "assessor".to_owned(),
        };
        db.store.write(started).unwrap();
        let wrong = db.store.write(|conn| runs::publish(conn, &publication("2026-04")));
        assert!(matches!(wrong, Err(StoreError::Refused { .. })));
        db.store.write(|conn| runs::publish(conn, &publication("2026-03"))).unwrap();
        let again = db.store.write(|conn| runs::publish(conn, &publication("2026-03")));
        assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
        let found = db.store.read(|conn| runs::publication(conn, period("2026-03"))).unwrap();
        assert_eq!(found, Some(publication("2026-03")));
        assert_eq!(db.store.read(|conn| runs::publication(conn, period("2026-04"))).unwrap(), None);
    }

    fn results_are_replaced_as_a_whole(db) {
        let score = |department: &str, rank: Option<u32>| Score {
            department: department.into(),
            group: DepartmentGroup::Municipal,
            total: "93.50".to_owned(),
            grade: Some("excellent".to_owned()),
            rank,
            rank_of: 2,
            is_vetoed: false,
            standing: "ranked".to_owned(),
        };
        let points = |department: &str| IndicatorScore {
            department: department.into(),
            indicator: "reply".to_owned(),
            axis: "timeliness".to_owned(),
            points: "9.1".to_owned(),
            available: "10".to_owned(),
            status: "scored".to_owned(),
            cases: 12,
        };
        let award = |component: &str, amount| AwardLine {
            department: A.into(),
            payer: "410000".into(),
            budget_year: 2026,
            budget_line: "2010301".to_owned(),
            programme: "补偿".to_owned(),
            component: component.to_owned(),
            amount_fen: Fen::new(amount),
            unfunded_fen: Fen::ZERO,
            cite: "第38条".to_owned(),
        };
        db.store.write(|conn| {
            let id = started(conn)?;
            let all = [score(A, Some(2)), score(B, None), score(C, Some(1))];
            results::set_scores(conn, &id, &all, &[points(A), points(B)])?;
            results::set_scores(conn, &id, &all, &[points(A), points(B)])?;
            let order: Vec<_> = results::scores(conn, &id)?.into_iter().map(|s| s.rank).collect();
            assert_eq!(order, [Some(1), Some(2), None]);
            assert_eq!(results::indicator_scores(conn, &id, Some(&B.into()))?, [points(B)]);
            assert_eq!(results::indicator_scores(conn, &id, None)?.len(), 2);
            results::set_awards(conn, &id, &[award("loss", 5), award("cost", Fen::BOUND)])?;
            results::set_awards(conn, &id, &[award("loss", 7), award("cost", Fen::BOUND)])?;
            assert_eq!(
                results::awards(conn, &id, None)?,
                [award("cost", Fen::BOUND), award("loss", 7)]
            );
            assert_eq!(results::awards(conn, &id, Some(&B.into()))?, []);
            Ok::<_, StoreError>(())
        }).unwrap();
        let negative = db.store.write(|conn| {
            results::set_awards(conn, &"2026-03-aa".into(), &[award("loss", -1)])
        });
        assert!(matches!(negative, Err(StoreError::Refused { .. })));
        assert_eq!(db.store.read(|conn| results::awards(conn, &"2026-03-aa".into(), None)).unwrap().len(), 2);
    }

    fn blobs_and_reports_come_back(db) {
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        db.store.write(|conn| {
            let digest = blobs::put_plain(conn, &bytes)?;
            assert_eq!(blobs::put_plain(conn, &bytes)?, digest);
            assert_eq!(blobs::get(conn, &digest)?, bytes);
            assert!(matches!(blobs::get(conn, "00"), Err(StoreError::NotFound { .. })));
            let id = started(conn)?;
            let mut report = Report {
                name: "通报.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                sha256: "3".repeat(64),
                path: "2026-03/通报.pdf".to_owned(),
                size_bytes: 1,
            };
            reports::set(conn, &id, &report)?;
            report.size_bytes = 2;
            reports::set(conn, &id, &report)?;
            assert_eq!(reports::list(conn, &id)?, std::slice::from_ref(&report));
            assert_eq!(reports::find(conn, &id, "通报.pdf")?, Some(report));
            Ok::<_, StoreError>(())
        }).unwrap();
    }
}
