//! `hengxiang claim declare|list|show|file|decide`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use app::App;
use app::claims::{ClaimEntry, ClaimKind, ClaimSheet};
use app::papers::Upload;
use clap::{Args, Subcommand};
use domain::{ClaimId, Fen, JurisdictionCode, Period};
use serde_json::{Value, json};

use super::shown;
use crate::Context;
use crate::text_table::{Align, render};

/// Commands about declared costs and losses 损失申报.
#[derive(Subcommand)]
pub enum Command {
    /// 申报成本或损失，附佐证材料 (declare a cost or a loss with evidence)
    Declare(Declare),
    /// 列出申报 (the claims)
    List {
        /// 只列该部门：代码或名称的一部分 (of one department)
        #[arg(long)]
        department: Option<String>,
        /// 只列待认定 (only what waits for a decision)
        #[arg(long)]
        pending: bool,
    },
    /// 一项申报：材料、认定、列入的考核 (a claim with its evidence and payments)
    Show {
        /// 申报编号 (number)
        claim: String,
    },
    /// 取出一份佐证材料，核对摘要 (write an evidence file, checked against its digest)
    File {
        /// 申报编号 (number)
        claim: String,
        /// 材料名称或 SHA-256 (name or digest)
        file: String,
        /// 写到何处 (path to write to)
        #[arg(long)]
        to: PathBuf,
    },
    /// 认定：全额、核减或不予认定 (accept, reduce or refuse)
    Decide(Decide),
}

