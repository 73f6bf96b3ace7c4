//! Users, sessions, the audit trail, and jobs.

use std::collections::BTreeSet;
use std::sync::Mutex;

use chrono::TimeDelta;

use super::sample::{A, at};
use crate::activity::{self, Activity};
use crate::jobs::{self, JobState};
use crate::sessions::{self, Session};
use crate::users::{self, Profile};
use crate::{StoreError, db_test};

fn profile(login: &str) -> Profile {
    Profile {
        login: login.to_owned(),
        display_name: "联络员".to_owned(),
        role: "liaison".to_owned(),
        department: Some(A.into()),
        password_hash: "$argon2id$v=19$…".to_owned(),
    }
}

const MINUTE: TimeDelta = TimeDelta::minutes(1);

db_test! {
    fn users_are_unique_by_login(db) {
        let id = db.store.write(|conn| users::add(conn, &profile("li"))).unwrap();
        let again = db.store.write(|conn| users::add(conn, &profile("li")));
        assert!(matches!(&again, Err(StoreError::Conflict { constraint })
            if constraint.contains("users")), "{again:?}");
        db.store.write(|conn| {
            let mut user = users::find(conn, "li")?.unwrap();
            assert_eq!((user.id, &user.profile), (id, &profile("li")));
            user.profile.department = None;
            users::update(conn, &user)?;
            assert_eq!(users::find(conn, "li")?, Some(user.clone()));
            assert_eq!(users::list(conn)?, [user]);
            assert_eq!(users::find(conn, "LI")?, None);
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn a_session_ends_by_time_by_closing_and_with_its_user(db) {
        let now = at("2026-04-02T08:00:00.5");
        db.store.write(|conn| {
            let user = users::add(conn, &profile("li"))?;
            let session = |hash: &str| Session {
                token_hash: hash.to_owned(),
                user,
                created_at: now,
                expires_at: now + MINUTE,
                csrf: "c".to_owned(),
            };
            for hash in ["h1", "h2", "h3"] {
                sessions::open(conn, &session(hash))?;
            }
            let (found, owner) = sessions::find(conn, "h1", now)?.unwrap();
            assert_eq!((found, owner.id), (session("h1"), user));
            assert_eq!(sessions::find(conn, "h1", now + MINUTE)?, None);
            assert_eq!(sessions::find(conn, "none", now)?, None);
            sessions::close(conn, "h1")?;
            assert_eq!(sessions::find(conn, "h1", now)?, None);
            let disabled = users::User { disabled_at: Some(now), ..owner.clone() };
            users::update(conn, &disabled)?;
            assert_eq!(sessions::find(conn, "h2", now)?, None);
            users::update(conn, &owner)?;
            assert!(sessions::find(conn, "h2", now)?.is_some());
            assert_eq!(sessions::remove_expired(conn, now)?, 0);
            assert_eq!(sessions::close_all(conn, user)?, 2);
            assert_eq!(sessions::remove_expired(conn, now + MINUTE)?, 0);
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn the_trail_is_read_newest_first(db) {
        let line = |subject: &str, action: &str| Activity {
            at: at("2026-04-02T08:00:00"),
            actor: "li".to_owned(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            detail: String::new(),
        };
        db.store.write(|conn| {
            for (subject, action) in [("run a", "start"), ("run b", "start"), ("run a", "publish")] {
                activity::add(conn, &line(subject, action))?;
            }
            let of_a = activity::list(conn, Some("run a"), 10)?;
            assert_eq!(of_a, [line("run a", "publish"), line("run a", "start")]);
            assert_eq!(activity::list(conn, None, 1)?, [line("run a", "publish")]);
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn a_schedule_that_fires_twice_adds_one_job(db) {
        let due = at("2026-04-01T00:30:00");
        let add = || db.store.write(|conn| jobs::enqueue(conn, "run", "2026-03", due)).unwrap();
        assert!(add());
        assert!(!add());
        let other = db.store.write(|conn| jobs::enqueue(conn, "clean", "", due)).unwrap();
        assert!(other);
        assert_eq!(db.store.read(|conn| jobs::list(conn, JobState::Waiting)).unwrap().len(), 2);
    }

    fn a_job_is_leased_retried_and_finished(db) {
        let due = at("2026-04-01T00:30:00");
        db.store.write(|conn| {
            jobs::enqueue(conn, "run", "2026-03", due)?;
            assert_eq!(jobs::lease(conn, due - MINUTE, MINUTE)?, None);
            let first = jobs::lease(conn, due, MINUTE)?.unwrap();
            assert_eq!((first.attempts, first.lease_until), (1, Some(due + MINUTE)));
            assert_eq!(jobs::lease(conn, due, MINUTE)?, None);

            // The worker dies: when its lease has run out, another takes over, and the first one
            // can no longer finish.
            let second = jobs::lease(conn, due + MINUTE, MINUTE)?.unwrap();
            assert_eq!((second.id, second.attempts), (first.id, 2));
            assert!(matches!(
                jobs::finish(conn, &first, due + MINUTE),
                Err(StoreError::NotFound { .. })
            ));

            let later = due + MINUTE * 10;
            jobs::fail(conn, &second, "disk full", due + MINUTE, Some(later))?;
            assert_eq!(jobs::lease(conn, later - MINUTE, MINUTE)?, None);
            let third = jobs::lease(conn, later, MINUTE)?.unwrap();
            assert_eq!((third.attempts, third.last_error.as_deref()), (3, Some("disk full")));
            jobs::finish(conn, &third, later)?;
            let done = jobs::list(conn, JobState::Done)?;
            assert_eq!((done.len(), done[0].finished_at), (1, Some(later)));
            assert_eq!(jobs::lease(conn, later + MINUTE, MINUTE)?, None);

            jobs::enqueue(conn, "clean", "", due)?;
            let job = jobs::lease(conn, later, MINUTE)?.unwrap();
            jobs::fail(conn, &job, "no", later, None)?;
            assert_eq!(jobs::list(conn, JobState::Failed)?.len(), 1);
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn no_job_is_leased_by_two_workers(db) {
        let due = at("2026-04-01T00:30:00");
        db.store.write(|conn| {
            for number in 0..12 {
                jobs::enqueue(conn, &format!("k{number}"), "", due)?;
            }
            Ok::<_, StoreError>(())
        }).unwrap();
        let leased = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| loop {
                    match db.store.write(|conn| jobs::lease(conn, due, MINUTE)) {
                        Ok(Some(job)) => leased.lock().unwrap().push(job.id),
                        Ok(None) => break,
                        Err(error) => assert!(error.is_transient(), "{error}"),
                    }
                });
            }
        });
        let leased = leased.into_inner().unwrap();
        assert_eq!(leased.len(), 12);
        assert_eq!(leased.iter().collect::<BTreeSet<_>>().len(), 12);
    }
}
