//! Whether the schema is the one that the migrations of this program make: every table, column,
//! constraint, index, view, function and trigger, by its definition.
//!
//! What is expected is not a list that somebody keeps up: the migrations are run on an empty database
//! beside it (SQLite: in memory; PostgreSQL: in a schema of its own, in a transaction that is rolled
//! back), and both are asked what they hold in the same words.

use std::collections::BTreeMap;
use std::fmt;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::migrate;
use crate::pool::Store;

/// An object of the schema that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Its kind and name, such as `trigger txns_next`.
    pub object: String,
    /// What is wrong with it.
    pub kind: DriftKind,
}

/// What can be wrong with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftKind {
    /// It is not there.
    Missing,
    /// No migration makes it.
    Unknown,
    /// Its definition is another one, or it is switched off.
    Differs,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DriftKind::Missing => "缺失 (missing)",
            DriftKind::Unknown => "非本程序所建 (of no migration)",
            DriftKind::Differs => "定义不符或已停用 (differs, or is disabled)",
        };
        write!(f, "{}：{what}", self.object)
    }
}

/// Definitions by kind and name.
type Objects = BTreeMap<String, String>;

#[derive(QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    object: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

/// Objects that SQLite and Diesel look after themselves are left out.
const SQLITE_OBJECTS: &str = "\
    SELECT type || ' ' || name AS object, coalesce(sql, '') AS definition FROM sqlite_schema \
    WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name <> '__diesel_schema_migrations'";

/// Names of the schema itself are taken out of definitions by [`postgres_objects`].
const PG_OBJECTS: &str = "\
    WITH own AS ( \
        SELECT oid, relname, relkind, relpersistence, relrowsecurity FROM pg_class \
        WHERE relnamespace = current_schema()::regnamespace \
          AND relname NOT LIKE '\\_\\_diesel%' \
    ) \
    SELECT 'relation ' || relname AS object, \
        concat_ws(' ', relkind, relpersistence, relrowsecurity) AS definition \
    FROM own WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') \
    UNION ALL \
    SELECT 'column ' || relname || '.' || attname, \
        concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, \
            pg_get_expr(adbin, adrelid)) \
    FROM own JOIN pg_attribute ON attrelid = own.oid \
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum \
    WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped \
    UNION ALL \
    SELECT 'constraint ' || relname || '.' || conname, \
        pg_get_constraintdef(c.oid) || CASE WHEN convalidated THEN '' ELSE ' not valid' END \
    FROM own JOIN pg_constraint c ON conrelid = own.oid \
    UNION ALL \
    SELECT 'index ' || i.relname, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid) \
    FROM own JOIN pg_index ON indrelid = own.oid JOIN pg_class i ON i.oid = indexrelid \
    UNION ALL \
    SELECT 'view ' || relname, pg_get_viewdef(oid) FROM own WHERE relkind IN ('v', 'm') \
    UNION ALL \
    SELECT 'rule ' || relname || '.' || rulename, pg_get_ruledef(r.oid) \
    FROM own JOIN pg_rewrite r ON ev_class = own.oid WHERE rulename <> '_RETURN' \
    UNION ALL \
    SELECT 'trigger ' || tgname, concat_ws(' ', tgenabled, pg_get_triggerdef(t.oid)) \
    FROM own JOIN pg_trigger t ON tgrelid = own.oid WHERE NOT tgisinternal \
    UNION ALL \
    SELECT 'function ' || proname || '(' || pg_get_function_identity_arguments(oid) || ')', \
        concat_ws(' ', provolatile, prosecdef, proconfig, prosrc) \
    FROM pg_proc WHERE pronamespace = current_schema()::regnamespace";

/// What of the schema is not as the migrations make it; nothing where all is.
pub fn schema_drift(store: &Store) -> Result<Vec<Drift>, StoreError> {
    let (expected, found) = store.beside(|conn| match conn {
        AnyConn::Sqlite(_) => {
            let found = objects_of(conn, SQLITE_OBJECTS)?;
            let mut beside = AnyConn::in_memory()?;
            migrate::run_all(&mut beside)?;
            Ok((objects_of(&mut beside, SQLITE_OBJECTS)?, found))
        }
        AnyConn::Pg(_) => {
            let found = postgres_objects(conn)?;
            conn.batch_execute(&format!(
                "CREATE SCHEMA {PG_BESIDE}; SET LOCAL search_path TO {PG_BESIDE}"
            ))?;
            migrate::run_all(conn)?;
            Ok((postgres_objects(conn)?, found))
        }
    })?;
    Ok(compare(&expected, &found))
}

/// The schema beside the real one; never committed.
const PG_BESIDE: &str = "hengxiang_expected_schema";

fn objects_of(conn: &mut AnyConn, query: &str) -> Result<Objects, StoreError> {
    let all: Vec<Object> = sql_query(query).load(conn)?;
    let pairs = all.into_iter().map(|own| (own.object, own.definition));
    Ok(pairs.collect())
}

fn postgres_objects(conn: &mut AnyConn) -> Result<Objects, StoreError> {
    let schema = "SELECT 'schema' AS object, quote_ident(current_schema()) AS definition";
    let schema: Object = sql_query(schema).get_result(conn)?;
    let own = format!("{}.", schema.definition);
    let mut objects = objects_of(conn, PG_OBJECTS)?;
    for definition in objects.values_mut() {
        *definition = definition.replace(&own, "");
    }
    Ok(objects)
}

fn compare(expected: &Objects, found: &Objects) -> Vec<Drift> {
    let drift = |object: &String, kind| Drift {
        object: object.clone(),
        kind,
    };
    let wanting = expected
        .iter()
        .filter_map(|(object, definition)| match found.get(object) {
            None => Some(drift(object, DriftKind::Missing)),
            Some(other) if other != definition => Some(drift(object, DriftKind::Differs)),
            Some(_) => None,
        });
    let unknown = found
        .keys()
        .filter(|object| !expected.contains_key(*object))
        .map(|object| drift(object, DriftKind::Unknown));
    let mut all: Vec<Drift> = wanting.chain(unknown).collect();
    all.sort_by(|one, other| one.object.cmp(&other.object));
    all
}
