//! The shipped test vectors: papers of a small ledger, honest and forged, for each hash. This test
//! makes them anew and compares; then both verifiers, ours and the Python script, judge every case.
//! `HENGXIANG_BLESS=1` writes them.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "tests fail by panicking and document nothing"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use domain::{DepartmentId, Fen, Period};
use ledger::merkle::Levels;
use ledger::{
    Action, Actor, Award, BalanceProof, Body, Books, BundleParts, Certificate, Checkpoint,
    Component, Digest, Event, Grant, Hash, Line, Opening, Order, OrderKind, OrderLine, Receipt,
    Role, RunAwards, SALT_BYTES, Seal, SignedCheckpoint, Signer, StatementBundle, UtcMicros,
    Witness, Words, decide, leaf,
};

const OWN: &str = "11410100005252034W";
const OTHER: &str = "11410100005252042R";
const STRANGER: &str = "11410100005252050L";

fn month(text: &str) -> Period {
    text.parse().unwrap()
}

fn order(hash: Hash, id: &str, accrual: u64, fen: i64) -> Order {
    Order {
        id: id.into(),
        kind: OrderKind::Withhold,
        rule: "tiaoli-809@1.0.0#withhold".into(),
        document: format!("郑财决〔2026〕{id}号"),
        reason: Words::from("考核结果运用").sealed(hash, [6; SALT_BYTES]),
        lines: vec![OrderLine::Withhold {
            accrual,
            amount_fen: Fen::new(fen),
        }],
    }
}

/// March with two departments paid, one withheld from, and closed; in April one more deferral.
/// `granted` changes history from its third record on.
fn ledger(hash: Hash, granted: i64) -> Vec<Event> {
    let line = Line {
        payer: "410100".into(),
        budget_year: 2026,
        budget_line: "2320301".into(),
        programme: "共享补偿".into(),
    };
    let award = |to: &str, fen: i64| Award {
        department: to.into(),
        line: line.clone(),
        component: Component::Reward,
        amount_fen: Fen::new(fen),
        unfunded_fen: Fen::new(fen / 100),
        cite: "规则包第二十条".into(),
    };
    let awards = RunAwards {
        run: domain::RunId::new("2026-03-a"),
        period: month("2026-03"),
        digest: Digest::of(b"run"),
        lines: vec![award(OWN, 123_400), award(OTHER, 5_600)],
        claims: Vec::new(),
    };
    let (march, april) = (month("2026-03"), month("2026-04"));
    let on = march.last_day();
    let robot = || Actor::new("monthly-run", Role::System);
    let finance = || Actor::new("li", Role::Finance);
    let mut books = Books::default();
    let mut events: Vec<Event> = Vec::new();
    let mut act = |actor: Actor, action: Action| {
        let command = ledger::Command::new(actor, action);
        let at = UtcMicros::new(
            1_774_915_200_000_000 + 1_000_000 * i64::try_from(events.len()).unwrap(),
        );
        for event in decide(&books, &command, at).unwrap() {
            books.apply(&event).unwrap();
            events.push(event);
        }
        books
            .run(&awards.run)
            .and_then(|run| run.accruals.first().copied())
    };
    let blinding = Digest::of(b"dice");
    act(robot(), Action::Found { hash, blinding });
    act(robot(), Action::OpenPeriod { period: march });
    act(
        finance(),
        Action::Appropriate(Grant {
            line: line.clone(),
            amount_fen: Fen::new(granted),
            document: "豫财〔2026〕1号".into(),
            effective_on: on,
        }),
    );
    act(
        robot(),
        Action::CalculateRun {
            awards: awards.clone(),
            effective_on: on,
        },
    );
    let (run, digest) = (awards.run.clone(), awards.digest);
    act(
        Actor::new("zhang", Role::Assessor),
        Action::SubmitRun { run, digest },
    );
    let accrual = act(
        finance(),
        Action::ApproveRun {
            run: awards.run.clone(),
            digest,
            control: awards.control().unwrap(),
            effective_on: on,
        },
    )
    .unwrap();
    let propose = |order, effective_on| Action::ProposeOrder {
        order,
        effective_on,
    };
    act(finance(), propose(order(hash, "1", accrual, 20_000), on));
    act(finance(), Action::ClosePeriod { period: march });
    act(finance(), Action::OpenPeriod { period: april });
    act(
        finance(),
        propose(order(hash, "2", accrual, 1_005), april.first_day()),
    );
    events
}

fn root() -> Signer {
    Signer::new("hengxiang.example/root", &[1; 32]).unwrap()
}

fn key() -> Signer {
    Signer::new("hengxiang.example/ledger", &[2; 32]).unwrap()
}

fn witness() -> Witness {
    Witness::new(Signer::new("hengxiang.example/witness", &[3; 32]).unwrap())
}

struct Papers {
    events: Vec<Event>,
    log: Levels,
    hash: Hash,
}

