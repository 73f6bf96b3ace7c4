//! What the tests share: the checkout, the real binary, a small model city.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_path_buf()
}

/// The instant at which the tests live, unless they say otherwise.
pub const NOW: &str = "2026-04-10T02:00:00Z";

/// A data folder of its own, with the real binary to work on it.
pub struct Office {
    folder: TempDir,
    database: Option<String>,
    now: &'static str,
}

impl Office {
    /// An initialised, empty office.
    pub fn new() -> Self {
        Self::made(None)
    }

    /// An office set up at an earlier instant, with the small city of now, on a database.
    pub fn since(now: &'static str, database: Option<String>) -> Self {
        let office = Self::made_at(now, database);
        office.at(NOW).importing_city().at(now)
    }

    /// An office with the small city on another database.
    pub fn on(database: &str) -> Self {
        Self::made(Some(database.to_owned())).importing_city()
    }

    fn made(database: Option<String>) -> Self {
        Self::made_at(NOW, database)
    }

    fn made_at(now: &'static str, database: Option<String>) -> Self {
        let office = Self {
            folder: tempfile::tempdir().unwrap(),
            database,
            now,
        };
        office.ok(&["init", "--demo"]);
        office
    }

    /// The same office at another instant.
    pub fn at(self, now: &'static str) -> Self {
        Self { now, ..self }
    }

    /// An office that has imported the small city.
    pub fn with_city() -> Self {
        Self::new().importing_city()
    }

    /// An office that has imported the whole city.
    pub fn with_whole_city() -> Self {
        let folder = generated(false);
        let office = Self::new();
        office.importing(folder.path())
    }

    fn importing_city(self) -> Self {
        self.importing(city())
    }

    /// Imports a folder as one person of finance; another approves its appropriations.
    fn importing(self, folder: &Path) -> Self {
        let folder = folder.to_string_lossy();
        self.ok(&["import", "--recursive", "--as", "budget", &folder]);
        self.approve_appropriations();
        self
    }

    /// Approves all appropriations that wait, as «finance», who did not propose them.
    pub fn approve_appropriations(&self) {
        let orders = self.json(&["fiscal", "list"]);
        let waiting = |order: &&serde_json::Value| {
            order["kind"] == "fund" && order["stage"] == "proposed" && order["maker"] == "budget"
        };
        let orders: Vec<_> = orders.as_array().unwrap().iter().filter(waiting).collect();
        let ids = orders.iter().map(|order| order["id"].as_str().unwrap());
        let fen: i64 = orders
            .iter()
            .map(|order| order["total_fen"].as_i64().unwrap())
            .sum();
        let (count, total) = (
            orders.len().to_string(),
            format!("{}.{:02}", fen / 100, fen % 100),
        );
        let mut words = vec!["ledger", "approve"];
        words.extend(ids);
        words.extend(["--count", &count, "--total", &total, "--as", "finance"]);
        self.ok(&words);
    }

    /// A second office with the same data and the same signing key.
    pub fn copy(&self) -> Self {
        let copy = Self {
            folder: tempfile::tempdir().unwrap(),
            database: None,
            now: self.now,
        };
        for (name, bytes) in dump::files(&self.data()) {
            let path = copy.data().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        copy
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A path beside the data folder, for files of the test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The binary with arguments, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hengxiang"));
        command
            .arg("--data")
            .arg(self.data())
            .args(arguments)
            .env("HENGXIANG_NOW", self.now)
            .env_remove("HENGXIANG_DATABASE_URL");
        if let Some(url) = &self.database {
            command.env("HENGXIANG_DATABASE_URL", url);
        }
        command
    }

    /// Runs to the end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs, must succeed; standard output.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs, must succeed; standard output as JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut with = vec!["--json"];
        with.extend(arguments);
        serde_json::from_str(&self.ok(&with)).unwrap()
    }

    /// Runs, must fail with a message; standard error.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let message = text(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert!(!message.contains("panicked"), "{message}");
        message
    }

    /// A second person of finance, «cashier», who approves what the first proposes.
    pub fn add_cashier(&self) {
        self.person("cashier", "finance", None);
    }

    /// Approves an order as the second person of finance, by the number and the sum it shows.
    pub fn approve_order(&self, group: &str, order: &serde_json::Value) {
        let fen = order["total_fen"].as_i64().unwrap();
        let total = format!("{}.{:02}", fen / 100, fen % 100);
        let (id, count) = (order["id"].as_str().unwrap(), order["count"].to_string());
        self.ok(&[
            group, "approve", id, "--count", &count, "--total", &total, "--as", "cashier",
        ]);
    }

    /// Adds a person; a liaison has a department.
    pub fn person(&self, login: &str, role: &str, department: Option<&str>) {
        let mut arguments = vec!["user", "add", login, "--name", login, "--role", role];
        arguments.extend(department.iter().flat_map(|id| ["--department", id]));
        let mut command = self.command(&arguments);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all("密码-long-enough-1\n".as_bytes()).unwrap();
        drop(input);
        assert!(child.wait().unwrap().success(), "{login}");
    }

    /// A file beside the data folder.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }

    /// All tables and report files as one digestible text: what a user could ever see of the data.
    pub fn dump(&self) -> String {
        let database = self.data().join("hengxiang.db");
        let mut text = dump::tables(&database);
        for (name, bytes) in dump::files(&self.data().join("reports")) {
            text.push_str(&format!("{name} {}\n", domain::canon::sha256_hex(&bytes)));
        }
        text
    }
}

pub mod dump;
pub mod scene;
pub mod server;

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The files of the small city, three months to 2026-03, generated once a test run.
pub fn city() -> &'static Path {
    static CITY: OnceLock<TempDir> = OnceLock::new();
    CITY.get_or_init(|| generated(true)).path()
}

/// A folder with the files of a city, three months to 2026-03.
fn generated(small: bool) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let order = app::generate::Order {
        preset: app::generate::Preset::City,
        seed: 1,
        months: 3,
        until: "2026-03".parse().unwrap(),
        small,
    };
    app::generate::generate(order, folder.path(), &mut |_| {}).unwrap();
    folder
}
