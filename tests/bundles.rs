//! Signed rule bundles as their users meet them: packed, signed, refused, installed, and past
//! months that keep the rules they were assessed by.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{NOW, Office, copy_folder, root};

/// The shipped pack with texts of `pack.toml` replaced, as a folder beside the data.
fn folder(office: &Office, name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let folder = office.path(name);
    copy_folder(&root().join("rules/tiaoli-809"), &folder);
    let header = folder.join("pack.toml");
    let mut text = fs::read_to_string(&header).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("version ="))
        .unwrap()
        .to_owned();
    text = text.replacen(&line, &format!("version = \"{name}\""), 1);
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    fs::write(header, text).unwrap();
    folder
}

/// The shipped pack of a version as an unsigned bundle.
fn packed(office: &Office, version: &str, options: &[&str]) -> String {
    let folder = folder(office, version, &[]).to_string_lossy().into_owned();
    let out = office
        .path(&format!("{version}.hxrules"))
        .to_string_lossy()
        .into_owned();
    let command = ["rules", "pack", &folder, "--out", &out];
    office.ok(&[&command[..], options].concat());
    out
}

/// A key of a name, made and kept beside the data: its file and its public half.
fn key(office: &Office, name: &str) -> (String, String) {
    let file = office.path(name).to_string_lossy().into_owned();
    let made = office.json(&["rules", "keygen", "--name", name, "--out", &file]);
    (file, made["public_key"].as_str().unwrap().to_owned())
}

fn set_rules(office: &Office, lines: &str) {
    let settings = office.data().join("hengxiang.toml");
    fs::write(settings, format!("[rules]\n{lines}\n")).unwrap();
}

#[test]
fn a_bundle_is_packed_signed_verified_and_installed() {
    let office = Office::new();
    let bundle = packed(&office, "7.0.0", &["--expires", "2027-01-01"]);
    let (file, public) = key(&office, "rules.example");
    let secret = fs::read_to_string(&file).unwrap();
    assert!(secret.starts_with("PRIVATE+KEY+rules.example+"));
    assert!(
        !office
            .run(&["rules", "keygen", "--name", "x", "--out", &file])
            .status
            .success()
    );
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        secret,
        "a key is never overwritten"
    );

    let said = office.fails(&["rules", "verify", &bundle, "--trust", &public]);
    assert!(said.contains("没有签名"), "{said}");
    office.ok(&["rules", "sign", &bundle, "--key", &file]);
    let seen = office.json(&["rules", "verify", &bundle, "--trust", &public]);
    assert_eq!(seen["signer"], "rules.example");
    assert_eq!(
        (&seen["sequence"], &seen["expires"]),
        (&Value::from(7_000_000), &"2027-01-01".into())
    );
    assert!(seen["files"].as_array().unwrap().len() > 8);

    set_rules(
        &office,
        &format!("signatures = \"required\"\ntrust = [\"{public}\"]"),
    );
    let done = office.json(&["rules", "install", &bundle]);
    assert_eq!(
        (&done["signer"], &done["unchanged"]),
        (&"rules.example".into(), &false.into())
    );
    assert!(done["tests"].as_u64().unwrap() > 50, "{done}");
    let again = office.ok(&["rules", "install", &bundle]);
    assert!(again.contains("unchanged"), "{again}");
    let status = office.json(&["rules", "status"]);
    assert_eq!(status["pack"], "tiaoli-809@7.0.0");
    assert_eq!(
        status["installed"][0]["rules_sha256"],
        status["rules_sha256"]
    );
    assert_eq!(status["alert"], Value::Null);
}

#[test]
fn every_refusal_names_its_reason_and_leaves_the_rules_in_use() {
    let office = Office::new();
    let (file, public) = key(&office, "rules.example");
    let (stranger, _) = key(&office, "stranger.example");
    let signed = |version: &str, by: &str, options: &[&str]| {
        let bundle = packed(&office, version, options);
        office.ok(&["rules", "sign", &bundle, "--key", by]);
        bundle
    };
    set_rules(
        &office,
        &format!("signatures = \"required\"\ntrust = [\"{public}\"]"),
    );
    let said = office.fails(&["rules", "status"]);
    assert!(
        said.contains("没有签名"),
        "the built-in pack is unsigned too: {said}"
    );
    let sound = signed("7.1.0", &file, &[]);
    office.ok(&["rules", "install", &sound]);

    let altered = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(&sound).unwrap();
        change(&mut bytes);
        let path = office.path(name);
        fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    };
    let cases = [
        (packed(&office, "7.2.0", &[]), "unsigned"),
        (signed("7.2.1", &stranger, &[]), "signed by an unknown key"),
        (
            altered("cut", &|bytes| bytes.truncate(bytes.len() / 2)),
            "truncated",
        ),
        (
            altered("forged", &|bytes| *bytes.last_mut().unwrap() ^= 1),
            "tampered",
        ),
        (signed("7.0.0", &file, &[]), "downgrade refused"),
        (
            signed("7.3.0", &file, &["--expires", "2026-04-10"]),
            "expired",
        ),
        (
            signed("7.4.0", &file, &["--not-before", "2026-04-11"]),
            "not valid yet",
        ),
        (file.clone(), "not a rule bundle"),
    ];
    for (bundle, word) in &cases {
        for verb in ["verify", "install"] {
            let said = office.fails(&["rules", verb, bundle]);
            assert!(said.contains(word), "{verb} {word}: {said}");
        }
        let status = office.json(&["rules", "status"]);
        assert_eq!(status["pack"], "tiaoli-809@7.1.0", "{word}");
        assert_eq!(status["installed"].as_array().unwrap().len(), 1, "{word}");
    }
}