impl Papers {
    fn new(hash: Hash, granted: i64) -> Self {
        let events = ledger(hash, granted);
        let leaves = events.iter().map(|event| leaf::event_hash(hash, event));
        Self {
            log: Levels::new(hash, leaves.collect()),
            events,
            hash,
        }
    }

    fn signed(&self, size: usize) -> SignedCheckpoint {
        let checkpoint = Checkpoint {
            origin: key().name().to_owned(),
            size: u64::try_from(size).unwrap(),
            root: self.log.root(size).unwrap(),
            hash: self.hash,
        };
        checkpoint.sign(&key())
    }

    fn all(&self) -> SignedCheckpoint {
        self.signed(self.events.len())
    }

    fn close(&self, department: &DepartmentId) -> (&Event, BalanceProof) {
        let closes = |event: &&Event| matches!(event.body, Body::PeriodClosed { .. });
        let close = self.events.iter().find(closes).unwrap();
        let before = usize::try_from(close.seq).unwrap() - 1;
        let books = Books::replay(&self.events[..before]).unwrap();
        let seal = Seal::new(books.charter(), close.seq, books.accounts()).unwrap();
        (close, seal.proof(department).unwrap())
    }

    fn own(&self, department: &str) -> Vec<Event> {
        let department: DepartmentId = department.into();
        let own = self.events.iter().filter(|event| match &event.body {
            Body::Posted(posted) => posted.transaction.departments().contains(&department),
            _ => false,
        });
        own.cloned().collect()
    }

    fn bundle(&self, department: &str, lines: &[Event], kept: Option<u64>) -> StatementBundle {
        let department = department.into();
        let certificate = Certificate {
            serial: 1,
            key: key().verifier_key(),
        };
        let parts = BundleParts {
            department: &department,
            certificates: vec![certificate.sign(&root())],
            opening: None,
            lines,
            closing: Some(self.close(&department)),
            kept_size: kept,
            signed: &self.all(),
        };
        StatementBundle::new(parts, &self.log).unwrap()
    }
}

/// All files of a hash, by name, and the cases: exit code, then arguments.
fn vectors(hash: Hash) -> Vec<(&'static str, String)> {
    let honest = Papers::new(hash, 1_000_000);
    let rewritten = Papers::new(hash, 2_000_000);
    let lines = honest.own(OWN);
    let without = |index: usize| {
        let mut fewer = lines.clone();
        fewer.remove(index);
        honest.bundle(OWN, &fewer, Some(5)).to_text()
    };
    let whole = honest.bundle(OWN, &lines, Some(5)).to_text();
    let line = witness()
        .cosign(honest.all().note(), 1_774_915_999)
        .unwrap();
    let certificate = Certificate {
        serial: 1,
        key: key().verifier_key(),
    };
    let leaves: Vec<Digest> = honest
        .events
        .iter()
        .map(|event| leaf::event_hash(hash, event))
        .collect();
    let receipt = Receipt::new(&lines[0], &leaves, &honest.all())
        .unwrap()
        .to_text();
    let told: Vec<Event> = lines
        .iter()
        .map(|event| retold(event, "考核结果优秀"))
        .collect();
    let withheld = |events: &[Event]| {
        let is_withheld = |event: &&Event| event.body.words().is_some_and(|own| !own.is_blank());
        let event = events.iter().find(is_withheld).unwrap();
        Receipt::new(event, &leaves, &honest.all())
            .unwrap()
            .to_text()
    };
    let is_text = |line: &&str| line.starts_with("text ");
    let erased: Vec<&str> = whole.split('\n').filter(|line| !is_text(line)).collect();
    let cases = "\
0 receipt receipt.txt --key key.txt
0 receipt receipt.txt --root root.txt --certificate certificate.txt
1 receipt receipt.txt --key stranger.txt
1 receipt receipt.txt --root root.txt
1 receipt receipt-forged.txt --key key.txt
2 receipt statement.txt --key key.txt
0 statement statement.txt --key key.txt
0 statement statement.txt --root root.txt
0 statement statement.txt --root root.txt --since kept.txt --through 2026-03
1 statement statement.txt --root stranger.txt
1 statement statement.txt --root root.txt --through 2026-04
1 statement statement.txt --root root.txt --since kept-rewritten.txt
1 statement statement.txt --root root.txt --since kept-longer.txt
0 statement nothing.txt --root root.txt
0 statement cosigned.txt --root root.txt --witness witness.txt
1 statement statement.txt --root root.txt --witness witness.txt
0 statement statement.txt --root root.txt --witness witness.txt --quorum 0
1 statement cosigned-forged.txt --root root.txt --witness witness.txt
1 statement without-first.txt --root root.txt
1 statement without-last-sealed.txt --root root.txt
1 statement nothing-claimed.txt --root root.txt
1 statement seal-forged.txt --root root.txt
0 receipt told.txt --key key.txt
1 receipt told-forged.txt --key key.txt
0 statement text-erased.txt --root root.txt
1 statement text-forged.txt --root root.txt
0 statement rewritten.txt --root root.txt
1 statement rewritten.txt --root root.txt --since kept.txt
2 statement receipt.txt --key key.txt
2 statement missing.txt --key key.txt
2 statement statement.txt --key nonsense
";
    let stranger = Signer::new("hengxiang.example/root", &[9; 32]).unwrap();
    let strange = rewritten.bundle(OWN, &rewritten.own(OWN), None).to_text();
    let nothing = honest.bundle(STRANGER, &[], None).to_text();
    vec![
        ("key.txt", format!("{}\n", key().verifier_key())),
        ("root.txt", format!("{}\n", root().verifier_key())),
        ("stranger.txt", format!("{}\n", stranger.verifier_key())),
        ("witness.txt", format!("{}\n", witness().key())),
        ("certificate.txt", certificate.sign(&root())),
        ("kept.txt", honest.signed(5).note().to_owned()),
        ("kept-rewritten.txt", rewritten.signed(5).note().to_owned()),
        (
            "kept-longer.txt",
            Checkpoint {
                size: 99,
                ..honest.all().checkpoint().clone()
            }
            .sign(&key())
            .note()
            .to_owned(),
        ),
        ("receipt.txt", receipt.clone()),
        ("receipt-forged.txt", receipt.replace("extra A", "extra B")),
        ("told.txt", withheld(&lines)),
        ("told-forged.txt", withheld(&told)),
        ("text-erased.txt", erased.join("\n")),
        (
            "text-forged.txt",
            honest.bundle(OWN, &told, Some(5)).to_text(),
        ),
        ("statement.txt", whole.clone()),
        ("cosigned.txt", format!("{whole}{line}")),
        (
            "cosigned-forged.txt",
            format!(
                "{whole}{}",
                witness().cosign(honest.signed(5).note(), 5).unwrap()
            ),
        ),
        ("without-first.txt", without(0)),
        ("without-last-sealed.txt", without(lines.len() - 2)),
        ("nothing.txt", nothing.clone()),
        ("nothing-claimed.txt", nothing.replace(STRANGER, OWN)),
        ("seal-forged.txt", seal_forged(&whole, &strange)),
        (
            "rewritten.txt",
            rewritten
                .bundle(OWN, &rewritten.own(OWN), Some(5))
                .to_text(),
        ),
        ("cases.txt", cases.to_owned()),
    ]
}

