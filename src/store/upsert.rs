//! Bulk upsert of facts by natural key, the same for every table and both databases.
//!
//! A row whose key is there with other values replaces it: the later file wins, and the change is
//! counted. A row that is there already keeps one owner whatever the order of imports: of two
//! files that say the same, the one with the smaller digest. So equal data is equal bytes.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Text;

use crate::batches::BatchId;
use crate::conn::{AnyConn, MultiBackend};
use crate::error::StoreError;
use crate::schema::batches;

/// Rows a statement. The widest table has 15 columns, so that 500 rows stay well under the limits
/// of bound values: 32,766 of SQLite, 65,535 of PostgreSQL.
pub(crate) const ROWS_PER_STATEMENT: usize = 500;

/// What an import did to a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    /// Rows with a key that was not there.
    pub new: u64,
    /// Rows whose key was there with other values.
    pub changed: u64,
    /// Rows that were there already.
    pub unchanged: u64,
}

impl Upserted {
    /// Rows in all.
    pub const fn total(self) -> u64 {
        self.new + self.changed + self.unchanged
    }
}

/// A domain value that is a row of a table.
pub(crate) trait Fact: Sized {
    /// Its row.
    type Row: FactRow;

    /// The value as a row of the batch.
    fn to_row(&self, batch: BatchId) -> Result<Self::Row, StoreError>;

    /// The value of a row.
    fn from_row(row: Self::Row) -> Result<Self, StoreError>;
}

/// A row with a natural key. Implemented by [`fact_row!`](crate::fact_row).
pub(crate) trait FactRow: Sized {
    /// The natural key.
    type Key<'a>: Ord
    where
        Self: 'a;

    /// The natural key.
    fn key(&self) -> Self::Key<'_>;

    /// Whether the values, source aside, are equal.
    fn same_values(&self, other: &Self) -> bool;

    /// Rows of the table.
    fn count(conn: &mut AnyConn) -> QueryResult<i64>;

    /// Name of the table.
    const TABLE: &'static str;
    /// Columns of the natural key.
    const KEY: &'static [&'static str];
    /// Columns of the values.
    const VALUES: &'static [&'static str];
    /// Columns that tell where the row was read, the batch first.
    const SOURCE: &'static [&'static str];

    /// Binds the columns in the order of the constants above, with commas between.
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, MultiBackend>) -> QueryResult<()>;

    /// What to write instead, given what is there already; for rows that complete each other.
    fn reconcile(_conn: &mut AnyConn, rows: Vec<Self>) -> Result<Vec<Self>, StoreError> {
        Ok(rows)
    }
}

/// Writes the facts of a batch.
pub(crate) fn upsert<T: Fact>(
    conn: &mut AnyConn,
    batch: BatchId,
    facts: &[T],
) -> Result<Upserted, StoreError> {
    let rows: Vec<T::Row> = facts
        .iter()
        .map(|fact| fact.to_row(batch))
        .collect::<Result<_, _>>()?;
    let (rows, mut done) = keep_last(rows);
    let rows = T::Row::reconcile(conn, rows)?;

    let before = T::Row::count(conn)?;
    let mut touched = 0;
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        touched += BulkUpsert::replacing(chunk).execute(conn)?;
    }
    let new = (T::Row::count(conn)? - before).unsigned_abs();
    let changed = (touched as u64).saturating_sub(new);
    done.new += new;
    done.changed += changed;
    done.unchanged += (rows.len() - touched) as u64;

    if touched < rows.len() {
        let sha256: String = batches::table
            .find(batch.cell())
            .select(batches::sha256)
            .first(conn)?;
        for chunk in rows.chunks(ROWS_PER_STATEMENT) {
            BulkUpsert::taking_over(chunk, &sha256).execute(conn)?;
        }
    }
    Ok(done)
}

/// One row a key, the last one, sorted by key: one statement must not touch a row twice, and
/// sorted keys fill the index in order. What was dropped is counted as if written one by one.
fn keep_last<R: FactRow>(mut rows: Vec<R>) -> (Vec<R>, Upserted) {
    let mut done = Upserted::default();
    rows.sort_by(|a, b| a.key().cmp(&b.key()));
    let mut kept: Vec<R> = Vec::with_capacity(rows.len());
    for row in rows {
        match kept.last_mut() {
            Some(last) if last.key() == row.key() => {
                if last.same_values(&row) {
                    done.unchanged += 1;
                } else {
                    done.changed += 1;
                    *last = row;
                }
            }
            _ => kept.push(row),
        }
    }
    (kept, done)
}

/// One statement that upserts many rows. Diesel's own cannot say «many rows, and only where they
/// differ» to SQLite; this is the same text for both databases.
struct BulkUpsert<'a, R> {
    rows: &'a [R],
    /// Columns that are replaced.
    set: Vec<&'static str>,
    /// The digest that the owner of the row must exceed; without one, the values must differ.
    owner_after: Option<&'a str>,
}

