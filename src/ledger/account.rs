//! Accounts: what each is keyed by, which group it balances in, which side it may stand on.

use std::fmt;
use std::str::FromStr;

use domain::{DepartmentId, JurisdictionCode};

use crate::error::LedgerError;
use crate::escape::{escape, unescape};

/// An appropriation line, that is a pot 补偿资金池: money of one payer, year, budget line and
/// programme. Nothing is ever spent but from a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// The level of government that pays.
    pub payer: JurisdictionCode,
    /// Budget year.
    pub budget_year: i32,
    /// Budget line 预算科目.
    pub budget_line: String,
    /// Programme 项目.
    pub programme: String,
}

impl fmt::Display for Line {
    /// `payer:year:budget line:programme`, separators inside the texts escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!(
            "{}:{}:{}:{}",
            escape(self.payer.as_str()),
            self.budget_year,
            escape(&self.budget_line),
            escape(&self.programme)
        ))
    }
}

/// Groups of accounts. In every transaction each group sums to zero on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What the budget allows and what became of it.
    Budgetary,
    /// What is owed, held, paid.
    Proprietary,
    /// What the rule gave and the money did not reach.
    Memo,
}

impl Group {
    /// The letter an account code starts with.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Budgetary => "B",
            Self::Proprietary => "P",
            Self::Memo => "M",
        }
    }
}

/// The side an account may stand on. A balance is debits minus credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// Never below zero.
    DebitOnly,
    /// Never above zero.
    CreditOnly,
    /// Either side.
    Free,
}

impl Guard {
    /// The letter the database keeps: D, C or -.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::DebitOnly => "D",
            Self::CreditOnly => "C",
            Self::Free => "-",
        }
    }

    /// Whether the account may stand at the balance, fen.
    pub const fn allows(self, balance_fen: i64) -> bool {
        match self {
            Self::DebitOnly => balance_fen >= 0,
            Self::CreditOnly => balance_fen <= 0,
            Self::Free => true,
        }
    }
}

/// An account of the books.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// All that was appropriated to the line (credit).
    Authority(Line),
    /// What of the line is free: the cap itself, since it cannot fall below zero.
    Available(Line),
    /// Held for a calculated run.
    Reserved(Line),
    /// Owed by an approved run.
    Encumbered(Line),
    /// Paid.
    Expended(Line),
    /// Given back at the end of the year.
    Lapsed(Line),
    /// Owed to the department (credit).
    Payable(DepartmentId),
    /// Withheld from the department 缓拨 (credit).
    Withheld(DepartmentId),
    /// Under appeal (credit).
    Disputed(DepartmentId),
    /// Instructed to the treasury, not yet confirmed (credit).
    InTransit(DepartmentId),
    /// To be had back from the department 追回 (debit).
    Clawback(DepartmentId),
    /// What compensation cost, by programme.
    Expense(String),
    /// Fines.
    PenaltyIncome,
    /// The treasury.
    Treasury,
    /// Corrections of closed periods, by programme.
    PriorPeriod(String),
    /// Settlement with another level of government 与上下级往来.
    InterGov(JurisdictionCode),
    /// Claims given up.
    WriteOff,
    /// What the rule gave the department beyond the money there was (credit).
    Entitlement(DepartmentId),
    /// The same amount, as unfunded (debit).
    Unfunded(DepartmentId),
    /// What is unfunded since an earlier year and kept (debit).
    Carried(DepartmentId),
}

impl Account {
    /// The group it balances in.
    pub const fn group(&self) -> Group {
        match self {
            Self::Authority(_)
            | Self::Available(_)
            | Self::Reserved(_)
            | Self::Encumbered(_)
            | Self::Expended(_)
            | Self::Lapsed(_) => Group::Budgetary,
            Self::Entitlement(_) | Self::Unfunded(_) | Self::Carried(_) => Group::Memo,
            _ => Group::Proprietary,
        }
    }

