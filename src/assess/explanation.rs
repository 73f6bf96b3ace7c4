//! The explanation of a score or an award: a tree of plain data, from the number down to the
//! evidence.
//!
//! The amounts of a node's parts add up exactly to its own amount, at every level; rounding is a
//! part like any other.

use crate::exact::Exact;

/// A citation as the pack writes it: `source:article`, or the source alone.
pub(crate) fn cite_text(cite: &engine::pack::Cite) -> String {
    if cite.article.is_empty() {
        cite.source.clone()
    } else {
        format!("{}:{}", cite.source, cite.article)
    }
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// The total of a department.
    Total,
    /// The score of an axis.
    Axis,
    /// The score of an indicator.
    Indicator,
    /// Points granted before deductions, or for an indicator that does not apply.
    Granted,
    /// One row of evidence.
    Row,
    /// What could not be split by row.
    Whole,
    /// What one slice of the value earns.
    Slice,
    /// The effect of a cap: of deductions, of a bonus, of slices.
    Cap,
    /// The effect of an axis's weight.
    Weight,
    /// The effect of scaling up for what does not apply.
    Scale,
    /// The effect of a veto on the total.
    Veto,
    /// The effect of rounding at this level.
    Rounding,
    /// What is due under one component of compensation.
    Award,
    /// What one claim gets.
    Claim,
    /// The effect of a rate.
    Rate,
    /// What a gate took away.
    Gate,
    /// What earlier periods paid.
    Paid,
    /// What waits for the settlement of the year.
    Deferred,
    /// What is not paid for want of money.
    Cut,
    /// A share of a pool by weight alone.
    Quota,
    /// The effect of floors and caps.
    Bound,
    /// A deduction.
    Deduction,
}

/// An article that a number rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// `source:article` as the pack cites it.
    pub cite: String,
    /// Title of the act, with its number when it has one.
    pub act: String,
    /// The article, for people: «第二十一条»; empty when the source has no articles.
    pub article: String,
    /// Address of the text; empty when there is none.
    pub url: String,
    /// The article word for word; of a source of the pack's own, who decides.
    pub text: String,
}

/// A row of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Fact table.
    pub table: String,
    /// Id of the fact in its table: a serial number, a code, or the key's parts.
    pub fact: String,
    /// File that it was read from.
    pub file: String,
    /// Line in the file.
    pub line: u32,
    /// What the row could have added at most; equal to the node's amount when nothing was lost.
    pub potential: Exact,
    /// The columns that the formula reads, by name, as text.
    pub columns: Vec<(String, String)>,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it stands for.
    pub kind: NodeKind,
    /// Chinese label.
    pub label: String,
    /// English label.
    pub label_en: String,
    /// What it adds to the node above: points of a score, yuan of an award.
    pub amount: Exact,
    /// The formula as the pack has it; empty where there is none.
    pub formula: String,
    /// The formula with values; empty where there is none.
    pub filled: String,
    /// A Chinese sentence on how the number came about.
    pub prose: String,
    /// The same in English.
    pub prose_en: String,
    /// Articles.
    pub articles: Vec<Article>,
    /// The row, for [`NodeKind::Row`].
    pub evidence: Option<Evidence>,
    /// The parts; their amounts add up to this node's. Empty for a leaf.
    pub parts: Vec<Node>,
}

impl Node {
    /// A leaf with labels and nothing else.
    pub fn leaf(kind: NodeKind, amount: Exact, label: &str, label_en: &str) -> Self {
        Self {
            kind,
            label: label.to_owned(),
            label_en: label_en.to_owned(),
            amount,
            formula: String::new(),
            filled: String::new(),
            prose: String::new(),
            prose_en: String::new(),
            articles: Vec::new(),
            evidence: None,
            parts: Vec::new(),
        }
    }

    /// Whether the parts add up to the amount, here and below.
    pub fn adds_up(&self) -> bool {
        (self.parts.is_empty()
            || self.parts.iter().map(|part| &part.amount).sum::<Exact>() == self.amount)
            && self.parts.iter().all(Self::adds_up)
    }

    /// The node and all below it, depth first.
    pub fn walk(&self) -> Vec<&Self> {
        let mut nodes = vec![self];
        for part in &self.parts {
            nodes.extend(part.walk());
        }
        nodes
    }
}

/// Why a department, or one of its indicators, has its score, or why it is awarded what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Name of the department.
    pub department: String,
    /// Period, `2026-03`.
    pub period: String,
    /// Pack and version.
    pub pack: String,
    /// The tree.
    pub root: Node,
}
