//! Disks that are full and disks that fail. A command that cannot be written is refused with a reason
//! and leaves nothing; when there is room again, all goes on. No crate of ours may hold unsafe code,
//! so faults come from outside: a quota of pages, a small file system, a limit on the size of files,
//! and `strace`, which answers system calls in the kernel's stead.

use std::path::{Path, PathBuf};
use std::process::Command as Program;

use super::client::Client;
use super::crash::{Count, Dice, Witness};
use super::*;
use crate::pool::Store;

/// Commands that need room.
fn demand(number: u32) -> Command {
    let grant = Grant {
        line: line(0),
        amount_fen: Fen::new(1),
        document: format!("追加{number}"),
        effective_on: day(9),
    };
    by(finance(), Action::Amend(grant))
}

fn ask(store: &Store, number: u32) -> Result<Vec<Event>, ExecuteError> {
    let now = UtcMicros::new(1_774_915_200_123_456);
    execute(store, &demand(number), now, &signer())
}

/// Asks until there is no room for it, then looks whether all is as it was; makes room, and asks on.
fn fill_and_make_room(db: &TestDb, make_room: impl FnOnce()) {
    let mut done = 0_u64;
    let before = db.store.read(record_count).unwrap();
    let (refused, fault) = (0..5_000)
        .find_map(|number| match ask(&db.store, number) {
            Ok(events) => {
                done += u64::try_from(events.len()).unwrap();
                None
            }
            Err(fault) => Some((number, fault)),
        })
        .expect("there was room for everything");
    let text = fault.to_string();
    let is_full = matches!(fault, ExecuteError::Store(StoreError::Full { .. }));
    assert!(is_full && text.contains("腾出空间"), "{text}");
    assert_eq!(db.store.read(record_count).unwrap(), before + done);
    assert_eq!(audit_of(db, None).findings, vec![]);
    // Still no room: refused the same way, and no connection is worse for it.
    for _ in 0..3 {
        let again = ask(&db.store, refused).unwrap_err();
        assert!(
            matches!(again, ExecuteError::Store(StoreError::Full { .. })),
            "{again}"
        );
    }
    make_room();
    for number in refused..refused + 20 {
        assert_eq!(ask(&db.store, number).unwrap().len(), 1);
    }
    assert_eq!(db.store.read(record_count).unwrap(), before + done + 20);
    assert_eq!(audit_of(db, None).findings, vec![]);
    println!("{done} commands, then: {text}");
}

#[test]
fn a_quota_of_pages_refuses_whole_commands() {
    let db = TestDb::sqlite();
    run(&db, &opened());
    let quota = |pages: u32| {
        let set = format!("PRAGMA max_page_count = {pages}");
        let outcome = db
            .store
            .write(|conn| Ok::<_, StoreError>(conn.batch_execute(&set)?));
        outcome.unwrap();
    };
    // Less than there is means: no more than there is.
    quota(1);
    fill_and_make_room(&db, || quota(1_000_000));
}

/// A file system of a few megabytes, unmounted at the end.
struct SmallDisk {
    at: tempfile::TempDir,
}

impl SmallDisk {
    /// `None`, with the reason, where nothing may be mounted.
    fn mount(megabytes: u32) -> Option<Self> {
        let at = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m,mode=0777");
        let mount = Program::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "hengxiang-test"])
            .arg(at.path())
            .output();
        if mount.is_ok_and(|output| output.status.success()) {
            return Some(Self { at });
        }
        println!("不能挂载 tmpfs，未测试磁盘写满 (cannot mount: a full disk was not tested)");
        None
    }

    /// Takes all room but so many kilobytes.
    fn ballast(&self, left_kilobytes: usize) -> PathBuf {
        let path = self.at.path().join("ballast");
        let mut size = 0;
        let mut file = std::fs::File::create(&path).unwrap();
        while std::io::Write::write_all(&mut file, &[0; 4_096]).is_ok() {
            size += 4;
        }
        file.set_len(u64::try_from((size - left_kilobytes) * 1_024).unwrap())
            .unwrap();
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Program::new("umount")
            .arg("-l")
            .arg(self.at.path())
            .output();
    }
}

#[test]
fn a_full_disk_under_sqlite_refuses_whole_commands() {
    let Some(disk) = SmallDisk::mount(16) else {
        return;
    };
    let db = TestDb::sqlite_in(tempfile::tempdir_in(disk.at.path()).unwrap());
    run(&db, &opened());
    let ballast = disk.ballast(300);
    fill_and_make_room(&db, || std::fs::remove_file(ballast).unwrap());
    drop(db);
}