    /// The side it may stand on.
    pub const fn guard(&self) -> Guard {
        match self {
            Self::Available(_)
            | Self::Reserved(_)
            | Self::Encumbered(_)
            | Self::Expended(_)
            | Self::Lapsed(_)
            | Self::Clawback(_)
            | Self::Unfunded(_)
            | Self::Carried(_) => Guard::DebitOnly,
            Self::Authority(_)
            | Self::Payable(_)
            | Self::Withheld(_)
            | Self::Disputed(_)
            | Self::InTransit(_)
            | Self::Entitlement(_) => Guard::CreditOnly,
            Self::Expense(_)
            | Self::PenaltyIncome
            | Self::Treasury
            | Self::PriorPeriod(_)
            | Self::InterGov(_)
            | Self::WriteOff => Guard::Free,
        }
    }

    /// The appropriation line it belongs to, if any.
    pub const fn line(&self) -> Option<&Line> {
        match self {
            Self::Authority(line)
            | Self::Available(line)
            | Self::Reserved(line)
            | Self::Encumbered(line)
            | Self::Expended(line)
            | Self::Lapsed(line) => Some(line),
            _ => None,
        }
    }

    /// The department it belongs to, if any.
    pub const fn department(&self) -> Option<&DepartmentId> {
        match self {
            Self::Payable(id)
            | Self::Withheld(id)
            | Self::Disputed(id)
            | Self::InTransit(id)
            | Self::Clawback(id)
            | Self::Entitlement(id)
            | Self::Unfunded(id)
            | Self::Carried(id) => Some(id),
            _ => None,
        }
    }

    /// Its Chinese title.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Authority(_) => "预算指标",
            Self::Available(_) => "可用指标",
            Self::Reserved(_) => "预留",
            Self::Encumbered(_) => "已承诺未支付",
            Self::Expended(_) => "已支出",
            Self::Lapsed(_) => "收回结余",
            Self::Payable(_) => "应付补偿款",
            Self::Withheld(_) => "缓拨",
            Self::Disputed(_) => "申诉中",
            Self::InTransit(_) => "支付在途",
            Self::Clawback(_) => "应追回",
            Self::Expense(_) => "补偿支出",
            Self::PenaltyIncome => "扣罚收入",
            Self::Treasury => "国库",
            Self::PriorPeriod(_) => "以前期间调整",
            Self::InterGov(_) => "与上下级往来",
            Self::WriteOff => "核销",
            Self::Entitlement(_) => "规则应得",
            Self::Unfunded(_) => "未落实资金",
            Self::Carried(_) => "结转未落实资金",
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Authority(_) => "Authority",
            Self::Available(_) => "Available",
            Self::Reserved(_) => "Reserved",
            Self::Encumbered(_) => "Encumbered",
            Self::Expended(_) => "Expended",
            Self::Lapsed(_) => "Lapsed",
            Self::Payable(_) => "Payable",
            Self::Withheld(_) => "Withheld",
            Self::Disputed(_) => "Disputed",
            Self::InTransit(_) => "InTransit",
            Self::Clawback(_) => "Clawback",
            Self::Expense(_) => "Expense",
            Self::PenaltyIncome => "PenaltyIncome",
            Self::Treasury => "Treasury",
            Self::PriorPeriod(_) => "PriorPeriod",
            Self::InterGov(_) => "InterGov",
            Self::WriteOff => "WriteOff",
            Self::Entitlement(_) => "Entitlement",
            Self::Unfunded(_) => "Unfunded",
            Self::Carried(_) => "Carried",
        }
    }

    /// The canonical text: `group:word[:key…]`, which hledger reads as an account name.
    pub fn code(&self) -> String {
        let head = format!("{}:{}", self.group().letter(), self.word());
        match self {
            Self::Authority(line)
            | Self::Available(line)
            | Self::Reserved(line)
            | Self::Encumbered(line)
            | Self::Expended(line)
            | Self::Lapsed(line) => format!("{head}:{line}"),
            Self::Payable(id)
            | Self::Withheld(id)
            | Self::Disputed(id)
            | Self::InTransit(id)
            | Self::Clawback(id)
            | Self::Entitlement(id)
            | Self::Unfunded(id)
            | Self::Carried(id) => format!("{head}:{}", escape(id.as_str())),
            Self::Expense(programme) | Self::PriorPeriod(programme) => {
                format!("{head}:{}", escape(programme))
            }
            Self::InterGov(level) => format!("{head}:{}", escape(level.as_str())),
            Self::PenaltyIncome | Self::Treasury | Self::WriteOff => head,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.code())
    }
}