impl<'a, R: FactRow> BulkUpsert<'a, R> {
    /// Inserts rows of distinct keys and replaces those that differ.
    fn replacing(rows: &'a [R]) -> Self {
        Self {
            rows,
            set: [R::VALUES, R::SOURCE].concat(),
            owner_after: None,
        }
    }

    /// Takes over rows, known to be there, from files whose digest is greater than the one given.
    fn taking_over(rows: &'a [R], sha256: &'a str) -> Self {
        Self {
            rows,
            set: R::SOURCE.to_vec(),
            owner_after: Some(sha256),
        }
    }
}

impl<R: FactRow> QueryFragment<MultiBackend> for BulkUpsert<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        // Full statements of a table are the same text; odd ones would fill the cache.
        if self.rows.len() != ROWS_PER_STATEMENT {
            out.unsafe_to_cache_prepared();
        }
        let table = R::TABLE;
        let columns = [R::KEY, R::VALUES, R::SOURCE].concat();
        out.push_sql(&format!("INSERT INTO {table} ({}) VALUES ", list(&columns)));
        for (index, row) in self.rows.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            row.bind(&mut out)?;
            out.push_sql(")");
        }
        let set = each(&self.set, ", ", |name| format!("{name} = excluded.{name}"));
        let key = list(R::KEY);
        out.push_sql(&format!(" ON CONFLICT ({key}) DO UPDATE SET {set} WHERE "));
        if let Some(sha256) = &self.owner_after {
            out.push_sql(&format!(
                "{table}.batch_id IN (SELECT id FROM batches WHERE sha256 > "
            ));
            out.push_bind_param::<Text, &str>(sha256)?;
            out.push_sql(")");
        } else {
            out.push_sql(&each(R::VALUES, " OR ", |name| {
                format!("{table}.{name} IS DISTINCT FROM excluded.{name}")
            }));
        }
        Ok(())
    }
}

impl<R> QueryId for BulkUpsert<'_, R> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<R, C> RunQueryDsl<C> for BulkUpsert<'_, R> {}

/// The quoted names, with commas between.
fn list(names: &[&str]) -> String {
    each(names, ", ", str::to_owned)
}

/// What is said of each quoted name, with the separator between.
fn each(names: &[&str], separator: &str, say: impl Fn(&str) -> String) -> String {
    let said: Vec<String> = names
        .iter()
        .map(|name| say(&format!("\"{name}\"")))
        .collect();
    said.join(separator)
}

/// Declares the row of a fact table: its natural key, its values, and where it was read.
#[macro_export]
macro_rules! fact_row {
    (
        $(#[$doc:meta])*
        $row:ident of $table:ident {
            key { $($key:ident: $key_type:ty),* $(,)? }
            values { $($value:ident: $value_type:ty),* $(,)? }
            source { $batch:ident $(, $line:ident)* $(,)? }
        }
        $(reconcile $reconcile:path)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, diesel::Queryable, diesel::Selectable)]
        #[diesel(table_name = $crate::schema::$table)]
        pub(crate) struct $row {
            $(pub(crate) $key: $key_type,)*
            $(pub(crate) $value: $value_type,)*
            pub(crate) $batch: i64,
            $(pub(crate) $line: i64,)*
        }

        impl $crate::upsert::FactRow for $row {
            type Key<'a> = ($(&'a $key_type,)*);

            fn key(&self) -> Self::Key<'_> {
                ($(&self.$key,)*)
            }

            fn same_values(&self, other: &Self) -> bool {
                $(self.$value == other.$value)&&*
            }

            fn count(conn: &mut $crate::AnyConn) -> diesel::QueryResult<i64> {
                use diesel::{QueryDsl, RunQueryDsl};
                $crate::schema::$table::table.count().get_result(conn)
            }

            const TABLE: &'static str = stringify!($table);
            const KEY: &'static [&'static str] = &[$(stringify!($key)),*];
            const VALUES: &'static [&'static str] = &[$(stringify!($value)),*];
            const SOURCE: &'static [&'static str] =
                &[stringify!($batch) $(, stringify!($line))*];

            fn bind<'b>(
                &'b self,
                out: &mut diesel::query_builder::AstPass<'_, 'b, $crate::conn::MultiBackend>,
            ) -> diesel::QueryResult<()> {
                use diesel::Expression;
                use $crate::schema::$table as table;
                $(
                    out.push_bind_param::<<table::$key as Expression>::SqlType, _>(&self.$key)?;
                    out.push_sql(", ");
                )*
                $(
                    out.push_bind_param::<<table::$value as Expression>::SqlType, _>(&self.$value)?;
                    out.push_sql(", ");
                )*
                out.push_bind_param::<<table::$batch as Expression>::SqlType, _>(&self.$batch)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<<table::$line as Expression>::SqlType, _>(&self.$line)?;
                )*
                Ok(())
            }

            $(fn reconcile(
                conn: &mut $crate::AnyConn,
                rows: Vec<Self>,
            ) -> Result<Vec<Self>, $crate::StoreError> {
                $reconcile(conn, rows)
            })?
        }
    };
}
