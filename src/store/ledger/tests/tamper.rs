//! The tamper campaign: random attacks on the database file, on its rows and on the papers made from
//! it, by somebody who owns the machine and has stolen the signing key. A department that keeps its
//! last checkpoint, knows which months are closed and asks its fellow witnesses must notice each.
//!
//! `cargo xtask tamper` runs it with other numbers and prints the table.

mod forger;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use domain::Period;
use ledger::{Event, Keyring, LedgerError, StatementBundle, Trust};

use super::*;
use crate::conn::{Access, AnyConn};
use crate::target::Target;
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

/// What became of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The department's verifier refused the papers.
    Department,
    /// The database refused, or nothing could be read from it: the department gets no papers.
    NoPapers,
    /// The department was told the truth; the audit found the rest.
    Audit,
    /// Nothing of the ledger was touched: no attack at all, thrown again.
    Nothing,
    /// The department believed something else than the truth.
    Unnoticed,
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

/// The tables that the story fills.
const USED: [&str; 10] = [
    "ledger_records",
    "accounts",
    "txns",
    "postings",
    "period_events",
    "run_events",
    "order_events",
    "order_lines",
    "charter_events",
    "checkpoints",
];

/// The honest ledger, and what the departments know of it.
struct Campaign {
    folder: tempfile::TempDir,
    /// The file, and what it was after each earlier batch.
    file: Vec<u8>,
    backups: Vec<Vec<u8>>,
    forger: Forger,
    keyring: Keyring,
    kept: String,
    /// What each department was told.
    truth: BTreeMap<u8, ledger::ProvenStatement>,
    attacks: usize,
}

/// The last closed month: a statement has to be sealed through it.
fn through() -> Period {
    period("2026-05")
}

fn connect(file: &Path) -> Result<AnyConn, StoreError> {
    let target = Target::parse(&format!("sqlite:{}", file.display()))?;
    AnyConn::establish_to(&target, Access::ReadWrite)
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
            keyring: Trust::Key(signer().verifier_key()).keyring([]).unwrap(),
            kept,
            truth: BTreeMap::new(),
            attacks: 0,
        };
        let copy = campaign.copy_of(&campaign.file.clone());
        let mut conn = connect(&copy).unwrap();
        for which in 1..=3 {
            let papers = campaign.papers(&mut conn, which).unwrap();
            let told = campaign.judge(&papers).unwrap();
            assert_eq!(told.unsealed, 0);
            assert!(told.lines.len() > 1, "department {which} has a story");
            campaign.truth.insert(which, told);
        }
        assert_eq!(
            audit(&mut conn, &signer().verifier_key(), None)
                .unwrap()
                .findings,
            vec![]
        );
        assert_eq!(campaign.verdict(&copy), Verdict::Nothing);
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

    /// What the department does with papers.
    fn judge(&self, papers: &StatementBundle) -> Result<ledger::ProvenStatement, LedgerError> {
        let read = StatementBundle::parse(&papers.to_text())?;
        let proven = read.verify(&self.keyring, Some(&self.kept))?;
        proven.require_sealed(through())?;
        Ok(proven)
    }

    /// What became of papers for a department.
    fn verdict_on(&self, which: u8, papers: &StatementBundle) -> Verdict {
        match self.judge(papers) {
            Err(_) => Verdict::Department,
            Ok(told) if told == self.truth[&which] => Verdict::Nothing,
            Ok(_) => Verdict::Unnoticed,
        }
    }

    /// What became of a database: first what the departments see, then the audit.
    fn verdict(&self, file: &Path) -> Verdict {
        let Ok(mut conn) = connect(file) else {
            return Verdict::NoPapers;
        };
        for which in 1..=3 {
            let Ok(papers) = self.papers(&mut conn, which) else {
                return Verdict::NoPapers;
            };
            let verdict = self.verdict_on(which, &papers);
            if verdict != Verdict::Nothing {
                return verdict;
            }
        }
        match audit(&mut conn, &signer().verifier_key(), Some(&self.kept)) {
            Ok(report) if report.findings.is_empty() => Verdict::Nothing,
            _ => Verdict::Audit,
        }
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

    /// Every statement must be refused by a rule.
    fn use_the_program(&mut self, dice: &mut Dice) -> Verdict {
        let copy = self.copy_of(&self.file.clone());
        let mut conn = connect(&copy).unwrap();
        let table = USED[dice.below(USED.len())];
        let column = attacks::some_column(table);
        let statement = match dice.below(3) {
            0 => format!("UPDATE {table} SET {column} = {column}"),
            1 => format!("DELETE FROM {table}"),
            _ => format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"),
        };
        match conn.batch_execute(&statement) {
            Err(_) => Verdict::NoPapers,
            Ok(()) => Verdict::Unnoticed,
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
        let (copy, mut conn) = self.lawless();
        let seq = 1 + dice.below(self.forger.events().len());
        let by = 1 + dice.below(9_999);
        let statement = match dice.below(14) {
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
            _ => format!("UPDATE order_events SET actor_id = 'x{by}' WHERE seq = {seq}"),
        };
        if conn.batch_execute(&statement).is_err() {
            return Verdict::Nothing;
        }
        drop(conn);
        self.verdict(&copy)
    }

    /// A database of other records, sound in itself and signed with the stolen key.
    fn replace_with(&mut self, events: Vec<Event>) -> Verdict {
        if events == self.forger.events() {
            return Verdict::Nothing;
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
            return Verdict::Nothing;
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
        Verdict::Department
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
    let mut table: BTreeMap<Class, BTreeMap<Verdict, u64>> = BTreeMap::new();
    for class in CLASSES {
        let counts = table.entry(class).or_default();
        let mut attacks = 0;
        while attacks < runs {
            let verdict = campaign.attack(class, &mut dice);
            *counts.entry(verdict).or_default() += 1;
            attacks += u64::from(verdict != Verdict::Nothing);
            assert!(
                counts.get(&Verdict::Nothing).copied().unwrap_or(0) < 40 * runs,
                "{class}: hardly ever an attack"
            );
        }
    }
    println!("class          attacks  by the department  no papers  by the audit  thrown again");
    let mut attacks = 0;
    for (class, counts) in &table {
        let of = |verdict| counts.get(&verdict).copied().unwrap_or(0);
        let noticed = of(Verdict::Department) + of(Verdict::NoPapers) + of(Verdict::Audit);
        attacks += noticed;
        println!(
            "{class:<14} {noticed:>7}  {:>17}  {:>9}  {:>12}  {:>12}",
            of(Verdict::Department),
            of(Verdict::NoPapers),
            of(Verdict::Audit),
            of(Verdict::Nothing)
        );
        assert_eq!(of(Verdict::Unnoticed), 0, "{class}");
    }
    println!("{attacks} attacks, all noticed");
    assert!(attacks >= 8 * runs);
    // Whatever is hidden from a department, its own verifier has to find.
    for class in [
        Class::Rewritten,
        Class::Truncated,
        Class::SplitView,
        Class::Omission,
        Class::BackDated,
    ] {
        assert!(
            !table[&class].contains_key(&Verdict::Audit),
            "{class}: {table:?}"
        );
    }
}
