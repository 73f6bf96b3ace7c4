//! A generated year in every format, read back by programs that nobody here wrote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

#[path = "../ledger/trial.rs"]
mod trial;
mod year;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use calamine::{Data, Reader as _, Xlsx};
use domain::{Fen, Period};
use ledger::{Body, Event, Scope};
use oracle::{Checker, DuckDb, Outcome, separator};
use tempfile::TempDir;

use crate::columns::{COLUMNS, Row, Value};
use crate::workbook::Book;
use crate::{Export, ExportError, Format, Out, Totals};

use year::year;

/// Events in the order in which exports take them.
fn dated(events: &[Event]) -> Vec<&Event> {
    let mut dated: Vec<&Event> = events.iter().collect();
    dated.sort_by_key(|event| match &event.body {
        Body::Posted(posted) => (Some(posted.transaction.effective_on), event.seq),
        _ => (None, event.seq),
    });
    dated
}

/// An export in a file of its own.
fn exported(format: Format, scope: &Scope, events: &[Event]) -> (TempDir, PathBuf, Totals) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("ledger.{}", format.name()));
    let out = Out::File(File::create(&path).unwrap());
    let mut export = Export::new(format, scope.clone(), out).unwrap();
    for event in dated(events) {
        export.take(event).unwrap();
    }
    let totals = export.finish().unwrap();
    (folder, path, totals)
}

fn text(format: Format, scope: &Scope, events: &[Event]) -> String {
    let (_folder, path, _) = exported(format, scope, events);
    fs::read_to_string(path).unwrap()
}

fn verdict(checker: &Checker, text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    fs::write(&path, text).unwrap();
    checker.check(&path)
}

fn scopes() -> Vec<Scope> {
    let month = |text: &str| Some(trial::period(text));
    let scope = Scope::default;
    vec![
        scope(),
        Scope {
            department: Some(trial::department(1)),
            ..scope()
        },
        Scope {
            account: Some("P:Payable".into()),
            ..scope()
        },
        Scope {
            account: Some("M".into()),
            ..scope()
        },
        Scope {
            from: month("2026-05"),
            to: month("2026-08"),
            ..scope()
        },
        Scope {
            department: Some(trial::department(2)),
            from: month("2026-12"),
            ..scope()
        },
        // Nothing was posted there yet, but balances stand.
        Scope {
            from: month("2027-06"),
            ..scope()
        },
        Scope {
            account: Some("P:Pay".into()),
            ..scope()
        },
    ]
}

/// The fen of an amount in a journal raised by one, wherever it stands in the line.
fn one_fen_more(line: &str, amount: &str) -> String {
    let fen: Fen = amount.parse().unwrap();
    let other = Fen::new(fen.get() + 1).to_plain();
    line.replacen(amount, &other, 1)
}

/// The text with another line at a place.
fn with_line(text: &str, at: usize, line: &str) -> String {
    let lines = text.lines().enumerate();
    let lines: Vec<&str> = lines
        .map(|(n, own)| if n == at { line } else { own })
        .collect();
    lines.join("\n") + "\n"
}

/// The amount of a posting, after its account.
fn amount(line: &str) -> Option<&str> {
    let posting = line.strip_prefix("  ")?.trim_start();
    if !posting.contains("  ") || posting.starts_with(';') {
        return None;
    }
    posting
        .split_once("  ")?
        .1
        .split_once(" CNY")
        .map(|(amount, _)| amount)
}

