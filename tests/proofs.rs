//! What a department can prove alone, through the real binaries: statements sealed and proved, keys
//! under an offline root, witnesses, and the Python script that agrees with our verifier.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Office, root};

const MONTH: [&str; 2] = ["--period", "2026-01"];

fn published() -> Office {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-01"]);
    for (login, step) in [
        ("assessor", "--submit"),
        ("finance", "--approve"),
        ("assessor", "--publish"),
    ] {
        office.ok(&["review", MONTH[0], MONTH[1], "--as", login, step]);
    }
    office
}

/// Runs both verifiers with the same arguments; they must agree on the exit code.
fn verify(office: &Office, arguments: &[&str]) -> i32 {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_hengxiang")).with_file_name("hengxiang-verify");
    let script = root().join("src/verify/hengxiang_verify.py");
    let run = |program: &Path, first: &[&str]| {
        let mut command = Command::new(program);
        let output = command
            .args(first)
            .args(arguments)
            .current_dir(office.path(""))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), said)
    };
    let ours = run(&beside, &[]);
    let python = run(Path::new("python3"), &["-B", &script.to_string_lossy()]);
    assert_eq!(ours.0, python.0, "{arguments:?}: {ours:?} {python:?}");
    ours.0
}

fn ours(office: &Office, arguments: &[&str]) -> String {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_hengxiang")).with_file_name("hengxiang-verify");
    let output = Command::new(beside)
        .args(arguments)
        .current_dir(office.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_department_proves_its_statement_under_root_key_and_witness() {
    let office = published();
    let file = |name: &str| office.path(name).to_string_lossy().into_owned();
    let key = office.ok(&["ledger", "key"]).trim().to_owned();
    std::fs::write(office.path("kept"), office.ok(&["ledger", "checkpoint"])).unwrap();
    let statement = |out: &str, since: &[&str]| {
        let out = file(out);
        let mut arguments = vec!["ledger", "statement", "郑州市公安局", "--to", "2026-01"];
        arguments.extend(["--bundle", &out]);
        arguments.extend(since);
        office.ok(&arguments);
    };
    statement("january", &[]);
    let through = ["--through", "2026-01"];
    let by_key = [
        "statement",
        "january",
        "--key",
        &key,
        through[0],
        through[1],
    ];
    assert_eq!(verify(&office, &by_key), 0);
    assert_eq!(
        verify(
            &office,
            &[
                "statement",
                "january",
                "--key",
                &key,
                "--through",
                "2026-02"
            ]
        ),
        1
    );

    // The root key, made and kept elsewhere, certifies the key in use, then its successor.
    let root_key = office.json(&["ledger", "key", "init-root", "--out", &file("root.key")]);
    let root_key = root_key["root"].as_str().unwrap().to_owned();
    let certify = |request: serde_json::Value, out: &str| {
        let (key, serial) = (
            request["key"].as_str().unwrap(),
            request["serial"].to_string(),
        );
        let mut arguments = vec!["ledger", "key", "certify", "--root-key"];
        let (root_file, out) = (file("root.key"), file(out));
        arguments.extend([&root_file, "--key", key, "--serial", &serial, "--out", &out]);
        office.ok(&arguments);
        office.ok(&["ledger", "key", "install", &out, "--root", &root_key]);
    };
    certify(office.json(&["ledger", "key", "request"]), "certificate-1");
    certify(office.json(&["ledger", "key", "rotate"]), "certificate-2");
    assert_ne!(
        office.ok(&["ledger", "key"]).trim(),
        key,
        "another key signs now"
    );
    assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
    statement("rotated", &["--since", &file("kept")]);
    let by_root = [
        "statement",
        "rotated",
        "--root",
        &root_key,
        "--since",
        "kept",
    ];
    assert_eq!(verify(&office, &by_root), 0);
    assert_eq!(verify(&office, &["statement", "rotated", "--key", &key]), 1);
    let line =
        office.json(&["ledger", "statement", "郑州市公安局"])["accounts"][0]["lines"][0]["seq"]
            .to_string();
    office.ok(&["ledger", "receipt", &line, "--out", &file("receipt")]);
    let receipt = ["receipt", "receipt", "--root", &root_key];
    assert_eq!(verify(&office, &receipt), 1, "no certificate");
    let with = [&receipt[..], &["--certificate", "certificate-2"]].concat();
    assert_eq!(verify(&office, &with), 0);

    // A department cosigns, the office keeps it, the next statement carries it.
    let witness = ours(
        &office,
        &["keygen", "witness.example/gongan", "--out", "witness.key"],
    );
    let witness = witness.trim();
    std::fs::write(office.path("new"), office.ok(&["ledger", "checkpoint"])).unwrap();
    let certificates = [
        "--certificate",
        "certificate-1",
        "--certificate",
        "certificate-2",
    ];
    let cosign = |checkpoint: &str| {
        let mut arguments = vec!["cosign", checkpoint, "--root", &root_key];
        arguments.extend(certificates);
        arguments.extend([
            "--witness-key",
            "witness.key",
            "--kept",
            "seen",
            "--out",
            "cosigned",
        ]);
        ours(&office, &arguments)
    };
    assert!(office.json(&["ledger", "statement", "郑州市公安局"])["cosigned"].is_null());
    cosign("new");
    office.ok(&["ledger", "cosign", &file("cosigned"), "--witness", witness]);
    assert!(
        office
            .fails(&["ledger", "cosign", &file("new"), "--witness", witness])
            .contains("签名")
    );
    statement("witnessed", &["--since", &file("kept")]);
    let by_witness = |bundle| {
        [
            "statement",
            bundle,
            "--root",
            &root_key,
            "--witness",
            witness,
        ]
    };
    assert_eq!(verify(&office, &by_witness("witnessed")), 0);
    assert_eq!(
        verify(&office, &by_witness("rotated")),
        1,
        "made before anybody cosigned"
    );
    let told = office.json(&["ledger", "statement", "郑州市公安局"]);
    assert_eq!(
        told["cosigned"]["witnesses"],
        serde_json::json!(["witness.example/gongan"])
    );
    assert!(
        office
            .ok(&["ledger", "statement", "郑州市公安局"])
            .contains("由 witness.example/gongan 加签")
    );
    assert!(
        office
            .ok(&["ledger", "checkpoint"])
            .contains("witness.example/gongan")
    );
}

#[test]
fn the_hash_is_chosen_once() {
    let office = Office::new();
    let data = office.path("national");
    let init = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hengxiang"));
        command.arg("--json").arg("--data").arg(&data).arg("init");
        let output = command.args(more).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), said)
    };
    let (made, said) = init(&["--hash", "sm3"]);
    assert!(made && said.contains("\"hash\": \"sm3\""), "{said}");
    let (again, said) = init(&[]);
    assert!(again && said.contains("\"hash\": \"sm3\""), "{said}");
    let (changed, said) = init(&["--hash", "sha256"]);
    assert!(!changed && said.contains("sm3"), "{said}");
    assert!(!init(&["--hash", "md5"]).0);
}

