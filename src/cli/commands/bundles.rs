//! `hengxiang rules pack|keygen|sign|verify|install|status`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::rulebook::bundling::{self, PackOrder, Seen};
use app::rulebook::shelf::Origin;
use app::rulebook::{Policy, Signatures};
use chrono::NaiveDate;
use clap::Subcommand;
use serde_json::{Value, json};

use super::shown;
use crate::Context;
use crate::text_table::{Align, render};

/// Commands about rule bundles.
#[derive(Subcommand)]
pub enum Command {
    /// 打包：规则通过检查和测试后写成一个归档文件 (pack a folder into a bundle)
    Pack {
        /// 规则包文件夹 (the folder)
        folder: PathBuf,
        /// 写入的文件 (the file to write)
        #[arg(long)]
        out: PathBuf,
        /// 序号，须大于以前的；默认由版本号得出 (grows with every release; from the version by default)
        #[arg(long)]
        sequence: Option<u64>,
        /// 起用日；默认为规则生效日 (first day of use; when the rules come into force by default)
        #[arg(long, value_name = "DATE")]
        not_before: Option<NaiveDate>,
        /// 失效日；默认没有 (first day on which it may no longer be used)
        #[arg(long, value_name = "DATE")]
        expires: Option<NaiveDate>,
    },
    /// 生成签名密钥，打印公钥 (make a signing key, print its public half)
    Keygen {
        /// 密钥名称，如 rules.zhengzhou.gov.cn (its name)
        #[arg(long)]
        name: String,
        /// 私钥文件，只有本人可读 (the file of the private key)
        #[arg(long)]
        out: PathBuf,
    },
    /// 签名 (sign a bundle)
    Sign {
        /// 归档文件 (the bundle)
        bundle: PathBuf,
        /// 私钥文件 (the file of the private key)
        #[arg(long)]
        key: PathBuf,
    },
    /// 核验：完整、签名、有效期、不降级 (verify a bundle)
    Verify {
        /// 归档文件 (the bundle)
        bundle: PathBuf,
        /// 受信任的公钥或其文件，可多次给出；不给则按设置核验 (a trusted key; the settings' without it)
        #[arg(long, value_name = "KEY")]
        trust: Vec<String>,
    },
    /// 安装：核验、测试通过后投入使用，门户随即换用 (install; a running portal takes it into use)
    Install {
        /// 归档文件 (the bundle)
        bundle: PathBuf,
    },
    /// 现用的规则包与安装记录 (the rules in use, and what was installed)
    Status,
}

