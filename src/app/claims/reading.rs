//! Claims as they are shown: what was declared, what became of it, what runs pay.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{ClaimId, DepartmentId, Fen, Period, Registry, RunId};
use ledger::{Body, Claim, ClaimChange, Digest};

use super::paper::{ClaimEntry, ClaimPaper};
use super::unknown;
use crate::App;
use crate::error::Error;
use crate::papers::Attachment;
use crate::role::User;
use crate::run::{Stage, load};

/// An evidence file, and other claims that name the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The file.
    pub file: Attachment,
    /// Other claims with the same content among their evidence.
    pub also_in: Vec<ClaimId>,
}

/// What a run gives for a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPayment {
    /// The month.
    pub period: Period,
    /// Its run.
    pub run: RunId,
    /// What is due for the claim in the budget year.
    pub due_fen: Fen,
    /// What the run pays of it.
    pub paid_fen: Fen,
}

/// A claim, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimSheet {
    /// Its number.
    pub id: ClaimId,
    /// What was declared.
    pub entry: ClaimEntry,
    /// Name of the department.
    pub department_name: String,
    /// Name of the beneficiary jurisdiction.
    pub beneficiary_name: String,
    /// Stage, stable code: declared, accepted, reduced, refused.
    pub stage: &'static str,
    /// Stage in Chinese.
    pub stage_title: &'static str,
    /// What was accepted, once decided.
    pub accepted_fen: Option<Fen>,
    /// Why it was not all.
    pub reason: String,
    /// Who declared it.
    pub declarant: String,
    /// The run that takes it in, once there is one.
    pub run: Option<RunId>,
    /// Digest of the written claim: the first that the ledger records.
    pub paper_sha256: String,
    /// The evidence files.
    pub evidence: Vec<Evidence>,
}

/// What happened to a claim: record number, when, who, what in Chinese.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Record number in the ledger.
    pub seq: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Login.
    pub actor: String,
    /// What, in Chinese.
    pub what: String,
}

impl App {
    /// Claims declared in the ledger, newest month first: of one department, or all that the viewer
    /// may see.
    pub fn claims(
        &self,
        viewer: &User,
        department: Option<&DepartmentId>,
    ) -> Result<Vec<ClaimSheet>, Error> {
        let mut sheets = self.claims_unchecked()?;
        sheets.retain(|sheet| {
            let own = &sheet.entry.department;
            viewer.may_see(own) && department.is_none_or(|asked| asked == own)
        });
        Ok(sheets)
    }

    /// All of them, for the operator of the command line.
    pub fn claims_unchecked(&self) -> Result<Vec<ClaimSheet>, Error> {
        let sheets = self.claim_sheets(|_| true)?;
        Ok(sheets)
    }

    /// One of them, if the viewer may see it.
    pub fn claim(&self, viewer: &User, id: &ClaimId) -> Result<ClaimSheet, Error> {
        let sheet = self.claim_unchecked(id)?;
        if viewer.may_see(&sheet.entry.department) {
            Ok(sheet)
        } else {
            Err(unknown(id))
        }
    }

    /// The same for the operator of the command line.
    pub fn claim_unchecked(&self, id: &ClaimId) -> Result<ClaimSheet, Error> {
        let sheets = self.claim_sheets(|own| own == id)?;
        sheets.into_iter().next().ok_or_else(|| unknown(id))
    }

    /// An evidence file of a claim, by its digest, checked against it.
    pub fn claim_file(
        &self,
        sheet: &ClaimSheet,
        sha256: &str,
    ) -> Result<(Attachment, Vec<u8>), Error> {
        let found = sheet.evidence.iter().find(|own| own.file.sha256 == sha256);
        let evidence = found.ok_or_else(|| Error::NotFound {
            what: "附件",
            key: sha256.to_owned(),
        })?;
        let bytes = self.attachment_bytes(&evidence.file)?;
        Ok((evidence.file.clone(), bytes))
    }

