//! Bulk upsert of facts by natural key, the same for every table and both databases.
//!
//! A row whose key is there with other values replaces it: the later file wins, and the change is
//! counted. A row that is there already keeps one owner whatever the order of imports: of two
//! files that say the same, the one with the smaller digest. So equal data is equal bytes.

use diesel::prelude::*;

use crate::batches::BatchId;
use crate::conn::AnyConn;
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

    /// Inserts rows of distinct keys and replaces those that differ; how many rows it touched.
    fn insert_or_replace(conn: &mut AnyConn, rows: &[Self]) -> QueryResult<usize>;

    /// Takes over rows, known to be there, from files whose digest is greater than the one given.
    fn take_over(conn: &mut AnyConn, rows: &[Self], sha256: &str) -> QueryResult<usize>;

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
        touched += T::Row::insert_or_replace(conn, chunk)?;
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
            T::Row::take_over(conn, chunk, &sha256)?;
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

diesel::infix_operator!(DistinctFrom, " IS DISTINCT FROM ");

/// An upsert of the values given that replaces the columns listed where the condition holds.
#[macro_export]
macro_rules! upsert_statement {
    ($table:ident, $rows:expr, [$($key:ident)*], [$($set:ident)*], $condition:expr) => {
        diesel::query_dsl::methods::FilterDsl::filter(
            diesel::insert_into($crate::schema::$table::table)
                .values($rows)
                .on_conflict(($($crate::schema::$table::$key,)*))
                .do_update()
                .set(($(
                    $crate::schema::$table::$set
                        .eq(diesel::upsert::excluded($crate::schema::$table::$set)),
                )*)),
            $condition,
        )
    };
}

/// Runs a conditional upsert of many rows: PostgreSQL takes them in one statement; Diesel cannot
/// say that to SQLite, whose single-row statements are prepared once and cost no round trip.
#[macro_export]
macro_rules! upsert_rows {
    ($conn:expr, $rows:expr, $table:ident, $key:tt, $set:tt, $condition:expr) => {
        match $conn {
            $crate::AnyConn::Pg(pg) => {
                $crate::upsert_statement!($table, $rows, $key, $set, $condition).execute(pg)
            }
            $crate::AnyConn::Sqlite(sqlite) => {
                let mut touched = 0;
                for row in $rows {
                    touched += $crate::upsert_statement!($table, row, $key, $set, $condition)
                        .execute(sqlite)?;
                }
                Ok(touched)
            }
        }
    };
}

/// Declares the row of a fact table: its natural key, its values, and where it was read.
#[macro_export]
macro_rules! fact_row {
    (
        $(#[$doc:meta])*
        $row:ident of $table:ident {
            key { $($key:ident: $key_type:ty),* $(,)? }
            values { $first:ident: $first_type:ty $(, $value:ident: $value_type:ty)* $(,)? }
            source { $($source:ident),* $(,)? }
        }
        $(reconcile $reconcile:path)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, diesel::Insertable, diesel::Queryable, diesel::Selectable)]
        #[diesel(table_name = $crate::schema::$table, treat_none_as_default_value = false)]
        pub(crate) struct $row {
            $(pub(crate) $key: $key_type,)*
            pub(crate) $first: $first_type,
            $(pub(crate) $value: $value_type,)*
            $(pub(crate) $source: i64,)*
        }

        impl $crate::upsert::FactRow for $row {
            type Key<'a> = ($(&'a $key_type,)*);

            fn key(&self) -> Self::Key<'_> {
                ($(&self.$key,)*)
            }

            fn same_values(&self, other: &Self) -> bool {
                self.$first == other.$first $(&& self.$value == other.$value)*
            }

            fn count(conn: &mut $crate::AnyConn) -> diesel::QueryResult<i64> {
                use diesel::{QueryDsl, RunQueryDsl};
                $crate::schema::$table::table.count().get_result(conn)
            }

            fn insert_or_replace(
                conn: &mut $crate::AnyConn,
                rows: &[Self],
            ) -> diesel::QueryResult<usize> {
                use diesel::upsert::excluded;
                #[allow(unused_imports, reason = "a table with one value joins no conditions")]
                use diesel::BoolExpressionMethods;
                use diesel::{ExpressionMethods, RunQueryDsl};
                use $crate::schema::$table as table;
                use $crate::upsert::DistinctFrom;
                $crate::upsert_rows!(
                    conn,
                    rows,
                    $table,
                    [$($key)*],
                    [$first $($value)* $($source)*],
                    DistinctFrom::new(table::$first, excluded(table::$first))
                        $(.or(DistinctFrom::new(table::$value, excluded(table::$value))))*
                )
            }

            fn take_over(
                conn: &mut $crate::AnyConn,
                rows: &[Self],
                sha256: &str,
            ) -> diesel::QueryResult<usize> {
                use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
                use $crate::schema::batches;
                $crate::upsert_rows!(
                    conn,
                    rows,
                    $table,
                    [$($key)*],
                    [$($source)*],
                    $crate::schema::$table::batch_id.eq_any(
                        batches::table
                            .filter(batches::sha256.gt(sha256))
                            .select(batches::id)
                    )
                )
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
