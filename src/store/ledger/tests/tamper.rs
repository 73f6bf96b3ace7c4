//! The tamper campaign: random attacks on the database file, on its rows and on the papers made from
//! it, by somebody who owns the machine and has stolen the signing key. Counted are the attacks that
//! change what some department is handed; each department that is handed something else must notice
//! by its verifier alone, with the checkpoint that it keeps, the months that it knows are closed and
//! its fellow witnesses. What changes no byte of what anybody is handed is shown apart.
//!
//! `cargo xtask tamper` runs it with other numbers and prints the table.

mod department;
mod forger;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use domain::Period;
use ledger::{Event, StatementBundle, Trust};

use super::*;
use crate::conn::{Access, AnyConn};
use crate::target::Target;
use department::{Department, Shown};
use forger::{Forger, story};

/// Who attacks, in the classes of the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Bytes of the file.
    FileBytes,
    /// A1: a user of the program, through its own connection.
    User,
    /// A2: an administrator who edits rows.
    EditedRow,
    /// A3: one who rewrites history, hashes it anew and signs it with the stolen key.
    Rewritten,
    /// A4: a cut tail, a restored backup, also when records were added since.
    Truncated,
    /// A5: another ledger for each of two departments.
    SplitView,
    /// A6: a line left out of one department's statement.
    Omission,
    /// A7: a record slipped into the past.
    BackDated,
}

const CLASSES: [Class; 8] = [
    Class::FileBytes,
    Class::User,
    Class::EditedRow,
    Class::Rewritten,
    Class::Truncated,
    Class::SplitView,
    Class::Omission,
    Class::BackDated,
];

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::FileBytes => "file bytes",
            Self::User => "A1 user",
            Self::EditedRow => "A2 edited row",
            Self::Rewritten => "A3 rewritten",
            Self::Truncated => "A4 truncated",
            Self::SplitView => "A5 split view",
            Self::Omission => "A6 omission",
            Self::BackDated => "A7 back-dated",
        })
    }
}

/// What became of an attack, in the order in which one department's word outweighs another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// No department was handed another byte than before.
    Unserved,
    /// A text was held back: the verifier says so, and whoever keeps an earlier paper has it.
    Withheld,
    /// The server had nothing to hand out, and what it handed out before no longer satisfies.
    NoPapers,
    /// The papers hold, and the page that a department is shown is another.
    Page,
    /// The verifier refused the papers.
    Papers,
    /// A department believed something else than the truth.
    Unnoticed,
}

impl Verdict {
    /// Whether a department was handed something else and noticed.
    const fn is_caught(self) -> bool {
        matches!(self, Self::NoPapers | Self::Page | Self::Papers)
    }
}

/// How the attacks of a class ended.
#[derive(Debug, Default)]
struct Count {
    verdicts: BTreeMap<Verdict, u64>,
    /// Refused by a rule of the database before they were tried without its rules.
    by_rule: u64,
    /// Of those that changed nothing of what is handed out: noticed by the audit.
    by_audit: u64,
}

impl Count {
    fn of(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(&verdict).copied().unwrap_or(0)
    }

    fn caught(&self) -> u64 {
        let caught = self.verdicts.iter().filter(|(own, _)| own.is_caught());
        caught.map(|(_, count)| count).sum()
    }
}

/// Dice that fall the same way for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    pub(super) fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// The honest ledger and the departments that were told of it.
struct Campaign {
    folder: tempfile::TempDir,
    /// The file, and what it was after each earlier batch.
    file: Vec<u8>,
    backups: Vec<Vec<u8>>,
    forger: Forger,
    /// The newest checkpoint, which every department keeps.
    kept: String,
    departments: Vec<Department>,
    attacks: usize,
    by_rule: u64,
    by_audit: u64,
}

/// The last closed month: a statement has to be sealed through it.
fn through() -> Period {
    period("2026-05")
}

