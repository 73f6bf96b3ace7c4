//! The treasury's word about payments: single receipts, and files of them.

use domain::{DepartmentId, Diagnostic, Fen, OrderId, Place};
use ledger::{Action, Order, OrderKind, PaymentReceipt, Recovery};

use crate::App;
use crate::error::Error;
use crate::orders::{OrderSheet, office};
use crate::role::User;

/// Header of the file that goes to the treasury and comes back filled in.
const HEADER: [&str; 7] = [
    "批次号",
    "行号",
    "部门代码",
    "部门名称",
    "金额(元)",
    "结果",
    "回单号",
];

/// What stands in the column 结果.
const PAID: &str = "已支付";
const FAILED: &str = "支付失败";

impl App {
    /// The lines of a batch as the file that the treasury fills in.
    pub fn payment_file(&self, batch: &OrderId) -> Result<String, Error> {
        let sheet = self.order(batch)?;
        if sheet.kind != OrderKind::Pay.code() {
            let reason = format!("{batch} 不是支付批次 (not a batch of payments)");
            return Err(Error::BadInput {
                what: "批次号",
                reason,
            });
        }
        let mut text = format!("\u{feff}{}\r\n", HEADER.join(","));
        for item in &sheet.items {
            let id = item
                .department
                .as_ref()
                .map(DepartmentId::as_str)
                .unwrap_or_default();
            let amount = item.amount_fen.to_plain();
            let name = item.department_name.replace([',', '"', '\n', '\r'], " ");
            text.push_str(&format!(
                "{batch},{},{id},{name},{amount},,\r\n",
                item.number
            ));
        }
        Ok(text)
    }

    /// Takes the treasury's word about one line: paid, or not.
    pub fn settle_payment(
        &self,
        user: &User,
        batch: &OrderId,
        line: u32,
        paid: bool,
        receipt: &str,
        memo: &str,
    ) -> Result<OrderSheet, Error> {
        let word = Word {
            line: 0,
            batch: batch.clone(),
            number: line,
            amount_fen: None,
            paid,
            receipt: receipt.to_owned(),
            memo: memo.to_owned(),
        };
        let action = self.receipt_action(&word)?;
        self.post(office(user)?, vec![action])?;
        self.order(batch)
    }

    /// Takes a file of the treasury: all of its lines, or none. How many there were.
    pub fn import_receipts(&self, user: &User, file: &str, bytes: &[u8]) -> Result<usize, Error> {
        let rows = ingest::sheet(ingest::Input {
            file_name: file,
            bytes,
        })?;
        let words = read_words(file, &rows)?;
        let mut actions = Vec::with_capacity(words.len());
        for word in &words {
            let action = self.receipt_action(word).map_err(|fault| {
                let place = Place {
                    file: file.to_owned(),
                    line: word.line,
                    column: 1,
                };
                Error::Diagnostics(vec![Diagnostic::error(
                    "receipt_unknown",
                    place,
                    fault.to_string(),
                )])
            })?;
            actions.push(action);
        }
        self.post(office(user)?, actions)?;
        Ok(words.len())
    }

    /// Takes back what a department returned.
    pub fn recover(
        &self,
        user: &User,
        department: &DepartmentId,
        amount_fen: Fen,
        receipt: &str,
    ) -> Result<(), Error> {
        let recovery = Recovery {
            department: department.clone(),
            amount_fen,
            receipt: receipt.to_owned(),
            effective_on: self.business_day()?,
        };
        self.act(user, Action::Recover(recovery))
    }

    fn receipt_action(&self, word: &Word) -> Result<Action, Error> {
        let books = self.books()?;
        let missing = || Error::NotFound {
            what: "支付",
            key: format!("{} 第 {} 行", word.batch, word.number),
        };
        let order: &Order = &books.order(&word.batch).ok_or_else(missing)?.order;
        let line = word.number.checked_sub(1).ok_or_else(missing)?;
        let instructed = order.line(line).ok_or_else(missing)?.amount_fen();
        let receipt = PaymentReceipt {
            order: word.batch.clone(),
            line,
            receipt: word.receipt.clone(),
            amount_fen: word.amount_fen.unwrap_or(instructed),
            effective_on: self.business_day()?,
            memo: word.memo.as_str().into(),
        };
        Ok(if word.paid {
            Action::ConfirmPayment(receipt)
        } else {
            Action::FailPayment(receipt)
        })
    }
}

/// One line of the treasury's file.
struct Word {
    /// Line of the file.
    line: u32,
    batch: OrderId,
    /// Line of the batch, from one.
    number: u32,
    /// As the receipt states it; that of the line when it comes by hand.
    amount_fen: Option<Fen>,
    paid: bool,
    receipt: String,
    memo: String,
}

