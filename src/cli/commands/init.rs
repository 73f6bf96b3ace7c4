//! `hengxiang init` and `hengxiang migrate`

use std::process::ExitCode;

use app::App;
use app::ledger::Hash;
use clap::Args;
use serde_json::json;

use super::shown;
use crate::Context;
use crate::text_table::{Align, render};

/// Options of `init`.
#[derive(Args)]
pub struct Options {
    /// 另建演示用户 (add demo accounts)
    #[arg(long)]
    demo: bool,
    /// 账簿的杂凑算法，立账后不再更改：sha256（默认）或 sm3 (the ledger's hash, for ever)
    #[arg(long, value_parser = read_hash)]
    hash: Option<Hash>,
}

fn read_hash(text: &str) -> Result<Hash, String> {
    Hash::from_code(text).ok_or_else(|| "应为 sha256 或 sm3 (sha256 or sm3 expected)".to_owned())
}

/// Makes what is missing; what is there stays as it is.
pub fn init(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let made = App::init_hashed(&context.data, context.clock, options.hash)?;
    let app = context.open()?;
    let mut text = format!(
        "{} {}\n账簿公钥 (ledger key): {}\n",
        if made.created {
            "已建立"
        } else {
            "已存在，保持不变："
        },
        shown(&context.data),
        app.ledger_key()
    );
    let accounts = if options.demo {
        app.add_demo_users()?
    } else {
        Vec::new()
    };
    if !accounts.is_empty() {
        let rows: Vec<Vec<String>> = accounts
            .iter()
            .map(|account| {
                vec![
                    account.login.clone(),
                    account.password.clone(),
                    account.role.title().to_owned(),
                ]
            })
            .collect();
        let head = [
            ("登录名", Align::Left),
            ("密码", Align::Left),
            ("角色", Align::Left),
        ];
        text.push_str(&format!(
            "\n演示用户 (demo accounts):\n{}",
            render(&head, &rows)
        ));
    }
    let value = json!({
        "data": shown(&context.data),
        "created": made.created,
        "ledger_key": app.ledger_key(),
        "hash": app.ledger_hash()?.code(),
        "demo_users": accounts.iter().map(demo_json).collect::<Vec<_>>(),
    });
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}

fn demo_json(account: &app::installation::DemoAccount) -> serde_json::Value {
    json!({ "login": account.login, "password": account.password, "role": account.role.name() })
}

/// Runs the migrations that are missing.
pub fn migrate(context: &Context) -> anyhow::Result<ExitCode> {
    let names = App::migrate(&context.data)?;
    let text = if names.is_empty() {
        "数据库已是最新结构 (up to date)".to_owned()
    } else {
        format!("已升级：{} (migrated)", names.join("、"))
    };
    context.print(&text, &json!({ "migrated": names }));
    Ok(ExitCode::SUCCESS)
}
