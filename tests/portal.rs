//! The portal through the real binary: it opens on a free port, keeps strangers out, and stops.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::support::Office;

struct Portal {
    child: Child,
    address: String,
}

impl Portal {
    fn open(office: &Office) -> Self {
        let mut child = office
            .command(&["serve", "--listen", "127.0.0.1:0", "--no-schedule"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .unwrap()
            .trim()
            .trim_end_matches('/')
            .to_owned();
        Self { child, address }
    }

    /// Status and whole answer.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        (status, text)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// An office whose first month is published.
fn published() -> Office {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-01"]);
    for (login, step) in [
        ("assessor", "--submit"),
        ("finance", "--approve"),
        ("assessor", "--publish"),
    ] {
        office.ok(&["review", "--period", "2026-01", "--as", login, step]);
    }
    office
}

#[test]
fn strangers_see_what_is_published_and_nothing_else() {
    let office = published();
    let portal = Portal::open(&office);
    assert_eq!(portal.get("/healthz").0, 200);
    let (status, home) = portal.get("/");
    assert_eq!(status, 200);
    assert!(
        home.contains("衡享") && home.contains("郑州市公安局"),
        "{home}"
    );
    for path in ["/overview", "/imports", "/departments/11410100917287015R"] {
        let (status, text) = portal.get(path);
        assert!(
            [302, 303, 401, 403, 404].contains(&status),
            "{path}: {status}"
        );
        assert!(
            !text.contains("申请答复及时率"),
            "{path} shows scores to a stranger"
        );
    }
    let (status, _) = portal.get("/downloads/2026-01/..%2F..%2Fhengxiang.toml");
    assert!(
        [400, 401, 403, 404].contains(&status) || (300..400).contains(&status),
        "{status}"
    );
}

#[test]
fn a_browser_shows_the_public_page() {
    let Ok(browser) = std::env::var("HENGXIANG_TEST_BROWSER") else {
        eprintln!(
            "HENGXIANG_TEST_BROWSER is not set: the browser test is left to `cargo xtask test`"
        );
        return;
    };
    let office = published();
    let portal = Portal::open(&office);
    let picture = office.path("home.png");
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!(
            "--user-data-dir={}",
            office.path("profile").display()
        ))
        .arg(format!("--screenshot={}", picture.display()))
        .args([
            "--window-size=1280,1600",
            &format!("http://{}/", portal.address),
        ])
        .output()
        .unwrap();
    let size = std::fs::metadata(&picture).map_or(0, |file| file.len());
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        size > 20_000,
        "a page with charts and tables is more than {size} bytes: {log}"
    );
}
