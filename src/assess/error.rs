//! What keeps a period from being assessed.

use domain::{DepartmentId, Diagnostic, RegistryError, ResourceCode};
use engine::FrameError;

use crate::faults::RuleFault;

/// Why there is no assessment. Nothing is scored in part: one fault stops the period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssessError {
    /// The registry of departments is broken.
    #[error("{0}")]
    Registry(#[from] RegistryError),
    /// A row names a resource that the catalogue does not have.
    #[error(
        "{file} 第 {line} 行（{table}）引用的信息资源 {resource} 不在目录中，请先导入目录 \
         (unknown resource)"
    )]
    UnknownResource {
        /// Fact table.
        table: &'static str,
        /// Code named.
        resource: ResourceCode,
        /// File of the row.
        file: String,
        /// Line of the row.
        line: u32,
    },
    /// A row names a department that is not registered.
    #[error(
        "{file} 第 {line} 行（{table}）引用的部门 {department} 未登记，请先导入部门 \
         (unknown department)"
    )]
    UnknownDepartment {
        /// Fact table.
        table: &'static str,
        /// Code named.
        department: DepartmentId,
        /// File of the row.
        file: String,
        /// Line of the row.
        line: u32,
    },
    /// A count does not fit the engine's columns.
    #[error("{fact} 的数量超出范围 (count out of range)")]
    CountTooLarge {
        /// The row's key.
        fact: String,
    },
    /// The columns do not fit the schema.
    #[error("{0}")]
    Frame(#[from] FrameError),
    /// The pack is not in force in the period, or has no value for it.
    #[error("规则包在该考核周期不能适用：{} (rules do not apply to the period)", first(.0))]
    Plan(Vec<Diagnostic>),
    /// Rules failed on rows.
    #[error("规则计算有 {} 处错误，考核中止：{} (rule faults)", .0.len(), first(.0))]
    Faults(Vec<RuleFault>),
    /// The pack says something that the scoring cannot follow.
    #[error("规则“{rule}”：{reason} (rule cannot be scored)")]
    Rule {
        /// Id of the rule.
        rule: String,
        /// Why.
        reason: String,
    },
    /// No such department in the period.
    #[error("部门 {department} 在该考核周期不参加考核 (department not assessed in the period)")]
    NotAssessed {
        /// Department asked for.
        department: DepartmentId,
    },
    /// No such indicator in the pack.
    #[error("规则包没有指标“{indicator}” (no such indicator)")]
    NoIndicator {
        /// Indicator asked for.
        indicator: String,
    },
    /// A claim whose claimant and beneficiary have no common superior.
    #[error(
        "{file} 第 {line} 行：损失申报 {claim} 的申报部门与受益地区没有共同上级，无法确定付款方 \
         (no common superior to pay the claim)"
    )]
    NoPayer {
        /// Claim id.
        claim: String,
        /// File of the row.
        file: String,
        /// Line of the row.
        line: u32,
    },
    /// A rule without an equivalent in SQL.
    #[error("{0}")]
    Sql(#[from] engine::sql::SqlError),
    /// Money that cannot be divided.
    #[error("{0}")]
    Allocate(#[from] crate::allocate::AllocateError),
    /// Money beyond what a ledger can hold.
    #[error("金额超出账簿上限：{what} (amount out of range)")]
    Money {
        /// What was being computed.
        what: String,
    },
}

/// The first of several, for the one-line message.
fn first<T: std::fmt::Display>(all: &[T]) -> String {
    all.first().map(ToString::to_string).unwrap_or_default()
}