/// Reads the file; every fault with its line and what would be right.
fn read_words(file: &str, rows: &[ingest::SheetLine]) -> Result<Vec<Word>, Error> {
    let mut faults = Vec::new();
    let fault = |line: u32, column: usize, message: String| {
        let place = Place {
            file: file.to_owned(),
            line,
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        };
        Diagnostic::error("receipt_invalid", place, message)
    };
    let head = rows
        .first()
        .map(|row| row.cells.as_slice())
        .unwrap_or_default();
    let places = HEADER.map(|name| head.iter().position(|cell| cell == name));
    for (name, place) in HEADER.iter().zip(&places) {
        if place.is_none() && !["部门代码", "部门名称"].contains(name) {
            let message = format!("缺少列“{name}” (missing column)");
            let help = "请用 hengxiang pay file 生成的清单 (use the file that `pay file` writes)";
            faults.push(fault(1, 0, message).with_help(help));
        }
    }
    let mut words = Vec::new();
    if faults.is_empty() {
        for row in rows.iter().skip(1) {
            match read_word(row, &places) {
                Ok(word) => words.extend(word),
                Err((column, message)) => faults.push(fault(row.line, column, message)),
            }
        }
    }
    if faults.is_empty() {
        Ok(words)
    } else {
        Err(Error::Diagnostics(faults))
    }
}

/// A line; none where the treasury has not answered yet.
fn read_word(
    row: &ingest::SheetLine,
    places: &[Option<usize>; 7],
) -> Result<Option<Word>, (usize, String)> {
    let cell = |field: usize| {
        let place = places.get(field).copied().flatten().unwrap_or(usize::MAX);
        (
            place,
            row.cells.get(place).map(String::as_str).unwrap_or_default(),
        )
    };
    let [
        (_, batch),
        (number_at, number),
        (amount_at, amount),
        (result_at, result),
        (receipt_at, receipt),
    ] = [0, 1, 4, 5, 6].map(cell);
    let paid = match result {
        "" => return Ok(None),
        PAID => true,
        FAILED => false,
        other => {
            return Err((
                result_at,
                format!("“{other}”应为“{PAID}”或“{FAILED}” (paid or failed)"),
            ));
        }
    };
    let number = number
        .parse()
        .map_err(|_| (number_at, format!("“{number}”不是行号 (not a line number)")))?;
    let amount: Fen = amount
        .parse()
        .map_err(|fault| (amount_at, format!("{fault}")))?;
    if receipt.is_empty() {
        return Err((receipt_at, "缺少回单号 (receipt number missing)".to_owned()));
    }
    Ok(Some(Word {
        line: row.line,
        batch: OrderId::new(batch),
        number,
        amount_fen: Some(amount),
        paid,
        receipt: receipt.to_owned(),
        memo: String::new(),
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn rows(text: &str) -> Vec<ingest::SheetLine> {
        ingest::sheet(ingest::Input {
            file_name: "r.csv",
            bytes: text.as_bytes(),
        })
        .unwrap()
    }

    #[test]
    fn a_filled_file_is_read_and_unanswered_lines_wait() {
        let text = "批次号,行号,部门代码,部门名称,金额(元),结果,回单号\n\
            p1,1,A,甲,1000.00,已支付,国库1\np1,2,B,乙,20.5,支付失败,退2\np1,3,C,丙,1.00,,\n";
        let words = read_words("r.csv", &rows(text)).unwrap();
        let found: Vec<_> = words
            .iter()
            .map(|word| {
                (
                    word.number,
                    word.amount_fen.unwrap().get(),
                    word.paid,
                    word.receipt.as_str(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [(1, 100_000, true, "国库1"), (2, 2_050, false, "退2")]
        );
    }

    #[test]
    fn every_fault_names_line_column_and_remedy() {
        let head = "批次号,行号,部门代码,部门名称,金额(元),结果,回单号\n";
        let text = format!(
            "{head}p1,x,A,甲,1.00,已支付,1\np1,1,A,甲,一,已支付,1\np1,1,A,甲,1.00,好,1\np1,1,A,甲,1.00,已支付,\n"
        );
        let Err(Error::Diagnostics(faults)) = read_words("r.csv", &rows(&text)) else {
            panic!("faults expected");
        };
        let places: Vec<_> = faults
            .iter()
            .map(|own| (own.place.line, own.place.column))
            .collect();
        assert_eq!(places, [(2, 2), (3, 5), (4, 6), (5, 7)]);
        let Err(Error::Diagnostics(faults)) = read_words("r.csv", &rows("批次号,行号\n"))
        else {
            panic!("faults expected");
        };
        assert_eq!(faults.len(), 3);
        assert!(faults[0].to_string().contains("金额(元)"));
    }
}
