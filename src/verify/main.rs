//! `hengxiang-verify`: proofs of the ledger checked by a department, offline, with nothing but this
//! program, the files it was handed and the public key it keeps.

mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ledger::{ConsistencyProof, LedgerError, Receipt, SignedCheckpoint, VerifierKey};

/// 核验衡享台账的回执、检查点与一致性证明 (verify receipts, checkpoints and consistency proofs)
#[derive(Parser)]
#[command(name = "hengxiang-verify", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 核验回执：一笔记录在签名的台账中 (a record is in the signed ledger)
    Receipt {
        /// 回执文件 (receipt file, .tlog-proof)
        file: PathBuf,
        /// 公钥或公钥文件 (public key, or a file that holds it)
        #[arg(long, value_name = "PUBKEY")]
        key: String,
    },
    /// 核验检查点：由该密钥签发 (the checkpoint is signed by the key)
    Checkpoint {
        /// 检查点文件 (checkpoint file)
        file: PathBuf,
        /// 公钥或公钥文件 (public key, or a file that holds it)
        #[arg(long, value_name = "PUBKEY")]
        key: String,
    },
    /// 核验一致性：新台账保留了旧台账的全部记录 (the new ledger keeps all records of the old one)
    Consistency {
        /// 自己保存的旧检查点 (the earlier checkpoint, kept by yourself)
        old: PathBuf,
        /// 新检查点 (the later checkpoint)
        new: PathBuf,
        /// 一致性证明文件 (consistency proof file)
        proof: PathBuf,
        /// 公钥或公钥文件 (public key, or a file that holds it)
        #[arg(long, value_name = "PUBKEY")]
        key: String,
    },
}

/// Why there is no verdict of success.
enum Failure {
    /// The proof was read and does not hold.
    Disproved(LedgerError),
    /// Something could not be read.
    Unreadable(String),
}

const PROOF_FAILS: u8 = 1;
const UNREADABLE: u8 = 2;

/// Larger files are not proofs; reading them would only exhaust memory.
const FILE_BYTES_MAX: u64 = 16 << 20;

fn main() -> ExitCode {
    // clap exits with 2 on wrong usage by itself.
    let cli = Cli::parse();
    match run(&cli.command) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::Disproved(fault)) => {
            eprintln!("核验不通过：{fault}\nVERIFICATION FAILED");
            ExitCode::from(PROOF_FAILS)
        }
        Err(Failure::Unreadable(reason)) => {
            eprintln!("{reason}");
            ExitCode::from(UNREADABLE)
        }
    }
}

fn run(command: &Command) -> Result<String, Failure> {
    match command {
        Command::Receipt { file, key } => {
            let key = read_key(key)?;
            let receipt = parse(file, Receipt::parse)?;
            let proven = receipt.verify(&key).map_err(Failure::Disproved)?;
            Ok(show::proven(&proven))
        }
        Command::Checkpoint { file, key } => {
            let key = read_key(key)?;
            let signed = open(file, &key)?;
            Ok(show::checkpoint(signed.checkpoint()))
        }
        Command::Consistency {
            old,
            new,
            proof,
            key,
        } => {
            let key = read_key(key)?;
            let (old, new) = (open(old, &key)?, open(new, &key)?);
            let proof = parse(proof, ConsistencyProof::parse)?;
            let (old, new) = (old.checkpoint(), new.checkpoint());
            proof.verify(old, new).map_err(Failure::Disproved)?;
            Ok(show::consistency(old, new))
        }
    }
}

fn open(file: &Path, key: &VerifierKey) -> Result<SignedCheckpoint, Failure> {
    let note = read(file)?;
    SignedCheckpoint::open(&note, key).map_err(|fault| match fault {
        LedgerError::Malformed { .. } => unreadable(file, &fault),
        _ => Failure::Disproved(fault),
    })
}

fn parse<T>(file: &Path, parse: fn(&str) -> Result<T, LedgerError>) -> Result<T, Failure> {
    parse(&read(file)?).map_err(|fault| unreadable(file, &fault))
}

fn unreadable(file: &Path, fault: &LedgerError) -> Failure {
    Failure::Unreadable(format!("{}：{fault}", file.display()))
}

fn read(file: &Path) -> Result<String, Failure> {
    let fail = |reason: String| Failure::Unreadable(format!("{}：{reason}", file.display()));
    let length = std::fs::metadata(file)
        .map_err(|fault| fail(format!("无法读取：{fault} (cannot read)")))?;
    if length.len() > FILE_BYTES_MAX {
        return Err(fail(
            "文件过大，不是证明文件 (too large for a proof)".to_owned(),
        ));
    }
    let text = std::fs::read_to_string(file);
    text.map_err(|fault| fail(format!("无法读取：{fault} (cannot read)")))
}

/// The key itself, or a file that holds it: no key text is also the path of a file by accident,
/// because its base64 would have to be one.
fn read_key(text: &str) -> Result<VerifierKey, Failure> {
    let parsed: Result<VerifierKey, _> = text.parse();
    if let Ok(key) = parsed {
        return Ok(key);
    }
    let path = Path::new(text);
    if !path.is_file() {
        return Err(Failure::Unreadable(format!(
            "“{text}”既不是公钥也不是文件 (neither a public key nor a file)"
        )));
    }
    read(path)?
        .parse()
        .map_err(|fault| unreadable(path, &fault))
}
