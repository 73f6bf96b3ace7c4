//! The crate `doubleentry` at its best: no memo and no dimensions, which would be rows of their own;
//! the limits of accounts are the guards that ours have.

use std::time::{Duration, Instant};

use doubleentry::prelude::*;
use doubleentry::store::{SqlOptions, SqlStore, Store};
use doubleentry::{AccountSpec, BalanceLimit, currency::CNY};
use tokio::runtime::Runtime;

use crate::{Failure, Keeper, Size, Task};

/// The components of compensation.
const COMPONENTS: [&str; 2] = ["cost", "reward"];
/// What a line has to give, fen.
const GRANT_FEN: i128 = 1_000_000_000_000;
/// What a single transaction moves, fen.
const SINGLE_FEN: i128 = 100;

struct Books<S: Store<2>> {
    runtime: Runtime,
    ledger: Ledger<S>,
    size: Size,
    rounds: i128,
}

/// Books in a SQLite file, or in a schema of PostgreSQL.
pub fn keeper(url: &str, size: Size) -> Result<Box<dyn Keeper>, Failure> {
    let runtime = Runtime::new()?;
    if url.starts_with("postgres") {
        let options = SqlOptions {
            schema: format!("doubleentry_{}", std::process::id()),
            ..SqlOptions::default()
        };
        let store = runtime.block_on(SqlStore::postgres_with(url, options))?;
        return Ok(Box::new(Books::begin(runtime, store, size)?));
    }
    let store = runtime.block_on(SqlStore::sqlite(&format!("sqlite://{url}?mode=rwc")))?;
    Ok(Box::new(Books::begin(runtime, store, size)?))
}

impl<S: Store<2>> Books<S> {
    fn begin(runtime: Runtime, store: S, size: Size) -> Result<Self, Failure> {
        let ledger = runtime.block_on(async {
            let ledger = Ledger::new(store, LedgerId::new("example.com/bench")?).await?;
            let on = date!("2026-01-01");
            ledger.declare_currency(CNY, 2, on).await?;
            ledger.define_months(2026, 1..=12).await?;
            let open = async |path: String, kind, limit| {
                let spec = AccountSpec::new(path, kind, on);
                let spec = match limit {
                    Some(limit) => spec.limit(limit),
                    None => spec,
                };
                ledger.register(spec).await
            };
            for line in 0..size.lines {
                open(
                    format!("Equity:Authority:{line}"),
                    AccountKind::Equity,
                    Some(BalanceLimit::NoDebitBalance),
                )
                .await?;
                for name in ["Available", "Reserved", "Encumbered"] {
                    open(
                        format!("Assets:{name}:{line}"),
                        AccountKind::Asset,
                        Some(BalanceLimit::NoCreditBalance),
                    )
                    .await?;
                }
                open(
                    format!("Expenses:Compensation:{line}"),
                    AccountKind::Expense,
                    None,
                )
                .await?;
            }
            for department in 0..size.departments {
                open(
                    payable(department),
                    AccountKind::Liability,
                    Some(BalanceLimit::NoDebitBalance),
                )
                .await?;
            }
            for line in 0..size.lines {
                let grant = Entry::new(format!("appropriate/{line}"), date!("2026-03-05"));
                ledger
                    .record(moved(
                        grant,
                        &format!("Assets:Available:{line}"),
                        &format!("Equity:Authority:{line}"),
                        GRANT_FEN,
                    )?)
                    .await?;
            }
            Ok::<_, Failure>(ledger)
        })?;
        Ok(Self {
            runtime,
            ledger,
            size,
            rounds: 0,
        })
    }

    /// The entries of a month, kept back until the clock runs: reserves, then accruals.
    fn month(&self) -> Result<[Vec<Entry>; 2], Failure> {
        let on = date!("2026-03-31");
        let (mut reserves, mut accruals) = (Vec::new(), Vec::new());
        let mut index = 0_i128;
        for department in 0..self.size.departments {
            for line in 0..self.size.lines {
                for component in COMPONENTS {
                    let fen = 100 + index * 37 % 900;
                    index += 1;
                    let key = |kind: &str| {
                        format!("{kind}/{}#1/{department}/{line}/{component}", self.rounds)
                    };
                    let [available, reserved, encumbered] = ["Available", "Reserved", "Encumbered"]
                        .map(|name| format!("Assets:{name}:{line}"));
                    reserves.push(moved(
                        Entry::new(key("reserve"), on),
                        &reserved,
                        &available,
                        fen,
                    )?);
                    let accrual =
                        moved(Entry::new(key("accrue"), on), &encumbered, &reserved, fen)?;
                    accruals.push(moved(
                        accrual,
                        &format!("Expenses:Compensation:{line}"),
                        &payable(department),
                        fen,
                    )?);
                }
            }
        }
        Ok([reserves, accruals])
    }
}

fn payable(department: usize) -> String {
    format!("Liabilities:Payable:{department:05}")
}

fn moved(entry: Entry, debit: &str, credit: &str, fen: i128) -> Result<Entry, Failure> {
    let amount = Amount::from_minor(fen)?;
    Ok(entry.debit(debit, amount, CNY).credit(credit, amount, CNY))
}

impl<S: Store<2>> Keeper for Books<S> {
    fn round(&mut self, task: Task) -> Result<Vec<Duration>, Failure> {
        self.rounds += 1;
        if task == Task::Month {
            let entries = self.month()?;
            let start = Instant::now();
            for batch in entries {
                self.runtime.block_on(self.ledger.record_batch(batch))?;
            }
            return Ok(vec![start.elapsed()]);
        }
        let mut times = Vec::with_capacity(self.size.calls);
        for call in 0..self.size.calls {
            let entry = Entry::new(format!("amend/{}/{call}", self.rounds), date!("2026-03-31"));
            let entry = moved(
                entry,
                "Assets:Available:0",
                "Equity:Authority:0",
                SINGLE_FEN,
            )?;
            let start = Instant::now();
            self.runtime.block_on(self.ledger.record(entry))?;
            times.push(start.elapsed());
        }
        Ok(times)
    }

    fn answers(&mut self, task: Task, first: usize) -> Result<Vec<i128>, Failure> {
        let net = |account: String| {
            let all = BalanceQuery::all();
            let balance = self
                .runtime
                .block_on(self.ledger.balance(account, CNY, &all));
            balance.map(|balance| balance.net().to_minor())
        };
        if task == Task::Single {
            let calls = i128::try_from(self.size.calls)?;
            let added = net("Assets:Available:0".to_owned())? - GRANT_FEN;
            return Ok(vec![added / (self.rounds * calls)]);
        }
        (0..first.min(self.size.departments))
            .map(|department| Ok(-net(payable(department))? / self.rounds))
            .collect()
    }
}
