//! Random claims and appeals.

use super::*;

/// Claims and appeals.
pub fn dispute(books: &Books, step: Small) -> (Actor, Action) {
    let (what, who, much) = step;
    if what / 16 % 3 != 0 {
        return appeal(books, step);
    }
    let claim = format!("c{}", who % 4).as_str().into();
    if what / 64 % 2 == 0 {
        let declaration = Declaration {
            department: department(who % 4),
            period: period("2026-03"),
            component: ledger::Component::Loss,
            declared_fen: Fen::new(30),
            evidence: vec![Digest::of(&[who % 4])],
        };
        return (liaison(), Action::DeclareClaim { claim, declaration });
    }
    let accepted_fen = Fen::new(i64::from(much % 40));
    (
        assessor(),
        Action::DecideClaim {
            claim,
            accepted_fen,
            reason: told("票据不全"),
        },
    )
}

/// Opens an appeal, or takes one that is open a step on or to its end.
fn appeal(books: &Books, (what, who, much): Small) -> (Actor, Action) {
    let effective_on = today(books);
    let open: Vec<_> = books
        .appeals()
        .filter(|(_, appeal)| appeal.ruling.is_none())
        .collect();
    let chosen = open.get(usize::from(who) % open.len().max(1));
    let Some((id, state)) = chosen.filter(|_| what / 64 % 3 != 0) else {
        let seqs: Vec<_> = books.accruals().collect();
        let mut contest = contest(1, 1, i64::from(much % 30));
        if let Some((seq, accrual)) = seqs.get(usize::from(much) % seqs.len().max(1)) {
            contest.accrual = Some(*seq);
            contest.department = accrual.department.clone();
        }
        let appeal = format!("a{}", who % 9).as_str().into();
        return (
            liaison(),
            Action::OpenAppeal {
                appeal,
                contest,
                effective_on,
            },
        );
    };
    let appeal = (*id).clone();
    if state.step.is_none() || who.is_multiple_of(4) {
        let step = Step::ALL[usize::from(who / 4) % 3];
        let office = "市数据局".to_owned();
        return (
            assessor(),
            Action::AdvanceAppeal {
                appeal,
                step,
                office,
                due_on: day(31),
            },
        );
    }
    let ruling = Ruling {
        outcome: Outcome::ALL[usize::from(who / 4) % 4],
        cut_fen: Fen::new(if who.is_multiple_of(2) {
            0
        } else {
            i64::from(much % 20)
        }),
        document: "郑数裁〔2026〕1号".into(),
        reason: told("经复核"),
    };
    let judge = if who > 240 {
        liaison()
    } else {
        Actor::new("sun", Role::Assessor)
    };
    (
        judge,
        Action::EndAppeal {
            appeal,
            ruling,
            effective_on,
        },
    )
}
