//! Clients in processes of their own. The test program starts itself again and runs nothing but
//! [`client_in_a_process_of_its_own`], which is cheap: no other binary has to be built or loaded.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::pool::Store;

/// What the client is asked to do; unset for people who run ignored tests by hand.
const TASK: &str = "HENGXIANG_TEST_CLIENT_TASK";
/// The database it does it on.
const URL: &str = "HENGXIANG_TEST_CLIENT_URL";
/// The file it reports to.
const REPORT: &str = "HENGXIANG_TEST_CLIENT_REPORT";

/// A client that was started.
pub(super) struct Client {
    pub(super) child: Child,
    report: PathBuf,
}

impl Client {
    /// Starts a client that reports to the file. It waits for [`Client::go`] once it is connected.
    pub(super) fn start(url: &str, task: &str, report: &Path) -> Self {
        Self::start_through(
            std::process::Command::new(std::env::current_exe().unwrap()),
            url,
            task,
            report,
        )
    }

    /// The same by a command of which this program is an argument, or the program itself.
    pub(super) fn start_through(
        mut through: std::process::Command,
        url: &str,
        task: &str,
        report: &Path,
    ) -> Self {
        let child = through
            .args(["--ignored", "--nocapture", "--exact"])
            .arg("ledger::tests::client::client_in_a_process_of_its_own")
            .env(TASK, task)
            .env(URL, url)
            .env(REPORT, report)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            child,
            report: report.to_owned(),
        }
    }

    /// Waits until it is connected.
    pub(super) fn await_ready(&mut self) {
        self.await_lines(1);
    }

    /// Waits until it has reported so many lines.
    pub(super) fn await_lines(&mut self, count: usize) {
        for _ in 0..30_000 {
            if self.report().matches('\n').count() >= count {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the client ended with {status}: {}", self.complaint());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("the client does nothing");
    }

    /// Lets it begin.
    pub(super) fn go(&mut self) {
        self.child.stdin = None;
    }

    /// What it reported so far.
    pub(super) fn report(&self) -> String {
        std::fs::read_to_string(&self.report).unwrap_or_default()
    }

    /// What it wrote to standard error, once it has ended.
    pub(super) fn complaint(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut text).unwrap();
        }
        text
    }

    /// Waits for its end, which must be a good one; what it reported after it was ready.
    pub(super) fn end(mut self) -> Vec<String> {
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{}", self.complaint());
        self.report().lines().skip(1).map(str::to_owned).collect()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Already ended and waited for, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a client tells what it has done: each line is on the disk before it goes on.
pub(super) struct Report(File);

impl Report {
    pub(super) fn say(&mut self, line: &str) {
        self.0.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.0.sync_data().unwrap();
    }
}

#[test]
#[ignore = "the client that other tests start as a process of its own"]
fn client_in_a_process_of_its_own() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let store = Store::open(&std::env::var(URL).unwrap()).unwrap();
    let path = std::env::var(REPORT).unwrap();
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    let mut report = Report(file);
    report.say("ready");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    let words: Vec<&str> = task.split(' ').collect();
    let number = |at: usize| words[at].parse::<u32>().unwrap();
    match words[0] {
        "work" => super::crash::work(&store, number(1), &mut report),
        "spend" => super::races::spend(&store, number(1), number(2), &mut report),
        other => panic!("no task {other}"),
    }
}