/// Runs a command about bundles.
pub fn bundle(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Pack {
            folder,
            out,
            sequence,
            not_before,
            expires,
        } => {
            let seen = bundling::pack(&PackOrder {
                folder: folder.clone(),
                out: out.clone(),
                sequence: *sequence,
                not_before_on: *not_before,
                expires_on: *expires,
            })?;
            let head = format!("已写入 {} (packed)", shown(out));
            context.print(&format!("{head}\n{}", text_of(&seen)), &json_of(&seen));
        }
        Command::Keygen { name, out } => {
            let key = bundling::make_key(name, out)?.to_string();
            let text = format!(
                "私钥已写入 {}，请妥善保管 (private key)\n公钥 (public key): {key}",
                shown(out)
            );
            context.print(&text, &json!({ "file": shown(out), "public_key": key }));
        }
        Command::Sign { bundle, key } => {
            let seen = bundling::sign(bundle, key)?;
            let head = format!("已签名 {} (signed)", shown(bundle));
            context.print(&format!("{head}\n{}", text_of(&seen)), &json_of(&seen));
        }
        Command::Verify { bundle, trust } => verify(context, bundle, trust)?,
        Command::Install { bundle } => install(context, bundle)?,
        Command::Status => status(context)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(context: &Context, bundle: &Path, trust: &[String]) -> anyhow::Result<()> {
    let (seen, admitted) = if trust.is_empty() {
        context.open()?.verify_bundle(bundle)?
    } else {
        let trusted = trust.iter().map(|text| bundling::trusted_key(text));
        let policy = Policy {
            signatures: Signatures::Required,
            trusted: trusted.collect::<Result<_, _>>()?,
        };
        bundling::verify(bundle, &policy, context.clock.today())?
    };
    let by = admitted.signer.as_deref().unwrap_or("无 none");
    let text = format!(
        "可以使用 (admitted)，签名 (signed by): {by}\n{}",
        text_of(&seen)
    );
    let mut value = json_of(&seen);
    value["signer"] = json!(admitted.signer);
    context.print(&text, &value);
    Ok(())
}

fn install(context: &Context, bundle: &Path) -> anyhow::Result<()> {
    let done = context.open()?.install_rules(bundle, "cli")?;
    let head = if done.done_before {
        "此前已安装，没有改动 (installed before, unchanged)"
    } else if done.in_use {
        "已安装并投入使用；运行中的门户数秒内换用 (installed and in use)"
    } else {
        "已安装；设置 rules.pack 用的是另一个规则包 (installed; the settings name another pack)"
    };
    let text = format!(
        "{head}\n测试 (tests): {} 项通过 (passed)\n{}",
        done.tests,
        text_of(&done.seen)
    );
    let mut value = json_of(&done.seen);
    value["signer"] = json!(done.signer);
    value["tests"] = json!(done.tests);
    value["unchanged"] = json!(done.done_before);
    value["in_use"] = json!(done.in_use);
    context.print(&text, &value);
    Ok(())
}

fn status(context: &Context) -> anyhow::Result<()> {
    let status = context.open()?.rules_status()?;
    let origin = match &status.origin {
        Origin::BuiltIn => "程序自带 (built in)".to_owned(),
        Origin::Folder(folder) => format!("文件夹 {} (folder)", shown(folder)),
        Origin::Bundle { sequence, .. } => format!("已安装的归档，序号 {sequence} (bundle)"),
        Origin::Run => "考核留存 (kept with a run)".to_owned(),
    };
    let signatures = match status.signatures {
        Signatures::Required => "required",
        Signatures::Optional => "optional",
    };
    let mut text = format!(
        "现用 (in use): {}  {origin}\n规则摘要 (rules): {}\n签名 (signatures): {signatures}\n",
        status.pack, status.rules_sha256
    );
    if let Some(alert) = &status.alert {
        text.push_str(&format!("警告 (alert): {alert}\n"));
    }
    if !status.installed.is_empty() {
        let head = [
            ("序号", Align::Right),
            ("版本", Align::Left),
            ("签名", Align::Left),
            ("安装时间 (UTC)", Align::Left),
            ("规则摘要", Align::Left),
        ];
        let rows: Vec<Vec<String>> = status
            .installed
            .iter()
            .map(|row| {
                vec![
                    row.sequence.to_string(),
                    row.version.clone(),
                    row.signer.clone().unwrap_or_else(|| "—".to_owned()),
                    row.installed_at.format("%Y-%m-%d %H:%M:%S").to_string(),
                    row.rules_sha256.clone(),
                ]
            })
            .collect();
        text.push_str(&format!("\n{}", render(&head, &rows)));
    }
    let value = json!({
        "pack": status.pack,
        "rules_sha256": status.rules_sha256,
        "origin": origin,
        "signatures": signatures,
        "alert": status.alert,
        "installed": status.installed.iter().map(|row| json!({
            "sequence": row.sequence,
            "version": row.version,
            "signer": row.signer,
            "sha256": row.sha256,
            "rules_sha256": row.rules_sha256,
            "installed_at": row.installed_at.and_utc().to_rfc3339(),
            "installed_by": row.installed_by,
        })).collect::<Vec<_>>(),
    });
    context.print(&text, &value);
    Ok(())
}

fn text_of(seen: &Seen) -> String {
    let manifest = &seen.manifest;
    let until = |day: Option<NaiveDate>| {
        day.map_or_else(
            || "无期限 (no end)".to_owned(),
            |day| format!("至 {day} 前"),
        )
    };
    format!(
        "规则包 (pack): {} {}  序号 (sequence): {}\n\
         规则生效 (in force): 自 {} {}\n\
         可用 (valid): 自 {} {}\n\
         规则摘要 (rules): {}\n\
         归档摘要 (bundle): {}\n\
         文件 (files): {}  签名 (signatures): {}\n",
        manifest.pack,
        manifest.version,
        manifest.sequence,
        manifest.effective.from,
        until(manifest.effective.to),
        manifest.valid.from,
        until(manifest.valid.to),
        manifest.rules_sha256,
        seen.sha256,
        manifest.entries.len(),
        if seen.signers.is_empty() {
            "无 none".to_owned()
        } else {
            seen.signers.join("、")
        }
    )
}

fn json_of(seen: &Seen) -> Value {
    let manifest = &seen.manifest;
    json!({
        "pack": manifest.pack,
        "version": manifest.version.to_string(),
        "sequence": manifest.sequence,
        "effective_from": manifest.effective.from.to_string(),
        "effective_to": manifest.effective.to.map(|day| day.to_string()),
        "not_before": manifest.valid.from.to_string(),
        "expires": manifest.valid.to.map(|day| day.to_string()),
        "rules_sha256": manifest.rules_sha256,
        "sha256": seen.sha256,
        "signatures": seen.signers,
        "files": manifest.entries.iter().map(|entry| json!({
            "path": entry.path,
            "sha256": entry.sha256,
            "size_bytes": entry.size_bytes,
        })).collect::<Vec<_>>(),
    })
}