/// A claim to declare.
#[derive(Args)]
pub struct Declare {
    /// 部门：代码或名称的一部分 (department)
    #[arg(long)]
    department: String,
    /// 所属考核周期 (the month it is about)
    #[arg(long)]
    period: Period,
    /// 类别：cost 成本，loss 损失 (kind)
    #[arg(long, value_parser = kind)]
    kind: ClaimKind,
    /// 受益行政区划代码：为谁而发生 (jurisdiction for whose sake it arose)
    #[arg(long)]
    beneficiary: String,
    /// 金额，元 (yuan)
    #[arg(long)]
    amount: Fen,
    /// 事由 (why it arose)
    #[arg(long)]
    why: String,
    /// 佐证材料，可多次给出 (evidence file; may be repeated)
    #[arg(long = "evidence", value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// 以谁的身份 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// A decision.
#[derive(Args)]
pub struct Decide {
    /// 申报编号 (number)
    claim: String,
    #[command(flatten)]
    verdict: Verdict,
    /// 理由；核减或不予认定时必填 (why; needed unless all is accepted)
    #[arg(long, default_value = "")]
    reason: String,
    /// 以谁的身份，不能是申报人 (login; not the one who declared it)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// What is decided: one of the three.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Verdict {
    /// 全额认定 (accept all of it)
    #[arg(long)]
    accept: bool,
    /// 核减为此金额，元 (accept this much, yuan)
    #[arg(long, value_name = "AMOUNT")]
    reduce_to: Option<Fen>,
    /// 不予认定 (refuse)
    #[arg(long)]
    refuse: bool,
}

fn kind(text: &str) -> Result<ClaimKind, String> {
    let found = ClaimKind::from_name(text);
    found.ok_or_else(|| format!("“{text}”应为 cost（成本）或 loss（损失）"))
}

/// Runs a command about claims.
pub fn claim(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    match command {
        Command::Declare(asked) => {
            let sheet = declare(&app, asked)?;
            print(context, &app, &sheet)?;
        }
        Command::List {
            department,
            pending,
        } => {
            let wanted = department
                .as_deref()
                .map(|text| app.registered_department(text))
                .transpose()?;
            let mut sheets = app.claims_unchecked()?;
            sheets.retain(|sheet| {
                wanted
                    .as_ref()
                    .is_none_or(|id| *id == sheet.entry.department)
                    && (!pending || sheet.accepted_fen.is_none())
            });
            let value: Vec<Value> = sheets.iter().map(as_json).collect();
            context.print(&table(&sheets), &json!(value));
        }
        Command::Show { claim } => {
            let sheet = app.claim_unchecked(&ClaimId::new(claim))?;
            print(context, &app, &sheet)?;
        }
        Command::File { claim, file, to } => {
            let sheet = app.claim_unchecked(&ClaimId::new(claim))?;
            let named = |own: &&app::claims::Evidence| own.file.name == *file;
            let sha256 = sheet.evidence.iter().find(named);
            let sha256 = sha256.map_or(file.as_str(), |own| own.file.sha256.as_str());
            let (found, bytes) = app.claim_file(&sheet, sha256)?;
            std::fs::write(to, bytes).with_context(|| shown(to))?;
            let text = format!("{} → {}\nSHA-256 {}", found.name, shown(to), found.sha256);
            let value = json!({ "name": found.name, "sha256": found.sha256, "path": shown(to) });
            context.print(&text, &value);
        }
        Command::Decide(decision) => {
            let user = app.user(&decision.login)?;
            let id = ClaimId::new(&decision.claim);
            let declared = app.claim_unchecked(&id)?.entry.amount_fen;
            let accepted = match decision.verdict {
                Verdict { accept: true, .. } => declared,
                Verdict {
                    reduce_to: Some(fen),
                    ..
                } => fen,
                Verdict { .. } => Fen::ZERO,
            };
            let sheet = app.decide_claim(&user, &id, accepted, &decision.reason)?;
            print(context, &app, &sheet)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn declare(app: &App, asked: &Declare) -> anyhow::Result<ClaimSheet> {
    let user = app.user(&asked.login)?;
    let entry = ClaimEntry {
        department: app.registered_department(&asked.department)?,
        period: asked.period,
        kind: asked.kind,
        beneficiary: JurisdictionCode::new(&asked.beneficiary),
        amount_fen: asked.amount,
        explanation: asked.why.clone(),
    };
    let files: Vec<Upload> = read_files(&asked.evidence)?;
    Ok(app.declare_claim(&user, &entry, &files)?)
}

/// Files of the operator, as uploads.
pub fn read_files(paths: &[PathBuf]) -> anyhow::Result<Vec<Upload>> {
    let read = |path: &PathBuf| {
        let name = Path::file_name(path).unwrap_or_default();
        Ok(Upload {
            name: name.to_string_lossy().into_owned(),
            bytes: std::fs::read(path).with_context(|| shown(path))?,
        })
    };
    paths.iter().map(read).collect()
}

fn table(sheets: &[ClaimSheet]) -> String {
    let head = [
        ("编号", Align::Left),
        ("部门", Align::Left),
        ("考核月", Align::Left),
        ("类别", Align::Left),
        ("申报(元)", Align::Right),
        ("认定(元)", Align::Right),
        ("状态", Align::Left),
        ("列入考核", Align::Left),
    ];
    let rows: Vec<Vec<String>> = sheets
        .iter()
        .map(|sheet| {
            let accepted = sheet.accepted_fen.map(|fen| fen.to_string());
            let run = sheet.run.as_ref().map(ToString::to_string);
            vec![
                sheet.id.to_string(),
                sheet.department_name.clone(),
                sheet.entry.period.to_string(),
                title(sheet.entry.kind).to_owned(),
                sheet.entry.amount_fen.to_string(),
                accepted.unwrap_or_default(),
                sheet.stage_title.to_owned(),
                run.unwrap_or_default(),
            ]
        })
        .collect();
    render(&head, &rows)
}

const fn title(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Cost => "成本",
        ClaimKind::Loss => "损失",
    }
}

fn print(context: &Context, app: &App, sheet: &ClaimSheet) -> anyhow::Result<()> {
    let history = app.claim_history(&sheet.id)?;
    let payments = app.claim_payments(&sheet.id)?;
    let mut text = format!(
        "{}  {}  {}  {}  {}\n申报 {} 元，受益 {}（{}）\n事由 {}\n材料摘要 {}\n",
        sheet.id,
        sheet.department_name,
        sheet.entry.period,
        title(sheet.entry.kind),
        sheet.stage_title,
        sheet.entry.amount_fen,
        sheet.beneficiary_name,
        sheet.entry.beneficiary,
        sheet.entry.explanation,
        sheet.paper_sha256,
    );
    for evidence in &sheet.evidence {
        let file = &evidence.file;
        text.push_str(&format!(
            "  {}  {} 字节  {}\n",
            file.name, file.size_bytes, file.sha256
        ));
        if !evidence.also_in.is_empty() {
            let others: Vec<_> = evidence.also_in.iter().map(ToString::to_string).collect();
            text.push_str(&format!(
                "    注意：同一材料也用于 {} (also evidence of)\n",
                others.join("、")
            ));
        }
    }
    if let Some(accepted) = sheet.accepted_fen {
        text.push_str(&format!("认定 {accepted} 元  {}\n", sheet.reason));
    }
    for payment in &payments {
        text.push_str(&format!(
            "{} 考核 {}：应补 {} 元，列入 {} 元\n",
            payment.period, payment.run, payment.due_fen, payment.paid_fen
        ));
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
    value["payments"] = payments
        .iter()
        .map(|payment| {
            json!({
                "period": payment.period.to_string(),
                "run": payment.run.as_str(),
                "due_fen": payment.due_fen.get(),
                "paid_fen": payment.paid_fen.get(),
            })
        })
        .collect();
    value["history"] = history
        .iter()
        .map(|event| json!({ "seq": event.seq, "at": event.at.to_rfc3339(), "actor": event.actor, "what": event.what }))
        .collect();
    context.print(&text, &value);
    Ok(())
}

fn as_json(sheet: &ClaimSheet) -> Value {
    json!({
        "id": sheet.id.as_str(),
        "department": sheet.entry.department.as_str(),
        "name": sheet.department_name,
        "period": sheet.entry.period.to_string(),
        "kind": sheet.entry.kind.name(),
        "beneficiary": sheet.entry.beneficiary.as_str(),
        "declared_fen": sheet.entry.amount_fen.get(),
        "accepted_fen": sheet.accepted_fen.map(Fen::get),
        "stage": sheet.stage,
        "explanation": sheet.entry.explanation,
        "reason": sheet.reason,
        "declarant": sheet.declarant,
        "run": sheet.run.as_ref().map(domain::RunId::as_str),
        "paper_sha256": sheet.paper_sha256,
        "evidence": sheet.evidence.iter().map(|own| json!({
            "name": own.file.name,
            "media_type": own.file.media_type,
            "size_bytes": own.file.size_bytes,
            "sha256": own.file.sha256,
            "also_in": own.also_in.iter().map(ClaimId::as_str).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