fn connect(file: &Path) -> Result<AnyConn, StoreError> {
    let target = Target::parse(&format!("sqlite:{}", file.display()))?;
    let mut conn = AnyConn::establish_to(&target, Access::ReadWrite)?;
    // Thousands of copies are thrown away; none has to outlive a power cut.
    conn.batch_execute("PRAGMA synchronous = OFF")?;
    Ok(conn)
}

impl Campaign {
    fn new() -> Self {
        let db = TestDb::sqlite();
        let path = PathBuf::from(db.url.strip_prefix("sqlite:").unwrap());
        let snapshot = || {
            db.conn()
                .batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
                .unwrap();
            fs::read(&path).unwrap()
        };
        let mut backups = Vec::new();
        let forger = Forger::new(story());
        for (command, now) in forger.timed() {
            execute(&db.store, command, now, &signer()).unwrap();
            backups.push(snapshot());
        }
        let file = backups.pop().unwrap();
        let kept = db.store.read(latest_checkpoint).unwrap().unwrap();
        let mut campaign = Self {
            folder: tempfile::tempdir().unwrap(),
            file,
            backups,
            forger,
            kept,
            departments: Vec::new(),
            attacks: 0,
            by_rule: 0,
            by_audit: 0,
        };
        let older = campaign.copy_of(&campaign.backups.last().unwrap().clone());
        let mut older = connect(&older).unwrap();
        let copy = campaign.copy_of(&campaign.file.clone());
        let mut conn = connect(&copy).unwrap();
        for which in 1..=3 {
            let shown = campaign.show(&mut conn, which).unwrap();
            let stale = campaign.papers(&mut older, which).unwrap();
            let keyring = Trust::Key(signer().verifier_key()).keyring([]).unwrap();
            let department = Department::new(which, keyring, &campaign.kept, shown, stale);
            campaign.departments.push(department);
        }
        let findings = audit(&mut conn, &signer().verifier_key(), None);
        assert_eq!(findings.unwrap().findings, vec![]);
        drop((conn, older));
        assert_eq!(campaign.verdict(&copy), Verdict::Unserved);
        assert_eq!(std::mem::take(&mut campaign.by_audit), 0);
        campaign
    }