fn accepts_the_year_and_finds_one_fen(checker: &Checker, format: Format) {
    let events = year().events;
    for scope in scopes() {
        let text = text(format, &scope, &events);
        let said = verdict(checker, &text);
        assert_eq!(said, Ok(()), "{scope}\n{text}");
    }
    let whole = text(format, &Scope::default(), &events);
    let postings: Vec<(usize, &str)> = whole
        .lines()
        .enumerate()
        .filter(|(_, line)| amount(line).is_some_and(|amount| amount != "0.00"))
        .collect();
    assert!(postings.len() > 500, "{}", postings.len());
    for (at, line) in postings.iter().step_by(postings.len() / 5) {
        let changed = one_fen_more(line, amount(line).unwrap());
        assert!(
            verdict(checker, &with_line(&whole, *at, &changed)).is_err(),
            "{line}"
        );
    }
    // Both legs of a transaction, which still sums to zero.
    let pair = postings.windows(2).find(|pair| {
        let fen = |at: usize| amount(pair[at].1).unwrap().parse::<Fen>().unwrap();
        pair[0].0 + 1 == pair[1].0 && fen(0) == fen(1).negated()
    });
    let [(first, debit), (second, credit)] = pair.unwrap() else {
        unreachable!()
    };
    let more = one_fen_more(debit, amount(debit).unwrap());
    let against: Fen = amount(credit).unwrap().parse().unwrap();
    let less = credit.replacen(
        amount(credit).unwrap(),
        &Fen::new(against.get() - 1).to_plain(),
        1,
    );
    let changed = with_line(&with_line(&whole, *first, &more), *second, &less);
    let said = verdict(checker, &changed).unwrap_err().to_lowercase();
    assert!(said.contains("balance"), "{said}");
}

#[test]
fn hledger_accepts_the_year_and_refuses_it_with_one_fen_changed() {
    let Some(checker) = Checker::hledger() else {
        return;
    };
    accepts_the_year_and_finds_one_fen(&checker, Format::Hledger);
}

#[test]
fn beancount_accepts_the_year_and_refuses_it_with_one_fen_changed() {
    let Some(checker) = Checker::beancount() else {
        return;
    };
    accepts_the_year_and_finds_one_fen(&checker, Format::Beancount);
    let whole = text(Format::Beancount, &Scope::default(), &year().events);
    let assertions = whole
        .lines()
        .filter(|line| line.contains(" balance "))
        .count();
    assert!(assertions > 12 * 20, "{assertions}");
}

#[test]
fn a_departments_journal_shows_nothing_of_others() {
    let events = year().events;
    for format in [Format::Hledger, Format::Beancount, Format::Csv] {
        let scope = Scope {
            department: Some(trial::department(1)),
            ..Scope::default()
        };
        let text = text(format, &scope, &events);
        for other in ["D2", "D3", "Available", "Treasury"] {
            assert!(!text.contains(other), "{} {other}", format.name());
        }
        assert!(text.contains("D1"));
    }
}

/// All cells of all postings, as text.
fn cells(events: &[Event]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for event in dated(events) {
        let Body::Posted(posted) = &event.body else {
            continue;
        };
        for (leg_index, posting) in (0_i64..).zip(posted.postings()) {
            let row = Row {
                event,
                transaction: &posted.transaction,
                leg_index,
                posting,
            };
            let cells = COLUMNS.iter().map(|column| {
                let value = (column.cell)(&row);
                assert!(column.optional || value != Value::Empty, "{}", column.name);
                match value {
                    Value::Empty => String::new(),
                    Value::Text(text) => text.into_owned(),
                    Value::Whole(number) => number.to_string(),
                    Value::Day(day) => day.to_string(),
                    Value::Instant(at) => at.to_string(),
                    Value::Yuan(amount) => amount.to_plain(),
                }
            });
            rows.push(cells.collect());
        }
    }
    rows
}

#[test]
fn csv_holds_every_cell() {
    let events = year().events;
    let (_folder, path, totals) = exported(Format::Csv, &Scope::default(), &events);
    let mut reader = csv::Reader::from_path(path).unwrap();
    let heads: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        heads,
        COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>()
    );
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let mut expected = cells(&events);
    for cell in expected.iter_mut().flatten() {
        // What a spreadsheet would run is kept from it.
        if cell.starts_with('=') {
            cell.insert(0, '\'');
        }
    }
    assert_eq!(rows, expected);
    assert_eq!(totals.postings, u64::try_from(rows.len()).unwrap());
    assert_eq!(totals.debit_fen, -totals.credit_fen);
}

