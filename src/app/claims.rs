//! Claims 损失申报 as people meet them: declared with evidence, accepted, reduced or refused by
//! somebody else, paid by one run.
//!
//! The ledger decides and remembers. A decision is at the same time a file of one row, loaded in the
//! same transaction, so that the run of the month meets it like any claim that was imported.

mod paper;
mod reading;

use chrono::NaiveDate;
use domain::canon::encode;
pub use domain::facts::ClaimKind;
use domain::{ClaimId, DepartmentId, Fen, JurisdictionCode, Period, Registry};
use ingest::{FileKind, Reading};
use ledger::{Action, Books, Claim, Declaration, Digest};

use crate::App;
use crate::error::Error;
use crate::import::rows;
use crate::orders::office;
use crate::papers::{self, Attached, Upload};
use crate::publish::require;
use crate::reading::one_department;
use crate::role::{Right, User};

pub use paper::ClaimEntry;
use paper::ClaimPaper;
pub use reading::{ClaimPayment, ClaimSheet, Evidence, Happening};

impl App {
    /// Declares a claim with its evidence. The same claim sent twice is one claim.
    pub fn declare_claim(
        &self,
        user: &User,
        entry: &ClaimEntry,
        files: &[Upload],
    ) -> Result<ClaimSheet, Error> {
        require(user, Right::File, "申报损失")?;
        if !user.may_see(&entry.department) {
            return Err(Error::Forbidden {
                what: "为该部门申报损失",
            });
        }
        let attached = Attached::accept(files)?;
        if attached.is_empty() {
            let reason = "至少须附一份佐证材料 (attach at least one file of evidence)".to_owned();
            return Err(Error::BadInput {
                what: "附件",
                reason,
            });
        }
        let paper = ClaimPaper {
            entry: ClaimEntry {
                explanation: papers::statement("事由", &entry.explanation)?,
                ..entry.clone()
            },
            attachments: attached.attachments(),
        };
        let bytes = encode(&paper);
        let digest = Digest::of(&bytes);
        let mark = digest.to_string();
        let id = ClaimId::new(format!(
            "SB-{}-{}",
            entry.period,
            mark.get(..10).unwrap_or(&mark)
        ));
        self.read_claim(&paper.row(&id, None), &id, self.clock().today())?;
        let declaration = paper.declaration(digest)?;
        let books = self.books()?;
        if books.claim(&id).is_none() {
            require_payer(&self.registry()?, &paper.entry)?;
            refuse_twin(&books, &declaration)?;
        }
        let action = Action::DeclareClaim {
            claim: id.clone(),
            declaration,
        };
        self.act_on_paper(user, action, &bytes, &attached)?;
        self.claim(user, &id)
    }

    /// Accepts, reduces or refuses a claim. The decision counts from today on, or from the first month
    /// after it whose compensation is not approved yet: it enters the next run.
    pub fn decide_claim(
        &self,
        user: &User,
        id: &ClaimId,
        accepted_fen: Fen,
        reason: &str,
    ) -> Result<ClaimSheet, Error> {
        require(user, Right::Rule, "认定损失")?;
        let books = self.books()?;
        let claim = declared(&books, id)?;
        let paper = self.claim_paper(claim)?;
        let decided_on = self.first_undecided_day()?;
        // Why stands in the ledger, from where it can be erased; facts are frozen for ever.
        let place = format!("见台账申报 {id}");
        let row = paper.row(id, Some((accepted_fen, decided_on, &place)));
        let reading = self.read_claim(&row, id, decided_on)?;
        let action = Action::DecideClaim {
            claim: id.clone(),
            accepted_fen,
            reason: reason.into(),
        };
        let now = self.clock().now().naive_utc();
        self.post_with(&office(user)?, vec![action], |conn, events| {
            // The same decision once more: its row is there.
            if !events.is_empty() {
                rows::load(conn, &reading, &user.login, now)?;
            }
            Ok(())
        })?;
        self.claim(user, id)
    }

    fn claim_paper(&self, claim: &Claim) -> Result<ClaimPaper, Error> {
        let declaration = claim.declaration.as_ref();
        let digest = declaration.and_then(|own| own.evidence.first());
        let digest = *digest.ok_or_else(|| Error::Damaged {
            what: "损失申报没有书面材料".to_owned(),
        })?;
        self.store().read(|conn| papers::paper(conn, digest))
    }

