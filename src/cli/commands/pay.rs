//! `hengxiang pay instruct|approve|refuse|file|confirm|fail|import|list|show`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use app::ledger::OrderKind;
use app::orders::{OrderWords, Selection};
use clap::{Args, Subcommand};
use domain::{Fen, OrderId, Period};
use serde_json::json;

use super::orders::{self, Approval, Refusal};
use super::say;
use crate::Context;

/// Commands about payments.
#[derive(Subcommand)]
pub enum Command {
    /// 编制支付批次 (put a batch of payments together)
    Instruct(Instruct),
    /// 审批批次：条数、金额须与批次一致，审批人不能是经办人 (approve a batch)
    Approve(Approval),
    /// 退回批次 (send a batch back)
    Refuse(Refusal),
    /// 生成交国库填写的支付清单 CSV (the file that the treasury fills in)
    File {
        /// 批次号 (batch)
        batch: String,
        /// 写入文件；不给则打印 (file; printed by default)
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// 登记一笔已支付 (a payment that the treasury made)
    Confirm(Settle),
    /// 登记一笔支付失败，款项退回应付 (a payment that failed; it is payable again)
    Fail(Settle),
    /// 导入国库回单：CSV 或 XLSX，全部入账或全不入账 (import the treasury's receipts)
    Import {
        /// 国库填好的支付清单 (the file filled in)
        file: PathBuf,
        /// 以谁的身份 (login)
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
    /// 各支付批次 (all batches)
    List,
    /// 一个批次及各笔状态 (a batch and where its payments stand)
    Show {
        /// 批次号 (batch)
        batch: String,
    },
}

/// A batch to be put together.
#[derive(Args)]
pub struct Instruct {
    /// 批次号；不给则自动编号 (number of the batch)
    #[arg(long)]
    id: Option<String>,
    /// 只付一个考核月的款 (payments about one month only)
    #[arg(long)]
    period: Option<Period>,
    /// 只付一个部门 (payments to one department only)
    #[arg(long)]
    department: Option<String>,
    /// 合计上限，元；不给则全部应付 (sum, yuan; all that is payable by default)
    #[arg(long)]
    amount: Option<Fen>,
    /// 支付依据文号 (decision document)
    #[arg(long)]
    document: String,
    /// 以谁的身份 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// The treasury's word about one line.
#[derive(Args)]
pub struct Settle {
    /// 批次号 (batch)
    batch: String,
    /// 行号，从 1 起 (line, from one)
    #[arg(long)]
    line: u32,
    /// 国库回单号或退票号 (number of the receipt or the notice)
    #[arg(long)]
    receipt: String,
    /// 说明 (words for people)
    #[arg(long, default_value = "")]
    memo: String,
    /// 以谁的身份 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// Runs a command about payments.
pub fn pay(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let settle = |settle: &Settle, paid: bool| {
        let user = app.user(&settle.login)?;
        let batch = OrderId::new(&settle.batch);
        app.settle_payment(
            &user,
            &batch,
            settle.line,
            paid,
            &settle.receipt,
            &settle.memo,
        )
    };
    match command {
        Command::Instruct(instruct) => {
            let user = app.user(&instruct.login)?;
            let selection = Selection {
                accrual: None,
                department: super::ledger::resolve(&app, instruct.department.as_deref())?,
                period: instruct.period,
                amount_fen: instruct.amount,
            };
            let words = OrderWords {
                id: instruct.id.as_ref().map(OrderId::new),
                document: instruct.document.clone(),
                ..OrderWords::default()
            };
            let order = app.draft_order(OrderKind::Pay, &selection, words)?;
            orders::print(context, &app.propose(&user, order)?);
        }
        Command::Approve(approval) => orders::print_approved(context, &approval.carry_out(&app)?),
        Command::Refuse(refusal) => orders::print(context, &refusal.carry_out(&app)?),
        Command::File { batch, out } => {
            let text = app.payment_file(&OrderId::new(batch))?;
            match out {
                Some(path) => {
                    std::fs::write(path, text).with_context(|| path.display().to_string())?;
                }
                None => say(&text),
            }
        }
        Command::Confirm(word) => orders::print(context, &settle(word, true)?),
        Command::Fail(word) => orders::print(context, &settle(word, false)?),
        Command::Import { file, login } => {
            let user = app.user(login)?;
            let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let lines = app.import_receipts(&user, &name, &bytes)?;
            context.print(
                &format!("已入账 {lines} 笔回单"),
                &json!({ "receipts": lines }),
            );
        }
        Command::List => {
            let mut all = app.orders()?;
            all.retain(|sheet| sheet.kind == OrderKind::Pay.code());
            orders::print_all(context, &all);
        }
        Command::Show { batch } => orders::print(context, &app.order(&OrderId::new(batch))?),
    }
    Ok(ExitCode::SUCCESS)
}
