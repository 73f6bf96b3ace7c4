//! Why a department is awarded what it is: every amount as a sum of what made it, exactly.
//!
//! Amounts are yuan. A due under one component is, in this order, what claims or weights give, what
//! floors, caps and short pots change about it, what making whole fen changes, and deductions.

use domain::{DepartmentId, Fen, Rounding};
use engine::pack::{Cite, Component as PackComponent};

use crate::allocate::Bound;
use crate::articles::articles;
use crate::assessment::{Assessment, DepartmentResult};
use crate::awards::{Awards, Outcome};
use crate::compensation::{ClaimBasis, Means, PoolBasis, Reasoned, Record, Why};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::explanation::{Evidence, Explanation, Node, NodeKind};
use crate::frame::file_name;
use crate::month::Month;

/// Fen of a yuan.
const FEN: i64 = 100;

impl Month<'_> {
    /// Why a department is awarded what it is; amounts of the nodes are yuan.
    pub fn explain_money(
        &self,
        assessment: &Assessment,
        means: Means<'_>,
        department: &DepartmentId,
    ) -> Result<Explanation, AssessError> {
        let result = assessment.department(department);
        let result = result.ok_or_else(|| AssessError::NotAssessed {
            department: department.clone(),
        })?;
        let reasoned = self.reasoned(assessment, means)?;
        let explainer = Explainer {
            month: self,
            result,
            awards: &reasoned.awards,
        };
        Ok(Explanation {
            department: result.name.clone(),
            period: assessment.period.to_string(),
            pack: assessment.pack.clone(),
            root: explainer.total(&reasoned),
        })
    }
}

struct Explainer<'a> {
    month: &'a Month<'a>,
    result: &'a DepartmentResult,
    awards: &'a Awards,
}

/// An amount of fen as yuan.
fn yuan(fen: &Exact) -> Exact {
    let yuan = fen.checked_div(&Exact::from(FEN));
    yuan.unwrap_or_else(Exact::zero)
}

fn leaf(kind: NodeKind, fen: &Exact, label: &str, label_en: &str) -> Node {
    Node::leaf(kind, yuan(fen), label, label_en)
}

/// A leaf, unless it changes nothing.
fn change(kind: NodeKind, fen: &Exact, label: &str, label_en: &str) -> Option<Node> {
    (!fen.is_zero()).then(|| leaf(kind, fen, label, label_en))
}

fn show(exact: &Exact) -> String {
    exact.shown(4, Rounding::HalfUp).to_string()
}

