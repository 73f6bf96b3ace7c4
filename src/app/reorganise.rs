//! Reorganisation 机构改革: departments have ended, and others take over by shares that a decision
//! names. The file is read like any other; what stood to the departments is transferred by an order of
//! two people, all of it, to the fen. Statements of the time before stay as they are. What arises on
//! a department after it has ended follows when it is proposed again.

mod named;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use domain::succession::{Succession, heirs};
use domain::{Department, DepartmentId, Diagnostic, Fen, OrderId, Place};
use ingest::{FileKind, Reading, Rows};
use ledger::succession::{Takeover, takeover};
use ledger::{Order, OrderKind, OrderLine, OrderStage};

use crate::App;
use crate::error::Error;
use crate::orders::OrderSheet;
use crate::role::User;

pub use named::Named;

/// What a reorganisation would transfer.
#[derive(Clone, Debug)]
pub struct Reorganisation {
    /// All successions in force, those of the file included, by department and successor.
    pub successions: Vec<Succession>,
    /// The transfers, and what has to be settled before them.
    pub takeover: Takeover,
    /// The order that waits for its approval; while it does, no other is proposed.
    pub waiting: Option<OrderId>,
    /// Business date on which the transfers would be posted.
    pub posted_on: NaiveDate,
    /// Successors that the departments file names and no decision is known of.
    pub named: Vec<Named>,
    /// Names of departments by code.
    pub names: BTreeMap<DepartmentId, String>,
    /// The file, when one was given and is not imported yet.
    reading: Option<Reading>,
}

impl Reorganisation {
    /// Name of a department.
    pub fn name<'a>(&'a self, id: &'a DepartmentId) -> &'a str {
        self.names.get(id).map_or(id.as_str(), String::as_str)
    }
}

/// A transfer, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Name of the department that has ended.
    pub from: String,
    /// Name of its successor.
    pub to: String,
    /// What is transferred, in Chinese.
    pub what: &'static str,
    /// Record number of the accrual, where it is about one.
    pub accrual: Option<u64>,
    /// Amount.
    pub amount_fen: Fen,
}