/// Reads the four parts of a line.
fn read_line(parts: &[&str]) -> Option<Line> {
    let [payer, year, budget_line, programme] = parts else {
        return None;
    };
    Some(Line {
        payer: JurisdictionCode::new(unescape(payer)?),
        budget_year: year.parse().ok()?,
        budget_line: unescape(budget_line)?,
        programme: unescape(programme)?,
    })
}

fn read_account(text: &str) -> Option<Account> {
    let mut parts = text.split(':');
    let (_group, word) = (parts.next()?, parts.next()?);
    let key: Vec<&str> = parts.collect();
    let line = || read_line(&key);
    let only = || match key.as_slice() {
        [one] => unescape(one),
        _ => None,
    };
    let department = || only().map(DepartmentId::new);
    let alone = |account| key.is_empty().then_some(account);
    match word {
        "Authority" => line().map(Account::Authority),
        "Available" => line().map(Account::Available),
        "Reserved" => line().map(Account::Reserved),
        "Encumbered" => line().map(Account::Encumbered),
        "Expended" => line().map(Account::Expended),
        "Lapsed" => line().map(Account::Lapsed),
        "Payable" => department().map(Account::Payable),
        "Withheld" => department().map(Account::Withheld),
        "Disputed" => department().map(Account::Disputed),
        "InTransit" => department().map(Account::InTransit),
        "Clawback" => department().map(Account::Clawback),
        "Expense" => only().map(Account::Expense),
        "PenaltyIncome" => alone(Account::PenaltyIncome),
        "Treasury" => alone(Account::Treasury),
        "PriorPeriod" => only().map(Account::PriorPeriod),
        "InterGov" => only().map(JurisdictionCode::new).map(Account::InterGov),
        "WriteOff" => alone(Account::WriteOff),
        "Entitlement" => department().map(Account::Entitlement),
        "Unfunded" => department().map(Account::Unfunded),
        "Carried" => department().map(Account::Carried),
        _ => None,
    }
}

impl FromStr for Account {
    type Err = LedgerError;

    /// Reads the canonical text only: what does not write back the same is refused.
    fn from_str(text: &str) -> Result<Self, LedgerError> {
        read_account(text)
            .filter(|account| account.code() == text)
            .ok_or_else(|| LedgerError::NotAnAccount {
                text: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_name_group_word_and_key() {
        let line = Line {
            payer: "410000".into(),
            budget_year: 2026,
            budget_line: "2320301".into(),
            programme: "共享: 补偿".into(),
        };
        let code = Account::Available(line).code();
        assert_eq!(code, "B:Available:410000:2026:2320301:共享%3A%20补偿");
        for text in [
            "",
            "P",
            "P:Treasury:1",
            "P:Payable",
            "M:Payable:1",
            "B:Available:410000:02026:2:x",
            "P:Payable:%2",
            "P:Payable:%C3",
            "P:Payable:a b",
            "p:Payable:a",
        ] {
            assert!(text.parse::<Account>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_key_survives_its_code(id in "\\PC{0,12}", year in 1900..2200_i32, other in ".{0,8}") {
            let line = Line {
                payer: JurisdictionCode::new(&id),
                budget_year: year,
                budget_line: other.clone(),
                programme: id.clone(),
            };
            for account in [
                Account::Available(line.clone()),
                Account::Lapsed(line),
                Account::Payable(DepartmentId::new(&other)),
                Account::PriorPeriod(other.clone()),
                Account::InterGov(JurisdictionCode::new(&id)),
                Account::WriteOff,
            ] {
                let code = account.code();
                prop_assert!(!code.contains([' ', '\n', ';']), "{code}");
                prop_assert_eq!(code.parse::<Account>().unwrap(), account);
            }
        }
    }
}