    /// What runs that stand give for a claim, in the order of months.
    pub fn claim_payments(&self, id: &ClaimId) -> Result<Vec<ClaimPayment>, Error> {
        let books = self.books()?;
        let Some(first) = books.paying_run(id).and_then(|run| books.run(&run.run)) else {
            return Ok(Vec::new());
        };
        let mut payments = Vec::new();
        for (run, state) in books.runs() {
            let stands = state.stage.is_pending() || state.stage == ledger::Stage::Approved;
            if !stands || state.period < first.period {
                continue;
            }
            let awards: assess::Awards = self
                .store()
                .read(|conn| load(conn, run, Stage::Compensated))?;
            let shares = awards.awards.iter().flat_map(|award| &award.claims);
            let mut own: Vec<_> = shares.filter(|share| share.claim == id.as_str()).collect();
            // A claim that several pots pay is listed with each of them, as a whole.
            own.truncate(1);
            payments.extend(own.into_iter().map(|share| ClaimPayment {
                period: state.period,
                run: run.clone(),
                due_fen: share.due_fen,
                paid_fen: share.paid_fen,
            }));
        }
        payments.sort_by_key(|payment| payment.period);
        Ok(payments)
    }

    /// What happened to a claim, in order.
    pub fn claim_history(&self, id: &ClaimId) -> Result<Vec<Happening>, Error> {
        let events = self
            .store()
            .read(|conn| store::ledger::claim_events(conn, id).map_err(Error::from))?;
        let happened = events.into_iter().filter_map(|event| {
            let Body::Claim { change, .. } = &event.body else {
                return None;
            };
            let what = match change {
                ClaimChange::Declared { declaration } => {
                    format!("申报 {} 元", declaration.declared_fen)
                }
                ClaimChange::Decided { accepted_fen, .. } => format!("认定 {accepted_fen} 元"),
                ClaimChange::Included { run } => format!("列入考核 {}", run.run),
            };
            Some(Happening {
                seq: event.seq,
                at: event.recorded_at.to_naive().and_utc(),
                actor: event.actor.id,
                what,
            })
        });
        Ok(happened.collect())
    }

    fn claim_sheets(&self, wanted: impl Fn(&ClaimId) -> bool) -> Result<Vec<ClaimSheet>, Error> {
        let books = self.books()?;
        let registry = self.registry()?;
        let mut users: BTreeMap<Digest, Vec<ClaimId>> = BTreeMap::new();
        for (id, claim) in books.claims() {
            let evidence = claim.declaration.iter().flat_map(|own| &own.evidence);
            for digest in evidence {
                users.entry(*digest).or_default().push(id.clone());
            }
        }
        let mut sheets = Vec::new();
        for (id, claim) in books.claims() {
            if claim.declaration.is_some() && wanted(id) {
                let paper = self.claim_paper(claim)?;
                let run = books.paying_run(id).map(|run| run.run.clone());
                let mut sheet = sheet_of((id, claim), paper, run, &registry, &users)?;
                sheet.reason = self.told([&claim.reason])?.concat();
                sheets.push(sheet);
            }
        }
        sheets.sort_by(|a, b| (b.entry.period, &a.id).cmp(&(a.entry.period, &b.id)));
        Ok(sheets)
    }
}

fn sheet_of(
    (id, claim): (&ClaimId, &Claim),
    paper: ClaimPaper,
    run: Option<RunId>,
    registry: &Registry,
    users: &BTreeMap<Digest, Vec<ClaimId>>,
) -> Result<ClaimSheet, Error> {
    let entry = paper.entry;
    let also_in = |file: &Attachment| -> Result<Vec<ClaimId>, Error> {
        let digest: Digest = file.sha256.parse().map_err(ledger::Rejection::from)?;
        let all = users.get(&digest).into_iter().flatten();
        Ok(all.filter(|other| *other != id).cloned().collect())
    };
    let evidence = paper.attachments.into_iter().map(|file| {
        Ok(Evidence {
            also_in: also_in(&file)?,
            file,
        })
    });
    let day = entry.period.last_day();
    let place = registry.jurisdictions.get_on(&entry.beneficiary, day);
    let department = registry.get(&entry.department);
    let first = claim
        .declaration
        .as_ref()
        .and_then(|own| own.evidence.first());
    Ok(ClaimSheet {
        department_name: department
            .map_or_else(|| entry.department.to_string(), |own| own.name.clone()),
        beneficiary_name: place
            .map_or_else(|| entry.beneficiary.to_string(), |own| own.name.clone()),
        stage: claim.stage().code(),
        stage_title: claim.stage().title(),
        accepted_fen: claim.accepted_fen,
        reason: String::new(),
        declarant: claim.declarant.clone().unwrap_or_default(),
        run,
        paper_sha256: first.map(Digest::to_string).unwrap_or_default(),
        evidence: evidence.collect::<Result<_, Error>>()?,
        id: id.clone(),
        entry,
    })
}