    /// The jurisdictions there are today, by code: what a form offers.
    pub fn places(&self) -> Result<Vec<(JurisdictionCode, String)>, Error> {
        let (registry, today) = (self.registry()?, self.clock().today());
        let all = registry.jurisdictions.iter();
        let mut places: Vec<_> = all
            .filter(|place| place.valid.contains(today))
            .map(|place| (place.code.clone(), place.name.clone()))
            .collect();
        places.sort();
        Ok(places)
    }

    /// A department there is today, by code, name, or a part of the name that only one has.
    pub fn registered_department(&self, text: &str) -> Result<DepartmentId, Error> {
        let (registry, today) = (self.registry()?, self.clock().today());
        let named = registry
            .active_on(today)
            .map(|dept| (&dept.id, dept.name.as_str()));
        one_department(&named.collect::<Vec<_>>(), text.trim())
    }

    pub(crate) fn registry(&self) -> Result<Registry, Error> {
        self.store()
            .read(|conn| store::registry::registry(conn).map_err(Error::from))
    }

    /// The row as an import reads it, with every check of an import.
    fn read_claim(&self, row: &[String], id: &ClaimId, day: NaiveDate) -> Result<Reading, Error> {
        let bytes = ingest::kind_csv(FileKind::Claims, &[row.to_vec()]);
        let today = day.max(self.clock().today());
        let name = format!("损失认定-{id}.csv");
        let reading = self
            .known(&[FileKind::Claims])?
            .read(&name, &bytes, today, &mut |_| {})?;
        let Some(reject) = reading.rejects.first() else {
            return Ok(reading);
        };
        Err(Error::BadInput {
            what: "损失申报",
            reason: format!("{}：{}；{}", reject.column, reject.reason, reject.remedy),
        })
    }

    /// Today, or the first day of the next month whose compensation is not approved yet.
    fn first_undecided_day(&self) -> Result<NaiveDate, Error> {
        let mut day = self.clock().today();
        while self.decided_run(Period::containing(day))?.is_some() {
            day = Period::containing(day).next().first_day();
        }
        Ok(day)
    }
}

/// Somebody must be above both, or no run could tell who pays.
fn require_payer(registry: &Registry, entry: &ClaimEntry) -> Result<(), Error> {
    let payer = registry.get(&entry.department).and_then(|department| {
        registry.jurisdictions.lowest_common_superior(
            &department.jurisdiction,
            &entry.beneficiary,
            entry.period.last_day(),
        )
    });
    payer.map(drop).ok_or_else(|| Error::BadInput {
        what: "受益行政区划",
        reason: "与申报部门没有共同的上级，无从确定出资方 (no common superior who could pay)"
            .to_owned(),
    })
}

/// The same amount for the same month on the same files is the same claim in other words; once it is
/// refused it may be declared anew.
fn refuse_twin(books: &Books, declaration: &Declaration) -> Result<(), Error> {
    let files = |own: &Declaration| -> Vec<Digest> {
        let mut files: Vec<Digest> = own.evidence.iter().skip(1).copied().collect();
        files.sort_unstable();
        files
    };
    let same = |own: &Declaration| {
        own.department == declaration.department
            && own.period == declaration.period
            && own.component == declaration.component
            && own.declared_fen == declaration.declared_fen
            && files(own) == files(declaration)
    };
    let twin = books.claims().find(|(_, claim)| {
        claim.accepted_fen != Some(Fen::ZERO) && claim.declaration.as_ref().is_some_and(same)
    });
    let Some((id, _)) = twin else {
        return Ok(());
    };
    Err(Error::Conflict {
        reason: format!("同一材料、同一金额已申报为 {id}，不能重复申报 (declared already as {id})"),
    })
}

fn declared<'a>(books: &'a Books, id: &ClaimId) -> Result<&'a Claim, Error> {
    let claim = books.claim(id);
    claim
        .filter(|claim| claim.declaration.is_some())
        .ok_or_else(|| unknown(id))
}

fn unknown(id: &ClaimId) -> Error {
    Error::NotFound {
        what: "损失申报",
        key: id.to_string(),
    }
}
