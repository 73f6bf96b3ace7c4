//! `hengxiang ledger unfunded|appropriate|amend|adjust|reverse|approve|refuse`

use std::process::ExitCode;

use anyhow::Context as _;
use app::App;
use app::ledger::{Component, Line, OrderKind, OrderLine};
use app::orders::{OrderWords, Selection};
use clap::{Args, Subcommand};
use domain::{Fen, OrderId, Period};
use serde_json::json;

use super::ledger::resolve;
use super::orders::{self, Approval, Refusal};
use crate::Context;
use crate::text_table::{Align, render};

/// Commands about the money of the ledger: proposed by one person, approved by another.
#[derive(Subcommand)]
pub enum Command {
    /// 未落实资金：应补而无资金的款项 (what is due and not paid for want of money)
    Unfunded {
        /// 只看一个部门 (one department only)
        #[arg(long)]
        department: Option<String>,
    },
    /// 下达指标，须他人审批 (grant a line)
    Appropriate(Funding),
    /// 调增或调减指标，须他人审批 (raise a line, or cut it)
    Amend(Funding),
    /// 调整已结账月份的补偿额，须他人审批 (correct a closed month)
    Adjust(Adjustment),
    /// 冲销一笔凭证，须他人审批 (undo a transaction)
    Reverse {
        /// 凭证记录号 (record number of the transaction)
        transaction: u64,
        #[command(flatten)]
        words: Words,
    },
    /// 审批指令：条数、金额须一致，审批人不能是经办人 (approve an order)
    Approve(Approval),
    /// 退回指令 (send an order back)
    Refuse(Refusal),
}

