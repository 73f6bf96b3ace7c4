//! `hengxiang-verify`: proofs of the ledger checked by a department, offline, with nothing but this
//! program, the files it was handed and the public key it keeps.

mod cosign;
mod files;
mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use domain::Period;
use ledger::{
    ConsistencyProof, Keyring, LedgerError, Receipt, SignedCheckpoint, StatementBundle, Trust,
    WitnessKey,
};

use files::{parse, read, read_key, write};

/// 核验衡享台账的回执、对账单、检查点与一致性证明，并可见证检查点
/// (verify receipts, statements, checkpoints and consistency proofs; cosign checkpoints)
#[derive(Parser)]
#[command(name = "hengxiang-verify", version, max_term_width = 100)]
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
        #[command(flatten)]
        trust: TrustOptions,
        #[command(flatten)]
        witnesses: WitnessOptions,
    },
    /// 核验对账单证明包：期初、明细、期末齐全且未被改写 (a statement is whole and extends what was kept)
    Statement {
        /// 证明包文件 (bundle file)
        file: PathBuf,
        #[command(flatten)]
        trust: TrustOptions,
        #[command(flatten)]
        witnesses: WitnessOptions,
        /// 自己上次保存的检查点 (the checkpoint kept from the last time)
        #[arg(long, value_name = "CHECKPOINT")]
        since: Option<PathBuf>,
        /// 必须封存到此月 (the month that must be sealed)
        #[arg(long, value_name = "YYYY-MM")]
        through: Option<Period>,
        /// 通过后将新检查点存入此文件，供下次使用 (where to keep the new checkpoint)
        #[arg(long, value_name = "FILE")]
        keep: Option<PathBuf>,
    },
    /// 核验检查点：由该密钥签发 (the checkpoint is signed by the key)
    Checkpoint {
        /// 检查点文件 (checkpoint file)
        file: PathBuf,
        #[command(flatten)]
        trust: TrustOptions,
        #[command(flatten)]
        witnesses: WitnessOptions,
    },
    /// 核验一致性：新台账保留了旧台账的全部记录 (the new ledger keeps all records of the old one)
    Consistency {
        /// 自己保存的旧检查点 (the earlier checkpoint, kept by yourself)
        old: PathBuf,
        /// 新检查点 (the later checkpoint)
        new: PathBuf,
        /// 一致性证明文件 (consistency proof file)
        proof: PathBuf,
        #[command(flatten)]
        trust: TrustOptions,
    },
    /// 见证：核验新检查点延续旧检查点后加签 (cosign a checkpoint that extends the one kept)
    Cosign(cosign::Options),
    /// 生成见证密钥，打印公钥 (make a witness key, print its public half)
    Keygen {
        /// 见证方名称，如 data.example/witness/公安局 (name of the witness)
        name: String,
        /// 私钥文件 (file of the secret key)
        #[arg(long)]
        out: PathBuf,
    },
}

/// Whom to trust.
#[derive(Args)]
struct TrustOptions {
    /// 账簿公钥或公钥文件 (public key of the ledger, or a file that holds it)
    #[arg(long, value_name = "PUBKEY", required_unless_present = "root")]
    key: Option<String>,
    /// 根公钥或公钥文件；账簿密钥由证书证明 (public root key; certificates prove the ledger's key)
    #[arg(long, value_name = "PUBKEY", conflicts_with = "key")]
    root: Option<String>,
    /// 账簿密钥的证书 (certificate of a key of the ledger)
    #[arg(long, value_name = "FILE")]
    certificate: Vec<PathBuf>,
}

/// Whose cosignatures to ask for.
#[derive(Args)]
struct WitnessOptions {
    /// 见证公钥或公钥文件，可重复 (public key of a witness, may be repeated)
    #[arg(long, value_name = "PUBKEY")]
    witness: Vec<String>,
    /// 至少几方见证；默认为全部 (how many of them must have cosigned; all by default)
    #[arg(long)]
    quorum: Option<usize>,
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
        Command::Receipt {
            file,
            trust,
            witnesses,
        } => {
            let receipt = parse(file, Receipt::parse)?;
            let keyring = trust.keyring(&[])?;
            let proven = receipt.verify_by(&keyring).map_err(Failure::Disproved)?;
            let seen = witnesses.check(receipt.note())?;
            Ok(show::proven(&proven) + &seen)
        }
        Command::Statement {
            file,
            trust,
            witnesses,
            since,
            through,
            keep,
        } => {
            let bundle = parse(file, StatementBundle::parse)?;
            let kept = since.as_deref().map(read).transpose()?;
            let keyring = trust.keyring(bundle.certificates())?;
            let proven = bundle.verify(&keyring, kept.as_deref());
            let proven = proven.map_err(Failure::Disproved)?;
            if let Some(month) = through {
                proven.require_sealed(*month).map_err(Failure::Disproved)?;
            }
            let seen = witnesses.check(bundle.note())?;
            if let Some(keep) = keep {
                write(keep, bundle.note())?;
            }
            Ok(show::statement(&proven) + &seen)
        }
        Command::Checkpoint {
            file,
            trust,
            witnesses,
        } => {
            let (_, signed) = trust.open(file)?;
            let seen = witnesses.check(signed.note())?;
            Ok(show::checkpoint(signed.checkpoint()) + &seen)
        }
        Command::Consistency {
            old,
            new,
            proof,
            trust,
        } => {
            let ((_, old), (_, new)) = (trust.open(old)?, trust.open(new)?);
            let proof = parse(proof, ConsistencyProof::parse)?;
            let (old, new) = (old.checkpoint(), new.checkpoint());
            proof.verify(old, new).map_err(Failure::Disproved)?;
            Ok(show::consistency(old, new))
        }
        Command::Cosign(options) => cosign::cosign(options),
        Command::Keygen { name, out } => cosign::keygen(name, out),
    }
}

impl TrustOptions {
    /// The keys by the certificates given and those that came with the papers.
    fn keyring(&self, with_papers: &[String]) -> Result<Keyring, Failure> {
        let trust = match (&self.key, &self.root) {
            (_, Some(root)) => Trust::Root(read_key(root)?),
            (Some(key), None) => Trust::Key(read_key(key)?),
            (None, None) => {
                let reason = "请给出 --key 或 --root (give --key or --root)";
                return Err(Failure::Unreadable(reason.to_owned()));
            }
        };
        let own = self.certificate.iter().map(|file| read(file));
        let own = own.collect::<Result<Vec<_>, _>>()?;
        let all = own.iter().chain(with_papers);
        trust.keyring(all).map_err(Failure::Disproved)
    }

    fn open(&self, file: &Path) -> Result<(u64, SignedCheckpoint), Failure> {
        let note = read(file)?;
        self.keyring(&[])?.open(&note).map_err(|fault| match fault {
            LedgerError::Malformed { .. } => files::unreadable(file, &fault),
            _ => Failure::Disproved(fault),
        })
    }
}

impl WitnessOptions {
    /// Checks that enough of the witnesses cosigned; who did, in words.
    fn check(&self, note: &str) -> Result<String, Failure> {
        let mut seen = Vec::new();
        for text in &self.witness {
            let witness: WitnessKey = read_key(text)?;
            let at = witness.cosigned_at(note).map_err(Failure::Disproved)?;
            seen.extend(at.map(|at| (witness.name().to_owned(), at)));
        }
        let wanted = self.quorum.unwrap_or(self.witness.len());
        if seen.len() < wanted {
            return Err(Failure::Disproved(LedgerError::TooFewWitnesses {
                wanted,
                found: seen.len(),
            }));
        }
        Ok(show::witnesses(&seen))
    }
}