/// Where the successions come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Those imported before.
    Known,
    /// Those of a file too.
    File(&'a Path),
    /// Those too that the departments file names, by a decision with this number.
    Decision(&'a str),
}

const PREFIX: &str = "reorganise-";

impl App {
    /// What is to be transferred by the successions known and those of a file, or those that the
    /// departments file names when a decision about them is given; writes nothing.
    pub fn reorganisation(&self, source: Source<'_>) -> Result<Reorganisation, Error> {
        let (known, departments) = self.registered()?;
        let named = named::named(&departments, &known);
        let reading = match source {
            Source::Known => None,
            Source::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let bytes = std::fs::read(path).map_err(Error::file(path))?;
                Some(self.read_successions(&name, &bytes)?)
            }
            Source::Decision(document) => {
                if named.is_empty() {
                    let reason = "部门文件没有写明尚无决定的承继部门 (no successor without a decision is named)";
                    return Err(Error::BadInput {
                        what: "机构承继",
                        reason: reason.to_owned(),
                    });
                }
                let (name, text) = named::file(&named, document);
                Some(self.read_successions(&name, text.as_bytes())?)
            }
        };
        let successions = merged(known, reading.as_ref());
        let named = named.into_iter().filter(|one| {
            !successions
                .iter()
                .any(|row| row.department == one.department)
        });
        let named = named.collect();
        let books = self.books()?;
        let posted_on = self.next_business_day(&books);
        let mut in_force = Vec::new();
        for row in successions {
            if row.effective_on <= posted_on {
                check(&row, &departments, reading.as_ref())?;
                in_force.push(row);
            }
        }
        let heirs = heirs(&in_force).map_err(|fault| Error::BadInput {
            what: "机构承继",
            reason: fault.to_string(),
        })?;
        let waiting = books
            .orders()
            .find(|(id, state)| {
                id.as_str().starts_with(PREFIX) && state.stage == OrderStage::Proposed
            })
            .map(|(id, _)| id.clone());
        Ok(Reorganisation {
            takeover: takeover(&books, &heirs),
            successions: in_force,
            waiting,
            posted_on,
            named,
            names: departments
                .into_iter()
                .map(|own| (own.id, own.name))
                .collect(),
            reading,
        })
    }

    /// The transfers, as they are shown.
    pub fn transfers(&self, found: &Reorganisation) -> Result<Vec<Transfer>, Error> {
        let books = self.books()?;
        let transfers = found.takeover.lines.iter().filter_map(|line| {
            let (from, what) = match line {
                OrderLine::TransferOwed {
                    accrual, withheld, ..
                } => (
                    &books.accrual(*accrual)?.department,
                    if *withheld {
                        "缓拨"
                    } else {
                        "应付补偿款"
                    },
                ),
                OrderLine::TransferClawback { department, .. } => (department, "应追回"),
                OrderLine::TransferUnfunded {
                    department,
                    carried,
                    ..
                } => (
                    department,
                    if *carried {
                        "结转未落实资金"
                    } else {
                        "未落实资金"
                    },
                ),
                _ => return None,
            };
            Some(Transfer {
                from: found.name(from).to_owned(),
                to: found.name(line.department()?).to_owned(),
                what,
                accrual: line.accrual(),
                amount_fen: line.amount_fen(),
            })
        });
        Ok(transfers.collect())
    }

    /// Imports the file and proposes the transfers; without any, the import is all.
    pub fn propose_reorganisation(
        &self,
        user: &User,
        found: &Reorganisation,
    ) -> Result<Option<OrderSheet>, Error> {
        if let Some(open) = found.takeover.unsettled.first() {
            let reason = format!(
                "计提 {}（{}）尚有申诉 {} 元、在途 {} 元或待审批的支付批次，请先了结 (settle payments and appeals first)",
                open.accrual,
                found.name(&open.department),
                open.disputed_fen,
                open.in_transit_fen
            );
            return Err(Error::Conflict { reason });
        }
        let books = self.books()?;
        if let Some(id) = &found.waiting {
            let same = books
                .order(id)
                .is_some_and(|state| state.order.lines == found.takeover.lines);
            if same {
                return Ok(Some(self.order(id)?));
            }
            let reason = format!(
                "承继指令 {id} 待审批，内容已不同，请先审批或退回 (another order waits for its approval)"
            );
            return Err(Error::Conflict { reason });
        }
        if let Some(reading) = &found.reading {
            let before = self
                .store()
                .read(|conn| store::batches::find(conn, &reading.sha256).map_err(Error::from))?;
            if before.is_none() {
                self.load(reading, &user.login)?;
            }
        }
        if found.takeover.lines.is_empty() {
            return Ok(None);
        }
        let mut documents: Vec<&str> = found
            .successions
            .iter()
            .map(|row| row.document.as_str())
            .collect();
        documents.sort_unstable();
        documents.dedup();
        let made = books
            .orders()
            .filter(|(id, _)| id.as_str().starts_with(PREFIX))
            .count();
        let order = Order {
            id: OrderId::new(format!("{PREFIX}{}", made + 1)),
            kind: OrderKind::Reorganise,
            rule: String::new(),
            document: documents.join("；"),
            reason: "机构改革承继划转".into(),
            lines: found.takeover.lines.clone(),
        };
        self.propose(user, order).map(Some)
    }

    /// Warns of successors that a departments file names and no decision is known of: what stands to
    /// those that have ended stays where it is until one is.
    pub(crate) fn successors_named(&self, reading: &Reading) -> Result<Vec<Diagnostic>, Error> {
        if reading.kind != FileKind::Departments {
            return Ok(Vec::new());
        }
        let (known, departments) = self.registered()?;
        let name = |id: &DepartmentId| {
            let own = departments.iter().find(|own| own.id == *id);
            own.map_or_else(|| id.to_string(), |own| own.name.clone())
        };
        let warning = |one: Named| {
            let place = Place {
                file: reading.file_name.clone(),
                ..Place::default()
            };
            let message = format!(
                "{} 自 {} 起由 {} 承继，尚无决定文号，账上余额未划转 (a successor without a decision)",
                name(&one.department),
                one.effective_on,
                name(&one.successor)
            );
            Diagnostic::warning("import.successor_named", place, message).with_help(
                "请导入机构承继文件，或 hengxiang reorganise --document 文号 --as LOGIN (import the successions, or give the decision's number)",
            )
        };
        let named = named::named(&departments, &known);
        Ok(named.into_iter().map(warning).collect())
    }

    /// Successions that are known, and all departments there ever were.
    fn registered(&self) -> Result<(Vec<Succession>, Vec<Department>), Error> {
        self.store().read(|conn| {
            let known = store::successions::all(conn)?;
            Ok((known, store::registry::departments(conn)?))
        })
    }

    /// Reads a file of successions; every rejected row is told with its line, column and remedy.
    fn read_successions(&self, name: &str, bytes: &[u8]) -> Result<Reading, Error> {
        let today = self.clock().today();
        let known = self.known(&[FileKind::Successions])?;
        let reading = known.read(name, bytes, today, &mut |_| {})?;
        if reading.kind != FileKind::Successions {
            let reason = format!(
                "{name} 是“{}”文件，应为“{}” (not a file of successions)",
                reading.kind.title(),
                FileKind::Successions.title()
            );
            return Err(Error::BadInput {
                what: "机构承继",
                reason,
            });
        }
        if reading.rejects.is_empty() {
            return Ok(reading);
        }
        let faults: Vec<String> = reading
            .rejects
            .iter()
            .map(|reject| {
                format!(
                    "{name}:{} {}；{}",
                    reject.line, reject.reason, reject.remedy
                )
            })
            .collect();
        Err(Error::BadInput {
            what: "机构承继",
            reason: faults.join("\n"),
        })
    }
}