/// Who proposes, and by which document.
#[derive(Args)]
pub struct Words {
    /// 指令编号；不给则自动编号 (number of the order)
    #[arg(long)]
    id: Option<String>,
    /// 文号 (document)
    #[arg(long)]
    document: String,
    /// 理由 (why)
    #[arg(long, default_value = "")]
    reason: String,
    /// 以谁的身份 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// A line of the budget.
#[derive(Args)]
pub struct BudgetLine {
    /// 出资方行政区划代码 (code of the paying government)
    #[arg(long)]
    payer: String,
    /// 预算年度 (budget year)
    #[arg(long)]
    year: i32,
    /// 预算科目 (budget line)
    #[arg(long)]
    line: String,
    /// 项目 (programme)
    #[arg(long)]
    programme: String,
}

/// A grant or an amendment.
#[derive(Args)]
pub struct Funding {
    #[command(flatten)]
    line: BudgetLine,
    /// 金额，元；调减为负 (yuan; below zero to cut)
    #[arg(long, allow_hyphen_values = true)]
    amount: Fen,
    #[command(flatten)]
    words: Words,
}

/// A correction of a closed month.
#[derive(Args)]
pub struct Adjustment {
    /// 部门 (department)
    #[arg(long)]
    department: String,
    /// 已结账的考核月 (the closed month)
    #[arg(long)]
    period: Period,
    /// 金额，元；调减为负 (yuan; below zero to lower)
    #[arg(long, allow_hyphen_values = true)]
    amount: Fen,
    /// 构成：cost、loss、reward；调增时必填 (component; needed to raise)
    #[arg(long)]
    component: Option<String>,
    /// 列支的资金池：出资方:年度:科目:项目；调增时必填 (line that pays; needed to raise)
    #[arg(long)]
    from: Option<String>,
    /// 依据条款；调增时必填 (article; needed to raise)
    #[arg(long, default_value = "")]
    cite: String,
    #[command(flatten)]
    words: Words,
}

impl BudgetLine {
    fn line(&self) -> Line {
        Line {
            payer: self.payer.as_str().into(),
            budget_year: self.year,
            budget_line: self.line.clone(),
            programme: self.programme.clone(),
        }
    }
}

impl Words {
    fn words(&self) -> OrderWords {
        OrderWords {
            id: self.id.as_ref().map(OrderId::new),
            rule: None,
            document: self.document.clone(),
            reason: self.reason.clone(),
        }
    }
}

/// Runs a command.
pub fn budget(context: &Context, app: &App, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Unfunded { department } => unfunded(context, app, department.as_deref())?,
        Command::Appropriate(funding) => fund(context, app, funding, false)?,
        Command::Amend(funding) => fund(context, app, funding, true)?,
        Command::Adjust(adjustment) => adjust(context, app, adjustment)?,
        Command::Reverse { transaction, words } => {
            let selection = Selection {
                accrual: Some(*transaction),
                ..Selection::default()
            };
            let order = app.draft_order(OrderKind::Reverse, &selection, words.words())?;
            orders::print(context, &app.propose(&app.user(&words.login)?, order)?);
        }
        Command::Approve(approval) => orders::print_approved(context, &approval.carry_out(app)?),
        Command::Refuse(refusal) => orders::print(context, &refusal.carry_out(app)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn fund(context: &Context, app: &App, funding: &Funding, amends: bool) -> anyhow::Result<()> {
    let (line, amount_fen) = (funding.line.line(), funding.amount);
    let own = if !amends {
        OrderLine::Appropriate { line, amount_fen }
    } else if amount_fen > Fen::ZERO {
        OrderLine::Augment { line, amount_fen }
    } else {
        OrderLine::Cut {
            line,
            amount_fen: amount_fen.negated(),
        }
    };
    let words = &funding.words;
    let order = app.order_of(OrderKind::Fund, vec![own], words.words())?;
    orders::print(context, &app.propose(&app.user(&words.login)?, order)?);
    Ok(())
}

fn adjust(context: &Context, app: &App, adjustment: &Adjustment) -> anyhow::Result<()> {
    let department = resolve(app, Some(&adjustment.department))?;
    let department = department.context("没有这个部门 (no such department)")?;
    let words = &adjustment.words;
    let order = if adjustment.amount < Fen::ZERO {
        let selection = Selection {
            department: Some(department),
            period: Some(adjustment.period),
            amount_fen: Some(adjustment.amount.negated()),
            ..Selection::default()
        };
        app.draft_order(OrderKind::Adjust, &selection, words.words())?
    } else {
        let from = adjustment.from.as_deref();
        let from = from.context("调增须写明 --from 资金池 (name the line that pays)")?;
        let component = adjustment
            .component
            .as_deref()
            .and_then(Component::from_code);
        let component = component
            .context("调增须写明 --component，cost、loss 或 reward (name the component)")?;
        let raise = OrderLine::Raise {
            department,
            line: app.budget_line(from)?,
            component,
            for_period: adjustment.period,
            amount_fen: adjustment.amount,
            cite: adjustment.cite.clone(),
        };
        app.order_of(OrderKind::Adjust, vec![raise], words.words())?
    };
    orders::print(context, &app.propose(&app.user(&words.login)?, order)?);
    Ok(())
}

fn unfunded(context: &Context, app: &App, department: Option<&str>) -> anyhow::Result<()> {
    let department = resolve(app, department)?;
    let lines = app.unfunded(department.as_ref())?;
    let total: Fen = lines.iter().map(|line| &line.amount_fen).sum();
    let month = |period: Option<Period>| {
        period.map_or_else(|| "以前年度结转".to_owned(), |period| period.to_string())
    };
    let head = [
        ("部门", Align::Left),
        ("考核月", Align::Left),
        ("构成", Align::Left),
        ("金额(元)", Align::Right),
    ];
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                line.name.clone(),
                month(line.for_period),
                line.component.to_owned(),
                line.amount_fen.to_string(),
            ]
        })
        .collect();
    let value = json!({
        "total_fen": total.get(),
        "lines": lines.iter().map(|line| json!({
            "department": line.department.as_str(),
            "name": line.name,
            "for_period": line.for_period.map(|period| period.to_string()),
            "component": line.component,
            "amount_fen": line.amount_fen.get(),
        })).collect::<Vec<_>>(),
    });
    let text = format!(
        "{}未落实合计 (unfunded): {total} 元\n",
        render(&head, &rows)
    );
    context.print(&text, &value);
    Ok(())
}