#[test]
fn faulty_packs_and_failing_tests_are_not_even_packed() {
    let office = Office::new();
    let out = office.path("bad.hxrules");
    let pack = |folder: &Path| {
        let (folder, out) = (folder.to_string_lossy(), out.to_string_lossy());
        office.fails(&["rules", "pack", &folder, "--out", &out])
    };
    let faulty = folder(&office, "7.0.0", &[("points = \"30\"", "points = \"31\"")]);
    assert!(pack(&faulty).contains("rules.points"));
    let failing = folder(&office, "7.0.1", &[]);
    let test = fs::read_to_string(failing.join("tests/totals.toml")).unwrap();
    let broken = test.replacen("grade = \"excellent\"", "grade = \"good\"", 1);
    assert_ne!(test, broken);
    fs::write(failing.join("tests/totals.toml"), broken).unwrap();
    assert!(pack(&failing).contains("its tests do not pass"));
    let unversioned = folder(&office, "next", &[]);
    assert!(pack(&unversioned).contains("a version is three numbers"));
    assert!(!out.exists());
}

/// Months that were assessed keep their rules, whatever is installed after them.
#[test]
fn past_months_keep_the_rules_they_were_assessed_by() {
    let office = Office::with_city();
    let january = office.json(&["run", "--period", "2026-01"]);
    let run = january["run"].as_str().unwrap();
    office.ok(&[
        "review", "--period", "2026-01", "--as", "assessor", "--submit",
    ]);
    office.ok(&[
        "review",
        "--period",
        "2026-01",
        "--as",
        "finance",
        "--approve",
    ]);
    let department = "郑州市公安局";
    let explained = office.json(&["explain", department, "--period", "2026-01"]);

    // The new rules give timeliness less and quality more; their own tests are few.
    let folder = folder(&office, "7.0.0", &[("示范规则", "修订规则")]);
    let bundle = office.path("7.hxrules").to_string_lossy().into_owned();
    office.ok(&["rules", "pack", &folder.to_string_lossy(), "--out", &bundle]);
    office.ok(&["rules", "install", &bundle]);

    let february = office.json(&["run", "--period", "2026-02"]);
    assert_ne!(february["run"], january["run"]);
    let now = office.json(&["explain", department, "--period", "2026-02"]);
    assert_eq!(now["pack"], "tiaoli-809@7.0.0");
    // January: explained, verified and run again as if nothing had happened.
    assert_eq!(
        office.json(&["explain", department, "--period", "2026-01"]),
        explained
    );
    assert_ne!(explained["pack"], now["pack"]);
    for run in [run, february["run"].as_str().unwrap()] {
        let checks = office.json(&["verify", "run", run]);
        assert!(checks.to_string().contains("rules"), "{checks}");
    }
    let again = office.json(&["run", "--period", "2026-01"]);
    assert_eq!(again["run"], january["run"]);
}

#[test]
fn a_running_portal_takes_newer_rules_into_use() {
    let office = Office::new();
    let mut portal = office
        .command(&["serve", "--listen", "127.0.0.1:0", "--no-schedule"])
        .env("HENGXIANG_LOG", "app=info")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut started = String::new();
    let mut lines = std::io::BufReader::new(portal.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut lines, &mut started).unwrap();
    assert!(started.contains("http://"), "{started}");
    let log = std::io::BufReader::new(portal.stderr.take().unwrap());
    let bundle = packed(&office, "7.0.0", &[]);
    office.ok(&["rules", "install", &bundle]);
    // Ends with the portal if the words never come.
    let swapped = std::io::BufRead::lines(log)
        .map_while(Result::ok)
        .find(|line| line.contains("rules swapped"));
    portal.kill().unwrap();
    portal.wait().unwrap();
    assert!(
        swapped.is_some_and(|line| line.contains("7.0.0")),
        "at {NOW}"
    );
}