/// What a person wrote, with a name in it.
const WRITTEN: &str = "联系人张三丰，电话一三八零零";

/// Whether any file of the data folder has the text.
fn stands_in_files(office: &Office) -> bool {
    let mut folders = vec![office.data()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let text = WRITTEN.as_bytes();
            if bytes.windows(text.len()).any(|window| window == text) {
                return true;
            }
        }
    }
    false
}

#[test]
fn what_a_person_wrote_is_erased_and_every_proof_goes_on_holding() {
    let office = published();
    let file = |name: &str| office.path(name).to_string_lossy().into_owned();
    let key = office.ok(&["ledger", "key"]).trim().to_owned();
    let name = "郑州市公安局";
    office.ok(&[
        "fiscal",
        "withhold",
        "--department",
        name,
        "--amount",
        "10",
        "--document",
        "郑财缓〔2026〕1号",
        "--rule",
        "withhold",
        "--reason",
        WRITTEN,
        "--as",
        "finance",
    ]);
    let lines = || {
        let statement = office.json(&["ledger", "statement", name]);
        let accounts = statement["accounts"].as_array().unwrap().clone();
        let lines = accounts
            .iter()
            .flat_map(|own| own["lines"].as_array().unwrap().clone());
        lines.collect::<Vec<_>>()
    };
    let written = lines().into_iter().find(|line| line["memo"] == WRITTEN);
    let written = written.unwrap()["seq"].clone();
    let seq = written.to_string();
    assert!(stands_in_files(&office));
    office.ok(&["ledger", "receipt", &seq, "--out", &file("before")]);
    office.ok(&["ledger", "statement", name, "--bundle", &file("bundle")]);
    assert!(ours(&office, &["receipt", "before", "--key", &key]).contains(WRITTEN));
    assert!(ours(&office, &["statement", "bundle", "--key", &key]).contains(WRITTEN));

    let erase = |record: &str, login: &str, document: &str| {
        let words = ["--document", document, "--as", login];
        office.run(&[&["ledger", "erase", record][..], &words].concat())
    };
    assert!(!erase(&seq, "auditor", "文").status.success());
    assert!(!erase(&seq, "finance", " ").status.success());
    let bare = erase("1", "finance", "文");
    assert!(String::from_utf8_lossy(&bare.stderr).contains("没有可删除的文字"));
    for time in ["once", "once more"] {
        let done = erase(&seq, "finance", "郑数删〔2026〕1号");
        assert!(done.status.success(), "{time}");
    }

    assert!(
        !stands_in_files(&office),
        "not in the database, not in its log"
    );
    let shown = lines().into_iter().find(|line| line["seq"] == written);
    assert_eq!(shown.unwrap()["memo"], "〔文字已删除 text erased〕");
    assert_eq!(office.json(&["audit"])["findings"], serde_json::json!([]));
    for (paper, text) in [("before", true), ("after", false)] {
        if !text {
            office.ok(&["ledger", "receipt", &seq, "--out", &file("after")]);
        }
        assert_eq!(verify(&office, &["receipt", paper, "--key", &key]), 0);
        let said = ours(&office, &["receipt", paper, "--key", &key]);
        assert_eq!(said.contains(WRITTEN), text, "{said}");
    }
    office.ok(&["ledger", "statement", name, "--bundle", &file("later")]);
    assert_eq!(verify(&office, &["statement", "later", "--key", &key]), 0);
}
