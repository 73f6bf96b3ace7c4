//! `hengxiang appeal open|list|show|preview|advance|decide|withdraw`

use std::path::PathBuf;
use std::process::ExitCode;

use app::App;
use app::appeals::{AppealEntry, AppealSheet, Preview, PreviewSide, RulingEntry, Urgency};
use app::ledger::{Outcome, Step};
use clap::{Args, Subcommand};
use domain::{AppealId, Fen, Period};
use serde_json::{Value, json};

use super::claim::read_files;
use crate::Context;
use crate::text_table::{Align, render};

/// Commands about appeals 复核申诉.
#[derive(Subcommand)]
pub enum Command {
    /// 对公布的结果提出申诉；有争议的款项暂停支付 (contest a published result)
    Open(Open),
    /// 列出申诉及办理期限 (the appeals with their limits)
    List {
        /// 只列该部门 (of one department)
        #[arg(long)]
        department: Option<String>,
        /// 只列未办结 (only open ones)
        #[arg(long)]
        open: bool,
    },
    /// 一项申诉 (an appeal)
    Show {
        /// 申诉编号 (number)
        appeal: String,
    },
    /// 试算：如申诉成立，得分与补偿会是多少；不写入任何数据 (what would be, were it right)
    Preview {
        /// 申诉编号 (number)
        appeal: String,
    },
    /// 进入下一程序：协商、协调、报政府决定 (the next step of art. 28)
    Advance {
        /// 申诉编号 (number)
        appeal: String,
        /// 程序：negotiating | coordinating | escalated (step)
        #[arg(long, value_parser = step)]
        to: Step,
        /// 办理单位；不给则按条例第二十八条 (office; the usual one by default)
        #[arg(long)]
        office: Option<String>,
        /// 以谁的身份 (login)
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
    /// 裁决 (decide)
    Decide(Decide),
    /// 撤回 (take back)
    Withdraw {
        /// 申诉编号 (number)
        appeal: String,
        /// 理由 (why)
        #[arg(long)]
        reason: String,
        /// 以谁的身份 (login)
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
}

/// An appeal to open.
#[derive(Args)]
pub struct Open {
    /// 部门：代码或名称的一部分 (department)
    #[arg(long)]
    department: String,
    /// 已公布的考核周期 (the published month)
    #[arg(long)]
    period: Period,
    /// 有异议的指标 (indicator)
    #[arg(long)]
    indicator: Option<String>,
    /// 有异议的记录，“文件:行”，可多次给出；不给则为全部失分记录 (record, file:line)
    #[arg(long = "row", value_name = "FILE:LINE")]
    rows: Vec<String>,
    /// 有异议的计提记录号，见对账单 (record number of an accrual)
    #[arg(long)]
    accrual: Option<u64>,
    /// 有争议的金额，元；不给则为该笔全部未付 (yuan; all that is payable by default)
    #[arg(long)]
    amount: Option<Fen>,
    /// 申诉理由 (why)
    #[arg(long)]
    grounds: String,
    /// 附件，可多次给出 (attachment; may be repeated)
    #[arg(long = "attach", value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// 以谁的身份 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// A decision.
#[derive(Args)]
pub struct Decide {
    /// 申诉编号 (number)
    appeal: String,
    /// 结果：upheld 支持，partly 部分支持，dismissed 维持 (outcome)
    #[arg(long, value_parser = outcome)]
    outcome: Outcome,
    /// 从争议金额中核减，元 (what of the contested amount is lost, yuan)
    #[arg(long, default_value = "0")]
    cut: Fen,
    /// 按试算结果提出调整，由财政审批 (propose what the preview wins as an adjustment)
    #[arg(long)]
    adjust: bool,
    /// 决定文号 (decision document)
    #[arg(long)]
    document: String,
    /// 理由 (why)
    #[arg(long)]
    reason: String,
    /// 以谁的身份，不能是提出人 (login; not the one who opened it)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

fn step(text: &str) -> Result<Step, String> {
    Step::from_code(text).ok_or_else(|| "negotiating | coordinating | escalated".to_owned())
}

fn outcome(text: &str) -> Result<Outcome, String> {
    Outcome::from_code(text)
        .filter(|found| *found != Outcome::Withdrawn)
        .ok_or_else(|| "upheld | partly | dismissed".to_owned())
}

/// Runs a command about appeals.
pub fn appeal(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    match command {
        Command::Open(asked) => print(context, &app, &open(&app, asked)?)?,
        Command::List { department, open } => {
            let wanted = department
                .as_deref()
                .map(|text| app.registered_department(text))
                .transpose()?;
            let mut sheets = app.appeals_unchecked()?;
            sheets.retain(|sheet| {
                wanted
                    .as_ref()
                    .is_none_or(|id| *id == sheet.entry.department)
                    && (!open || sheet.ruling.is_none())
            });
            let value: Vec<Value> = sheets.iter().map(as_json).collect();
            context.print(&table(&sheets), &json!(value));
        }
        Command::Show { appeal } => {
            print(
                context,
                &app,
                &app.appeal_unchecked(&AppealId::new(appeal))?,
            )?;
        }
        Command::Preview { appeal } => {
            let preview = app.preview_appeal_unchecked(&AppealId::new(appeal))?;
            context.print(&preview_text(&preview), &preview_json(&preview));
        }
        Command::Advance {
            appeal,
            to,
            office,
            login,
        } => {
            let (user, id) = (app.user(login)?, AppealId::new(appeal));
            let sheet = app.advance_appeal(&user, &id, *to, office.as_deref())?;
            print(context, &app, &sheet)?;
        }
        Command::Decide(decision) => {
            let entry = RulingEntry {
                outcome: decision.outcome,
                cut_fen: decision.cut,
                adjust: decision.adjust,
                document: decision.document.clone(),
                reason: decision.reason.clone(),
            };
            let user = app.user(&decision.login)?;
            let sheet = app.end_appeal(&user, &AppealId::new(&decision.appeal), &entry)?;
            print(context, &app, &sheet)?;
        }
        Command::Withdraw {
            appeal,
            reason,
            login,
        } => {
            let user = app.user(login)?;
            let sheet = app.withdraw_appeal(&user, &AppealId::new(appeal), reason)?;
            print(context, &app, &sheet)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn open(app: &App, asked: &Open) -> anyhow::Result<AppealSheet> {
    let user = app.user(&asked.login)?;
    let entry = AppealEntry {
        department: app.registered_department(&asked.department)?,
        period: asked.period,
        indicator: asked.indicator.clone(),
        rows: asked.rows.clone(),
        accrual: asked.accrual,
        contested_fen: asked.amount,
        grounds: asked.grounds.clone(),
    };
    Ok(app.open_appeal(&user, &entry, &read_files(&asked.attach)?)?)
}

/// How a limit stands, in words.
fn limit(sheet: &AppealSheet) -> String {
    match sheet.urgency {
        None => String::new(),
        Some(Urgency::Late(days)) => format!("{} 已超期 {days} 个工作日", sheet.due_on),
        Some(Urgency::Soon(days)) => format!("{} 还剩 {days} 个工作日", sheet.due_on),
        Some(Urgency::Open) => sheet.due_on.to_string(),
    }
}

fn table(sheets: &[AppealSheet]) -> String {
    let head = [
        ("编号", Align::Left),
        ("部门", Align::Left),
        ("事项", Align::Left),
        ("争议(元)", Align::Right),
        ("状态", Align::Left),
        ("办理单位", Align::Left),
        ("期限", Align::Left),
    ];
    let rows: Vec<Vec<String>> = sheets
        .iter()
        .map(|sheet| {
            vec![
                sheet.id.to_string(),
                sheet.department_name.clone(),
                sheet.subject.clone(),
                sheet.contested_fen.to_string(),
                sheet.stage_title.to_owned(),
                sheet.office.clone(),
                limit(sheet),
            ]
        })
        .collect();
    render(&head, &rows)
}

fn print(context: &Context, app: &App, sheet: &AppealSheet) -> anyhow::Result<()> {
    let history = app.appeal_history(&sheet.id)?;
    let mut text = format!(
        "{}  {}  {}  {}\n事项 {}\n争议 {} 元  {}\n理由 {}\n",
        sheet.id,
        sheet.department_name,
        sheet.entry.period,
        sheet.stage_title,
        sheet.subject,
        sheet.contested_fen,
        limit(sheet),
        sheet.entry.grounds,
    );
    for row in &sheet.entry.rows {
        text.push_str(&format!("  记录 {row}\n"));
    }
    for file in &sheet.attachments {
        text.push_str(&format!("  附件 {}  {}\n", file.name, file.sha256));
    }
    if let Some(next) = &sheet.next {
        text.push_str(&format!(
            "下一程序 {}：{}，{} 个工作日（{}）\n",
            next.step.title(),
            next.office,
            next.days,
            app::appeals::LADDER_ARTICLE
        ));
    }
    if let Some(order) = &sheet.order {
        text.push_str(&format!("调整指令 {order}\n"));
    }
    for event in &history {
        text.push_str(&format!(
            "  {} 号  {}  {}  {}\n",
            event.seq,
            app::clock::shanghai_text(event.at),
            event.actor,
            event.what
        ));
    }
    let mut value = as_json(sheet);
    value["history"] = history
        .iter()
        .map(|event| json!({ "seq": event.seq, "at": event.at.to_rfc3339(), "actor": event.actor, "what": event.what }))
        .collect();
    context.print(&text, &value);
    Ok(())
}

fn as_json(sheet: &AppealSheet) -> Value {
    json!({
        "id": sheet.id.as_str(),
        "department": sheet.entry.department.as_str(),
        "name": sheet.department_name,
        "period": sheet.entry.period.to_string(),
        "subject": sheet.subject,
        "indicator": sheet.entry.indicator,
        "rows": sheet.entry.rows,
        "accrual": sheet.entry.accrual,
        "contested_fen": sheet.contested_fen.get(),
        "grounds": sheet.entry.grounds,
        "stage": sheet.stage,
        "office": sheet.office,
        "due_on": sheet.due_on.to_string(),
        "urgency": sheet.urgency.map(Urgency::code),
        "opener": sheet.opener,
        "ruling": sheet.ruling.as_ref().map(|ruling| json!({
            "outcome": ruling.outcome,
            "cut_fen": ruling.cut_fen.get(),
            "document": ruling.document,
            "reason": ruling.reason,
        })),
        "order": sheet.order.as_ref().map(domain::OrderId::as_str),
        "paper_sha256": sheet.paper_sha256,
        "attachments": sheet.attachments.iter().map(|file| json!({
            "name": file.name,
            "size_bytes": file.size_bytes,
            "sha256": file.sha256,
        })).collect::<Vec<_>>(),
    })
}

fn preview_text(preview: &Preview) -> String {
    let mut text = "如申诉成立 (were the appeal right)：\n".to_owned();
    for supposed in &preview.supposed {
        text.push_str(&format!("  {supposed}\n"));
    }
    let side = |side: &PreviewSide| {
        let rank = side
            .rank
            .map(|rank| format!("第 {rank} 名"))
            .unwrap_or_default();
        format!(
            "{} 分 {rank} {} 补偿 {} 元",
            side.total, side.grade, side.awarded_fen
        )
    };
    text.push_str(&format!(
        "原结果 {}\n试算   {}\n",
        side(&preview.before),
        side(&preview.after)
    ));
    for (title, before, after) in &preview.indicators {
        text.push_str(&format!("  {title}：{before} → {after}\n"));
    }
    for line in &preview.lines {
        text.push_str(&format!(
            "  {} {}：{} → {} 元；账簿现有 {} 元，可调增 {} 元{}\n",
            line.line,
            line.component.title(),
            line.before_fen,
            line.after_fen,
            line.standing_fen,
            line.raise_fen,
            match line.short_fen {
                domain::Fen::ZERO => String::new(),
                short => format!("，另 {short} 元暂无资金，列为未落实"),
            }
        ));
        for why in &line.why {
            text.push_str(&format!("    {why}\n"));
        }
    }
    text
}

fn preview_json(preview: &Preview) -> Value {
    let side = |side: &PreviewSide| {
        json!({
            "total": side.total,
            "rank": side.rank,
            "grade": side.grade,
            "awarded_fen": side.awarded_fen.get(),
        })
    };
    json!({
        "department": preview.department.as_str(),
        "period": preview.period.to_string(),
        "supposed": preview.supposed,
        "before": side(&preview.before),
        "after": side(&preview.after),
        "indicators": preview.indicators.iter().map(|(title, before, after)| json!({
            "title": title, "before": before, "after": after,
        })).collect::<Vec<_>>(),
        "lines": preview.lines.iter().map(|line| json!({
            "line": line.line.to_string(),
            "component": line.component.code(),
            "before_fen": line.before_fen.get(),
            "after_fen": line.after_fen.get(),
            "unfunded_fen": line.unfunded_fen.get(),
            "standing_fen": line.standing_fen.get(),
            "raise_fen": line.raise_fen.get(),
            "short_fen": line.short_fen.get(),
            "why": line.why,
        })).collect::<Vec<_>>(),
    })
}