#[test]
fn a_workbook_holds_every_amount() {
    let events = year().events;
    let (_folder, path, totals) = exported(Format::Xlsx, &Scope::default(), &events);
    let mut book: Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = book.worksheet_range("分录1").unwrap();
    let at = |name: &str| {
        COLUMNS
            .iter()
            .position(|column| column.name == name)
            .unwrap()
    };
    let (fen, yuan, account) = (at("amount_fen"), at("amount_yuan"), at("account"));
    let (mut debits, mut texts) = (0_i128, 0);
    let expected = cells(&events);
    assert_eq!(range.height(), expected.len() + 1);
    for (row, cells) in range.rows().skip(1).zip(&expected) {
        assert_eq!(row[account].to_string(), cells[account]);
        texts += usize::from(matches!(row[fen], Data::String(_)));
        assert_eq!(row[fen].to_string(), cells[fen]);
        let shown: Fen = row[yuan].to_string().parse().unwrap();
        assert_eq!(shown.to_plain(), cells[yuan]);
        debits += i128::from(shown.get().max(0));
    }
    assert_eq!(debits, totals.debit_fen);
    assert_eq!(texts, 2, "the amount of sixteen digits");
}

#[test]
fn a_workbook_goes_on_in_the_next_sheet() {
    let events = year().events;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.xlsx");
    let mut book = Book::with_rows(File::create(&path).unwrap(), 100).unwrap();
    let mut count = 0;
    for event in &events {
        let Body::Posted(posted) = &event.body else {
            continue;
        };
        for (leg_index, posting) in (0_i64..).zip(posted.postings()) {
            let transaction = &posted.transaction;
            book.take(&Row {
                event,
                transaction,
                leg_index,
                posting,
            })
            .unwrap();
            count += 1;
        }
    }
    book.finish(&Scope::default(), &Totals::default()).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook(path).unwrap();
    let names = book.sheet_names();
    let rows = names
        .iter()
        .skip(1)
        .map(|name| book.worksheet_range(name).unwrap().height() - 1);
    let rows: Vec<usize> = rows.collect();
    assert_eq!(rows.iter().sum::<usize>(), count);
    assert!(rows.len() > 2 && rows.iter().rev().skip(1).all(|rows| *rows == 100));
}

fn rows_of(duckdb: &DuckDb, path: &std::path::Path, query: &str) -> Vec<Vec<String>> {
    let script = format!(
        "CREATE VIEW t AS SELECT * FROM read_parquet('{}')",
        path.display()
    );
    let outcomes = duckdb.run(&script, &[query.to_owned()]);
    let Outcome::Rows(rows) = &outcomes[0] else {
        panic!("{outcomes:?}")
    };
    let rows = rows
        .iter()
        .map(|row| row.split(separator()).map(str::to_owned).collect());
    rows.collect()
}

#[test]
fn duckdb_reads_every_cell_of_the_parquet_file() {
    let Some(duckdb) = DuckDb::new() else { return };
    let trial = year();
    let (_folder, path, totals) = exported(Format::Parquet, &Scope::default(), &trial.events);
    let shown = COLUMNS.iter().map(|column| match column.name {
        "recorded_at" => "strftime(recorded_at, '%Y-%m-%dT%H:%M:%S.%fZ')".to_owned(),
        name => format!("CAST({name} AS VARCHAR)"),
    });
    let query = format!("SELECT {} FROM t", shown.collect::<Vec<_>>().join(", "));
    assert_eq!(rows_of(&duckdb, &path, &query), cells(&trial.events));

    let types = rows_of(
        &duckdb,
        &path,
        "SELECT DISTINCT typeof(amount_fen), typeof(amount_yuan), typeof(effective_on) FROM t",
    );
    assert_eq!(types, [["BIGINT", "DECIMAL(18,2)", "DATE"]]);
    let sums = rows_of(
        &duckdb,
        &path,
        "SELECT count(*), sum(amount_fen) FILTER (amount_fen > 0), \
         sum(amount_yuan) FILTER (amount_yuan < 0), count(DISTINCT seq) FROM t",
    );
    assert_eq!(
        sums,
        [[
            totals.postings.to_string(),
            totals.debit_fen.to_string(),
            crate::yuan(totals.credit_fen),
            totals.transactions.to_string(),
        ]]
    );
    let balances = rows_of(
        &duckdb,
        &path,
        "SELECT account, sum(amount_fen), arg_max(balance_after_fen, account_seq) FROM t GROUP BY 1",
    );
    let found: BTreeMap<String, (String, String)> = balances
        .into_iter()
        .map(|row| (row[0].clone(), (row[1].clone(), row[2].clone())))
        .collect();
    let expected = trial.books.accounts().map(|(account, at)| {
        let fen = at.balance_fen.get().to_string();
        (account.code(), (fen.clone(), fen))
    });
    assert_eq!(found, expected.collect());
}

