//! What a verified proof says, in words.

use std::fmt::Write as _;

use ledger::{Body, Checkpoint, Posted, Proven};

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
