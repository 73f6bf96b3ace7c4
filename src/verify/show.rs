//! What a verified proof says, in words.

use std::fmt::Write as _;

use ledger::{Body, Checkpoint, Event, Posted, Proven, ProvenStatement, SealedMonth};

/// A verified checkpoint.
pub(crate) fn checkpoint(checkpoint: &Checkpoint) -> String {
    format!(
        "核验通过 (verified)\n{}",
        describe(checkpoint, "台账 ledger")
    )
}

/// A verified consistency proof.
pub(crate) fn consistency(old: &Checkpoint, new: &Checkpoint) -> String {
    format!(
        "核验通过：新台账完整保留了旧台账 (verified: the new ledger keeps the old one)\n{}{}",
        describe(old, "旧 old"),
        describe(new, "新 new")
    )
}

fn describe(checkpoint: &Checkpoint, title: &str) -> String {
    format!(
        "{title}：{}\n  记录数 records：{}\n  根哈希 root：{}\n",
        checkpoint.origin, checkpoint.size, checkpoint.root
    )
}

/// A verified receipt.
pub(crate) fn proven(proven: &Proven) -> String {
    let event = &proven.event;
    let mut text = format!(
        "核验通过：该记录在台账中 (verified: the record is in the ledger)\n\
         记录号 record：{}\n记录时间 recorded at：{}\n经办 by：{}（{}）\n",
        event.seq,
        event.recorded_at,
        event.actor.id,
        event.actor.role.title()
    );
    match &event.body {
        Body::Posted(posted) => text.push_str(&transaction(posted)),
        other => {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "类别 kind：{}", other.code());
        }
    }
    text + &describe(&proven.checkpoint, "台账 ledger")
}

fn transaction(posted: &Posted) -> String {
    let transaction = &posted.transaction;
    let mut text = format!(
        "业务 kind：{}\n日期 date：{}\n所属周期 for period：{}\n依据 document：{}\n",
        transaction.kind.title(),
        transaction.effective_on,
        transaction.for_period,
        transaction.document
    );
    if !transaction.memo.is_blank() {
        let _ = writeln!(text, "摘要 memo：{}", transaction.memo);
    }
    if let Some(component) = transaction.component {
        let _ = writeln!(text, "构成 component：{}", component.title());
    }
    if let Some(run) = &transaction.run {
        let _ = writeln!(text, "核算 run：{}（第 {} 次）", run.run, run.attempt);
    }
    text.push_str("分录 legs (借 +, 贷 −)：\n");
    for posting in posted.postings() {
        let _ = writeln!(
            text,
            "  {} {}  {} 元，余额 balance {} 元，第 {} 笔 no. {}",
            posting.account.title(),
            posting.account,
            posting.amount_fen,
            posting.mark.balance_after_fen,
            posting.mark.account_seq,
            posting.mark.account_seq
        );
    }
    text
}

/// A verified statement.
pub(crate) fn statement(proven: &ProvenStatement) -> String {
    let mut text = format!(
        "核验通过：对账单完整 (verified: the statement is whole)\n部门 department：{}\n",
        proven.department
    );
    match &proven.since {
        Some(kept) => text.push_str(&format!(
            "账簿延续了自己保存的检查点（{} 条记录）(extends the checkpoint that was kept)\n",
            kept.size
        )),
        None => text.push_str(
            "注意：没有与自己保存的检查点比较，用 --since 给出 (not compared with a kept checkpoint)\n",
        ),
    }
    text.push_str(&sealed("期初 opening", proven.opening.as_ref()));
    for event in &proven.lines {
        text.push_str(&line(proven, event));
    }
    text.push_str(&sealed("期末 closing", proven.closing.as_ref()));
    if proven.unsealed > 0 {
        text.push_str(&format!(
            "注意：最后 {} 笔在封存之后，其后是否另有记录待下次结账证明 (after the last close: whether there are more is proved by the next)\n",
            proven.unsealed
        ));
    }
    text.push_str("现余额 balances now (借 +, 贷 −)：\n");
    for (account, at) in &proven.holdings {
        let (title, fen) = (account.title(), at.balance_fen);
        let _ = writeln!(text, "  {title} {account}  {fen} 元，{} 笔", at.account_seq);
    }
    text + &describe(&proven.checkpoint, "台账 ledger")
}

fn sealed(title: &str, month: Option<&SealedMonth>) -> String {
    match month {
        None => format!("{title}：无封存 (no seal)\n"),
        Some(month) => format!(
            "{title}：{} 结账，第 {} 号记录，{} 个账户 (sealed accounts)\n",
            month.period,
            month.seq,
            month.holdings.len()
        ),
    }
}

/// The department's own legs of a line.
fn line(proven: &ProvenStatement, event: &Event) -> String {
    let Body::Posted(posted) = &event.body else {
        return String::new();
    };
    let transaction = &posted.transaction;
    let mut text = format!(
        "  第 {} 号  {}  {}  {}\n",
        event.seq,
        transaction.effective_on,
        transaction.kind.title(),
        transaction.document
    );
    if !transaction.memo.is_blank() {
        let _ = writeln!(text, "      {}", transaction.memo);
    }
    let own = posted
        .postings()
        .filter(|posting| posting.account.department() == Some(&proven.department));
    for posting in own {
        let _ = writeln!(
            text,
            "      {} {} 元，余额 {} 元，第 {} 笔",
            posting.account.title(),
            posting.amount_fen,
            posting.mark.balance_after_fen,
            posting.mark.account_seq
        );
    }
    text
}

/// Who cosigned, and when in seconds since 1970.
pub(crate) fn witnesses(seen: &[(String, u64)]) -> String {
    let mut text = String::new();
    for (name, at) in seen {
        let _ = writeln!(text, "见证 witness：{name}，{at}");
    }
    text
}
