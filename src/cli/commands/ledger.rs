//! `hengxiang ledger statement|receipt|checkpoint|export|audit`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use app::App;
use app::ledger::{AccountStatement, Statement};
use app::proofs::Cosigned;
use clap::Subcommand;
use domain::{DepartmentId, Fen, Period};
use serde_json::json;

use super::ledger_keys::{KeyCommand, keys};
use super::say;
use crate::Context;
use crate::text_table::{Align, render};

/// Commands about the ledger.
#[derive(Subcommand)]
pub enum Command {
    /// 部门对账单：期初、明细、期末 (opening balance, lines, closing balance)
    Statement {
        /// 部门：统一社会信用代码，或名称的一部分 (code, or part of the name)
        department: String,
        /// 起始月；不给则为当年一月 (first month; January of the year by default)
        #[arg(long)]
        from: Option<Period>,
        /// 截止月；不给则为本月 (last month; the present one by default)
        #[arg(long)]
        to: Option<Period>,
        /// 另写证明包，供部门离线核验 (also write a bundle that the department verifies offline)
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
        /// 部门自己保存的检查点，证明包证明账簿是其延续 (the checkpoint that the department kept)
        #[arg(long, value_name = "CHECKPOINT", requires = "bundle")]
        since: Option<PathBuf>,
    },
    /// 台账记录的离线可验证回执 (an offline-verifiable receipt of a line)
    Receipt {
        /// 记录号，见对账单 (record number, see the statement)
        line: u64,
        /// 写入文件；不给则打印 (file; printed by default)
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// 最新的签名检查点及见证签名 (the newest signed checkpoint, with cosignatures)
    Checkpoint {
        /// 改为打印自此检查点以来的一致性证明 (print the consistency proof since this one instead)
        #[arg(long, value_name = "CHECKPOINT")]
        since: Option<PathBuf>,
    },
    /// 收下部门对检查点的见证签名 (keep a department's cosignature of a checkpoint)
    Cosign {
        /// 部门加签后的检查点文件 (the checkpoint with its cosignature)
        file: PathBuf,
        /// 部门的见证公钥 (public key of the witness)
        #[arg(long, value_name = "PUBKEY")]
        witness: String,
    },
    /// 账簿公钥；根密钥、证书与轮换 (the ledger's public key; root key, certificates, rotation)
    Key {
        #[command(subcommand)]
        command: Option<KeyCommand>,
    },
    /// 导出账簿，供其他软件独立复算 (the books for other programs to add up again)
    Export(Box<super::ledger_export::Options>),
    /// 账户在某日的余额，按某号记录为止所知 (balance of an account on a day, as known after a record)
    Balance {
        /// 账户代码，见 ledger export；不给则列出全部账户 (account code; all accounts by default)
        account: Option<String>,
        /// 业务日期；不给则不限 (business date; all by default)
        #[arg(long)]
        on: Option<chrono::NaiveDate>,
        /// 记录号；不给则为最后一号 (record number; the last by default)
        #[arg(long)]
        as_of: Option<u64>,
    },
    /// 依决定删除某记录中的文字；记录、哈希与回执照旧有效 (erase what a person wrote; all proofs go on holding)
    Erase {
        /// 记录号 (record number)
        record: u64,
        /// 决定文号 (number of the decision)
        #[arg(long)]
        document: String,
        /// 经办人登录名 (login of the person who does it)
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
    /// 台账审计，同 hengxiang audit (the same as `hengxiang audit`)
    Audit(super::audit::Options),
    /// What moves money by two people.
    #[command(flatten)]
    Budget(super::budget::Command),
}

/// Runs a ledger command.
pub fn ledger(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    if let Command::Key { command } = command {
        return keys(context, command.as_ref());
    }
    let app = context.open()?;
    match command {
        Command::Statement {
            department,
            from,
            to,
            bundle,
            since,
        } => {
            let latest = app.latest_period()?;
            // What was paid since lies in the month that is open now.
            let to = to.unwrap_or(latest.max(Period::containing(app.clock().today())));
            let from = from.or_else(|| Period::new(to.year(), 1)).unwrap_or(to);
            let department = app.find_department(latest, department)?;
            let statement = app.statement_unchecked(&department, from, to)?;
            if let Some(path) = bundle {
                let since = since.as_deref().map(read_file).transpose()?;
                let text = app.statement_bundle(&department, (from, to), since.as_deref())?;
                write_or_print(Some(path), &text)?;
            }
            let cosigned = app.cosigned()?;
            let mut value = json_of(&statement);
            value["cosigned"] = json!(cosigned.as_ref().map(|cosigned| json!({
                "records": cosigned.records,
                "witnesses": cosigned.witnesses,
            })));
            let text = text_of(&statement) + &cosigned_text(cosigned.as_ref());
            context.print(&text, &value);
        }
        Command::Receipt { line, out } => {
            let text = app.receipt_unchecked(*line)?;
            write_or_print(out.as_ref(), &text)?;
        }
        Command::Checkpoint { since: Some(since) } => say(&app.consistency(&read_file(since)?)?),
        Command::Checkpoint { since: None } => {
            let note = app
                .cosigned_checkpoint()?
                .context("账簿还没有记录 (the ledger is empty)")?;
            say(&note);
        }
        Command::Cosign { file, witness } => {
            let size = app.keep_cosignature(&read_file(file)?, witness)?;
            let text = format!("已收下规模 {size} 的见证签名 (cosignature kept)");
            context.print(&text, &json!({ "size": size }));
        }
        Command::Key { .. } => {}
        Command::Export(options) => super::ledger_export::export(context, &app, options)?,
        Command::Balance { account, on, as_of } => {
            let lines = app.balances(account.as_deref(), *on, *as_of)?;
            let head = [("账户", Align::Left), ("余额(元)", Align::Right)];
            let rows: Vec<Vec<String>> = lines
                .iter()
                .map(|(account, fen)| vec![account.code(), fen.to_string()])
                .collect();
            let value: Vec<_> = lines
                .iter()
                .map(
                    |(account, fen)| json!({ "account": account.code(), "balance_fen": fen.get() }),
                )
                .collect();
            context.print(&render(&head, &rows), &json!(value));
        }
        Command::Erase {
            record,
            document,
            login,
        } => {
            let commitment = app.erase_words(&app.user(login)?, *record, document)?;
            let text = format!(
                "第 {record} 号记录中的文字已删除，承诺值 {commitment} 仍在；备份中的请一并清理 (erased; mind your backups)"
            );
            let value = json!({ "record": record, "commitment": commitment.to_string() });
            context.print(&text, &value);
        }
        Command::Budget(command) => return super::budget::budget(context, &app, command),
        Command::Audit(options) => return super::audit::audit(context, options),
    }
    Ok(ExitCode::SUCCESS)
}

/// The department that a person means, if any.
pub fn resolve(app: &App, text: Option<&str>) -> anyhow::Result<Option<DepartmentId>> {
    let Some(text) = text else { return Ok(None) };
    Ok(Some(app.find_any_department(text)?))
}

fn read_file(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// Writes to the file, or prints.
pub fn write_or_print(out: Option<&PathBuf>, text: &str) -> anyhow::Result<()> {
    match out {
        Some(path) => std::fs::write(path, text).with_context(|| path.display().to_string())?,
        None => say(text),
    }
    Ok(())
}

/// What is owed to the department is a credit in our books and positive to its eyes.
fn owed(amount: Fen) -> String {
    amount.negated().to_string()
}

fn text_of(statement: &Statement) -> String {
    let mut text = format!(
        "对账单 {}  {} 至 {}\n",
        statement.department, statement.from, statement.to
    );
    for account in &statement.accounts {
        text.push_str(&account_text(account));
    }
    text.push_str(&format!("\n应付合计 (owed): {} 元\n", statement.owed_fen()));
    text
}

/// Who vouches, besides us, that all departments are shown one ledger.
fn cosigned_text(cosigned: Option<&Cosigned>) -> String {
    match cosigned {
        None => {
            "检查点见证：尚无部门加签 (no department has cosigned a checkpoint yet)\n".to_owned()
        }
        Some(cosigned) => format!(
            "检查点见证 (cosigned up to record {})：前 {} 条记录由 {} 加签\n",
            cosigned.records,
            cosigned.records,
            cosigned.witnesses.join("、")
        ),
    }
}

fn account_text(account: &AccountStatement) -> String {
    let head = [
        ("记录", Align::Right),
        ("日期", Align::Left),
        ("考核月", Align::Left),
        ("事由", Align::Left),
        ("构成", Align::Left),
        ("资金池", Align::Left),
        ("金额(元)", Align::Right),
        ("余额(元)", Align::Right),
        ("依据与说明", Align::Left),
    ];
    let rows: Vec<Vec<String>> = account
        .lines
        .iter()
        .map(|line| {
            vec![
                line.seq.to_string(),
                line.effective_on.to_string(),
                line.for_period.to_string(),
                line.kind.title().to_owned(),
                line.component
                    .map_or("", |component| component.title())
                    .to_owned(),
                line.line
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                owed(line.amount_fen),
                owed(line.balance_fen),
                if line.memo.is_blank() {
                    line.document.clone()
                } else {
                    format!("{}：{}", line.document, line.memo)
                },
            ]
        })
        .collect();
    format!(
        "\n{}\n期初余额 (opening): {} 元\n{}期末余额 (closing): {} 元\n",
        account.account.code(),
        owed(account.opening_fen),
        render(&head, &rows),
        owed(account.closing_fen)
    )
}

fn json_of(statement: &Statement) -> serde_json::Value {
    json!({
        "department": statement.department.as_str(),
        "from": statement.from.to_string(),
        "to": statement.to.to_string(),
        "owed_fen": statement.owed_fen().get(),
        "accounts": statement.accounts.iter().map(|account| json!({
            "account": account.account.code(),
            "opening_fen": account.opening_fen.get(),
            "closing_fen": account.closing_fen.get(),
            "lines": account.lines.iter().map(|line| json!({
                "seq": line.seq,
                "effective_on": line.effective_on.to_string(),
                "for_period": line.for_period.to_string(),
                "kind": line.kind.code(),
                "component": line.component.map(app::ledger::Component::code),
                "line": line.line.as_ref().map(ToString::to_string),
                "document": line.document,
                "memo": line.memo.to_string(),
                "amount_fen": line.amount_fen.get(),
                "balance_fen": line.balance_fen.get(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