impl Explainer<'_> {
    fn total(&self, reasoned: &Reasoned) -> Node {
        let own = |record: &&Record| record.department == self.result.id;
        let records: Vec<&Record> = reasoned.records.iter().filter(own).collect();
        let net: i64 = records.iter().map(|record| record.net()).sum();
        let unfunded: i64 = records.iter().map(|record| record.unfunded).sum();
        let mut node = leaf(
            NodeKind::Total,
            &net.into(),
            "应补偿额（建议）",
            "compensation (proposed)",
        );
        let (net, unfunded) = (Fen::new(net), Fen::new(unfunded));
        node.prose = format!("{}应补偿 {net} 元", self.result.name);
        node.prose_en = format!("{net} yuan");
        if unfunded > Fen::ZERO {
            node.prose
                .push_str(&format!("，另有 {unfunded} 元应补而无资金"));
            node.prose_en.push_str(&format!(", {unfunded} unfunded"));
        }
        let made = self.awards.deductions.iter();
        for deduction in made.filter(|one| one.department == self.result.id) {
            node.prose.push_str(&format!("；{}", deduction.reason));
        }
        node.prose.push('。');
        node.parts = records
            .into_iter()
            .map(|record| self.record(record))
            .collect();
        node
    }

    fn record(&self, record: &Record) -> Node {
        let component = self.component(&record.rule);
        let payer = self.government(&record.payer);
        let title = if record.title.is_empty() {
            record.component.title()
        } else {
            record.title.as_str()
        };
        let mut node = leaf(
            NodeKind::Award,
            &record.net().into(),
            &format!("{title}（应由{payer}承担）"),
            &format!("{} owed by {}", record.rule, record.payer),
        );
        node.prose = format!("{}{}", record.reason, self.sources(record));
        node.prose_en = record.outcome.name().replace('_', " ");
        if record.unfunded > 0 {
            let unfunded = Fen::new(record.unfunded);
            node.prose
                .push_str(&format!("；未获资金保障 {unfunded} 元 (unfunded)"));
        }
        node.articles = articles(self.month.pack(), self.cites(component));
        node.parts = match &record.why {
            Why::Claims { rate, claims } => claims
                .iter()
                .map(|claim| self.claim(claim, rate, record.outcome))
                .collect(),
            Why::Pool(basis) => pool(basis, component),
        };
        node.parts.extend(self.cuts(record));
        node
    }

    fn component(&self, rule: &str) -> Option<&PackComponent> {
        let compensation = self.month.pack().compensation.as_ref()?;
        compensation.component(rule)
    }

    fn cites<'s>(&'s self, component: Option<&'s PackComponent>) -> &'s [Cite] {
        let own = component.map_or(&[][..], |component| &component.cite);
        let compensation = self.month.pack().compensation.as_ref();
        match (own.is_empty(), compensation) {
            (true, Some(compensation)) => &compensation.cite,
            _ => own,
        }
    }

    fn government<'s>(&'s self, code: &'s domain::JurisdictionCode) -> &'s str {
        let on = self.awards.period.last_day();
        self.month.facts().jurisdiction_name(code, on)
    }

    /// Which pots pay, and who advances when they are not the payer's.
    fn sources(&self, record: &Record) -> String {
        let mut text = String::new();
        for part in record.parts.iter().filter(|part| part.net() > 0) {
            let Some(pot) = self.awards.pots.get(part.pot) else {
                continue;
            };
            let line = &pot.line;
            let advanced = if line.payer == record.payer {
                String::new()
            } else {
                format!("由{}垫付，", self.government(&line.payer))
            };
            text.push_str(&format!(
                "；{advanced}{} {} 列支 {} 元",
                line.budget_line,
                line.programme,
                Fen::new(part.net())
            ));
        }
        text
    }

    /// The amount of a claim: accepted, by rate, less what was paid, what waits and what is short.
    fn claim(&self, basis: &ClaimBasis, rate: &Exact, outcome: Outcome) -> Node {
        let share = &basis.share;
        let (due, before) = (share.due_fen.get(), share.before_fen.get());
        let (open, paid) = (due - before, share.paid_fen.get());
        let mut parts = Vec::new();
        let mut formula = String::new();
        if let Some(accepted) = basis.accepted {
            let accepted = Exact::from(accepted);
            let exact = &accepted * rate;
            parts.push(leaf(NodeKind::Granted, &accepted, "核定金额", "accepted"));
            let by_rate = &exact - &accepted;
            parts.extend(change(NodeKind::Rate, &by_rate, "按补偿比例", "by rate"));
            let whole = &Exact::from(due) - &exact;
            let is_shut_out = due == 0 && exact >= Exact::one();
            parts.extend(if is_shut_out {
                change(NodeKind::Gate, &whole, gate(outcome), outcome.name())
            } else {
                change(NodeKind::Rounding, &whole, "取整到分", "whole fen")
            });
            formula = format!("{} × {rate}", yuan(&accepted));
        } else {
            let label = "本年度应补（以前期间核定）";
            parts.push(leaf(
                NodeKind::Granted,
                &due.into(),
                label,
                "due of earlier periods",
            ));
        }
        let less = |fen: i64| Exact::from(-fen);
        parts.extend(change(
            NodeKind::Paid,
            &less(before),
            "以前期间已付",
            "paid before",
        ));
        let waits = open - basis.asked;
        parts.extend(change(
            NodeKind::Deferred,
            &less(waits),
            "留待年终清算",
            "at year end",
        ));
        let short = basis.asked - paid;
        parts.extend(change(
            NodeKind::Cut,
            &less(short),
            "资金池不足",
            "pot short",
        ));
        let label = format!("申报 {}", share.claim);
        let label_en = format!("claim {}", share.claim);
        let mut node = leaf(NodeKind::Claim, &paid.into(), &label, &label_en);
        node.formula = formula;
        node.prose = format!(
            "{} 核定，应补 {} 元，本期列入 {} 元。",
            share.decided_on, share.due_fen, share.paid_fen
        );
        node.prose_en = format!(
            "Decided on {}, due {}, paid {}.",
            share.decided_on, share.due_fen, share.paid_fen
        );
        node.evidence = self.claim_row(&share.claim);
        node.parts = parts;
        node
    }

    /// The row of a claim decided in the period.
    fn claim_row(&self, id: &str) -> Option<Evidence> {
        let facts = self.month.facts();
        let claim = facts.claims.iter().find(|claim| claim.id == id)?;
        let amount = |fen: Option<Fen>| fen.map_or_else(String::new, Fen::to_plain);
        let columns = [
            ("kind", claim.kind.name().to_owned()),
            ("beneficiary", claim.beneficiary.to_string()),
            ("declared", claim.declared_fen.to_plain()),
            ("accepted", amount(claim.accepted_fen)),
            ("reason", claim.reason.clone()),
        ];
        Some(Evidence {
            table: "claims".to_owned(),
            fact: id.to_owned(),
            file: file_name(facts, claim.source),
            line: claim.source.line,
            potential: yuan(&claim.accepted_fen.unwrap_or_default().get().into()),
            columns: columns
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
        })
    }

    /// What deductions took off a due.
    fn cuts(&self, record: &Record) -> Vec<Node> {
        let pack = self.month.pack();
        let rules = pack.compensation.iter().flat_map(|one| &one.deductions);
        rules
            .filter_map(|rule| {
                let cuts = record.parts.iter().flat_map(|part| &part.cuts);
                let own = cuts.filter(|(id, _)| *id == rule.id);
                let fen: i64 = own.map(|(_, fen)| fen).sum();
                let less = Exact::from(-fen);
                let mut node = change(NodeKind::Deduction, &less, &rule.title, &rule.id)?;
                node.articles = articles(pack, &rule.cite);
                Some(node)
            })
            .collect()
    }
}

