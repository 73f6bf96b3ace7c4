//! Which part of the books is taken out.

use std::fmt;

use domain::{DepartmentId, Period};

use crate::account::Account;

/// A part of the books: all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The account of this code and those below it: `P:Payable`, `B`.
    pub account: Option<String>,
    /// The accounts of one department.
    pub department: Option<DepartmentId>,
    /// First month of business dates.
    pub from: Option<Period>,
    /// Last month of business dates.
    pub to: Option<Period>,
}

impl Scope {
    /// Whether the account is in it.
    pub fn shows(&self, account: &Account) -> bool {
        let own = self.department.as_ref();
        let of_department = own.is_none_or(|own| account.department() == Some(own));
        let below = self.account.as_ref().is_none_or(|head| {
            let code = account.code();
            let rest = code.strip_prefix(head.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        });
        of_department && below
    }

    /// Whether the month is not after the last one.
    pub fn reaches(&self, month: Period) -> bool {
        self.to.is_none_or(|last| month <= last)
    }

    /// Whether the month is before the first one.
    pub fn is_before(&self, month: Period) -> bool {
        self.from.is_some_and(|first| month < first)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let department = self.department.as_ref().map(ToString::to_string);
        let account = self.account.clone();
        let from = self.from.map(|month| format!("{month} 起"));
        let to = self.to.map(|month| format!("至 {month}"));
        let parts = [department, account, from, to];
        let shown: Vec<String> = parts.into_iter().flatten().collect();
        if shown.is_empty() {
            return f.write_str("全部账户 all accounts");
        }
        f.write_str(&super::one_line(&shown.join(" ")))
    }
}
