//! Commands asked with another body than they should have: by another hand, on another day, of
//! another amount, under the same number.

use chrono::NaiveDate;

use super::*;

/// The command with one thing changed; what names it (run, order, document, receipt) stays.
pub fn spoilt(command: &Command, how: u8) -> Command {
    let mut spoilt = command.clone();
    match how % 4 {
        0 => spoilt.actor = another_hand(how / 4),
        1 => {
            if let Some(on) = day_of(&mut spoilt.action) {
                let days = ["2026-02-28", "2026-03-30", "2026-05-31", "2027-01-31"];
                *on = days[usize::from(how / 4 % 4)].parse().unwrap();
            } else {
                respell(&mut spoilt.action);
            }
        }
        _ => respell(&mut spoilt.action),
    }
    spoilt
}

fn another_hand(which: u8) -> Actor {
    match which % 6 {
        0 => finance(),
        1 => checker(),
        2 => assessor(),
        3 => liaison(),
        4 => robot(),
        _ => Actor::new(" ", Role::Finance),
    }
}

/// The business date, where a command has one.
fn day_of(action: &mut Action) -> Option<&mut NaiveDate> {
    match action {
        Action::Appropriate(grant) | Action::Amend(grant) => Some(&mut grant.effective_on),
        Action::ConfirmPayment(paper) | Action::FailPayment(paper) => Some(&mut paper.effective_on),
        Action::Recover(recovery) => Some(&mut recovery.effective_on),
        Action::CalculateRun { effective_on, .. }
        | Action::ApproveRun { effective_on, .. }
        | Action::RejectRun { effective_on, .. }
        | Action::VoidRun { effective_on, .. }
        | Action::ProposeOrder { effective_on, .. }
        | Action::ApproveOrder { effective_on, .. }
        | Action::OpenAppeal { effective_on, .. }
        | Action::EndAppeal { effective_on, .. } => Some(effective_on),
        _ => None,
    }
}

/// Changes what the command says.
fn respell(action: &mut Action) {
    let other = Digest::of("另一份 another".as_bytes());
    let more = |fen: &mut Fen| *fen = Fen::new(fen.get() + 1);
    match action {
        Action::Found { blinding, .. } => *blinding = other,
        Action::CertifyKey { certificate, .. } => certificate.push('\n'),
        Action::OpenPeriod { period } | Action::ClosePeriod { period } => *period = period.next(),
        Action::Appropriate(grant) | Action::Amend(grant) => more(&mut grant.amount_fen),
        Action::CalculateRun { awards, .. } => match awards.lines.first_mut() {
            Some(award) => more(&mut award.amount_fen),
            None => awards.digest = other,
        },
        Action::SubmitRun { digest, .. } | Action::RefuseOrder { digest, .. } => *digest = other,
        Action::ApproveRun { control, .. } | Action::ApproveOrder { control, .. } => {
            more(&mut control.total_fen);
        }
        Action::RejectRun { reason, .. } | Action::VoidRun { reason, .. } => {
            *reason = Words::default();
        }
        Action::ProposeOrder { order, .. } => order.document.push_str("（更正）"),
        Action::ConfirmPayment(paper) | Action::FailPayment(paper) => {
            more(&mut paper.amount_fen);
        }
        Action::Recover(recovery) => more(&mut recovery.amount_fen),
        Action::DeclareClaim { declaration, .. } => more(&mut declaration.declared_fen),
        Action::DecideClaim { accepted_fen, .. } => more(accepted_fen),
        Action::OpenAppeal { contest, .. } => more(&mut contest.contested_fen),
        Action::EraseWords { document, .. } => document.clear(),
        Action::AdvanceAppeal { office, .. } => office.push('局'),
        Action::EndAppeal { ruling, .. } => ruling.reason = told("另有理由"),
    }
}