fn gate(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Vetoed => "一票否决",
        Outcome::GradeTooLow => "等次低于门槛",
        _ => "未形成考核等次",
    }
}

/// The share in a pool: by weight, then what bounds change, then the fen of the remainder.
fn pool(basis: &PoolBasis, component: Option<&PackComponent>) -> Vec<Node> {
    let PoolBasis {
        weight,
        total,
        quota,
        allocated,
        ..
    } = basis;
    let mut by_weight = leaf(NodeKind::Quota, quota, "按贡献应分", "by weight");
    by_weight.formula = component
        .and_then(|component| component.kind.formula())
        .map(|formula| formula.text.clone())
        .unwrap_or_default();
    by_weight.filled = format!(
        "{} × {} / {}",
        Fen::new(basis.pool).to_plain(),
        show(weight),
        show(total)
    );
    let slice = Fen::new(basis.slice);
    by_weight.prose = format!(
        "本月激励资金 {} 元（按规则 {slice} 元），贡献 {}，参与分配者合计 {}。",
        Fen::new(basis.pool),
        show(weight),
        show(total)
    );
    by_weight.prose_en = format!("A pool of {} yuan.", Fen::new(basis.pool));
    let bounded = &allocated.exact - quota;
    let mut bound = change(NodeKind::Bound, &bounded, bound_label(basis), "bounds");
    if let Some(node) = &mut bound {
        let cap = basis
            .cap
            .map_or_else(|| "不限".to_owned(), |cap| format!("{} 元", Fen::new(cap)));
        node.prose = format!("下限 {} 元，上限 {cap}。", Fen::new(basis.floor));
    }
    let remainder = &Exact::from(allocated.units) - &allocated.exact;
    let whole = change(
        NodeKind::Rounding,
        &remainder,
        "最大余数法取整到分",
        "largest remainder",
    );
    std::iter::once(by_weight)
        .chain(bound)
        .chain(whole)
        .collect()
}

fn bound_label(basis: &PoolBasis) -> &'static str {
    match basis.allocated.bound {
        Bound::Floor => "按下限保底",
        Bound::Cap => "按上限封顶",
        Bound::FloorScaled => "保底额超过资金，按保底额比例",
        Bound::Free => "其他部门保底、封顶后的再分配",
    }
}

#[cfg(test)]
mod tests;
