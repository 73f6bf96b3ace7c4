//! `hengxiang ledger key …`: the root key, certificates, rotation.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use app::keys::{KeyRequest, certify};
use clap::Subcommand;
use serde_json::json;

use super::say;
use crate::Context;

/// Commands about the ledger's keys.
#[derive(Subcommand)]
pub enum KeyCommand {
    /// 生成根密钥，离线保存，打印公钥 (make the root key, to be kept offline; print its public half)
    InitRoot {
        /// 私钥文件 (file of the secret key)
        #[arg(long)]
        out: PathBuf,
        /// 名称 (name of the key)
        #[arg(long, default_value = "hengxiang/root")]
        name: String,
    },
    /// 打印现用密钥与其证书应有的序号 (the key in use and the number that its certificate must bear)
    Request,
    /// 生成待用的新密钥，打印公钥与证书序号；装入证书后启用
    /// (make the key that will replace the one in use; it takes over with its certificate)
    Rotate,
    /// 以根密钥签发证书，在保存根密钥的机器上运行 (certify a key; run where the root key is kept)
    Certify {
        /// 根密钥文件 (file of the root's secret key)
        #[arg(long, value_name = "FILE")]
        root_key: PathBuf,
        /// 账簿公钥 (public key of the ledger)
        #[arg(long, value_name = "PUBKEY")]
        key: String,
        /// 证书序号 (number of the certificate)
        #[arg(long)]
        serial: u64,
        /// 证书文件；不给则打印 (file; printed by default)
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// 装入证书并记入账簿，自该记录起由该密钥签名 (record a certificate; its key signs from then on)
    Install {
        /// 证书文件 (certificate file)
        certificate: PathBuf,
        /// 根公钥 (public half of the root key)
        #[arg(long, value_name = "PUBKEY")]
        root: String,
    },
    /// 打印全部证书，供部门核验 (all certificates, for those who verify)
    Certificates,
}

/// Runs a key command; without one the key in use is printed.
pub fn keys(context: &Context, command: Option<&KeyCommand>) -> anyhow::Result<ExitCode> {
    match command {
        None => say(&format!("{}\n", context.open()?.ledger_key())),
        Some(KeyCommand::InitRoot { out, name }) => {
            let key = app::rulebook::bundling::make_key(name, out)?;
            let text = format!(
                "{key}\n请将 {} 移到离线介质 (keep it offline)",
                out.display()
            );
            context.print(&text, &json!({ "root": key.to_string() }));
        }
        Some(KeyCommand::Request) => print_request(context, &context.open()?.key_request()?),
        Some(KeyCommand::Rotate) => print_request(context, &context.open()?.rotate_key()?),
        Some(KeyCommand::Certify {
            root_key,
            key,
            serial,
            out,
        }) => {
            let request = KeyRequest {
                key: key.clone(),
                serial: *serial,
            };
            super::ledger::write_or_print(out.as_ref(), &certify(root_key, &request)?)?;
        }
        Some(KeyCommand::Install { certificate, root }) => {
            let note = std::fs::read_to_string(certificate);
            let note = note.with_context(|| certificate.display().to_string())?;
            let key = context.open()?.install_certificate(root, &note)?;
            let text = format!("自此由 {key} 签名 (signs from now on)");
            context.print(&text, &json!({ "key": key }));
        }
        Some(KeyCommand::Certificates) => {
            let all = context.open()?.certificates()?;
            context.print(&all.join("\n"), &json!(all));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print_request(context: &Context, request: &KeyRequest) {
    let text = format!(
        "公钥 (public key): {}\n证书序号 (serial): {}\n请在保存根密钥的机器上运行 (run where the root key is kept):\n  \
         hengxiang ledger key certify --root-key FILE --key '{}' --serial {} --out certificate.txt",
        request.key, request.serial, request.key, request.serial
    );
    let value = json!({ "key": request.key, "serial": request.serial });
    context.print(&text, &value);
}