/// The record with another text beside it, under the same salt.
fn retold(event: &Event, text: &str) -> Event {
    let mut retold = event.clone();
    if let Some(words) = retold.body.words_mut()
        && let Some(opening) = words.opening().cloned()
    {
        let (salt, text) = (opening.salt, text.to_owned());
        words.open_with(|_| {
            Some(Arc::new(Opening {
                salt,
                text: text.clone(),
            }))
        });
    }
    retold
}

/// The bundle with the sealed balances of another history.
fn seal_forged(whole: &str, other: &str) -> String {
    let closed = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("closed "));
        line.unwrap().to_owned()
    };
    whole.replace(&closed(whole), &closed(other))
}

fn folder(hash: Hash) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(hash.code())
}

#[test]
fn the_shipped_vectors_are_what_the_ledger_makes() {
    for hash in [Hash::Sha256, Hash::Sm3] {
        for (name, text) in vectors(hash) {
            let path = folder(hash).join(name);
            if std::env::var_os("HENGXIANG_BLESS").is_some() {
                fs::create_dir_all(folder(hash)).unwrap();
                fs::write(&path, &text).unwrap();
            }
            let shipped = fs::read_to_string(&path).unwrap();
            assert!(shipped == text, "{} differs", path.display());
        }
    }
}

/// Runs a verifier on every case; the output of the first whose exit code is another.
fn judge(hash: Hash, verifier: &dyn Fn() -> Command) {
    let cases = fs::read_to_string(folder(hash).join("cases.txt")).unwrap();
    for case in cases.lines() {
        let mut words = case.split(' ');
        let expected: i32 = words.next().unwrap().parse().unwrap();
        let output = verifier()
            .current_dir(folder(hash))
            .args(words)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(expected), "{case}: {said}");
        assert!(
            !said.contains("panicked") && !said.contains("Traceback"),
            "{said}"
        );
    }
}

#[test]
fn our_verifier_judges_every_vector() {
    for hash in [Hash::Sha256, Hash::Sm3] {
        judge(hash, &|| {
            Command::new(env!("CARGO_BIN_EXE_hengxiang-verify"))
        });
    }
}

#[test]
fn the_python_script_judges_every_vector_the_same() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("hengxiang_verify.py");
    for hash in [Hash::Sha256, Hash::Sm3] {
        judge(hash, &|| {
            let mut python = Command::new("python3");
            python.arg("-B").arg(&script);
            python
        });
    }
}
