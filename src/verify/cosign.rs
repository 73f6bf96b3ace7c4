//! Witnessing: a department cosigns a checkpoint that extends the last one it cosigned.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use ledger::{ConsistencyProof, LedgerError, Signer, Witness};

use crate::files::{parse, read, unreadable, write, write_secret};
use crate::{Failure, TrustOptions, show};

/// What `cosign` is asked for.
#[derive(Args)]
pub(crate) struct Options {
    /// 新检查点 (the new checkpoint)
    checkpoint: PathBuf,
    #[command(flatten)]
    trust: TrustOptions,
    /// 见证私钥文件 (file of the witness's secret key)
    #[arg(long, value_name = "FILE")]
    witness_key: PathBuf,
    /// 上次见证的检查点；通过后替换为新检查点；首次见证时尚无此文件
    /// (the checkpoint cosigned last, replaced by the new one; not there yet the first time)
    #[arg(long, value_name = "CHECKPOINT")]
    kept: PathBuf,
    /// 自上次检查点以来的一致性证明；首次见证时不需要 (the consistency proof since then)
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// 加签后的检查点写入此文件 (where to write the cosigned checkpoint)
    #[arg(long)]
    out: PathBuf,
}

/// Cosigns. The kept checkpoint is replaced before the signature goes out: a crash in between costs
/// a signature, never a second signature of another history.
pub(crate) fn cosign(options: &Options) -> Result<String, Failure> {
    let (_, signed) = options.trust.open(&options.checkpoint)?;
    let checkpoint = signed.checkpoint();
    if options.kept.exists() {
        let (_, kept) = options.trust.open(&options.kept)?;
        let kept = kept.checkpoint();
        if kept.size > checkpoint.size {
            return Err(Failure::Disproved(LedgerError::RolledBack {
                kept: kept.size,
                shown: checkpoint.size,
            }));
        }
        let proof = match &options.proof {
            Some(file) => parse(file, ConsistencyProof::parse)?,
            None => ConsistencyProof {
                old_size: kept.size,
                hashes: Vec::new(),
            },
        };
        proof.verify(kept, checkpoint).map_err(Failure::Disproved)?;
    }
    let secret = read(&options.witness_key)?;
    let signer = Signer::from_secret_text(&secret);
    let signer = signer.map_err(|fault| unreadable(&options.witness_key, &fault))?;
    let witness = Witness::new(signer);
    let line = witness.cosign(signed.note(), now()?);
    let line = line.map_err(Failure::Disproved)?;
    write(&options.kept, signed.note())?;
    write(&options.out, &format!("{}{line}", signed.note()))?;
    Ok(show::checkpoint(checkpoint) + &format!("见证公钥 witness key：{}\n", witness.key()))
}

/// Makes a witness key.
pub(crate) fn keygen(name: &str, out: &Path) -> Result<String, Failure> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed)
        .map_err(|_| Failure::Unreadable("没有随机数 (no randomness)".to_owned()))?;
    let signer = Signer::new(name, &seed)
        .map_err(|fault| Failure::Unreadable(format!("“{name}”：{fault}")))?;
    write_secret(out, &format!("{}\n", signer.secret_text()))?;
    Ok(Witness::new(signer).key().to_string())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a cosignature is dated, and no other part of the program runs at the department"
)]
fn now() -> Result<u64, Failure> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|passed| passed.as_secs())
        .map_err(|_| Failure::Unreadable("时钟早于 1970 年 (the clock is before 1970)".to_owned()))
}