/// Whether the registry knows both departments, the one as ended and the other as going on.
fn check(
    row: &Succession,
    departments: &[Department],
    reading: Option<&Reading>,
) -> Result<(), Error> {
    let file = reading.map_or("", |own| own.file_name.as_str());
    let fault = |what: &str, remedy: &str| Error::BadInput {
        what: "机构承继",
        reason: format!("{file}:{} {what}；{remedy}", row.source.line),
    };
    let known = |id: &DepartmentId| departments.iter().find(|own| own.id == *id);
    let import = "请先导入部门文件";
    let Some(before) = known(&row.department) else {
        let what = format!("原部门 {} 未登记 (unknown department)", row.department);
        return Err(fault(&what, import));
    };
    if before.valid.to.is_none_or(|end| end > row.effective_on) {
        let what = format!(
            "{} 在 {} 尚未终止 (has not ended by then)",
            before.name, row.effective_on
        );
        return Err(fault(&what, "请在部门文件中登记终止日期，或更正承继日期"));
    }
    match known(&row.successor) {
        None => {
            let what = format!("承继部门 {} 未登记 (unknown successor)", row.successor);
            Err(fault(&what, import))
        }
        Some(after) if after.valid.from > row.effective_on => {
            let what = format!(
                "{} 在 {} 尚未成立 (does not exist by then)",
                after.name, row.effective_on
            );
            Err(fault(&what, "请核对成立日期与承继日期"))
        }
        Some(_) => Ok(()),
    }
}

/// The successions known, with those of the file in their place.
fn merged(known: Vec<Succession>, reading: Option<&Reading>) -> Vec<Succession> {
    let keyed = |row: Succession| ((row.department.clone(), row.successor.clone()), row);
    let mut all: BTreeMap<_, Succession> = known.into_iter().map(keyed).collect();
    if let Some(Rows::Successions(rows)) = reading.map(|own| &own.rows) {
        all.extend(rows.iter().cloned().map(keyed));
    }
    all.into_values().collect()
}