/// The tables of one schema stand on the small disk; the log of the server does not.
#[test]
fn a_full_disk_under_postgresql_refuses_whole_commands() {
    let (Some(disk), Ok(server)) = (SmallDisk::mount(32), std::env::var("HENGXIANG_TEST_PG_URL"))
    else {
        return;
    };
    let place = disk.at.path().join("tables");
    std::fs::create_dir(&place).unwrap();
    // Its owner must be who runs the server, and the way to it must be open.
    let shown = place.display();
    let open = format!(
        "chmod 755 {} && chown postgres {shown}",
        disk.at.path().display()
    );
    let owned = Program::new("sh").args(["-c", &open]).output().unwrap();
    assert!(owned.status.success(), "{owned:?}");
    let name = format!("hx_small_{}", std::process::id());
    let target = crate::target::Target::parse(&server).unwrap();
    let access = crate::conn::Access::ReadWrite;
    let mut conn = AnyConn::establish_to(&target, access).unwrap();
    let create = format!("CREATE TABLESPACE {name} LOCATION '{shown}'");
    if let Err(fault) = conn.batch_execute(&create) {
        println!("服务器不能使用该目录 (the server cannot use the folder): {fault}");
        return;
    }
    let db = TestDb::postgres_at(&server, &format!("%20-cdefault_tablespace%3D{name}"));
    run(&db, &opened());
    let ballast = disk.ballast(64);
    fill_and_make_room(&db, || std::fs::remove_file(ballast).unwrap());
    drop(db);
    conn.batch_execute(&format!("DROP TABLESPACE {name}"))
        .unwrap();
}

/// Lets a client work through another program until it ends by itself, then looks.
fn suffer(witness: &mut Witness, folder: &Path, through: Program) {
    let life = witness.count.kills;
    let report = folder.join(format!("life-{life}"));
    let mut client = Client::start_through(through, &witness.url, &format!("work {life}"), &report);
    client.go();
    client.child.wait().unwrap();
    witness.count.kills += 1;
    witness.inspect(&client.report());
}

/// This test program, started by a shell that limits the size of files.
fn limited(kilobytes: u64, signal: &str) -> Program {
    let mut shell = Program::new("bash");
    let limit = format!("{signal} ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    shell
        .args(["-c", &limit])
        .arg(std::env::current_exe().unwrap());
    shell
}

/// A limit on the size of files, as on a file system that ends: the kernel refuses the write, or
/// kills whoever tries, in the middle of it.
#[test]
fn a_limit_on_the_size_of_files_stops_a_client_and_harms_nothing() {
    let db = TestDb::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let mut witness = Witness::new(&db.url, Count::default());
    for signal in ["trap '' XFSZ;", ""] {
        // Less than the log of SQLite comes to; the database itself is only read.
        for kilobytes in [60, 120, 200, 300] {
            suffer(&mut witness, folder.path(), limited(kilobytes, signal));
        }
    }
    println!("{:?} {:?}", witness.count, witness.faults);
    assert!(!witness.faults.is_empty(), "no limit was met");
    let clear = |fault: &String| fault.contains("读写失败") || fault.contains("已满");
    assert!(witness.faults.iter().all(clear), "{:?}", witness.faults);
}

/// This test program under `strace`, which lets the so many-th call about the database fail.
fn traced(database: &str, calls: &str, error: &str, when: &str) -> Program {
    let mut strace = Program::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null"]);
    for path in [database.to_owned(), format!("{database}-wal")] {
        strace.args(["-P", &path]);
    }
    strace
        .args(["-e", &format!("trace={calls}")])
        .args(["-e", &format!("inject={calls}:error={error}:when={when}")])
        .arg(std::env::current_exe().unwrap());
    strace
}

/// Each sync and each write may fail, once or from then on.
#[test]
fn syncs_and_writes_that_fail_are_told_and_harm_nothing() {
    let probe = Program::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!(
            "没有可用的 strace，未测试 fdatasync 出错 (no strace: failing syncs were not tested)"
        );
        return;
    }
    let rounds = if oracle::is_nightly() { 60 } else { 4 };
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(6);
    let (mut count, mut faults) = (Count::default(), Vec::new());
    for (calls, error, below) in [("fsync,fdatasync", "EIO", 12), ("pwrite64", "ENOSPC", 60)] {
        for round in 0..rounds {
            let db = TestDb::sqlite();
            let path = db.url.strip_prefix("sqlite:").unwrap();
            let mut witness = Witness::new(&db.url, count);
            let when = format!("{}+", 1 + dice.roll(below));
            let when = if round % 2 == 0 {
                when
            } else {
                when.replace('+', "+3")
            };
            suffer(
                &mut witness,
                folder.path(),
                traced(path, calls, error, &when),
            );
            assert!(
                !witness.faults.is_empty(),
                "{calls} {error} {when} was not met"
            );
            (count, faults) = (witness.count, [faults, witness.faults].concat());
        }
    }
    println!("{count:?}; {} failures told", faults.len());
    let clear = |fault: &String| fault.contains("读写失败") || fault.contains("已满");
    assert!(faults.iter().all(clear), "{faults:?}");
}
