//! What can go wrong in a use case. The text of an error is for the person in front of it: Chinese
//! first, English in brackets; what only an operator should read stays in the log.

use std::path::PathBuf;

use chrono::NaiveDate;
use domain::{CalendarError, Diagnostic, Period, RunId};
use export::ExportError;
use store::StoreError;

/// An error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder was never initialised.
    #[error("{} 尚未初始化，请先运行 hengxiang init (the data folder is not initialised)", data.display())]
    NotInitialised {
        /// The data folder.
        data: PathBuf,
    },
    /// A file or folder cannot be read or written.
    #[error("{}：{source} (cannot be read or written)", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Findings that make the input unusable, such as those of a rule pack.
    #[error("{}", list(.0))]
    Diagnostics(Vec<Diagnostic>),
    /// A rule bundle that is not used.
    #[error(transparent)]
    Bundle(#[from] bundle::BundleError),
    /// The tests of a rule pack fail, or there are none.
    #[error(
        "规则包 {pack} 的测试未通过：{} (its tests do not pass)",
        tests_named(failed)
    )]
    TestsFailed {
        /// Id of the pack.
        pack: String,
        /// Names of the cases that failed; empty when there is no test at all.
        failed: Vec<String>,
    },
    /// A file cannot be read at all.
    #[error(transparent)]
    Ingest(#[from] ingest::IngestError),
    /// The month has not ended yet.
    #[error(
        "考核周期 {period} 要到 {ends_on} 才结束，今天是 {today}，不能考核 (the period has not ended)"
    )]
    PeriodNotEnded {
        /// The month.
        period: Period,
        /// Its last day.
        ends_on: NaiveDate,
        /// The business date.
        today: NaiveDate,
    },
    /// Nothing was imported for the month.
    #[error(
        "{period} 没有可考核的数据，请先导入部门、目录和当月记录 (nothing imported for the period)"
    )]
    NothingToAssess {
        /// The month.
        period: Period,
    },
    /// The calendar has no notice for a year that a deadline needs.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The month's money is approved or its result published; new facts need a restatement.
    #[error(
        "{period} 的考核 {run} 已{state}，不能重算；新的事实用 hengxiang restate 重述，在开放月份以调整入账 (the period is decided; restate it)"
    )]
    PeriodDecided {
        /// The month.
        period: Period,
        /// The run that stands.
        run: RunId,
        /// Its state, in Chinese.
        state: &'static str,
    },
    /// There is no such thing.
    #[error("找不到{what}“{key}” (not found)")]
    NotFound {
        /// What was looked for, in Chinese.
        what: &'static str,
        /// Its key.
        key: String,
    },
    /// The person may not do or see this.
    #[error("您无权{what} (not permitted)")]
    Forbidden {
        /// What was attempted, in Chinese.
        what: &'static str,
    },
    /// A value given by a person is not usable.
    #[error("{what}：{reason} (bad input)")]
    BadInput {
        /// Which value, in Chinese.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// What was asked for does not fit the present state.
    #[error("{reason}")]
    Conflict {
        /// Why, in Chinese and English.
        reason: String,
    },
    /// Login or password is wrong; which of them is not said.
    #[error("登录名或密码不正确 (wrong login or password)")]
    SignInFailed,
    /// Too many failures in a short time.
    #[error("尝试次数过多，请 {minutes} 分钟后再试 (too many attempts)")]
    TooManyAttempts {
        /// How long to wait.
        minutes: i64,
    },
    /// The ledger refuses the command.
    #[error("账簿拒绝：{0}")]
    Rejected(#[from] ledger::Rejection),
    /// A recomputation does not give what was recorded.
    #[error(
        "{what} 与重算结果不一致：记录为 {recorded}，重算为 {recomputed} (does not match the recomputation)"
    )]
    Mismatch {
        /// What was compared, in Chinese.
        what: String,
        /// What was recorded.
        recorded: String,
        /// What came out.
        recomputed: String,
    },
    /// Stored bytes are damaged.
    #[error("存档数据损坏：{what} (damaged archive)")]
    Damaged {
        /// What is damaged.
        what: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An export of the ledger could not be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A report could not be made.
    #[error("报告生成失败：{0}")]
    Report(#[from] report::ReportError),
    /// The assessment met faults that stop the money path.
    #[error(transparent)]
    Assess(#[from] assess::AssessError),
    /// The system's source of randomness failed.
    #[error("系统随机数不可用 (no randomness available)")]
    Randomness,
}

/// What an error is to a caller that only needs to pick an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No such thing.
    NotFound,
    /// Not allowed.
    Forbidden,
    /// The input is wrong.
    BadInput,
    /// The state forbids it.
    Conflict,
    /// Try later.
    TooManyAttempts,
    /// Try again at once.
    Busy,
    /// Our fault.
    Internal,
}

impl Error {
    /// The kind of the error.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Forbidden { .. } | Self::SignInFailed => ErrorKind::Forbidden,
            Self::Diagnostics(_)
            | Self::PeriodNotEnded { .. }
            | Self::NothingToAssess { .. }
            | Self::Calendar(_)
            | Self::Ingest(_)
            | Self::Bundle(_)
            | Self::TestsFailed { .. }
            | Self::Export(ExportError::NeedsFile { .. } | ExportError::NoSuchFormat { .. })
            | Self::BadInput { .. } => ErrorKind::BadInput,
            Self::PeriodDecided { .. }
            | Self::Conflict { .. }
            | Self::Rejected(_)
            | Self::Assess(assess::AssessError::Missing(_)) => ErrorKind::Conflict,
            Self::TooManyAttempts { .. } => ErrorKind::TooManyAttempts,
            Self::Store(StoreError::Busy { .. } | StoreError::NoConnection { .. }) => {
                ErrorKind::Busy
            }
            Self::NotInitialised { .. }
            | Self::File { .. }
            | Self::Mismatch { .. }
            | Self::Damaged { .. }
            | Self::Store(_)
            | Self::Export(_)
            | Self::Report(_)
            | Self::Assess(_)
            | Self::Randomness => ErrorKind::Internal,
        }
    }

    /// An input or output error with its path.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

impl From<store::ledger::ExecuteError> for Error {
    fn from(error: store::ledger::ExecuteError) -> Self {
        use store::ledger::ExecuteError;
        match error {
            ExecuteError::Rejected(rejection) => Self::Rejected(rejection),
            ExecuteError::Damaged(damage) => Self::Damaged {
                what: damage.to_string(),
            },
            ExecuteError::Unprovable(fault) => fault.into(),
            ExecuteError::Store(error) => Self::Store(error),
        }
    }
}

impl From<ledger::LedgerError> for Error {
    fn from(error: ledger::LedgerError) -> Self {
        Self::Rejected(error.into())
    }
}

impl store::TxError for Error {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// The first few names.
fn tests_named(failed: &[String]) -> String {
    const NAMED_MAX: usize = 5;
    if failed.is_empty() {
        return "没有任何测试 (no test)".to_owned();
    }
    let named: Vec<&str> = failed.iter().take(NAMED_MAX).map(String::as_str).collect();
    format!("{} 项失败，如 {}", failed.len(), named.join("、"))
}

fn list(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