#[test]
fn parquet_goes_on_in_the_next_row_group() {
    let Some(duckdb) = DuckDb::new() else { return };
    let events = year().events;
    let many: Vec<Event> = events
        .iter()
        .cycle()
        .take(events.len() * 80)
        .cloned()
        .collect();
    let (_folder, path, totals) = exported(Format::Parquet, &Scope::default(), &many);
    assert!(totals.postings > 65_536, "{}", totals.postings);
    let found = rows_of(
        &duckdb,
        &path,
        "SELECT count(*), count(order_id), sum(amount_fen) FILTER (amount_fen > 0) FROM t",
    );
    let orders = cells(&events)
        .iter()
        .filter(|row| !row[23].is_empty())
        .count()
        * 80;
    let (debits, postings) = (totals.debit_fen, totals.postings);
    assert_eq!(
        found,
        [[postings.to_string(), orders.to_string(), debits.to_string()]]
    );
    let (_folder, path, _) = exported(Format::Parquet, &Scope::default(), &[]);
    assert_eq!(rows_of(&duckdb, &path, "SELECT count(*) FROM t"), [["0"]]);
}

#[test]
fn ranges_begin_with_what_was_before_them() {
    let events = year().events;
    let (first, last) = (trial::period("2026-05"), trial::period("2026-08"));
    let scope = Scope {
        from: Some(first),
        to: Some(last),
        ..Scope::default()
    };
    let text = text(Format::Hledger, &scope, &events);
    let mut balances: BTreeMap<&str, i64> = BTreeMap::new();
    for line in text.lines() {
        let Some(amount) = amount(line) else { continue };
        let account = line.trim().split_once("  ").unwrap().0;
        *balances.entry(account).or_default() += amount.parse::<Fen>().unwrap().get();
    }
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for event in &events {
        let Body::Posted(posted) = &event.body else {
            continue;
        };
        if posted.transaction.period > last {
            continue;
        }
        for posting in posted.postings() {
            *expected.entry(posting.account.code()).or_default() += posting.amount_fen.get();
        }
    }
    for (account, fen) in expected {
        assert_eq!(
            balances.get(account.as_str()).copied().unwrap_or_default(),
            fen,
            "{account}"
        );
    }
    assert!(text.contains("期初结转"));
    let outside = |month: Period| !text.contains(&format!("\n{month}-"));
    assert!(outside(first.prev()) && outside(last.next()));
}

#[test]
fn formats_that_are_not_text_ask_for_a_file() {
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
        let stream = Out::Stream(Box::new(std::io::sink()));
        let begun = Export::new(format, Scope::default(), stream);
        let is_text = !matches!(format, Format::Xlsx | Format::Parquet);
        assert_eq!(begun.is_ok(), is_text, "{}", format.name());
        if let Err(error) = begun {
            assert!(matches!(error, ExportError::NeedsFile { .. }));
            assert!(error.to_string().contains("--out"));
        }
    }
    let error = "ods".parse::<Format>().unwrap_err();
    assert!(error.to_string().contains("hledger、beancount"));
}