    /// A file of its own with the bytes.
    fn copy_of(&mut self, bytes: &[u8]) -> PathBuf {
        self.attacks += 1;
        let path = self.folder.path().join(format!("{}.db", self.attacks % 2));
        for end in ["-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", path.display()));
        }
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The bundle that an operator without scruples makes from a database: whatever checkpoint the
    /// department kept, the proof starts from the operator's own one of that size.
    fn papers(&self, conn: &mut AnyConn, which: u8) -> Result<StatementBundle, ExecuteError> {
        let key = signer().verifier_key();
        let note = latest_checkpoint(conn)?.ok_or(LedgerError::OutsideLog)?;
        let signed = SignedCheckpoint::open(&note, &key)?;
        let kept = SignedCheckpoint::open(&self.kept, &key)?;
        let log = ledger::merkle::Levels::new(self.forger.hash(), leaf_hashes(conn)?);
        let size = kept.checkpoint().size;
        let own = log.root(usize::try_from(size).unwrap()).map(|root| {
            let checkpoint = ledger::Checkpoint {
                root,
                ..kept.checkpoint().clone()
            };
            checkpoint.sign(&signer())
        });
        let own = own.ok().filter(|_| size <= signed.checkpoint().size);
        let order = BundleOrder {
            department: &department(which),
            from: period("2026-03"),
            to: through(),
            charter: self.forger.charter(),
            signed: &signed,
            kept: own.as_ref(),
        };
        statement_bundle(conn, &order)
    }

    /// All that a department is handed: its papers, a receipt of each record, and the page.
    fn show(&self, conn: &mut AnyConn, which: u8) -> Result<Shown, ExecuteError> {
        let papers = self.papers(conn, which)?;
        let department = department(which);
        let signed = SignedCheckpoint::open(papers.note(), &signer().verifier_key())?;
        let leaves = leaf_hashes(conn)?;
        let receipts = events_of(conn, &department)?
            .iter()
            .map(|event| ledger::Receipt::for_department(&department, event, &leaves, &signed))
            .collect::<Result<_, _>>()?;
        Ok(Shown {
            papers,
            receipts,
            page: super::super::statement(conn, &department, period("2026-03"), through())?,
        })
    }

    /// What a department makes of papers that were forged for it.
    fn verdict_on(&self, which: u8, papers: &StatementBundle) -> Verdict {
        self.departments[usize::from(which) - 1].verdict_on(papers)
    }

    /// What became of a database: what each department says of what it is handed now. Where nobody
    /// is handed anything else, the audit is asked too.
    fn verdict(&mut self, file: &Path) -> Verdict {
        let mut conn = connect(file).ok();
        let verdicts = self.departments.iter().map(|department| {
            let shown = conn
                .as_mut()
                .and_then(|conn| self.show(conn, department.which()).ok());
            department.verdict(shown.as_ref())
        });
        let verdict = verdicts.max().unwrap();
        if let (Verdict::Unserved, Some(conn)) = (verdict, &mut conn) {
            let report = audit(conn, &signer().verifier_key(), Some(&self.kept));
            let is_sound = report.is_ok_and(|report| report.findings.is_empty());
            self.by_audit += u64::from(!is_sound);
        }
        verdict
    }

    fn attack(&mut self, class: Class, dice: &mut Dice) -> Verdict {
        match class {
            Class::FileBytes => self.flip_bytes(dice),
            Class::User => self.use_the_program(dice),
            Class::EditedRow => self.edit_a_row(dice),
            Class::Rewritten => {
                let events = self.forger.rewritten(dice);
                self.replace_with(events)
            }
            Class::Truncated => self.truncate(dice),
            Class::SplitView => self.split(dice),
            Class::Omission => self.omit(dice),
            Class::BackDated => self.date_back(dice),
        }
    }

    fn flip_bytes(&mut self, dice: &mut Dice) -> Verdict {
        let mut bytes = self.file.clone();
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 + dice.byte() % 255;
        }
        let copy = self.copy_of(&bytes);
        self.verdict(&copy)
    }

    /// Whatever would change what departments are handed is refused by a rule; and if that rule
    /// failed, they would notice.
    fn use_the_program(&mut self, dice: &mut Dice) -> Verdict {
        let statement = self.some_edit(dice);
        let copy = self.copy_of(&self.file.clone());
        let refused = connect(&copy).unwrap().batch_execute(&statement).is_err();
        let (copy, mut conn) = self.lawless();
        if conn.batch_execute(&statement).is_err() {
            return Verdict::Unserved;
        }
        drop(conn);
        match self.verdict(&copy) {
            verdict if verdict.is_caught() => {
                assert!(refused, "no rule against {statement}");
                self.by_rule += 1;
                verdict
            }
            verdict => verdict,
        }
    }

    /// The file with all rules taken away.
    fn lawless(&mut self) -> (PathBuf, AnyConn) {
        let copy = self.copy_of(&self.file.clone());
        let mut conn = connect(&copy).unwrap();
        let drop = mutation::drop_triggers(&mut conn);
        conn.batch_execute(&drop).unwrap();
        (copy, conn)
    }

    fn edit_a_row(&mut self, dice: &mut Dice) -> Verdict {
        let statement = self.some_edit(dice);
        let (copy, mut conn) = self.lawless();
        if conn.batch_execute(&statement).is_err() {
            return Verdict::Unserved;
        }
        drop(conn);
        self.verdict(&copy)
    }

    /// A statement that changes a row of some record.
    fn some_edit(&self, dice: &mut Dice) -> String {
        let seq = 1 + dice.below(self.forger.events().len());
        let by = 1 + dice.below(9_999);
        match dice.below(16) {
            0 => self.forger.flip_in_body(seq, dice, false),
            1 => self.forger.flip_in_body(seq, dice, true),
            2 => format!("UPDATE postings SET amount_fen = amount_fen + {by} WHERE seq = {seq}"),
            3 => format!("UPDATE postings SET balance_after_fen = {by} WHERE seq = {seq}"),
            4 => format!("UPDATE txns SET memo = 'x{by}' WHERE seq = {seq}"),
            5 => format!("UPDATE txns SET document = 'x{by}' WHERE seq = {seq}"),
            6 => format!(
                "UPDATE txns SET legs = '[[1,{by},1,{by}],[2,-{by},1,-{by}]]' WHERE seq = {seq}"
            ),
            7 => format!("DELETE FROM postings WHERE seq = {seq}"),
            8 => format!("DELETE FROM txns WHERE seq = {seq}"),
            9 => format!("DELETE FROM ledger_records WHERE seq = {seq}"),
            10 => format!("UPDATE ledger_records SET actor_id = 'x{by}' WHERE seq = {seq}"),
            11 => format!("UPDATE accounts SET code = 'P:Payable:X{by}' WHERE id = {seq}"),
            12 => {
                format!("UPDATE checkpoints SET root_hash = randomblob(32) WHERE tree_size = {seq}")
            }
            13 => format!("UPDATE order_events SET actor_id = 'x{by}' WHERE seq = {seq}"),
            14 => format!(
                "UPDATE texts SET text = 'x{by}' WHERE rowid = {}",
                1 + dice.below(9)
            ),
            _ => format!("DELETE FROM texts WHERE rowid = {}", 1 + dice.below(9)),
        }
    }

    /// A database of other records, sound in itself and signed with the stolen key.
    fn replace_with(&mut self, events: Vec<Event>) -> Verdict {
        if events == self.forger.events() {
            return Verdict::Unserved;
        }
        let copy = self.copy_of(&self.file.clone());
        let mut conn = connect(&copy).unwrap();
        forger::rebuild(&mut conn, &events);
        let findings = audit(&mut conn, &signer().verifier_key(), None)
            .unwrap()
            .findings;
        assert_eq!(findings, vec![], "the forger knows the trade");
        drop(conn);
        self.verdict(&copy)
    }

    fn truncate(&mut self, dice: &mut Dice) -> Verdict {
        let events = self.forger.events();
        let left = 1 + dice.below(events.len() - 1);
        match dice.below(3) {
            0 => {
                let backup = dice.below(self.backups.len());
                let copy = self.copy_of(&self.backups[backup].clone());
                self.verdict(&copy)
            }
            1 => {
                let events = events[..left].to_vec();
                self.replace_with(events)
            }
            _ => {
                let events = self.forger.regrown(left, dice);
                self.replace_with(events)
            }
        }
    }

    /// Two departments kept the same checkpoint; from there on each is shown a ledger of its own,
    /// which extends it. Each cosigns what it is shown and asks for the other's cosignature.
    fn split(&mut self, dice: &mut Dice) -> Verdict {
        let other = self.forger.rewritten(dice);
        let fork = self.forger.common_prefix(&other);
        if other == self.forger.events() || fork == 0 {
            return Verdict::Unserved;
        }
        let kept = self.forger.signed(self.forger.events(), fork);
        let witnesses = [1, 2].map(|which| {
            let name = format!("witness.example/D{which}");
            ledger::Witness::new(Signer::new(name, &[which; 32]).unwrap())
        });
        let views = [self.forger.events().to_vec(), other];
        let notes: Vec<String> = views
            .iter()
            .map(|view| self.forger.signed(view, view.len()).note().to_owned())
            .collect();
        let lines: Vec<String> = (0..2)
            .map(|which| witnesses[which].cosign(&notes[which], 9).unwrap())
            .collect();
        for (which, view) in views.iter().enumerate() {
            // Sound for a department that asks nobody.
            let log = self.forger.levels(view);
            let proof =
                log.consistency_proof(kept.checkpoint().size, u64::try_from(view.len()).unwrap());
            let shown = SignedCheckpoint::open(&notes[which], &signer().verifier_key()).unwrap();
            proof
                .unwrap()
                .verify(kept.checkpoint(), shown.checkpoint())
                .unwrap();
            // The operator adds the other's cosignature, which is of the other view.
            let mut note = format!("{}{}", notes[which], lines[which]);
            if dice.below(2) == 0 {
                note.push_str(&lines[1 - which]);
            }
            let cosigned = witnesses
                .iter()
                .all(|witness| matches!(witness.key().cosigned_at(&note), Ok(Some(_))));
            if cosigned {
                return Verdict::Unnoticed;
            }
        }
        Verdict::Papers
    }

    fn omit(&mut self, dice: &mut Dice) -> Verdict {
        let which = u8::try_from(1 + dice.below(3)).unwrap();
        let own = Forger::own(self.forger.events(), which);
        if dice.below(3) == 0 {
            // By the projection that the statement is read from.
            let seq = own[dice.below(own.len())].seq;
            let (copy, mut conn) = self.lawless();
            let to = ["NULL", "'D9'"][dice.below(2)];
            let hide = format!("UPDATE txns SET department_id = {to} WHERE seq = {seq}");
            conn.batch_execute(&hide).unwrap();
            drop(conn);
            return self.verdict(&copy);
        }
        let mut lines = own;
        for _ in 0..=dice.below(2) {
            if lines.len() > 1 {
                lines.remove(dice.below(lines.len()));
            }
        }
        // To hide the gap, the closing may be an older one, of somebody else, or none.
        let closing = match dice.below(4) {
            0 => None,
            1 => Some((period("2026-03"), which)),
            2 => Some((through(), 9)),
            _ => Some((through(), which)),
        };
        let papers = self.forger.bundle(which, &lines, closing);
        self.verdict_on(which, &papers)
    }

    fn date_back(&mut self, dice: &mut Dice) -> Verdict {
        match dice.below(3) {
            0 => {
                let events = self.forger.slipped_in(dice);
                self.replace_with(events)
            }
            1 => {
                let events = self.forger.recorded_earlier(dice);
                self.replace_with(events)
            }
            _ => {
                let which = u8::try_from(1 + dice.below(3)).unwrap();
                let papers = self.forger.posted_in_a_closed_month(which, dice);
                self.verdict_on(which, &papers)
            }
        }
    }
}

/// A number from the environment, for longer campaigns.
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn every_attack_is_noticed() {
    let runs = number("HENGXIANG_TAMPER_RUNS", 130);
    let mut dice = Dice(number("HENGXIANG_TAMPER_SEED", 809));
    let mut campaign = Campaign::new();
    let mut table: BTreeMap<Class, Count> = BTreeMap::new();
    for class in CLASSES {
        let count = table.entry(class).or_default();
        while count.caught() < runs {
            let verdict = campaign.attack(class, &mut dice);
            assert_ne!(verdict, Verdict::Unnoticed, "{class}");
            *count.verdicts.entry(verdict).or_default() += 1;
            count.by_rule += std::mem::take(&mut campaign.by_rule);
            count.by_audit += std::mem::take(&mut campaign.by_audit);
            assert!(
                count.of(Verdict::Unserved) < 40 * runs,
                "{class}: hardly ever an attack"
            );
        }
    }
    println!(
        "{:<14} attacks = papers refused + page contradicted + no papers | \
         by a rule first | not counted: text withheld, nothing served (of it by the audit)",
        "class"
    );
    for (class, count) in &table {
        let [papers, page, none, withheld, unserved] = [
            Verdict::Papers,
            Verdict::Page,
            Verdict::NoPapers,
            Verdict::Withheld,
            Verdict::Unserved,
        ]
        .map(|verdict| count.of(verdict));
        println!(
            "{class:<14} {:>7} = {papers:>14} + {page:>17} + {none:>9} | {:>15} | \
             {withheld:>26}, {unserved:>14} ({})",
            count.caught(),
            count.by_rule,
            count.by_audit
        );
    }
    let attacks: u64 = table.values().map(Count::caught).sum();
    println!("{attacks} attacks, each noticed by every department that it concerned");
    assert!(attacks >= 8 * runs);
    assert_eq!(table[&Class::User].by_rule, table[&Class::User].caught());
}
